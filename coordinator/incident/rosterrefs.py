"""Whatever a roster names is there, and its numbers can be meant. One function a law; each names every breach."""

from collections.abc import Callable, Iterator

import msgspec

from coordinator.incident.problem import Problem, error, warning
from coordinator.incident.roster import PRECEDENCES, Roster
from coordinator.incident.times import duration


def known_references(roster: Roster) -> Iterator[Problem]:
    """Whatever is named is on the roster."""
    centres = {centre.id for centre in roster.centres}
    operators = {operator.id for operator in roster.operators}
    named: list[tuple[str, str, set[str], str]] = []
    named += [(f"operators[{at}].centre", one.centre, centres, "centre") for at, one in enumerate(roster.operators)]
    named += [
        (f"centres[{at}].parent", one.parent, centres, "centre") for at, one in enumerate(roster.centres) if one.parent
    ]
    named += [
        (f"subjects.resources[{at}].home", one.home, centres, "centre")
        for at, one in enumerate(roster.subjects.resources)
    ]
    named += [(f"contact_order[{at}]", one, centres, "centre") for at, one in enumerate(roster.contact_order)]
    anyone = operators | centres | {scope.id for scope in roster.scopes}
    for place, scope in enumerate(roster.scopes):
        path = f"scopes[{place}]"
        named.append((f"{path}.poc", scope.poc, operators, "operator"))
        named += [(f"{path}.deputies[{at}]", one, operators, "operator") for at, one in enumerate(scope.deputies)]
        named += [
            (f"{path}.escalation[{at}].to", step.to, anyone, "operator, centre or scope")
            for at, step in enumerate(scope.escalation)
        ]
    for path, name, known, what in named:
        if name not in known:
            yield error(path, f"there is no {what} {name!r}", f"add that {what} or name another")


def staff_may_act(roster: Roster) -> Iterator[Problem]:
    """Reviewers hold no desk, and a deputy is named once; one who is designated POC meanwhile may stay on the list."""
    reviewers = {operator.id for operator in roster.operators if operator.role == "reviewer"}
    for place, scope in enumerate(roster.scopes):
        for path, name in [("poc", scope.poc), *((f"deputies[{at}]", one) for at, one in enumerate(scope.deputies))]:
            if name in reviewers:
                yield error(
                    f"scopes[{place}].{path}", f"{name!r} is a reviewer, and reviewers only read", "name an operator"
                )
        for at, name in enumerate(scope.deputies):
            path = f"scopes[{place}].deputies[{at}]"
            if name in scope.deputies[:at]:
                yield error(path, f"{name!r} is named before", "name each once")
            elif name == scope.poc:
                yield warning(path, f"{name!r} is the POC, and nobody follows themselves", "name another deputy")


def parents_make_a_tree(roster: Roster) -> Iterator[Problem]:
    """No centre is above itself."""
    above = {centre.id: centre.parent for centre in roster.centres}
    for place, centre in enumerate(roster.centres):
        seen, parent = {centre.id}, centre.parent
        while parent and parent not in seen:
            seen.add(parent)
            parent = above.get(parent, "")
        if parent == centre.id:
            yield error(f"centres[{place}].parent", f"{centre.id!r} is above itself", "cut the circle")


def areas_have_parents(roster: Roster) -> Iterator[Problem]:
    """An area whose upper levels are not on the roster cannot be ordered as a whole."""
    known = {area.id for area in roster.subjects.areas}
    for place, area in enumerate(roster.subjects.areas):
        parent = area.id.rpartition("/")[0]
        if parent and parent not in known:
            yield warning(f"subjects.areas[{place}].id", f"there is no area {parent!r} above it", f"add {parent!r}")


def contact_order_once(roster: Roster) -> Iterator[Problem]:
    """Each centre has one place in the contact order."""
    for place, name in enumerate(roster.contact_order):
        if name in roster.contact_order[:place]:
            yield error(f"contact_order[{place}]", f"{name!r} stands there twice", "name each centre once")


# Numbers


def good_numbers(roster: Roster) -> Iterator[Problem]:
    """Every duration can be read; capacities and counts are at least one."""
    times = [(f"settings.{name}", text) for name, text in msgspec.structs.asdict(roster.settings).items()]
    for place, scope in enumerate(roster.scopes):
        path = f"scopes[{place}]"
        for table, limits in (
            ("acknowledge_within", scope.acknowledge_within),
            ("respond_within", scope.respond_within),
        ):
            times += [(f"{path}.{table}.{name}", text) for name, text in limits.items()]
            for name in PRECEDENCES:
                if name not in limits:
                    yield error(f"{path}.{table}.{name}", "is missing", f"give a time for {name}")
        times += [(f"{path}.escalation[{at}].after", step.after) for at, step in enumerate(scope.escalation)]
        times.append((f"{path}.assume_after", scope.assume_after))
        if scope.queue_alarm < 1:
            yield error(f"{path}.queue_alarm", "must be at least 1", "say how many waiting messages are too many")
    for path, text in times:
        yield from _duration(path, text)
    for place, resource in enumerate(roster.subjects.resources):
        if resource.capacity < 1:
            yield error(f"subjects.resources[{place}].capacity", "must be at least 1", "retire what is not there")


def _duration(path: str, text: str) -> Iterator[Problem]:
    try:
        whole = duration(text)
    except ValueError as unread:
        yield error(path, str(unread).partition(";")[0], "write 90s, 10m, 2h or 1d")
        return
    if not whole:
        yield error(path, "is no time at all", "give at least 1s")


def links_before_desks(roster: Roster) -> Iterator[Problem]:
    """A desk is not taken over before the link counts as lost."""
    try:
        lost = duration(roster.settings.link_lost_after)
        for place, scope in enumerate(roster.scopes):
            if duration(scope.assume_after) < lost:
                yield warning(
                    f"scopes[{place}].assume_after",
                    f"{scope.assume_after} is shorter than link_lost_after ({roster.settings.link_lost_after})",
                    "make it at least as long",
                )
    except ValueError:
        return  # the durations' own rule names it


# What is allowed, and unwise


def somebody_to_follow(roster: Roster) -> Iterator[Problem]:
    """A scope without a deputy ends with its POC."""
    retired = {operator.id for operator in roster.operators if operator.retired}
    for place, scope in enumerate(roster.scopes):
        if not set(scope.deputies) - retired - {scope.poc}:
            yield warning(f"scopes[{place}].deputies", f"{scope.id} has no deputy", "name one who may assume the desk")


def reached_by_voice_only(roster: Roster) -> Iterator[Problem]:
    """A centre without operators sees no screen: the desk speaks for it."""
    staffed = {one.centre for one in roster.operators if one.role != "reviewer" and not one.retired}
    for place, centre in enumerate(roster.centres):
        if centre.id not in staffed and not centre.retired:
            voice = [
                f"{what} {value}" for what, value in (("phone", centre.phone), ("callsign", centre.callsign)) if value
            ]
            reach = f"only voice reaches {centre.id} ({', '.join(voice)})" if voice else f"nothing reaches {centre.id}"
            yield warning(
                f"centres[{place}]", reach, "the desk logs for it, on behalf" if voice else "add a phone or operator"
            )


def somebody_runs_it(roster: Roster) -> Iterator[Problem]:
    """Roster changes and the operation's end are the liaison's."""
    if not any(operator.role == "liaison" and not operator.retired for operator in roster.operators):
        yield warning("operators", "there is no liaison", "without one the roster stays as it is")


RULES: tuple[Callable[[Roster], Iterator[Problem]], ...] = (
    known_references,
    staff_may_act,
    parents_make_a_tree,
    contact_order_once,
    good_numbers,
    links_before_desks,
    areas_have_parents,
    somebody_to_follow,
    reached_by_voice_only,
    somebody_runs_it,
)

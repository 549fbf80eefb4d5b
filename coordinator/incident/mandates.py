"""No two scopes claim the same ground, and the doctrine knows its verbs. DESIGN 4.

Two people who may give orders on one subject, or who get one topic from one centre, are what a roster must never make.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from coordinator.incident.globs import intersect, matches
from coordinator.incident.problem import Problem, error, warning
from coordinator.incident.roster import DIRECT, TO_EVERYONE, Mandate, Roster, SubjectKind

_VERB = re.compile(r"[^\W_][\w.\-]*")


def one_default(roster: Roster) -> Iterator[Problem]:
    """Exactly one scope takes what has no topic."""
    defaults = [scope.id for scope in roster.scopes if scope.default]
    if len(defaults) != 1:
        found = (
            f"{len(defaults)} scopes are the default ({', '.join(defaults)})" if defaults else "no scope is the default"
        )
        yield error("scopes", found, "set default to true for exactly one")


def no_common_ground(roster: Roster) -> Iterator[Problem]:
    """No two scopes give orders of one control on subjects that overlap, or take one topic from one centre."""
    for (_, one), (place, other) in combinations(enumerate(roster.scopes), 2):
        path, mine, theirs = f"scopes[{place}].mandate", one.mandate, other.mandate
        for name, control in roster.doctrine.controls.items():
            said = _verbs(control.verbs, control.releases)
            verbs = [[verb for verb in said if _any(mandate.verbs, verb)] for mandate in (mine, theirs)]
            shared = _shared_subjects(control.of, mine, theirs) if all(verbs) else None
            if shared is not None:
                yield error(
                    path,
                    f"{one.id} ({', '.join(verbs[0])}) and {other.id} ({', '.join(verbs[1])}) both give orders "
                    f"of {name} on {shared[0]} and {shared[1]}",
                    "leave each control on a subject to one scope",
                )
        topic = _first_shared(mine.topics, theirs.topics)
        if topic is not None and _first_shared(mine.centres, theirs.centres) is not None:
            yield error(
                path,
                f"{one.id} and {other.id} both take topics {topic[0]} and {topic[1]} from the same centre",
                "leave each topic to one scope",
            )


def _verbs(verbs: Iterable[str], releases: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*verbs, *releases)))


def _any(globs: Iterable[str], name: str) -> bool:
    return any(matches(glob, name) for glob in globs)


def _first_shared(mine: Iterable[str], theirs: Iterable[str]) -> tuple[str, str] | None:
    return next(((one, other) for one in mine for other in theirs if intersect(one, other)), None)


def _shared_subjects(kind: SubjectKind, mine: Mandate, theirs: Mandate) -> tuple[str, str] | None:
    """Two globs whose subjects can overlap: a path equals or encloses the other; resources only when the same."""
    for one in mine.subjects:
        for other in theirs.subjects:
            if any(_overlap(kind, a, b) for a in _of_kind(one, kind) for b in _of_kind(other, kind)):
                return one, other
    return None


def _overlap(kind: SubjectKind, one: str, other: str) -> bool:
    if kind == "resource":
        return intersect(one, other)
    return intersect(f"{one}/**", other) or intersect(one, f"{other}/**")


def _of_kind(glob: str, kind: str) -> list[str]:
    """The glob, restricted to subjects of one kind."""
    first, _, rest = glob.partition("/")
    if first == "**":
        return [f"{kind}/{glob}", *(_of_kind(rest, kind) if rest else ())]
    return [f"{kind}/{rest}" if rest else kind] if first in (kind, "*") else []


def mandates_name_things(roster: Roster) -> Iterator[Problem]:
    """A name without a star in a mandate or a pair is something on the roster; a glob that meets nothing is odd."""
    verbs = {
        DIRECT,
        *(verb for control in roster.doctrine.controls.values() for verb in control.verbs + control.releases),
    }
    centres, subjects = {centre.id for centre in roster.centres}, _subjects(roster)
    rows: list[tuple[str, str, set[str], str]] = []
    for place, scope in enumerate(roster.scopes):
        path = f"scopes[{place}].mandate"
        rows += [(f"{path}.verbs[{at}]", glob, verbs, "verb") for at, glob in enumerate(scope.mandate.verbs)]
        rows += [(f"{path}.centres[{at}]", glob, centres, "centre") for at, glob in enumerate(scope.mandate.centres)]
        rows += [
            (f"{path}.subjects[{at}]", glob, subjects, "subject") for at, glob in enumerate(scope.mandate.subjects)
        ]
    for place, pair in enumerate(roster.doctrine.incompatible):
        for side in pair:
            rows.append((f"doctrine.incompatible[{place}]", side.subject, subjects, "subject"))
    for path, glob, known, what in rows:
        if "*" not in glob and glob not in known:
            yield error(path, f"there is no {what} {glob!r}", f"add that {what} or name another")
        elif "*" in glob and known and not any(matches(glob, name) for name in known):
            yield warning(path, f"{glob!r} meets no {what} on the roster", "check its spelling")


def _subjects(roster: Roster) -> set[str]:
    areas = {f"area/{one.id}" for one in roster.subjects.areas}
    routes = {f"route/{one.id}" for one in roster.subjects.routes}
    return areas | routes | {f"resource/{one.id}" for one in roster.subjects.resources}


# Doctrine


def doctrine_knows_its_verbs(roster: Roster) -> Iterator[Problem]:
    """A verb belongs to one control; releases and pairs name verbs that there are."""
    homes: dict[str, str] = {}
    for name, control in roster.doctrine.controls.items():
        path = f"doctrine.controls.{name}"
        if not control.verbs:
            yield error(f"{path}.verbs", "is empty", "name the verbs that fix this control")
        yield from _verbs_of_one(f"{path}.verbs", name, control.verbs, homes)
        for place, verb in enumerate(control.releases):
            if verb not in control.verbs:
                yield error(f"{path}.releases[{place}]", f"{verb!r} is no verb of {name}", "add it to its verbs")
    for place, pair in enumerate(roster.doctrine.incompatible):
        for at, side in enumerate(pair):
            if side.verb not in homes:
                path = f"doctrine.incompatible[{place}][{at}].verb"
                yield error(path, f"{side.verb!r} is no verb of any control", "name a verb of the doctrine")


def rolls_are_called_on_words_there_are(roster: Roster) -> Iterator[Problem]:
    """What calls a roll by itself is a verb of the doctrine, or a form that cries out."""
    known = {verb for control in roster.doctrine.controls.values() for verb in control.verbs} | TO_EVERYONE
    for place, word in enumerate(roster.doctrine.rollcall_on):
        if word not in known:
            path = f"doctrine.rollcall_on[{place}]"
            yield error(path, f"{word!r} is no verb of any control, and no form", "name a verb, or MAYDAY or WITHDRAW")


def _verbs_of_one(path: str, name: str, verbs: tuple[str, ...], homes: dict[str, str]) -> Iterator[Problem]:
    for place, verb in enumerate(verbs):
        if verb == DIRECT or not _VERB.fullmatch(verb):
            yield error(f"{path}[{place}]", f"{verb!r} cannot be a verb of the doctrine", "use another word")
        elif homes.setdefault(verb, name) != name or verb in verbs[:place]:
            yield error(f"{path}[{place}]", f"{verb} is named twice (first in {homes[verb]})", "one verb, one control")


RULES: tuple[Callable[[Roster], Iterator[Problem]], ...] = (
    one_default,
    no_common_ground,
    mandates_name_things,
    doctrine_knows_its_verbs,
    rolls_are_called_on_words_there_are,
)

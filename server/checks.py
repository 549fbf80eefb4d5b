"""What a drill's `check` may ask of the hub's state: one row for each key of FORMATS, and how the two are compared.

A row says which shape the expected value has, how the actual one is found, and how it is compared: values one by
one, lists as sets, or lists in order. Entries are compared by their numbers and reported by their tags.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from coordinator.incident import projections, queues
from coordinator.incident.holdings import holdings
from coordinator.incident.state import Message, Order, Proposal, State

Ref = str | int
Thing = Message | Order | Proposal


class World(Struct, frozen=True, kw_only=True):
    """What a check looks at."""

    state: State
    now: datetime
    count: Callable[[str], int]
    """How many entries of a kind the log has."""
    named: Callable[[Ref], int]
    """The entry that a `$tag` (or a number) names; 0 for none."""
    tag_of: Mapping[int, str]

    def label(self, seq: int) -> str:
        """How an entry is called in a report: by its tag, else by its number."""
        return self.tag_of.get(seq, f"#{seq}")


class Check(Struct, frozen=True, kw_only=True):
    """One key: the shape of what is expected, and what makes it differ from the world."""

    shape: type[object]
    differs: Callable[[World, object], list[str]]


def problems(fields: Mapping[str, object], world: World) -> list[str]:
    """Everything in which the world is not what the check says, a sentence each."""
    return [f"{key}: {problem}" for key, value in fields.items() for problem in CHECKS[key].differs(world, value)]


def tags_in(value: object) -> list[str]:
    """Every `$tag` in a value, keys too."""
    if isinstance(value, str):
        return [value] if value.startswith("$") else []
    if isinstance(value, dict):
        return [tag for key, inner in value.items() for tag in (*tags_in(key), *tags_in(inner))]
    if isinstance(value, list | tuple):
        return [tag for inner in value for tag in tags_in(inner)]
    return []


# The three ways to compare


def _each(found: Callable[[World, str], object]) -> Callable[[World, object], list[str]]:
    """A map from a name to one value."""

    def differs(world: World, expected: object) -> list[str]:
        assert isinstance(expected, dict)
        pairs = [(name, value, found(world, name)) for name, value in expected.items()]
        return [f"{name} is {_said(is_now)}, not {_said(value)}" for name, value, is_now in pairs if is_now != value]

    return differs


def _set(found: Callable[[World], Iterable[Thing]]) -> Callable[[World, object], list[str]]:
    """A list of entries, in whatever order."""

    def differs(world: World, expected: object) -> list[str]:
        assert isinstance(expected, list)
        problem = _unlike(world, expected, found(world), ordered=False)
        return [problem] if problem else []

    return differs


def _lists(found: Callable[[World, str], Iterable[Thing]], *, ordered: bool) -> Callable[[World, object], list[str]]:
    """A map from a name to a list of entries."""

    def differs(world: World, expected: object) -> list[str]:
        assert isinstance(expected, dict)
        made = ((name, _unlike(world, refs, found(world, name), ordered=ordered)) for name, refs in expected.items())
        return [f"{name}: {problem}" for name, problem in made if problem]

    return differs


def _unlike(world: World, expected: list[Ref], found: Iterable[Thing], *, ordered: bool) -> str:
    wanted, is_now = [_entry(world, ref) for ref in expected], [one.seq for one in found]
    if (wanted == is_now) if ordered else (set(wanted) == set(is_now)):
        return ""
    return f"there is {_row(world.label(seq) for seq in is_now)}, not {_row(map(str, expected))}"


def _entry(world: World, ref: Ref) -> int:
    """The entry of a ref; a refused order's own tag names the proposal that it became."""
    seq = world.named(ref)
    return world.state.from_refusals.get(seq, seq)


def _outstanding(world: World, expected: object) -> list[str]:
    """A map from a roll call to centres."""
    assert isinstance(expected, dict)
    wrong = []
    for ref, centres in expected.items():
        is_now = queues.outstanding(world.state, world.named(ref))
        if set(is_now) != set(centres):
            wrong.append(f"{ref}: there is {_row(is_now)}, not {_row(centres)}")
    return wrong


def _row(names: Iterable[str]) -> str:
    return "[" + ", ".join(names) + "]"


def _said(value: object) -> str:
    return "nobody" if value is None else str(value)


# What is found


def _holder(world: World, scope: str) -> str | None:
    desk = world.state.desks.get(scope)
    return (desk.holder or None) if desk is not None else None


def _term(world: World, scope: str) -> int | None:
    desk = world.state.desks.get(scope)
    return desk.term if desk is not None else None


def _status(world: World, centre: str) -> str:
    rows = {row.centre: row.state for row in queues.board(world.state, world.now)}
    return rows.get(centre, "not on the board")


def _quantity(world: World, ref: str) -> int:
    order = world.state.orders.get(world.named(ref))
    return projections.held_quantity(order, world.now) if order is not None else 0


def _resource(world: World, id: str) -> str:
    found = {one.subject.removeprefix("resource/"): one.state for one in holdings(world.state, world.now)}
    return found.get(id.removeprefix("resource/"), "not on the roster")


def _people(world: World, expected: object) -> list[str]:
    """A map from a roll call to how many people each centre said that it has."""
    assert isinstance(expected, dict)
    wrong = []
    for ref, heads in expected.items():
        call = world.state.rollcalls.get(world.named(ref))
        is_now = dict(call.heads) if call is not None else {}
        if is_now != heads:
            wrong.append(f"{ref}: there is {is_now}, not {heads}")
    return wrong


CHECKS: dict[str, Check] = {
    "holder": Check(shape=dict[str, str | None], differs=_each(_holder)),
    "term": Check(shape=dict[str, int], differs=_each(_term)),
    "in_force": Check(shape=list[Ref], differs=_set(lambda world: projections.in_force(world.state, world.now))),
    "reserved": Check(shape=list[Ref], differs=_set(lambda world: projections.reserved(world.state, world.now))),
    "unconfirmed": Check(shape=list[Ref], differs=_set(lambda world: projections.unconfirmed(world.state, world.now))),
    "proposals": Check(
        shape=dict[str, list[Ref]],
        differs=_lists(lambda world, scope: projections.open_proposals(world.state, scope), ordered=False),
    ),
    "on_record": Check(shape=list[Ref], differs=_set(lambda world: projections.on_record(world.state))),
    "quantity": Check(shape=dict[str, int], differs=_each(_quantity)),
    "desk": Check(
        shape=dict[str, list[Ref]],
        differs=_lists(lambda world, scope: queues.desk(world.state, scope), ordered=True),
    ),
    "overdue": Check(shape=list[Ref], differs=_set(lambda world: queues.overdue(world.state, world.now))),
    "inbox": Check(
        shape=dict[str, list[Ref]],
        differs=_lists(lambda world, centre: queues.inbox(world.state, centre), ordered=True),
    ),
    "status": Check(shape=dict[str, str], differs=_each(_status)),
    "resource": Check(shape=dict[str, str], differs=_each(_resource)),
    "people": Check(shape=dict[str, dict[str, int]], differs=_people),
    "outstanding": Check(shape=dict[str, list[str]], differs=_outstanding),
    "entries_of": Check(shape=dict[str, int], differs=_each(lambda world, kind: world.count(kind))),
}

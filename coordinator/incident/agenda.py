"""What falls due when: a persistent pairing heap of (instant, thing), cleaned lazily.

Derived from the state's things and never stored: a thing whose deadline changed is pushed again, and
the old row is stale, because `due` of the thing no longer names that instant.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct


class Agenda(Struct, frozen=True, eq=False):
    """One row; `child` is the first of the rows that are later or equal, `sibling` the next one beside it."""

    at: datetime
    thing: int
    child: "Agenda | None" = None
    sibling: "Agenda | None" = None


def push(agenda: Agenda | None, at: datetime, thing: int) -> Agenda:
    """The agenda with one row more."""
    return _meld(agenda, Agenda(at, thing))


def clean(agenda: Agenda | None, due: Callable[[int], datetime | None]) -> Agenda | None:
    """The agenda without stale rows at its top, so that the top is what is next due."""
    while agenda is not None and due(agenda.thing) != agenda.at:
        agenda = _pop(agenda)
    return agenda


def _meld(one: Agenda | None, other: Agenda) -> Agenda:
    """Two heaps whose tops have no siblings, as one."""
    if one is None:
        return other
    if (other.at, other.thing) < (one.at, one.thing):
        one, other = other, one
    return Agenda(one.at, one.thing, Agenda(other.at, other.thing, other.child, one.child))


def _pop(agenda: Agenda) -> Agenda | None:
    """The heap without its top: siblings are melded in pairs, then the pairs from the last to the first."""
    pairs: list[Agenda] = []
    row = agenda.child
    while row is not None:
        pair = Agenda(row.at, row.thing, row.child)
        row = row.sibling
        if row is not None:
            pair = _meld(pair, Agenda(row.at, row.thing, row.child))
            row = row.sibling
        pairs.append(pair)
    melded: Agenda | None = None
    for pair in reversed(pairs):
        melded = _meld(melded, pair)
    return melded

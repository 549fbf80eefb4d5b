"""What every report reads: a history in the order in which things happened, and the names that people use.

Law: a late entry stands where what it tells happened, and says when it was written; what is withheld stands in its
place, with its reason.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.roster import Centre, Operator, Roster
from coordinator.incident.state import State
from coordinator.incident.times import stamp, when
from coordinator.journal.code import short
from coordinator.journal.withheld import Withheld
from coordinator.review.history import History


class Period(Struct, frozen=True):
    """[from, until) of what happened; an open end is None."""

    start: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether it happened in it."""
        after = self.start is None or moment >= self.start
        return after and (self.until is None or moment < self.until)


def period(text: str) -> Period:
    """`2026-11-22T06:00:00Z/2026-11-22T18:00:00Z`; an end may be left out. Raises ValueError with a sentence."""
    start, mark, until = text.partition("/")
    if not mark:
        raise ValueError(f"'{text}' is no period; write FROM/UNTIL, as 2026-11-22T06:00:00Z/2026-11-22T18:00:00Z")
    found = Period(when(start) if start else None, when(until) if until else None)
    if found.start is not None and found.until is not None and found.until <= found.start:
        raise ValueError(f"'{text}' ends at or before its start; give an end that is later")
    return found


class Placed(Struct, frozen=True):
    """A record, and when what it tells happened."""

    at: datetime
    record: Entry | Withheld


def happened(entry: Entry) -> datetime:
    """When what an entry tells happened: for a late one, when it was said."""
    return entry.said_at if entry.found.late and entry.said_at is not None else entry.at


def written(entry: Entry) -> str:
    """When a late entry was written; empty for one that is not late."""
    return stamp(entry.at) if entry.found.late else ""


class Book:
    """A history, made ready for reports."""

    def __init__(self, history: History, period: Period) -> None:
        self.history = history
        self.state: State | None = history.state
        self.roster: Roster | None = history.roster
        self.period = period
        self._messages = {entry.seq: entry for entry in history.entries if entry.kind == "message"}
        self._numbers = {entry.seq: entry.found.number for entry in history.entries if entry.found.number}

    def placed(self) -> list[Placed]:
        """All that happened in the period, in its order."""
        found = [one for one in _placed(self.history) if self.period.holds(one.at)]
        return sorted(found, key=lambda one: (one.at, one.record.seq))

    def entries(self) -> Iterator[Entry]:
        """The entries among them."""
        return (one.record for one in self.placed() if isinstance(one.record, Entry))

    def number(self, seq: int | None) -> str:
        """`M-47`; `#214` for what has no number of its kind."""
        return "" if seq is None else self._numbers.get(seq, f"#{seq}")

    def message(self, entry: Entry) -> Entry | None:
        """The message that an entry is, or is about, where that is here."""
        return self._messages.get(entry.seq) or self._messages.get(entry.ref or 0)

    def centre(self, id: str) -> Centre | None:
        """The centre of that id, retired or not, where the roster is here."""
        return self.roster.ground.centres.get(id) if self.roster is not None else None

    def operator(self, id: str) -> Operator | None:
        """The operator of that id, retired or not, where the roster is here."""
        return self.roster.ground.operators.get(id) if self.roster is not None else None

    def person(self, id: str) -> str:
        """`Nia Ford (nia)`."""
        found = self.operator(id)
        return f"{found.name} ({id})" if found is not None else id

    @property
    def operation(self) -> str:
        """The operation's name, and what kind it is, in words."""
        if self.roster is None:
            return "unknown (the log's first entry is not here)"
        return f"{self.roster.operation.name} ({self.roster.operation.kind.upper()})"

    @property
    def bounds(self) -> str:
        """The operational period; of a whole log, from its first entry to its last."""
        times = [entry.at for entry in self.history.entries]
        start = self.period.start or min(times, default=None)
        until = self.period.until or max(times, default=None)
        return f"{stamp(start) if start else '-'} to {stamp(until) if until else '-'}"

    @property
    def basis(self) -> str:
        """What a report was made from, so that it can be held against the log."""
        head = self.history.head
        missing = sum(one.count for one in self.history.records if isinstance(one, Withheld))
        left_out = f"; {missing} of the entries stand there as digests only" if missing else ""
        return f"the log up to entry {head.seq}, code {short(head.digest)}{left_out}"


def _placed(history: History) -> Iterator[Placed]:
    last = next((entry.at for entry in history.entries), history.at)
    for record in history.records:
        if isinstance(record, Entry):
            last = record.at
            yield Placed(happened(record), record)
        else:
            yield Placed(last, record)

"""When things happened: the time of every entry, which came late, what rang, and what answered what.

Law: a few bytes an entry, so that a log of a million is at hand; it only grows, and what is in it never changes.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from coordinator.incident.entries import Entry
from coordinator.incident.state import State
from coordinator.journal.withheld import Withheld
from coordinator.review.book import happened

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
ALARMS = frozenset(("alarm",))
"""Kinds that ring; a FLASH does too."""


def stamp(moment: datetime) -> int:
    """A time in whole milliseconds."""
    return (moment - _EPOCH) // _MILLISECOND


class Chronicle:
    """The times of a log, as far as it has been read."""

    def __init__(self) -> None:
        self._at = array("q")
        self._alarms = array("q")
        self._late: list[tuple[int, int]] = []
        self._written: dict[int, int] = {}
        self._answers = array("I")

    def __len__(self) -> int:
        """The last entry that has been read."""
        return len(self._at)

    def take(self, record: Entry | Withheld, before: State | None, after: State | None) -> None:
        """The next entry. One that is withheld has the time of the one before it."""
        if isinstance(record, Withheld):
            self._answers.extend([0] * record.count)
            self._at.extend([self._at[-1] if self._at else 0] * record.count)
            return
        if record.found.late:
            insort(self._late, (stamp(happened(record)), record.seq))
            self._written[record.seq] = stamp(record.at)
        if record.kind in ALARMS or getattr(record.body, "precedence", "") == "FLASH":
            self._alarms.append(stamp(record.at))
        if record.ref is not None and before is not None and after is not None:
            self._answered(record, before, after)
        self._answers.append(0)
        self._at.append(stamp(record.at))

    def _answered(self, entry: Entry, before: State, after: State) -> None:
        ref = entry.ref or 0
        old, new = before.messages.get(ref), after.messages.get(ref)
        if old is not None and new is not None and old.answered is None and new.answered == entry.seq:
            self._answers[ref - 1] = entry.seq

    def at(self, seq: int) -> datetime:
        """When an entry was written."""
        return _EPOCH + self._at[max(min(seq, len(self._at)), 1) - 1] * _MILLISECOND

    def seq_at(self, moment: datetime) -> int:
        """The last entry that was written by then; the first one at least."""
        return max(bisect_right(self._at, stamp(moment)), 1)

    def answer(self, seq: int) -> int | None:
        """The entry that answered a message first."""
        return self._answers[seq - 1] or None

    def back(self, seq: int) -> Iterator[int]:
        """The entries up to that one, what happened last first: a late one stands where what it tells happened."""
        late = [one for one in self._late if one[1] <= seq]
        for number in range(seq, 0, -1):
            if number in self._written:
                continue
            while late and late[-1] > (self._at[number - 1], number):
                yield late.pop()[1]
            yield number
        yield from (number for _, number in reversed(late))

    def density(self, edges: list[datetime]) -> list[tuple[int, bool, bool]]:
        """Between each edge and the next: how much happened, whether something rang, and whether it came in late."""
        marks = [stamp(edge) for edge in edges]
        late, told = [at for at, _ in self._late], sorted(self._written.values())
        return [
            (
                _within(self._at, start, end) - _within(told, start, end) + _within(late, start, end),
                _within(self._alarms, start, end) > 0,
                _within(late, start, end) > 0,
            )
            for start, end in pairwise(marks)
        ]


def _within(times: "array[int] | list[int]", start: int, end: int) -> int:
    """How many of these sorted times lie in [start, end)."""
    return bisect_left(times, end) - bisect_left(times, start)

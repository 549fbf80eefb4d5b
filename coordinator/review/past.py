"""An operation's past: its state after any entry, and what each person could know by then.

Law: one pass over the log verifies it and keeps states at a distance (ladder.py); any other is evolved from the nearest
below, by the same `evolve` as in the hub. `read` runs in a thread of its own; everything else here in one other.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve
from coordinator.incident.hubacts import Open
from coordinator.incident.snapshot import trimmed
from coordinator.incident.state import State
from coordinator.journal.errors import BadLine, BrokenChain, NotAJournal
from coordinator.journal.lines import decode
from coordinator.journal.replica import holds
from coordinator.journal.sources import source
from coordinator.journal.verify import Report, replay
from coordinator.journal.withheld import Withheld, withheld
from coordinator.review.chronicle import Chronicle
from coordinator.review.ladder import FIRST, MOST, Ladder
from coordinator.review.pages import Pages
from coordinator.review.sight import Sight

NOT_FOR = "not for "
"""How the reason begins for a line that its owner may not see."""
NEAR = 32
"""States just before one that is asked for are kept as well: a step back is the next thing that is asked."""
SEARCHED = 512
"""Entries that are searched at a time."""


class Known(Struct, frozen=True):
    """What somebody could know at a moment: the state they had, and the last entry that had reached them."""

    state: State
    seq: int
    up: bool = True
    since: datetime | None = None
    """Since when their link was down; they had the picture of then."""
    ever: bool = True
    """Whether they had been connected at all."""


class Stopped(Exception):
    """Whoever reviews has left while the log was being read."""


class Past:
    """The past of one log."""

    def __init__(self, path: Path, *, first: int = FIRST, most: int = MOST) -> None:
        self.path = path
        self.times = Chronicle()
        self.sight = Sight()
        self.missing: dict[str, int] = {}
        """How many lines stand as digests only, by the reason."""
        self.report: Report | None = None
        """What verification found, once all is read."""
        self._ladder = Ladder(first, most)
        self._pages = Pages(path)
        self._stopped = False

    # Reading it once

    def read(self) -> Report:
        """Read and verify it all, up to the first fault. Raises NotAJournal, Stopped."""
        self.report = replay(self.path, self._take)
        return self.report

    def stop(self) -> None:
        """Read no further."""
        self._stopped = True

    def _take(self, record: Entry | Withheld, before: State | None, after: State | None) -> None:
        if self._stopped:
            raise Stopped
        if isinstance(record, Withheld):
            self.missing[record.reason] = self.missing.get(record.reason, 0) + record.count
        elif after is not None:
            self._ladder.take(record.seq, after)
        self.sight.take(record, before, after)
        self.times.take(record, before, after)  # the last: as far as this goes, all is there

    # Asking

    @property
    def last(self) -> int:
        """The last entry that has been read."""
        return len(self.times)

    @property
    def owner(self) -> str:
        """Whose part of the log it is, where it is somebody's."""
        whose = [reason.removeprefix(NOT_FOR) for reason in self.missing if reason.startswith(NOT_FOR)]
        return whose[0] if len(whose) == 1 else ""

    def state(self, seq: int) -> State:
        """The state after that entry, which has been read."""
        at, state = self._ladder.below(seq)
        for entry in self._pages.entries(at + 1, seq) if at < seq else ():
            state = evolve(state, entry)
            if seq - entry.seq < NEAR:
                self._ladder.remember(entry.seq, state)
        self._ladder.remember(seq, state)
        return state

    def known(self, seq: int, person: str) -> Known:
        """What that operator could know after that entry: while their link was down, what they had when it went."""
        state = self.state(seq)
        contact = state.contacts.get(person)
        if contact is None or contact.up or not contact.ever:
            ever = contact is not None and contact.ever
            return Known(trimmed(state, person), seq, ever=ever)
        heard = min(self.times.seq_at(contact.since), seq)
        return Known(trimmed(self.state(heard), person), heard, up=False, since=contact.since)

    def find(self, words: str, allowed: Callable[[int], bool], limit: int) -> Iterator[Entry]:
        """Entries that hold all of these words, as far as they are allowed, oldest first."""
        wanted = words.casefold().split()
        left = limit
        for first in range(1, self.last + 1, SEARCHED):
            for line in self._pages.lines(first, min(first + SEARCHED - 1, self.last)) if wanted else ():
                if not left or self._stopped:
                    return
                if holds(line.decode(), wanted) and allowed((entry := decode(line)).seq):
                    left -= 1
                    yield entry

    def close(self) -> None:
        """Let go of the files."""
        self._pages.close()
        self._ladder.close()


def begins(path: Path) -> State:
    """The state with which a log begins. Raises NotAJournal where it does not begin with one."""
    with source(path) as log, closing(log.raws()) as raws:
        line = next((line for line, *_ in raws), b"")
    if not line:
        raise NotAJournal(f"{path} holds no entry; there is nothing to review")
    if withheld(line) is not None:
        raise NotAJournal(
            f"{path} has not the log's first entry, with which every state begins;"
            " review the hub itself, its journal or an export"
        )
    return _opened(path, line)


def _opened(path: Path, line: bytes) -> State:
    from coordinator.incident.evolve import opened

    try:
        entry = decode(line)
    except BadLine as wrong:
        raise NotAJournal(f"{path}: {BrokenChain(1, str(wrong))}") from None
    if not isinstance(entry.body, Open):
        raise NotAJournal(f"{path}: {BrokenChain(1, f'a log begins with an open entry, and this is a {entry.kind}')}")
    return opened(entry)

"""The client's own copy of the log: chain checked entry by entry, and the state that its visible entries make.

A copy that differs from the hub's log is never merged with it. Sans I/O: a shelf keeps what is to outlive the program.
"""

from collections.abc import Sequence
from typing import Protocol

from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.snapshot import thaw
from coordinator.incident.state import State
from coordinator.journal.lines import GENESIS, decode, digest, with_prev
from coordinator.session.faults import ForkedLog
from coordinator.session.head import Head
from coordinator.wire.frames import Entries, SnapshotPart, unpacked_state

REST_EVERY = 1_000
"""Entries after which the state is kept again."""


class Gap(Exception):
    """Entries are missing between the copy and what came: resume."""


class Shelf(Protocol):
    """Where a copy outlives the program."""

    def begin(self, head: Head, state: State) -> None:
        """The copy begins anew with this state."""
        ...

    def append(self, first: int, items: Sequence[str]) -> None:
        """Consecutive entries: lines, or digests of those that are hidden."""
        ...

    def reveal(self, lines: Sequence[str]) -> None:
        """Lines of entries that were hidden. Raises ForkedLog where one is not what its digest said."""
        ...

    def rest(self, state: State) -> None:
        """Keep the state, so that the next start is quick."""
        ...


class LogCopy:
    """The copy of one operation's log."""

    def __init__(self, head: Head | None = None, state: State | None = None, shelf: Shelf | None = None) -> None:
        self.head = head
        self.state = state
        self._shelf = shelf
        self._parts: list[bytes] = []
        self._hidden: dict[int, str] = {}
        """Digests of hidden entries, where there is no shelf that keeps them."""
        self._rested = head.seq if head is not None else 0

    def begin_at(self, head: Head) -> None:
        """Follow from here on, without a state."""
        self.head = head

    def snapshot(self, part: SnapshotPart) -> bool:
        """One part of a state; True when it was the last and the copy begins anew with it."""
        if part.part == 1:
            self._parts.clear()
        self._parts.append(part.state)
        if part.part < part.parts:
            return False
        self.state = thaw(unpacked_state(self._parts))
        self._parts.clear()
        self._hidden.clear()
        self.head = Head(part.seq, part.digest)
        self._rested = part.seq
        if self._shelf is not None:
            self._shelf.begin(self.head, self.state)
        return True

    def entries(self, frame: Entries) -> list[Entry]:
        """Take consecutive entries; those that are visible come back. Raises Gap, ForkedLog; then none was taken."""
        head = self.head or Head(0, GENESIS)
        if frame.first > head.seq + 1:
            raise Gap(f"entries {head.seq + 1} to {frame.first - 1} are missing")
        new: list[str] = []
        seen: list[Entry] = []
        hidden: dict[int, str] = {}
        for item in frame.items[head.seq + 1 - frame.first :]:
            line = with_prev(item, head.digest) if item.startswith("{") else item
            head, entry = _follows(head, line)
            new.append(line)
            if entry is None:
                hidden[head.seq] = head.digest
            else:
                seen.append(entry)
        if new and not head.digest.startswith(frame.head):
            raise ForkedLog(f"entry {head.seq} of the hub's log does not follow from the entries that are kept here")
        if new and self._shelf is not None:
            self._shelf.append(head.seq - len(new) + 1, new)
        if self._shelf is None:
            self._hidden |= hidden
        self.head = head
        self._evolve(seen)
        if head.seq - self._rested >= REST_EVERY:
            self.rest()
        return seen

    def reveal(self, lines: Sequence[str]) -> list[Entry]:
        """Take older lines that may be seen now. Raises ForkedLog where one is not what was hidden."""
        shown: list[Entry] = []
        for line in lines:
            entry = decode(line.encode())
            known = self._hidden.get(entry.seq)
            if known is not None and known != digest(line.encode()):
                raise ForkedLog(f"entry {entry.seq} is not the one whose digest the hub sent before")
            shown.append(entry)
        if self._shelf is not None:
            self._shelf.reveal(lines)
        for entry in shown:
            self._hidden.pop(entry.seq, None)
        self._evolve(shown)
        return shown

    def rest(self) -> None:
        """Keep the state, if there is a place for it."""
        if self._shelf is not None and self.state is not None and self.head is not None:
            if self.head.seq > self._rested:
                self._shelf.rest(self.state)
            self._rested = self.head.seq

    def _evolve(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if self.state is not None:
                self.state = evolve(self.state, entry)
            elif entry.seq == 1 and isinstance(entry.body, Open):
                self.state = opened(entry)


def _follows(head: Head, item: str) -> tuple[Head, Entry | None]:
    """The head after one item more, and the entry, where it is visible."""
    if not item.startswith("{"):
        return Head(head.seq + 1, item), None
    line = item.encode()
    entry = decode(line)
    if entry.seq != head.seq + 1:
        raise ForkedLog(f"entry {entry.seq} of the hub's log came where {head.seq + 1} should be")
    return Head(entry.seq, digest(line)), entry

"""From decided to durable: what was decided goes to the journal, and what has reached the disk is told.

Law: one commit at a time, of all that waits; nothing is told before the commit that holds it is on the disk; after a
failed commit nothing is, ever.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from coordinator.incident.archive import Thing
from coordinator.incident.entries import Entry
from coordinator.journal.errors import WriteFailed
from coordinator.journal.lines import decode
from coordinator.journal.rows import Row
from coordinator.journal.store import Batch, Decided, Journal
from server.subscribers import Unit


class Commits:
    """`told` gets the units of each commit that has reached the disk; `room` lets go of what holds room there."""

    def __init__(self, path: Path, told: Callable[[list[Unit]], None], room: Callable[[], bool]) -> None:
        """Open the journal, or make it. Raises JournalError."""
        self._told = told
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = self._loop.create_future()
        """Resolves when a commit did not reach the disk."""
        self._waiting: deque[tuple[Unit, list[Row], tuple[Thing, ...]]] = deque()
        """Decided, and not yet given to the journal; with the settled things that it lets go of."""
        self._writing: deque[Unit] = deque()
        """Given to the journal, and not yet on the disk."""
        self._undurable: dict[str, Decided] = {}
        self._departing: dict[int | str, Thing] = {}
        """Settled things that have left the state, and are not on the disk yet."""
        self._flush_wanted = False
        self._ended = False
        self._idle = asyncio.Event()
        opener = Journal.open if path.exists() else Journal.create
        self.journal = opener(path, self._report_commit, self._report_failure, room)

    # What goes to the disk

    def take(self, unit: Unit, made: list[Row], things: tuple[Thing, ...] = ()) -> None:
        """Write what one decision made, and the settled things that have left the state with it."""
        self._departing.update({thing.seq: thing for thing in things} | {thing.number: thing for thing in things})
        self._waiting.append((unit, made, things))
        self._idle.clear()
        if not self._flush_wanted and not self._writing:
            self._flush_wanted = True
            self._loop.call_soon(self._flush)  # after all that is said in this round of the loop

    def promise(self, id: str, decided: Decided) -> None:
        """Remember what became of a command until it is on the disk."""
        self._undurable[id] = decided

    def fail(self, failure: WriteFailed) -> None:
        """Nothing is written or told any more."""
        if not self.failed.done():
            self.failed.set_exception(failure)
        self._idle.set()

    async def settled(self) -> None:
        """Wait until all that was taken is on the disk and told. Raises WriteFailed."""
        while self._waiting or self._writing:
            self._idle.clear()
            await self._idle.wait()
            if self.failed.done():
                self.failed.result()

    def end(self) -> None:
        """Tell nothing more; what waits is dropped."""
        self._ended = True
        self._waiting.clear()

    # What is on the disk, or will be

    def decided(self, id: str) -> Decided | None:
        """What became of a command."""
        return self._undurable.get(id) or self.journal.reads.by_command(id)

    def durable(self, id: str) -> bool:
        """Whether what a command made is on the disk."""
        return id not in self._undurable

    def settled_thing(self, ref: int | str) -> Thing | None:
        """A thing that has left the state, by its entry's number or its own."""
        return self._departing.get(ref) or self.journal.reads.archived(ref)

    def entry(self, seq: int) -> Entry | None:
        """An entry that was decided."""
        under_way = (one.entry for unit in self._under_way() for one in unit.written if one.entry.seq == seq)
        found = next(under_way, None)
        if found is not None:
            return found
        line = self.journal.reads.line(seq)
        return decode(line) if line is not None else None

    def _under_way(self) -> Iterator[Unit]:
        yield from self._writing
        yield from (unit for unit, _, _ in self._waiting)

    # One commit after the other

    def _flush(self) -> None:
        """Give all that waits to the journal, as one commit."""
        self._flush_wanted = False
        if self._writing or self._ended:
            return
        try:
            if self._waiting:
                self._writing.extend(unit for unit, _, _ in self._waiting)
                batches = [Batch(made, things) for _, made, things in self._waiting]
                self._waiting.clear()
                self.journal.submit_all(batches)
        except WriteFailed as failure:
            self.fail(failure)

    def _report_commit(self, seq: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to tell
            self._loop.call_soon_threadsafe(self._committed, seq)

    def _report_failure(self, failure: WriteFailed) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.fail, failure)

    def _committed(self, seq: int) -> None:
        """All up to `seq` is on the disk: tell of it, and then start the next commit."""
        if self._ended:
            return
        units: list[Unit] = []
        while self._writing and self._writing[0].written[-1].entry.seq <= seq:
            units.append(self._writing.popleft())
        if not units:
            return
        for unit in units:
            self._undurable.pop(unit.written[0].entry.id, None)
        self._told(units)
        if not self._writing and not self._flush_wanted:
            # Whoever was just told may have more to say: it is heard in the next round, and goes into the same commit.
            # One large commit costs little more than a small one, and so does the frame that tells of it.
            self._flush_wanted = True
            self._loop.call_soon(self._loop.call_soon, self._flush)
        if not self._writing and not self._waiting:
            self._departing.clear()
            self._idle.set()

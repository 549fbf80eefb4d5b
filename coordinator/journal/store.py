"""The hub's journal: entries in, in order and for good; the same lines out, for as long as the file exists.

`submit` only queues. What was submitted counts when `committed` has been called with its number, and
not before (DESIGN 2, law 3).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from msgspec import Struct

from coordinator.incident.archive import Thing
from coordinator.journal.connect import create_file
from coordinator.journal.errors import BrokenChain, NotAJournal, WriteFailed, of_disk
from coordinator.journal.lines import GENESIS, digest
from coordinator.journal.lock import Lock
from coordinator.journal.reads import Decided, Head, Kept, Reads, Stored
from coordinator.journal.rows import Row
from coordinator.journal.writer import Batch, Keep, Writer, no_room

__all__ = ["Batch", "Decided", "Head", "Journal", "Kept", "Restored", "Stored"]


class Restored(Struct, frozen=True):
    """What a hub starts from: the newest good snapshot, if there is any, and the entries after it."""

    snapshot: Kept | None
    tail: Iterator[Stored]
    """Checked against the chain as it is read: raises BrokenChain."""


def _nobody(_: object) -> None:
    pass


class Journal:
    """One hub's journal. `committed` is told the last number on the disk, after each commit; `failed`, once, that
    nothing more will be written; `room` may make room on a full disk. All are called in the writer's thread.
    """

    def __init__(
        self,
        path: Path,
        committed: Callable[[int], None] = _nobody,
        failed: Callable[[WriteFailed], None] = _nobody,
        room: Callable[[], bool] = no_room,
    ) -> None:
        self.path = path
        with ExitStack() as undone:
            lock = undone.enter_context(Lock(path))
            self._writer = Writer(path, committed, failed, room)
            self._writer.start()
            undone.callback(self._writer.stop)
            self.reads = Reads(path)
            undone.pop_all()
        self._lock = lock
        self._head = self.reads.head()

    @classmethod
    def create(
        cls, path: Path, committed: Callable[[int], None] = _nobody,
        failed: Callable[[WriteFailed], None] = _nobody, room: Callable[[], bool] = no_room,
    ) -> Self:
        """A new journal. Raises NotAJournal where there is a file already."""
        try:
            create_file(path)
        except FileExistsError:
            raise NotAJournal(f"{path} exists already; a new journal does not replace a file") from None
        except OSError as error:
            wrong = WriteFailed if of_disk(error) else NotAJournal
            raise wrong(f"{path} cannot be made: {error.strerror}") from None
        return cls(path, committed, failed, room)

    @classmethod
    def open(
        cls, path: Path, committed: Callable[[int], None] = _nobody,
        failed: Callable[[WriteFailed], None] = _nobody, room: Callable[[], bool] = no_room,
    ) -> Self:
        """A journal that exists. Raises NotAJournal, or InUse while another process has it."""
        if not path.is_file():
            raise NotAJournal(f"there is no journal {path}")
        return cls(path, committed, failed, room)

    @property
    def head(self) -> Head:
        """The last entry that was submitted, committed or not."""
        return self._head

    @property
    def last_sign(self) -> datetime | None:
        """When whoever had it before last showed that it was alive; None if nobody had."""
        return self._lock.last_sign

    def show_life(self, at: datetime) -> None:
        """Leave a sign that it is in use, for whoever opens it after a crash."""
        self._lock.show_life(at)

    @property
    def failure(self) -> Exception | None:
        """What ended the writing, if anything did."""
        return self._writer.failure

    def submit(self, rows: Sequence[Row], things: Sequence[Thing] = ()) -> None:
        """Queue the rows of one decision, which must follow from the head, and the settled things it lets go of."""
        self.submit_all([Batch(rows, things)])

    def submit_all(self, batches: Sequence[Batch]) -> None:
        """Queue several decisions, which must follow from the head and from each other, for one transaction."""
        if self._writer.failure is not None:
            raise WriteFailed(str(self._writer.failure))
        for batch in batches:
            head, rows = self._head, batch.rows
            if rows[0].seq != head.seq + 1 or rows[0].line.rfind(f'"prev":"{head.digest}"') < 0:  # it is near the end
                raise BrokenChain(rows[0].seq, f"it was not made to follow entry {head.seq}")
            self._head = Head(rows[-1].seq, rows[-1].digest)
        self._writer.put(*batches)

    def keep(self, seq: int, digest: str, state: bytes) -> None:
        """Queue a snapshot: the frozen state after entry `seq`, whose line has this digest."""
        self._writer.put(Keep(seq, digest, state))

    def restored(self, *, snapshots: bool = True) -> Restored:
        """Where to start from. Without `snapshots`, from the first entry.

        Raises BrokenChain where the snapshot's entry is not what it was.
        """
        kept = next(self.reads.snapshots(), None) if snapshots else None
        if kept is None:
            return Restored(None, self.reads.chained(0, GENESIS))
        line = self.reads.line(kept.seq)
        if line is None or digest(line.encode()) != kept.digest:
            raise BrokenChain(kept.seq, "it is not the entry that the snapshot was made after")
        return Restored(kept, self.reads.chained(kept.seq, kept.digest))

    def settle(self) -> None:
        """Wait until all that was submitted so far has reached the disk, or failed to."""
        self._writer.settle()

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.reads.close()  # first, so that the last connection is the one that may tidy up
        self._writer.stop()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""A new journal that continues a broken one, or what is left of one: its good entries, and the last one's digest.

Law: the broken journal is not touched. Every good entry stands in the new one with its number, its time and its author,
so that what was ordered stays in force and M-47 stays M-47; only the first line differs, by the digest that it names,
and with it the chain. Nothing after the last good entry is taken over.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from coordinator.incident.archive import departed
from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.state import State
from coordinator.journal import verify
from coordinator.journal.former import continuing
from coordinator.journal.lines import decode
from coordinator.journal.lock import Lock
from coordinator.journal.reads import Decided, Reads
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from server.backup import CannotCopy, NotWhole, discard, publishing

UNKNOWN = ""
"""What a command said, where the broken journal cannot tell any more; sent again, it is refused, not decided twice."""


class Continued(Struct, frozen=True):
    """All up to entry `seq`, whose digest was this, was taken over; and what was wrong with the next, if anything."""

    seq: int
    digest: str
    fault: str

    def told(self, broken: Path) -> str:
        """What the new log says of it."""
        why = f"its entry {self.seq + 1} does not hold: {self.fault}" if self.fault else "it was whole up to there"
        return f"This log continues {broken.name} from entry {self.seq} ({self.digest[:16]}); {why}."


def continue_from(broken: Path, new: Path) -> Continued:
    """Make the new journal. Raises CannotCopy, NotWhole, JournalError."""
    if new.exists():
        raise CannotCopy(f"{new} exists already; leave out --continue-from to go on with it, or name another file")
    with Lock(broken):
        report = verify.replay(broken)
        if not report.seq:
            what = report.fault.what if report.fault is not None else "it is empty"
            raise NotWhole(f"{broken} has no good entry to continue from: {what}")
        beside = new.with_name(f".{new.name}.continued")
        discard(beside)
        with publishing(beside, new):
            _write(broken, beside, report.seq, report.digest)
            made = verify.replay(beside)
            if made.fault is not None or made.continues != report.seq:
                raise NotWhole(f"the copy of {broken} does not hold: {made.fault}")
    return Continued(report.seq, report.digest, report.fault.what if report.fault is not None else "")


def _write(broken: Path, to: Path, last: int, digest: str) -> None:
    state: State | None = None
    with closing(Reads(broken)) as reads, Journal.create(to) as journal:
        for batch, said in _batches(reads, last, digest):
            before = state
            for entry in batch:
                state = opened(entry) if state is None else evolve(state, entry)
            archives = any(entry.kind == "archive" for entry in batch)
            things = tuple(departed(before, state)) if archives and before is not None and state is not None else ()
            journal.submit(rows(batch, journal.head.digest, said), things)
        journal.settle()
        if journal.failure is not None:
            raise CannotCopy(str(journal.failure))


def _batches(reads: Reads, last: int, digest: str) -> Iterator[tuple[list[Entry], str]]:
    """The good entries by decision, the first one renamed, with the digest of what each command said."""
    seq = 1
    while seq <= last:
        first = _entry(reads, seq)
        known = _decided(reads, first.id) if first.id else None
        made = known.made if known is not None and known.seq == seq else 1
        batch = [first, *(_entry(reads, seq + place) for place in range(1, min(made, last - seq + 1)))]
        if seq == 1:
            batch[0] = continuing(first, digest)
        yield batch, known.content if known is not None else UNKNOWN
        seq += len(batch)


def _entry(reads: Reads, seq: int) -> Entry:
    line = reads.line(seq)
    if line is None:
        raise CannotCopy(f"entry {seq} can be verified and not be read; copy the file to another disk, and try again")
    return decode(line)


def _decided(reads: Reads, id: str) -> Decided | None:
    try:
        return reads.by_command(id)
    except sqlite3.DatabaseError:
        return None

"""Whether a log is whole. `chain` asks only whether each line follows from the one before; `replay` asks everything:
canonical form, the numbers, what each entry makes of the state, and the state digests kept in snapshot entries.

Both read a journal, a client's copy or an export; they trust nothing but the lines, and name the first fault. Where a
line stands as its digest, the chain goes on over it, and the state is that of the lines that are there.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Snapshot
from coordinator.incident.snapshot import freeze
from coordinator.incident.state import State
from coordinator.journal.errors import BadLine
from coordinator.journal.former import Former
from coordinator.journal.lines import GENESIS, decode, encode
from coordinator.journal.sources import EXPORTED, Source, source
from coordinator.journal.withheld import Withheld, withheld

__all__ = ["EXPORTED", "Fault", "Report", "chain", "replay"]

_PREV = b'"prev":"'

Each = Callable[[Entry | Withheld, State | None, State | None], None]
"""Is given each record that was found good, with the state before and after it, as far as there is one."""


class Fault(Struct, frozen=True, kw_only=True):
    """The first thing that is wrong, and at which entry."""

    seq: int
    what: str


class Report(Struct, frozen=True, kw_only=True):
    """What was found. `seq` and `digest` are of the last good entry."""

    seq: int
    digest: str
    replayed: bool
    snapshots: int = 0
    """Snapshot entries whose state digest was compared."""
    withheld: dict[str, int] = {}
    """How many lines stand as digests alone, by the reason."""
    continues: int = 0
    """The last entry that stands here from a former log, where this one continues one."""
    fault: Fault | None = None

    @property
    def whole(self) -> bool:
        return self.fault is None


def chain(path: Path) -> Report:
    """Check that each line follows from the one before. Raises NotAJournal."""
    with source(path) as log:
        return _Walk(log, None).report()


def replay(path: Path, each: Each | None = None) -> Report:
    """Check everything; whoever wants the operation's past besides is given `each` step of it. Raises NotAJournal."""
    with source(path) as log:
        report = _Walk(log, _Replay(each)).report()
        unclaimed = log.unclaimed() if report.whole else None
        if unclaimed is None:
            return report
        fault = Fault(seq=unclaimed, what="its command is not on record, and could be decided twice")
        return replace(report, fault=fault)


class _Replay:
    """The state that the entries so far make, and what is wrong with the next one."""

    def __init__(self, each: Each | None = None) -> None:
        self.state: State | None = None
        self._each = each
        self.snapshots = 0
        self.former = Former()
        self.partial = False
        """A line was withheld: what needs every line before it cannot be compared any more."""

    def fault(self, seq: int, line: bytes, kind: bytes) -> str:
        """What is wrong with this line as entry `seq`; empty if nothing is."""
        try:
            entry = decode(line)
            canonical = encode(entry)
        except BadLine as error:
            return str(error)
        if canonical != line:
            return "its line is not in canonical form"
        if entry.seq != seq:
            return f"it calls itself entry {entry.seq}"
        if kind and kind != entry.kind.encode():
            return f"the journal files it as {kind.decode('utf-8', 'replace')}, and it is a {entry.kind}"
        return self._compared(entry) or self._evolved(entry)

    def _compared(self, entry: Entry) -> str:
        if self.state is not None and entry.at < self.state.at:
            return "its time lies before that of the entry before it"
        if self.partial:
            return ""
        self.former.take(entry)
        if isinstance(entry.body, Snapshot) and self.state is not None:
            self.snapshots += 1
            if hashlib.sha256(freeze(self.state)).hexdigest() != entry.body.digest:
                return "the state that the log makes is not the one that the hub had"
        return ""

    def _evolved(self, entry: Entry) -> str:
        before = self.state
        if before is not None or not self.partial:
            try:
                self.state = opened(entry) if before is None else evolve(before, entry)
            except Exception as error:  # noqa: BLE001 - whatever a changed entry brings about is its fault
                return f"it does not fit what came before it ({str(error) or type(error).__name__})"
        self._tell(entry, before)
        return ""

    def over(self, record: Withheld) -> None:
        """Lines that are not here."""
        self.partial = True
        self._tell(record, self.state)

    def _tell(self, record: Entry | Withheld, before: State | None) -> None:
        if self._each is not None:
            self._each(record, before, self.state)


class _Walk:
    """From the first line on, to the last or the first fault."""

    def __init__(self, log: Source, replayed: _Replay | None) -> None:
        self._log = log
        self._replayed = replayed
        self._seq, self._expected = 0, GENESIS.encode()
        self._withheld: Counter[str] = Counter()

    def report(self) -> Report:
        """What was found."""
        what = self._first_fault()
        replayed = self._replayed
        if replayed is not None and not what and not replayed.partial and replayed.former.missing:
            self._seq, what = 0, "it names a log that it continues, and the entries are not that log's"
        return Report(
            seq=self._seq, digest=self._expected.decode(),
            replayed=replayed is not None and replayed.state is not None,
            snapshots=replayed.snapshots if replayed is not None else 0, withheld=dict(self._withheld),
            continues=replayed.former.seq if replayed is not None else 0,
            fault=Fault(seq=self._seq + 1, what=what) if what else None,
        )

    def _first_fault(self) -> str:
        try:
            with closing(self._log.raws()) as raws:
                for line, stored, kind in raws:
                    record = None if self._log.complete else withheld(line)
                    what = self._over(record) if record is not None else self._next(line, stored, kind)
                    if what:
                        return what
        except sqlite3.DatabaseError as error:
            return f"it cannot be read: {error}"
        return ""

    def _next(self, line: bytes, stored: bytes, kind: bytes) -> str:
        """One line more; what is wrong with it."""
        # The last `"prev":"` is the envelope's: no object comes after it, and quotes in strings are escaped.
        place = line.rfind(_PREV) + 8
        digest = hashlib.sha256(line).hexdigest().encode()
        if self._expected and line[place : place + 64] != self._expected:
            return "it does not follow from the entry before it; one of the two was changed, or one is missing"
        if stored and stored != digest:
            return "its line is not the one that was written"
        if self._replayed is not None and (what := self._replayed.fault(self._seq + 1, line, kind)):
            return what
        self._seq, self._expected = self._seq + 1, digest
        return ""

    def _over(self, record: Withheld) -> str:
        """Entries whose lines are not here: the next line must name the digest."""
        if record.begins != self._seq + 1:
            return f"a digest of entry {record.begins} stands there"
        if self._replayed is not None:
            self._replayed.over(record)
        self._withheld[record.reason] += record.count
        self._seq, self._expected = record.seq, record.digest.encode()
        return ""

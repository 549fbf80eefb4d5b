"""Whether a log is whole. `chain` asks only whether each line follows from the one before; `replay` asks everything:
canonical form, the numbers, what each entry makes of the state, and the state digests kept in snapshot entries.

Both read a journal, or an export of its lines; they trust nothing but the lines, and name the first fault.
"""

import hashlib
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Snapshot
from coordinator.incident.snapshot import freeze
from coordinator.incident.state import State
from coordinator.journal.connect import reading
from coordinator.journal.errors import BadLine, NotAJournal
from coordinator.journal.former import Former
from coordinator.journal.lines import GENESIS, decode, encode
from coordinator.journal.schema import check

EXPORTED = "log.jsonl"
"""The lines of an export, in its folder."""
SQLITE = b"SQLite format 3\0"
"""How a journal's file begins."""
_PREV = b'"prev":"'

_RAWS = "SELECT coalesce(line, ''), coalesce(digest, ''), coalesce(kind, '') FROM entries ORDER BY seq"
"""In a damaged file even what is declared NOT NULL may be missing."""
_UNCLAIMED = """
SELECT entries.seq FROM entries LEFT JOIN commands ON commands.id = json_extract(line, '$.id')
WHERE json_extract(line, '$.id') IS NOT NULL AND commands.seq IS NOT entries.seq ORDER BY entries.seq LIMIT 1
"""
"""An entry whose command, sent once more, would be decided once more."""

Raw = tuple[bytes, bytes, bytes]
"""A line, and the digest and kind that a journal keeps beside it (empty in an export)."""


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
    continues: int = 0
    """The last entry that stands here from a former log, where this one continues one."""
    fault: Fault | None = None

    @property
    def whole(self) -> bool:
        return self.fault is None


def chain(path: Path) -> Report:
    """Check that each line follows from the one before. Raises NotAJournal."""
    with _source(path) as source:
        return _walk(source, None)


def replay(path: Path) -> Report:
    """Check everything. Raises NotAJournal."""
    with _source(path) as source:
        report = _walk(source, _Replay())
        unclaimed = source.unclaimed() if report.whole else None
        if unclaimed is None:
            return report
        fault = Fault(seq=unclaimed, what="its command is not on record, and could be decided twice")
        return replace(report, fault=fault)


class _Replay:
    """The state that the entries so far make, and what is wrong with the next one."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.snapshots = 0
        self.former = Former()

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
        self.former.take(entry)
        if isinstance(entry.body, Snapshot) and self.state is not None:
            self.snapshots += 1
            if hashlib.sha256(freeze(self.state)).hexdigest() != entry.body.digest:
                return "the state that the log makes is not the one that the hub had"
        return ""

    def _evolved(self, entry: Entry) -> str:
        try:
            self.state = opened(entry) if self.state is None else evolve(self.state, entry)
        except Exception as error:  # noqa: BLE001 - whatever a changed entry brings about is its fault
            return f"it does not fit what came before it ({str(error) or type(error).__name__})"
        return ""


class _Journal:
    """The lines of a journal, all as of one moment, whether or not a hub goes on writing."""

    def __init__(self, path: Path) -> None:
        self._connection = reading(path, check)
        self._connection.text_factory = bytes

    def raws(self) -> Generator[Raw]:
        self._connection.execute("BEGIN")
        yield from self._connection.execute(_RAWS)

    def unclaimed(self) -> int | None:
        found = self._connection.execute(_UNCLAIMED).fetchone()
        return int(found[0]) if found else None

    def close(self) -> None:
        self._connection.close()


class _Export:
    """The lines of an export."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def raws(self) -> Generator[Raw]:
        for line in self._file:
            yield line.removesuffix(b"\n"), b"", b""

    def unclaimed(self) -> int | None:
        """An export has no commands of its own: they stand in the lines."""
        return None

    def close(self) -> None:
        self._file.close()


@contextmanager
def _source(path: Path) -> "Iterator[_Journal | _Export]":
    path = path / EXPORTED if path.is_dir() else path
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE))
    except OSError as error:
        raise NotAJournal(f"{path} cannot be read: {error.strerror}") from None
    if start != SQLITE and not start.startswith(b"{"):
        raise NotAJournal(f"{path} is neither a journal nor an export of one")
    with closing(_Journal(path) if start == SQLITE else _Export(path)) as source:
        yield source


def _walk(source: _Journal | _Export, replayed: _Replay | None) -> Report:
    seq, expected, what = 0, GENESIS.encode(), ""
    try:
        with closing(source.raws()) as raws:
            for line, stored, kind in raws:
                # The last `"prev":"` is the envelope's: no object comes after it, and quotes in strings are escaped.
                place = line.rfind(_PREV) + 8
                digest = hashlib.sha256(line).hexdigest().encode()
                if line[place : place + 64] != expected:
                    what = "it does not follow from the entry before it; one of the two was changed, or one is missing"
                elif stored and stored != digest:
                    what = "its line is not the one that was written"
                elif replayed is not None:
                    what = replayed.fault(seq + 1, line, kind)
                if what:
                    break
                seq, expected = seq + 1, digest
    except sqlite3.DatabaseError as error:
        what = f"it cannot be read: {error}"
    if replayed is not None and not what and replayed.former.missing:
        seq, what = 0, "it names a log that it continues, and the entries are not that log's"
    return Report(
        seq=seq, digest=expected.decode(), replayed=replayed is not None,
        snapshots=replayed.snapshots if replayed is not None else 0,
        continues=replayed.former.seq if replayed is not None else 0,
        fault=Fault(seq=seq + 1, what=what) if what else None,
    )

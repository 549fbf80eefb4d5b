"""Where the lines of a log can be read from: a hub's journal, a client's copy, an export; each as of one moment.

Law: nothing is written, whoever else has the file open; all three give the same lines, and an entry whose line
is not there is given as its digest (withheld.py).
"""

import sqlite3
import zlib
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from coordinator.incident.roster import Roster
from coordinator.journal.connect import reading
from coordinator.journal.errors import NotAJournal
from coordinator.journal.lines import prev_of
from coordinator.journal.local import APPLICATION_ID as COPY
from coordinator.journal.schema import check
from coordinator.journal.withheld import Withheld, withheld

EXPORTED = "log.jsonl"
"""The lines of an export, in its folder."""
NOT_HERE = "not in this copy"
SQLITE = b"SQLite format 3\0"
"""How a journal's file begins."""

_RAWS = "SELECT coalesce(line, ''), coalesce(digest, ''), coalesce(kind, '') FROM entries ORDER BY seq"
"""In a damaged file even what is declared NOT NULL may be missing."""
_UNCLAIMED = """
SELECT entries.seq FROM entries LEFT JOIN commands ON commands.id = json_extract(line, '$.id')
WHERE json_extract(line, '$.id') IS NOT NULL AND commands.seq IS NOT entries.seq ORDER BY entries.seq LIMIT 1
"""
"""An entry whose command, sent once more, would be decided once more."""
_KNOWN = "SELECT seq, digest FROM heads UNION SELECT seq, digest FROM rest ORDER BY seq"
"""Where a copy began anew, and where the state that it kept stands."""
_BETWEEN = "SELECT line FROM entries WHERE seq BETWEEN ? AND ? AND line IS NOT NULL ORDER BY seq"

Raw = tuple[bytes, bytes, bytes]
"""A line, and the digest and kind that a journal keeps beside it (empty elsewhere)."""


class Beside(Struct, frozen=True):
    """What a copy knows of its log beside its lines, for one that has not the first."""

    log: str = ""
    """The log's id."""
    roster: Roster | None = None
    """The roster as its owner had it last."""


class _Kept(Struct, frozen=True):
    """Of the state that a copy keeps, what is read here."""

    roster: Roster


class Source(Protocol):
    """A log to be read."""

    complete: bool
    """Whether every entry's line must be there."""

    def raws(self) -> Generator[Raw]:
        """All lines, from the first."""
        ...

    def between(self, first: int, last: int) -> list[bytes]:
        """The entries' lines from `first` to `last`, both included, as far as they are here. For the same thread."""
        ...

    def unclaimed(self) -> int | None:
        """The first entry whose command is not on record."""
        ...

    def beside(self) -> Beside:
        """What is known beside the lines."""
        ...

    def close(self) -> None: ...


class _Journal:
    """The lines of a journal, all as of one moment, whether or not a hub goes on writing."""

    complete = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        check(connection)
        self._connection = connection
        self._connection.text_factory = bytes

    def raws(self) -> Generator[Raw]:
        self._connection.execute("BEGIN")
        yield from self._connection.execute(_RAWS)

    def between(self, first: int, last: int) -> list[bytes]:
        return _between(self._connection, first, last)

    def unclaimed(self) -> int | None:
        found = self._connection.execute(_UNCLAIMED).fetchone()
        return int(found[0]) if found else None

    def beside(self) -> Beside:
        """Nothing: the lines say it all."""
        return Beside()

    def close(self) -> None:
        self._connection.close()


class _Copy:
    """The lines that a client's copy has; it may begin anywhere, and anew."""

    complete = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def raws(self) -> Generator[Raw]:
        self._connection.execute("BEGIN")
        operator = self._about("operator")
        known, last = dict(self._connection.execute(_KNOWN).fetchall()), 0
        for seq, digest, line in self._connection.execute("SELECT seq, digest, line FROM entries ORDER BY seq"):
            if seq > last + 1:
                before = known.get(seq - 1) or prev_of((line or "").encode())
                yield _missing(last + 1, seq - 1, before)
            hidden = Withheld(digest=digest, reason=f"not for {operator}", seq=seq)
            yield (line.encode() if line is not None else hidden.line), b"", b""
            last = seq
        end = max(known, default=0)
        if end > last:
            yield _missing(last + 1, end, known[end])

    def between(self, first: int, last: int) -> list[bytes]:
        return _between(self._connection, first, last)

    def reach(self) -> str:
        """Whose it is, and how far it goes."""
        (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        return f"{self._about('operator')}'s, up to entry {last}"

    def unclaimed(self) -> int | None:
        """Commands are the hub's to remember."""
        return None

    def beside(self) -> Beside:
        """The log's id, and the roster of the state that it kept."""
        kept = self._connection.execute("SELECT state FROM rest").fetchone()
        try:
            roster = msgspec.json.decode(zlib.decompress(kept[0]), type=_Kept, strict=False).roster if kept else None
        except (zlib.error, msgspec.MsgspecError):
            roster = None
        return Beside(self._about("log"), roster)

    def _about(self, name: str) -> str:
        found = self._connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else "?"

    def close(self) -> None:
        self._connection.close()


class _Export:
    """The lines of an export."""

    complete = False

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._starts = array("Q")
        """Where the line of each entry begins; where one stands for several, of each of them."""

    def raws(self) -> Generator[Raw]:
        self._file.seek(0)
        for line in self._file:
            yield line.removesuffix(b"\n"), b"", b""

    def between(self, first: int, last: int) -> list[bytes]:
        if not self._starts:
            self._measure()
        if first > min(last, len(self._starts)):
            return []
        self._file.seek(self._starts[first - 1])
        ends = self._starts[last] if last < len(self._starts) else None
        lines = self._file.read(-1 if ends is None else ends - self._starts[first - 1]).split(b"\n")
        return [line for line in lines if line and withheld(line) is None]

    def _measure(self) -> None:
        place = 0
        for line, *_ in self.raws():
            hidden = withheld(line)
            self._starts.extend([place] * (hidden.count if hidden is not None else 1))
            place += len(line) + 1

    def unclaimed(self) -> int | None:
        """An export has no commands of its own: they stand in the lines."""
        return None

    def beside(self) -> Beside:
        """Nothing: the lines say it all."""
        return Beside()

    def close(self) -> None:
        self._file.close()


def _between(connection: sqlite3.Connection, first: int, last: int) -> list[bytes]:
    lines = (line for (line,) in connection.execute(_BETWEEN, (first, last)).fetchall())
    return [line if isinstance(line, bytes) else line.encode() for line in lines]


def _missing(first: int, last: int, digest: str) -> Raw:
    record = Withheld(digest=digest, reason=NOT_HERE, seq=last, first=first if first < last else None)
    return record.line, b"", b""


@contextmanager
def source(path: Path) -> Iterator[Source]:
    """A log to be read: a journal, a copy, an export's folder or its lines. Raises NotAJournal."""
    path = _in_folder(path) if path.is_dir() else path
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE))
    except OSError as error:
        raise NotAJournal(f"{path} cannot be read: {error.strerror}") from None
    if start != SQLITE and not start.startswith(b"{"):
        raise NotAJournal(f"{path} is neither a journal nor an export of one")
    with closing(_database(path) if start == SQLITE else _Export(path)) as found:
        yield found


def _in_folder(folder: Path) -> Path:
    """An export's lines. Raises NotAJournal, naming what else lies there."""
    if not (folder / EXPORTED).exists():
        logs = [_named(path) for path in sorted(folder.iterdir()) if path.suffix in (".journal", ".db")]
        instead = f"name one of {', '.join(logs)} in it" if logs else "and it holds no log"
        raise NotAJournal(f"{folder} is no export; {instead}")
    return folder / EXPORTED


def _named(path: Path) -> str:
    """A log's file, of a copy with whose it is and how far it goes: nobody knows copies by their names."""
    with suppress(NotAJournal, sqlite3.Error), source(path) as found:
        if isinstance(found, _Copy):
            return f"{path.name} ({found.reach()})"
    return path.name


def _database(path: Path) -> Source:
    """A journal, or a client's copy: the file says which."""
    kind: list[int] = []

    def ask(connection: sqlite3.Connection) -> None:
        kind.extend(connection.execute("PRAGMA application_id").fetchone())

    try:
        connection = reading(path, ask)
    except sqlite3.DatabaseError as error:
        raise NotAJournal(f"{path} cannot be read: {error}") from None
    try:
        return _Copy(connection) if kind[-1] == COPY else _Journal(connection)
    except BaseException:
        connection.close()
        raise

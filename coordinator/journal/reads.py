"""Reading the journal, through a connection that cannot write. For the thread that made it.

No statement is left half read: one that is would keep the journal's side file growing.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coordinator.incident.archive import Thing
from coordinator.journal.connect import reading
from coordinator.journal.errors import BrokenChain
from coordinator.journal.lines import GENESIS, digest, prev_of
from coordinator.journal.search import Search
from coordinator.journal.views import selecting

_PAGE = 1000


class Head(NamedTuple):
    """The last entry's number and its line's digest."""

    seq: int
    digest: str


class Stored(NamedTuple):
    """An entry as it is stored."""

    seq: int
    line: str
    digest: str


class Decided(NamedTuple):
    """A command that has been decided: the digest of what it said, its first entry, and how many it made."""

    content: str
    seq: int
    made: int


class Kept(NamedTuple):
    """A snapshot: the state after entry `seq`, whose line has this digest."""

    seq: int
    digest: str
    state: bytes


class Reads:
    def __init__(self, path: Path) -> None:
        from coordinator.journal.schema import check  # only who opens a journal needs what makes one

        self._connection = reading(path, check)
        self._search = Search(self._connection)

    def close(self) -> None:
        self._search.close()
        self._connection.close()

    def head(self) -> Head:
        """The last entry, or (0, GENESIS) in an empty journal."""
        last = self._connection.execute("SELECT seq, digest FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(*last) if last else Head(0, GENESIS)

    def line(self, seq: int) -> str | None:
        found = self._connection.execute("SELECT line FROM entries WHERE seq = ?", (seq,)).fetchone()
        return found[0] if found else None

    def lines(self, first: int, last: int) -> list[Stored]:
        """The entries from `first` to `last`, both included, as far as there are any."""
        return self._stored("SELECT seq, line, digest FROM entries WHERE seq BETWEEN ? AND ? ORDER BY seq", first, last)

    def lines_of(self, kinds: Sequence[str], first: int, last: int) -> list[Stored]:
        """Those of `lines` that are of these kinds."""
        marks = ",".join("?" * len(kinds))
        where = f"seq BETWEEN ? AND ? AND +kind IN ({marks})"
        sql = f"SELECT seq, line, digest FROM entries WHERE {where} ORDER BY seq"  # noqa: S608 - question marks alone
        return self._stored(sql, first, last, *kinds)

    def page(self, before: int, limit: int) -> list[Stored]:
        """The `limit` entries before that number, newest first."""
        sql = "SELECT seq, line, digest FROM entries WHERE seq < ? ORDER BY seq DESC LIMIT ?"
        return self._stored(sql, before, limit)

    def by_command(self, id: str) -> Decided | None:
        """What became of the command with that id, however long ago."""
        found = self._connection.execute("SELECT content, seq, made FROM commands WHERE id = ?", (id,)).fetchone()
        return Decided(*found) if found else None

    def commands(self, after: str, limit: int) -> list[str]:
        """The ids of decided commands that come after that one, in the order of their letters."""
        sql = "SELECT id FROM commands WHERE id > ? ORDER BY id LIMIT ?"
        return [id for (id,) in self._connection.execute(sql, (after, limit)).fetchall()]

    def of_kind(self, kind: str) -> list[Stored]:
        """The entries of that kind, oldest first."""
        return self._stored("SELECT seq, line, digest FROM entries WHERE kind = ? ORDER BY seq", kind)

    def entries_of(self, kind: str) -> int:
        """How many entries there are of that kind."""
        (count,) = self._connection.execute("SELECT count(*) FROM entries WHERE kind = ?", (kind,)).fetchone()
        return int(count)

    def search(self, query: str, before: int | None = None, limit: int = 50) -> list[Stored]:
        """Entries that hold all of the query's words, newest first.

        `"two words"` stand together, `bridg*` begins a word (with four letters or more); nothing else has a meaning.
        """
        return [
            found for seq in self._search.find(query, before, limit) for found in self.lines(seq, seq)
        ]

    def view(self, name: str) -> list[dict[str, str | int | None]]:
        """The rows of one of the views (views.py), by column."""
        cursor = self._connection.execute(selecting(name))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def archived(self, ref: int | str) -> Thing | None:
        """The settled thing of that entry or short number, as it was when the hub let go of it."""
        column = "seq" if isinstance(ref, int) else "number"
        sql = f"SELECT seq, number, kind, thing FROM archived WHERE {column} = ?"  # noqa: S608 - one of two names
        found = self._connection.execute(sql, (ref,)).fetchone()
        return Thing(*found) if found else None

    def snapshots(self) -> Iterator[Kept]:
        """The snapshots that are still what was kept, newest first."""
        for (seq,) in self._connection.execute("SELECT seq FROM snapshots ORDER BY seq DESC").fetchall():
            line_digest, state_digest, packed = self._connection.execute(
                "SELECT digest, state_digest, state FROM snapshots WHERE seq = ?", (seq,)
            ).fetchone()
            try:
                state = zlib.decompress(packed)
            except zlib.error:
                continue
            if hashlib.sha256(state).hexdigest() == state_digest:
                yield Kept(seq, line_digest, state)

    def chained(self, after: int, expected: str) -> Iterator[Stored]:
        """The entries after number `after`, whose line has the digest `expected`, each checked against the one before.

        Raises BrokenChain at the first entry that does not follow.
        """
        while page := self._page_of_chain(after):
            for stored in page:
                line = (stored.line or "").encode()
                if stored.seq != after + 1:
                    raise BrokenChain(after + 1, "it is missing")
                if prev_of(line) != expected:
                    raise BrokenChain(stored.seq, "it does not follow from the one before; one of the two was changed")
                after, expected = stored.seq, digest(line)
                if expected != stored.digest:
                    raise BrokenChain(stored.seq, "its line is not the one that was written")
                yield stored

    def _page_of_chain(self, after: int) -> list[Stored]:
        try:
            return self.lines(after + 1, after + _PAGE)
        except sqlite3.DatabaseError as error:
            raise BrokenChain(after + 1, f"it, or one soon after it, cannot be read: {error}") from None

    def _stored(self, sql: str, *values: str | int) -> list[Stored]:
        return [Stored(*row) for row in self._connection.execute(sql, values).fetchall()]

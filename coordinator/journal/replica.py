"""The copy of the log as one operator may see it: every digest, and the lines that are not hidden.

It follows from what it holds already, entry by entry, or it is refused: a log that differs from the one
that was received before is forked, and never merged.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence

from coordinator.journal.errors import BrokenChain, ForkedLog
from coordinator.journal.lines import GENESIS, decode, digest, prev_of
from coordinator.journal.local import Local
from coordinator.journal.reads import Head, Kept, Stored
from coordinator.journal.rows import words

_PAGE = 500


class Replica:
    def __init__(self, local: Local) -> None:
        self._local = local
        self._connection = local.connection
        self._head = self._found_head()

    @property
    def head(self) -> Head | None:
        """The last entry that is here; None in an empty copy."""
        return self._head

    def begin(self, seq: int, digest: str, state: bytes) -> None:
        """Go on from a state that the hub sent, after entry `seq`. What is here of earlier entries stays."""
        if self._head is not None and seq < self._head.seq:
            raise ForkedLog(seq, f"the hub's log ends before entry {self._head.seq}, which it had sent")
        known = self._digest(seq)
        if known is not None and known != digest:
            raise ForkedLog(seq, "the hub says that it is another entry than it was")
        with self._local.lightly() as connection:
            connection.execute("INSERT OR IGNORE INTO heads (seq, digest) VALUES (?, ?)", (seq, digest))
            self._rest(seq, digest, state)
        self._head = Head(seq, digest)

    def rest(self, state: bytes) -> None:
        """Keep the state that all lines which are here make, so that the next start is quick."""
        if self._head is not None:
            with self._local.lightly():
                self._rest(*self._head, state)

    def append(self, first: int, items: Sequence[str]) -> int:
        """Take consecutive entries from number `first` on: lines, or the digests of hidden ones.

        Those that are here already are passed over; tells how many were new. An empty copy may begin anywhere.
        Raises ForkedLog, or BrokenChain where entries are missing in between.
        """
        head = self._head or Head(first - 1, GENESIS if first == 1 else _before(items))
        if first > head.seq + 1:
            raise BrokenChain(first, f"entries {head.seq + 1} to {first - 1} are missing before it")
        rows: list[tuple[int, str, str | None, int]] = []
        arrival = self._arrivals()
        for item in items[head.seq + 1 - first :]:
            head = _after(head, item)
            rows.append((head.seq, head.digest, item if item.startswith("{") else None, arrival + len(rows) + 1))
        if rows:
            with self._local.lightly() as connection:
                connection.executemany("INSERT INTO entries (seq, digest, line, arrival) VALUES (?, ?, ?, ?)", rows)
            self._head = head
        return len(rows)

    def reveal(self, lines: Iterable[str]) -> None:
        """Take lines that were hidden. One that lies before the copy's beginning is not kept.

        Raises ForkedLog where one is not the line whose digest was received.
        """
        arrival = self._arrivals()
        with self._local.lightly() as connection:
            for number, line in enumerate(lines, start=1):
                seq, mine = decode(line).seq, digest(line.encode())
                known = self._digest(seq)
                if known is not None and known != mine:
                    raise ForkedLog(seq, "the line is not the one whose digest the hub sent before")
                connection.execute(
                    "UPDATE entries SET line = ?, arrival = ? WHERE seq = ? AND line IS NULL",
                    (line, arrival + number, seq),
                )

    def forget(self) -> None:
        """Empty the copy: the hub has it all. The heads stay."""
        with self._local.lightly() as connection:
            connection.execute("INSERT OR IGNORE INTO heads SELECT seq, digest FROM entries ORDER BY seq DESC LIMIT 1")
            connection.execute("DELETE FROM entries")
            connection.execute("DELETE FROM rest")
        self._head = None

    def restored(self) -> tuple[Kept | None, list[str]]:
        """The state that was kept last, and the lines that came after it, in the order they came.

        A copy whose beginning is missing is emptied, so ask for this before the head.
        """
        found = self._connection.execute("SELECT seq, digest, arrival, state FROM rest").fetchone()
        kept, since = None, 0
        if found is not None:
            seq, at, since, packed = found
            kept = _whole(seq, at, packed)
        if kept is None and not self._begins_at_the_beginning():
            self.forget()
            return None, []
        since = since if kept is not None else 0
        lines = self._connection.execute(
            "SELECT line FROM entries WHERE arrival > ? AND line IS NOT NULL ORDER BY arrival", (since,)
        ).fetchall()
        return kept, [line for (line,) in lines]

    def hidden(self) -> dict[int, str]:
        """The digests of the entries whose lines are hidden."""
        return dict(self._connection.execute("SELECT seq, digest FROM entries WHERE line IS NULL").fetchall())

    def heads(self) -> list[Head]:
        """Entries at which the copy began anew, and the last one: what the hub cannot take back unseen."""
        began = self._connection.execute("SELECT seq, digest FROM heads ORDER BY seq").fetchall()
        return [Head(*row) for row in began] + ([self._head] if self._head is not None else [])

    def line(self, seq: int) -> str | None:
        """The line of that entry, if it is here and not hidden."""
        found = self._connection.execute("SELECT line FROM entries WHERE seq = ?", (seq,)).fetchone()
        return found[0] if found else None

    def page(self, before: int, limit: int) -> list[Stored]:
        """The `limit` visible entries before that number, newest first."""
        sql = "SELECT seq, line, digest FROM entries WHERE seq < ? AND line IS NOT NULL ORDER BY seq DESC LIMIT ?"
        return [Stored(*row) for row in self._connection.execute(sql, (before, limit)).fetchall()]

    def search(self, query: str, before: int | None = None, limit: int = 50) -> list[Stored]:
        """Visible entries that hold all of the query's words, newest first; for use while there is no link."""
        wanted = query.casefold().split()
        found: list[Stored] = []
        for stored in self._newest_first(2**62 if before is None else before):
            if wanted and holds(stored.line, wanted):
                found.append(stored)
                if len(found) == limit:
                    break
        return found

    def _newest_first(self, before: int) -> Iterator[Stored]:
        while page := self.page(before, _PAGE):
            yield from page
            before = page[-1].seq

    def _rest(self, seq: int, digest: str, state: bytes) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO rest (one, seq, digest, arrival, state) VALUES (1, ?, ?, ?, ?)",
            (seq, digest, self._arrivals(), zlib.compress(state, 1)),
        )

    def _begins_at_the_beginning(self) -> bool:
        (whole,) = self._connection.execute("SELECT count(*) = coalesce(max(seq), 0) FROM entries").fetchone()
        return bool(whole)

    def _arrivals(self) -> int:
        (last,) = self._connection.execute("SELECT coalesce(max(arrival), 0) FROM entries").fetchone()
        return int(last)

    def _digest(self, seq: int) -> str | None:
        found = self._connection.execute(
            "SELECT digest FROM entries WHERE seq = ?1 UNION ALL SELECT digest FROM heads WHERE seq = ?1", (seq,)
        ).fetchone()
        return found[0] if found else None

    def _found_head(self) -> Head | None:
        found = self._connection.execute(
            "SELECT seq, digest FROM entries UNION ALL SELECT seq, digest FROM rest ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return Head(*found) if found else None


def _before(items: Sequence[str]) -> str:
    """What the first of these items says of the entry before it, if it is not hidden."""
    return prev_of(items[0].encode()) if items and items[0].startswith("{") else ""


def _whole(seq: int, digest: str, packed: bytes) -> Kept | None:
    try:
        return Kept(seq, digest, zlib.decompress(packed))
    except zlib.error:
        return None


def _after(head: Head, item: str) -> Head:
    """The head after one item more."""
    if not item.startswith("{"):
        return Head(head.seq + 1, item)
    line = item.encode()
    if prev_of(line) != head.digest:
        raise ForkedLog(head.seq + 1, "it does not follow from the entry that was received before it")
    return Head(head.seq + 1, digest(line))


def holds(line: str, wanted: list[str]) -> bool:
    """Whether an entry says all of these words; the line is looked at first, because that is quick."""
    raw = line.casefold()
    if not all(word in raw for word in wanted if word.isalnum()):
        return False
    said = words(decode(line)).casefold()
    return all(word in said for word in wanted)

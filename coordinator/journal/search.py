"""Full-text search. The index follows the log at a distance, so that no acknowledgement waits for it; what it
does not reach yet is indexed here, in memory, by the same rules. Each search sees every entry that is on the disk.
"""

import re
import sqlite3
from contextlib import suppress

from coordinator.journal.errors import BadLine
from coordinator.journal.lines import decode
from coordinator.journal.rows import words

INDEX = """CREATE VIRTUAL TABLE search USING fts5 (
    words, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'
)"""
"""The index alone: the words stand in the lines already. Its rowid is the entry's number."""
TERMS = 16
"""Words of a query that are looked for."""
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_BEGINNING = 4
"""Letters of a word's beginning (`bridg*`) that are looked for: fewer would gather half of the index."""
_FIND = "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
_LAST = 2**62


def searchable(line: str) -> str:
    """The words of an entry; none of a line that is no entry, which is for others to find out."""
    with suppress(BadLine):
        return words(decode(line))
    return ""


def terms(query: str) -> list[str]:
    """The query's words, each quoted, so that nothing in it is an operator."""
    found: list[str] = []
    for match in _TERM.finditer(query.replace("\0", " ")):
        phrase, word = match[1], match[2]
        if any(char.isalnum() for char in phrase or word or ""):
            begins = bool(word) and word.endswith("*") and len(word) > _BEGINNING
            found.append(f'"{phrase or word}"*' if begins else f'"{phrase or word}"')
    return found[:TERMS]


class Search:
    """Searches one journal, through a connection that reads it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._recent = sqlite3.connect(":memory:", isolation_level=None)
        self._recent.execute(INDEX)
        self._from = self._to = 0
        """What is in memory: the entries after `_from`, up to `_to`."""

    def close(self) -> None:
        self._recent.close()

    def find(self, query: str, before: int | None, limit: int) -> list[int]:
        """The numbers of the entries before that one that hold all of the query's words, newest first."""
        wanted = " ".join(terms(query))
        if not wanted:
            return []
        before = _LAST if before is None else before
        (reach,) = self._connection.execute("SELECT seq FROM indexed").fetchone()
        newest = self._recent_hits(wanted, reach, before, limit) if before > reach + 1 else []
        older = self._connection.execute(_FIND, (wanted, min(before, reach + 1), limit - len(newest))).fetchall()
        return newest + [seq for (seq,) in older]

    def _recent_hits(self, wanted: str, reach: int, before: int, limit: int) -> list[int]:
        if reach != self._from:
            self._recent.execute("INSERT INTO search (search) VALUES ('delete-all')")
            self._from = self._to = reach
        sql = "SELECT seq, line FROM entries WHERE seq > ? ORDER BY seq"
        for seq, line in self._connection.execute(sql, (self._to,)).fetchall():
            self._recent.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (seq, searchable(line)))
            self._to = seq
        return [seq for (seq,) in self._recent.execute(_FIND, (wanted, before, limit)).fetchall()]

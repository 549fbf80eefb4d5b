"""The file where a client keeps what is its own: the copy of one log as one operator may see it, and the outbox.

One program holds a file at a time. A second one of the same operator gets a file of its own; whoever starts
next takes over what a program that ended left undecided, so that nothing waits in a file that nobody opens.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from coordinator.journal.connect import atomic, create_file, writing
from coordinator.journal.errors import InUse, NotAJournal
from coordinator.journal.lock import Lock

APPLICATION_ID = 0x436F4A6C
"""`CoJl`, at byte 68 of the file."""
VERSION = 1
"""Kept as `user_version`; one more with each step below."""
FILES = 16
"""Programs of one operator on one machine."""

class Local:
    """An open file, for the thread that opened it."""

    def __init__(self, path: Path, log: str, operator: str) -> None:
        """Open the file, or make it. Raises InUse, or NotAJournal where it is of another log or operator."""
        self.path = path
        self._lock = Lock(path)
        try:
            self.connection = _opened(path)
            self._introduce(log, operator)
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def claim(cls, folder: Path, name: str, log: str, operator: str) -> Self:
        """The first file of that name that no other program holds: `name.db`, `name-2.db`, …"""
        for path in paths(folder, name):
            try:
                return cls(path, log, operator)
            except InUse:
                continue
        raise InUse(f"{FILES} programs of {operator} are open already; end one of them")

    @contextmanager
    def lightly(self) -> Iterator[sqlite3.Connection]:
        """A transaction that a power cut may undo, but not tear: for what the hub can send again."""
        self.connection.execute("PRAGMA synchronous=NORMAL")
        try:
            with atomic(self.connection):
                yield self.connection
        finally:
            self.connection.execute("PRAGMA synchronous=FULL")

    def close(self) -> None:
        self.connection.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _introduce(self, log: str, operator: str) -> None:
        about = dict(self.connection.execute("SELECT name, value FROM about").fetchall())
        if not about:
            with atomic(self.connection):
                self.connection.execute("INSERT INTO about VALUES ('log', ?), ('operator', ?)", (log, operator))
        elif about != {"log": log, "operator": operator}:
            self.connection.close()
            raise NotAJournal(f"{self.path} is {about.get('operator')}'s copy of another log; use another file")


def paths(folder: Path, name: str) -> list[Path]:
    """The files that may bear that name."""
    return [folder / f"{name}.db", *(folder / f"{name}-{number}.db" for number in range(2, FILES + 1))]


def _opened(path: Path) -> sqlite3.Connection:
    if not path.exists():
        create_file(path)
    connection = writing(path)
    try:
        if _check(connection, path) < VERSION:
            from coordinator.journal.local_steps import bring_up  # a file that is up to date spares the import

            bring_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the file's tables."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application not in (0, APPLICATION_ID):
        raise NotAJournal(f"{path} is no client's copy: another program made it")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NotAJournal(f"{path} was written by a newer release; use that one")
    return int(version)

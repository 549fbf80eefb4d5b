"""Connections to SQLite: exactly one that writes, in the thread that made it; every other only reads.

What durability needs is set, and read back: a setting that SQLite did not take stops us.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from coordinator.journal.errors import BadSettings, NotAJournal

LEAST_SQLITE = (3, 38, 0)
"""STRICT tables, and JSON functions in every build."""

_SETTINGS: dict[str, tuple[str | int, str | int]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "cell_size_check": ("ON", 1),
    "mmap_size": (0, 0),
    "recursive_triggers": ("ON", 1),
}
"""Pragma: what is set, and what it then must read. Recursive triggers see the deletion in INSERT OR REPLACE."""

_STATEMENTS_KEPT = 256


def create_file(path: Path) -> None:
    """An empty file that only its owner may read, and that is in its folder after a power cut too."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes. Transactions are begun and ended in so many words."""
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        raise BadSettings(f"SQLite {sqlite3.sqlite_version} is too old; {'.'.join(map(str, LEAST_SQLITE))} is needed")
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, cached_statements=_STATEMENTS_KEPT
    )
    try:
        _settle(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def reading(path: Path, check: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """A connection that cannot write, to a file that passes the check. Raises NotAJournal."""
    try:
        return _reader(f"file:{quote(str(path))}?mode=ro", check)
    except sqlite3.OperationalError as error:
        # At rest in a folder that we may not write to, SQLite cannot make its shared memory, and needs none.
        if not path.is_file() or Path(f"{path}-wal").exists():
            raise NotAJournal(f"{path} cannot be read: {error}") from None
        return _reader(f"file:{quote(str(path))}?mode=ro&immutable=1", check)


def _reader(address: str, check: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA mmap_size=0").fetchall()
        check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: sqlite3.Connection, path: Path) -> None:
    for name, (value, expected) in _SETTINGS.items():
        try:
            connection.execute(f"PRAGMA {name}={value}").fetchall()
            (got,) = connection.execute(f"PRAGMA {name}").fetchone() or (expected,)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname == "SQLITE_NOTADB":
                raise NotAJournal(f"{path} is not a journal: it is no SQLite file") from None
            raise
        if got != expected:
            raise BadSettings(f"SQLite did not take {name}={value} for {path} (it says {got}); put it on a local disk")

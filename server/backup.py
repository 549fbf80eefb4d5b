"""A journal's copy, made while the hub goes on writing, and trusted only after it has been replayed.

Law: what is not verified does not get its name; no file is ever replaced.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from coordinator.journal import verify
from coordinator.journal.connect import reading
from coordinator.journal.schema import check
from coordinator.journal.verify import Report

BESIDE = ("-wal", "-shm", "-journal", ".lock", "")
"""What SQLite and we may leave beside a file, and the file."""


class CannotCopy(Exception):
    """The copy was not made; nothing was changed."""


class NotWhole(Exception):
    """The journal, or the copy of it, does not hold."""


def copied(source: Path, to: Path) -> Report:
    """Copy a journal as of one moment into a new file, all in one piece; the copy's report.

    Raises CannotCopy, NotWhole, NotAJournal.
    """
    if to.exists():
        raise CannotCopy(f"{to} exists already; name a file that does not")
    with publishing(_empty(to), to) as beside:
        _copy(source, beside)
        report = verify.replay(beside)
        if report.fault is not None:
            raise NotWhole(f"{source} is not whole at entry {report.fault.seq}: {report.fault.what}")
    return report


@contextmanager
def publishing(beside: Path, to: Path) -> Iterator[Path]:
    """Write the file beside; it gets its name if all goes well, and is gone if not. Raises CannotCopy."""
    try:
        yield beside
        _publish(beside, to)
    except (OSError, sqlite3.Error) as error:
        raise CannotCopy(f"{to} cannot be written: {error}; nothing was changed") from None
    finally:
        discard(beside)


def _empty(to: Path) -> Path:
    """A file of ours in the same folder, that nobody else may read."""
    try:
        descriptor, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
    except OSError as error:
        raise CannotCopy(f"{to} cannot be written: {error.strerror}") from None
    os.close(descriptor)
    return Path(name)


def _copy(source: Path, to: Path) -> None:
    with closing(reading(source, check)) as read, closing(sqlite3.connect(to, isolation_level=None)) as written:
        read.backup(written)  # in one step: one moment of the journal, whoever writes meanwhile
        written.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, that can be carried by itself


def _publish(beside: Path, to: Path) -> None:
    """Give a finished file its name, durably, unless there is one of that name by now. Raises OSError."""
    _sync(beside)
    os.link(beside, to)
    _sync(to.parent)


def discard(beside: Path) -> None:
    """Take away a file of ours, and what may lie beside it."""
    for ending in BESIDE:
        with suppress(OSError):
            Path(f"{beside}{ending}").unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What an operator wrote for other logs than the one in use: it lies in files of the same folder that no program holds.

Law: it stays there until somebody takes it over or drops it, and is kept in the file in use before the other lets go.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from coordinator.journal.connect import reading
from coordinator.journal.errors import InUse, NotAJournal
from coordinator.journal.local import APPLICATION_ID, Local
from coordinator.journal.outbox import Outbox, Queued

WAITS = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state <> 'decided') OR EXISTS (SELECT 1 FROM drafts)"


class Left(Struct, frozen=True):
    """A file, the log that it is of, and the commands that wait in it."""

    path: Path
    log: str
    queued: tuple[Queued, ...]


class Others:
    """The files of one operator in a folder, but for those of the log in use."""

    def __init__(self, folder: Path, operator: str, log: str) -> None:
        self._folder = folder
        self._operator = operator
        self._log = log

    def left(self) -> list[Left]:
        """What waits in them; files in which nothing does are left out."""
        return [left for left, _ in self._open() if left.queued]

    def take(self, wanted: Callable[[Left], bool], into: Outbox) -> list[Queued]:
        """Take over all of the files that are wanted, drafts too; what waits now that did not."""
        return [one for left, outbox in self._open() if wanted(left) for one in into.take(outbox, former=True)]

    def take_one(self, id: str, into: Outbox) -> list[Queued]:
        """Take over one command."""
        return [one for _, outbox in self._open() for one in into.take(outbox, former=True, only=id)]

    def drop(self, id: str) -> Queued | None:
        """One command is not wanted any more; what it said comes back."""
        for left, outbox in self._open():
            for queued in left.queued:
                if queued.id == id:
                    outbox.settle(id, "dropped")
                    return queued
        return None

    def _open(self) -> Iterator[tuple[Left, Outbox]]:
        for path in sorted(self._folder.glob("*.db")):
            log = _log_of(path, self._operator)
            if log in ("", self._log):
                continue
            try:
                local = Local(path, log, self._operator)
            except (InUse, NotAJournal):  # another program sends what is in it, or only a newer release can read it
                continue
            with local:
                outbox = Outbox(local)
                yield Left(path, log, tuple(outbox.undecided())), outbox


def _log_of(path: Path, operator: str) -> str:
    """The log of an operator's file in which something waits; empty for anything else that lies there."""
    try:
        with closing(reading(path, _check)) as connection:
            about = dict(connection.execute("SELECT name, value FROM about").fetchall())
            (waits,) = connection.execute(WAITS).fetchone()
    except (sqlite3.Error, NotAJournal):
        return ""
    return about.get("log", "") if waits and about.get("operator") == operator else ""


def _check(connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise NotAJournal("no client's copy")

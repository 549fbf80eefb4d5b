"""The spool: one file a notice, from the hub's side. It follows the journal on a thread and a connection of its own.

Law: the hub never waits for it. A notice is on the disk before the cursor passes its entry, so that each is written
at least once, whatever dies when; whoever delivers it moves it from `new` to `sent`.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from coordinator.incident.roster import Roster
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from server.notices import KINDS, Notice, notice

EVERY = 0.5
"""Seconds between two looks at the journal."""
PAGE = 5_000
"""Entries that one look goes through at most."""
NEW, SENT, CURSOR = "new", "sent", "cursor.json"
_log = logging.getLogger("coordinator.hub")


class Cursor(Struct, frozen=True):
    """Up to which entry of which log notices have been written."""

    log: str
    seq: int


class Spool:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in (folder, folder / NEW, folder / SENT):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)

    def cursor(self) -> Cursor | None:
        """How far it goes; None: it is new, or what it says cannot be read."""
        try:
            return msgspec.json.decode((self.folder / CURSOR).read_bytes(), type=Cursor)
        except (OSError, msgspec.MsgspecError):
            return None

    def passed(self, cursor: Cursor) -> None:
        """All notices up to there are on the disk."""
        _put(self.folder / CURSOR, msgspec.json.encode(cursor))

    def add(self, one: Notice) -> None:
        """Write a notice, unless it is there or was sent already."""
        name = f"{one.id}.json"
        if not (self.folder / NEW / name).exists() and not (self.folder / SENT / name).exists():
            _put(self.folder / NEW / name, msgspec.json.encode(one))

    def waiting(self) -> list[Path]:
        """The notices that nobody has delivered, oldest first."""
        found = (path for path in (self.folder / NEW).glob("*.json"))
        return sorted(found, key=lambda path: int(path.stem.rpartition("-")[2] or 0))

    def sent(self, path: Path) -> None:
        """A notice was delivered."""
        path.replace(self.folder / SENT / path.name)


def _put(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, after a power cut too."""
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Spooler:
    """Follows one journal into one spool. `roster` gives the roster as it is now."""

    def __init__(self, spool: Spool, journal: Path, log: str, roster: Callable[[], Roster]) -> None:
        self._spool = spool
        self._journal = journal
        self._log = log
        self._roster = roster
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="hub-notices", daemon=True)

    def start(self) -> None:
        """Begin to follow: from where the spool stands, or, where it is new, from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End, when all that the journal has is written."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _follow(self) -> None:
        reads = Reads(self._journal)
        try:
            cursor = self._spool.cursor()
            if cursor is None or cursor.log != self._log:
                cursor = Cursor(self._log, reads.head().seq if cursor is None else 0)
            ending = False
            while not ending:
                ending = self._stop.wait(EVERY)
                try:
                    cursor = self._write(reads, cursor)
                except OSError as error:
                    _log.error("notices cannot be written to %s: %s", self._spool.folder, error)
        finally:
            reads.close()

    def _write(self, reads: Reads, cursor: Cursor) -> Cursor:
        """Write the notices after the cursor; where it then stands."""
        while (head := reads.head().seq) > cursor.seq:
            last = min(head, cursor.seq + PAGE)
            for stored in reads.lines_of(KINDS, cursor.seq + 1, last):
                found = notice(decode(stored.line), self._log, self._roster())
                if found is not None:
                    self._spool.add(found)
            cursor = Cursor(self._log, last)
            self._spool.passed(cursor)
        return cursor

"""Where a session's copy of the log and its undecided commands are: one place for each (log, operator).

On disk a hub's address leads to the log that was met there last, so that a session can start without its hub. Another
operation at the same address gets a place of its own; what becomes of what waits for the former one, former.py says.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.state import State
from coordinator.session.faults import Broken
from coordinator.session.head import Head
from coordinator.session.waiting import MemoryBox, Queue
from coordinator.wire.frames import Entries, SnapshotPart, Welcome

if TYPE_CHECKING:
    from coordinator.session.disk import Disk
    from coordinator.session.logcopy import LogCopy


class Place:
    """One operation's place. Without a copy it keeps no log: for scripts, which only want their own answers."""

    def __init__(self, log: str, queue: Queue, copy: "LogCopy | None", disk: "Disk | None" = None) -> None:
        self.log = log
        self.queue = queue
        self.disk = disk
        self._copy = copy

    @property
    def lasting(self) -> bool:
        """Whether it outlives the program."""
        return self.disk is not None

    @property
    def head(self) -> Head | None:
        """The last entry of the copy, if there is one."""
        return self._copy.head if self._copy is not None else None

    @property
    def state(self) -> State | None:
        """What the copy's visible entries make."""
        return self._copy.state if self._copy is not None else None

    def begin_at(self, head: Head) -> None:
        """Follow from here on, without a state."""
        if self._copy is not None:
            self._copy.begin_at(head)

    def snapshot(self, part: SnapshotPart) -> bool:
        """Take one part of a state; True when it is complete."""
        return self._copy is not None and self._copy.snapshot(part)

    def entries(self, frame: Entries) -> list[Entry]:
        """Take consecutive entries; the visible ones come back."""
        return self._copy.entries(frame) if self._copy is not None else []

    def reveal(self, lines: Sequence[str]) -> list[Entry]:
        """Take older lines that may be seen now."""
        return self._copy.reveal(lines) if self._copy is not None else []

    def close(self) -> None:
        """Let go of the files."""
        if self._copy is not None:
            self._copy.rest()
        if self.disk is not None:
            self.disk.close()


class Met(Struct, frozen=True):
    """The log that was met at an address, and as whom."""

    log: str
    operator: str


class Places:
    """The places of one address."""

    def __init__(self, folder: Path | None, hub: str, operator: str, sure: bool, keeps_log: bool) -> None:
        self.folder = folder
        self._pointer = f"{_short(hub, operator)}.hub"
        self._sure = sure
        self._keeps_log = keeps_log

    def start(self) -> Place:
        """The place of whom this address led to last; one in memory where it never led anywhere."""
        met = self._last_met()
        return self._on_disk(self.folder, met) if self.folder is not None and met is not None else self._in_memory("")

    def settle(self, place: Place, welcome: Welcome) -> Place:
        """The place of the log that the hub has."""
        if place.log == welcome.log:
            return place
        place.close()
        if self.folder is None:
            place.log = welcome.log
            return place
        met = Met(welcome.log, welcome.operator)
        found = self._on_disk(self.folder, met)
        self._remember(self.folder, met)
        return found

    def _in_memory(self, log: str) -> Place:
        return Place(log, Queue(MemoryBox(), self._sure), self._copy(None))

    def _on_disk(self, folder: Path, met: Met) -> Place:
        from coordinator.session.disk import Disk

        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as wrong:
            raise Broken(f"{folder} cannot be made: {wrong.strerror}; name another folder") from None
        disk = Disk(folder, _short(met.log, met.operator), met.log, met.operator)
        return Place(met.log, Queue(disk, self._sure), self._copy(disk), disk)

    def _copy(self, disk: "Disk | None") -> "LogCopy | None":
        if not self._keeps_log:
            return None
        from coordinator.session.logcopy import LogCopy

        return LogCopy(*disk.restored(), disk) if disk is not None else LogCopy()

    def _last_met(self) -> Met | None:
        if self.folder is None:
            return None
        try:
            return msgspec.json.decode((self.folder / self._pointer).read_bytes(), type=Met)
        except (OSError, msgspec.DecodeError):
            return None

    def _remember(self, folder: Path, met: Met) -> None:
        beside = folder / f"{self._pointer}.{os.getpid()}"
        beside.write_bytes(msgspec.json.encode(met))
        beside.replace(folder / self._pointer)


def _short(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

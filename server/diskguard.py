"""A full disk is an alarm and not an end: the hub rings while there is room to, and then writes nothing.

Law: a file beside the journal holds a reserve, which the very commit that finds no room lets go of, and then is tried
once more. While the disk is full no command is taken; they wait where they were written, and what is there can be
read. When there is room again, the reserve is taken again, and the log says so.
"""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from coordinator.incident.hubacts import Alarm
from server.hub import Hub

RESERVE = 16 * 1024 * 1024
"""Bytes that are there for the commit that finds no room, and for the next start."""
LOW = 4 * 1024 * 1024
"""Free bytes below which the disk counts as full."""
EVERY = 1.0
FULL = "the hub's disk is full; your text is kept here and goes out when there is room again"


def free(folder: Path) -> int:
    """Bytes that we could still write there."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class DiskGuard:
    def __init__(
        self, hub: Hub, *, reserve: int = RESERVE, low: int = LOW, free: Callable[[Path], int] = free
    ) -> None:
        self.path = reserve_of(hub.path)
        self._hub = hub
        self._reserve = reserve
        self._low = low
        self._free = free
        self._folder = Path(os.path.realpath(hub.path)).parent
        hub.make_room = partial(release, hub.path)

    def look(self) -> None:
        """See how much room there is, and act when that has changed."""
        used = self.path.exists() and not self._hold()
        if not self.path.exists():
            self._hold()
        room = self._free(self._folder)
        if self._hub.full and room >= 2 * self._low and not used:
            self._say("", "disk-room", "there is room on the hub's disk again; commands are taken")
        elif not self._hub.full and (used or room < self._low):
            self._say(FULL, "disk-full", f"the disk of the journal is full ({self._folder}); no commands are taken")

    async def watch(self) -> None:
        """Look again and again, until nothing can be written any more."""
        while not self._hub.failed.done():
            self.look()
            await asyncio.sleep(EVERY)

    def _say(self, full: str, what: str, text: str) -> None:
        self._hub.full = full
        roster = self._hub.state.roster
        liaisons = tuple(one.id for one in roster.operators if one.role == "liaison" and not one.retired)
        self._hub.do(Alarm(what=what, scope=roster.ground.default.id, to=liaisons, text=text[:512]))

    def _hold(self) -> bool:
        """Have the reserve. False where there is no room for it: one that was let go of stays, empty, for a sign."""
        if _size(self.path) == self._reserve:
            return True
        before = self.path.exists()
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(descriptor, 0, self._reserve)
        except OSError:
            os.ftruncate(descriptor, 0)
            if not before:  # it was never held here: perhaps it is not allowed to be
                self.path.unlink(missing_ok=True)
            return False
        finally:
            os.close(descriptor)
        return True


def reserve_of(journal: Path) -> Path:
    """The file that holds the room."""
    return journal.with_name(f"{journal.name}.reserve")


def release(journal: Path) -> bool:
    """Let go of the room. Whether there was any."""
    path = reserve_of(journal)
    held = _size(path) > 0
    if held:
        os.truncate(path, 0)
    return held


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

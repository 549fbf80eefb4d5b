"""Keeps authorized_keys as the log's roster is, from the hub's start on.

Law: a key that the roster lost is refused by the hub itself, at once; the file follows, in a thread of its own, so that
no slow disk holds up a decision. One that cannot be written is said loudly.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coordinator.incident.roster import Roster
from server.authorized_keys import CannotWrite, Door, difference, lines, read_file, update

_log = logging.getLogger("coordinator.hub")


class KeyKeeper:
    def __init__(self, path: Path, door: Door) -> None:
        self._path = path
        self._door = door
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub-keys")

    def begin(self, roster: Roster) -> None:
        """Bring the file up to date now. Raises CannotWrite."""
        update(self._path, roster, self._door)
        for whose in difference(read_file(self._path), roster, lines(roster, self._door)).elsewhere:
            _log.warning("%s: the key of %s also stands outside the block, where it gives more", self._path, whose)

    def follow(self, roster: Roster) -> None:
        """The roster has changed."""
        self._thread.submit(self._write, roster)

    def close(self) -> None:
        """Finish writing."""
        self._thread.shutdown(wait=True)

    def _write(self, roster: Roster) -> None:
        try:
            update(self._path, roster, self._door)
        except CannotWrite as wrong:
            _log.error("%s: not up to date with the roster; the hub itself refuses keys that the roster lost", wrong)

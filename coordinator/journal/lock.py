"""One process holds a journal at a time. The system lets go of the lock when the process ends, however it ends."""

import fcntl
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from coordinator.journal.errors import InUse, NotAJournal


class Lock:
    """A lock on the file beside `path` that bears its name and `.lock`; that file itself means nothing."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises InUse where another has it, or NotAJournal where there can be none."""
        try:
            self._file = os.open(f"{os.path.realpath(path)}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NotAJournal(f"{path} cannot be locked ({error.strerror}); its folder must be writable") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise InUse(f"{path} is in use by process {holder}; end that one first, or use another file") from None
        self.last_sign = _last_sign(self._file)
        """When whoever held it before last showed that it was alive; None if nobody ever held it."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)
        self._held = True

    def show_life(self, at: datetime) -> None:
        """Leave a sign, for whoever holds it after a crash: the file's time. Where that fails, the sign is missing."""
        with suppress(OSError):
            os.utime(self._file, (at.timestamp(), at.timestamp()))

    def release(self) -> None:
        """Let go; again, nothing happens: the number of a closed file may be another file's by then."""
        if self._held:
            self._held = False
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _last_sign(file: int) -> datetime | None:
    found = os.fstat(file)
    return datetime.fromtimestamp(found.st_mtime, UTC) if found.st_size else None

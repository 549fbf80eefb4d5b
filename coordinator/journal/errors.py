"""What can be wrong with a journal. Each error is one sentence for the user: what happened, and what to do.

JournalError
├── NotAJournal      the file is something else, or of a newer release
├── InUse            another process has it open
├── BadSettings      SQLite did not take a setting that durability needs
├── BadLine          bytes that are no canonical line
├── BrokenChain      an entry is not what the chain says it is
├── ForkedLog        the hub's log is not the continuation of ours
└── WriteFailed      a commit did not reach the disk
"""

import errno
import sqlite3

DISK = frozenset((errno.EIO, errno.ENOSPC, errno.EDQUOT))
"""What the system says where a disk is full or fails."""
DISK_IN_SQLITE = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL))
"""What SQLite says then (the low byte of its codes)."""


class JournalError(Exception):
    """Something is wrong with a journal, a replica or an outbox."""


class NotAJournal(JournalError):
    pass


class InUse(JournalError):
    pass


class BadSettings(JournalError):
    pass


class BadLine(JournalError, ValueError):
    pass


class BrokenChain(JournalError):
    """The chain breaks at entry `seq`."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"the log is broken at entry {seq}: {what}")
        self.seq = seq
        self.what = what


class ForkedLog(JournalError):
    """The hub's entry `seq` is not the one that was received before."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(
            f"forked log at entry {seq}: {what}. Nothing was merged; compare both logs with `coordinator verify`"
        )
        self.seq = seq


class WriteFailed(JournalError):
    pass


def of_disk(error: Exception) -> bool:
    """Whether it is the disk that failed, and not what was asked of it."""
    if isinstance(error, OSError):
        return error.errno in DISK
    return isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DISK_IN_SQLITE

"""A process that writes to a journal until it is ended, and says each number that was acknowledged.
Its arguments are the journal and, where the disk is to be full, the largest size of a file in bytes.
"""

import os
import resource
import sys
from pathlib import Path
from threading import Event

from coordinator.journal.errors import WriteFailed
from coordinator.journal.store import Journal
from tests.journal.samples import notes


def main() -> int:
    path, failed = Path(sys.argv[1]), Event()
    opener = Journal.open if path.exists() else Journal.create

    def fail(error: WriteFailed) -> None:
        _say(f"failed: {error}")
        failed.set()

    journal = opener(path, committed=lambda seq: _say(f"{seq}"), failed=fail)
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    head = journal.head
    while not failed.is_set():
        for batch in notes(50, head.seq + 1, head.digest, "water rises at the mill " * 10):
            if journal.failure is None:
                journal.submit(batch)
        journal.settle()
        head = journal.head
    journal.close()
    return 70


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main())

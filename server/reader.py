"""One thread beside the loop that reads the journal for newcomers and searches, through a connection of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from coordinator.journal.reads import Reads

T = TypeVar("T")


class Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._reads: Reads | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hub-reader")

    async def run(self, read: Callable[[Reads], T]) -> T:
        """What `read` makes of the journal."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: read(self._opened()))

    def close(self) -> None:
        """Finish what is being read, and let go of the file."""
        self._pool.submit(self._let_go)
        self._pool.shutdown(wait=True)

    def _opened(self) -> Reads:
        if self._reads is None:
            self._reads = Reads(self._path)
        return self._reads

    def _let_go(self) -> None:
        if self._reads is not None:
            self._reads.close()

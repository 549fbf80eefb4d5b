"""The past, asked from the event loop: one thread reads the log, another looks things up; the loop waits for neither.

Law: of what is wanted the latest counts; what was wanted in between is never looked up.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from coordinator.incident.entries import Entry
from coordinator.journal.errors import JournalError
from coordinator.review.past import Known, Past, Stopped

T = TypeVar("T")
FOUND = 500
"""Entries that one search shows at most."""


class Asking:
    """A past, and the two threads."""

    def __init__(self, past: Past, checked: Callable[[], str]) -> None:
        """`checked`: what else is wrong with what is reviewed, once the lines were read; empty if nothing."""
        self._past = past
        self._checked = checked
        self._reading = threading.Thread(target=self._read, name="review-reading", daemon=True)
        self._looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="review-looking")
        self.fault = ""
        """What is wrong with the log, in a sentence; known when it has been read."""
        self.done = False
        """Whether all of it has been read, or all before its fault."""

    def begin(self) -> None:
        """Read the log."""
        self._reading.start()

    async def known(self, seq: int, person: str) -> Known:
        """What somebody could know after that entry; without a name, everything."""
        return await self._ask(lambda: self._known(seq, person))

    async def find(self, words: str, person: str) -> list[Entry]:
        """Entries that hold these words, of those that a person could ever see; without a name, of all."""
        sight = self._past.sight

        def allowed(seq: int) -> bool:
            return not person or sight.since(person, seq) is not None

        return await self._ask(lambda: list(self._past.find(words, allowed, FOUND)))

    def end(self) -> None:
        """Leave both threads."""
        self._past.stop()
        self._looking.submit(self._past.close)
        self._looking.shutdown(wait=True, cancel_futures=False)
        if self._reading.is_alive():
            self._reading.join(5)

    def _known(self, seq: int, person: str) -> Known:
        return self._past.known(seq, person) if person else Known(self._past.state(seq), seq)

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._looking, question)

    def _read(self) -> None:
        with suppress(Stopped):
            self.fault = self._found()
        self.done = True

    def _found(self) -> str:
        try:
            report = self._past.read()
        except (JournalError, sqlite3.Error, OSError) as wrong:
            return str(wrong)
        if report.fault is not None:
            return f"BROKEN at entry {report.fault.seq}: {report.fault.what}"
        return self._checked()

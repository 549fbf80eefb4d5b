"""Snapshots: what makes a restart quick, and the entries by which a replay proves that it came to the same state.

Law: the entry says the digest of the state up to the entry before it. The state is immutable, so it is frozen
beside the work; where something was written meanwhile, the snapshot is kept without an entry.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from coordinator.incident.acts import Act
from coordinator.incident.hubacts import Snapshot
from coordinator.incident.snapshot import freeze
from coordinator.incident.state import State
from coordinator.journal.store import Head, Journal

EVERY = 10_000
"""Entries between two snapshots."""


class Snapshots:
    def __init__(self, journal: Journal, last: int, every: int, do: Callable[[Act], None]) -> None:
        self._journal = journal
        self._last = last
        self._every = every
        self._do = do
        self._busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub-snapshot")

    def committed(self, state: State, head: Head, current: Callable[[], State]) -> None:
        """Begin a snapshot of the durable state, if it is time for one. `current` tells the state when it is made."""
        if self._busy or head.seq - self._last < self._every:
            return
        self._busy = True
        frozen = asyncio.get_running_loop().run_in_executor(self._thread, freeze, state)
        frozen.add_done_callback(lambda done: self._made(state, head, current(), done))

    def write(self, state: State, head: Head) -> None:
        """Snapshot the state as it is at the head, now."""
        self._write(freeze(state), head)

    def close(self) -> None:
        """Finish what is being made, and write no more."""
        self._busy = True
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._every = 0

    def _made(self, state: State, head: Head, now: State, done: asyncio.Future[bytes]) -> None:
        if done.cancelled() or not self._every:
            return
        self._busy = False
        if now is state:
            self._write(done.result(), head)
        else:
            self._last = head.seq
            self._journal.keep(head.seq, head.digest, done.result())

    def _write(self, frozen: bytes, head: Head) -> None:
        self._last = head.seq
        self._do(Snapshot(digest=sha256(frozen).hexdigest()))
        self._journal.keep(head.seq, head.digest, frozen)

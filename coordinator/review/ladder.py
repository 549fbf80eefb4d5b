"""States of the past, kept at a distance from each other that doubles when there are too many.

Law: memory is bounded, however long the log and however much has passed through it: the states lie packed in a file
that nobody else can open and that is gone with us. Only those that were asked for last are at hand.
"""

import tempfile
import threading
import zlib
from bisect import bisect_right
from collections import OrderedDict
from typing import NamedTuple

from coordinator.incident.snapshot import freeze, thaw
from coordinator.incident.state import State

FIRST = 256
"""Entries from one state to the next, to begin with."""
MOST = 512
"""States that are kept; of twice as long a log every second one."""
RECENT = 96
"""States at hand."""


class Rung(NamedTuple):
    """Where the state after an entry lies in the file."""

    seq: int
    place: int
    length: int


class Ladder:
    """The states after some of the entries. One thread adds to it, another asks."""

    def __init__(self, first: int = FIRST, most: int = MOST) -> None:
        self._every, self._most = first, most
        self._rungs: list[Rung] = []
        self._recent: OrderedDict[int, State] = OrderedDict()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by `close`
        self._end = 0
        self._lock = threading.Lock()

    @property
    def every(self) -> int:
        """Entries from one state to the next."""
        return self._every

    def __len__(self) -> int:
        return len(self._rungs)

    def take(self, seq: int, state: State) -> None:
        """The state after the entry that has just been read."""
        if self._near(seq):
            return
        if len(self._rungs) >= self._most:
            self._every *= 2
            self._rungs = self._rungs[::2]  # whoever searches the former list goes on with that one
        if not self._near(seq):
            packed = zlib.compress(freeze(state), 1)
            with self._lock:
                self._file.seek(self._end)
                self._file.write(packed)
            self._rungs.append(Rung(seq, self._end, len(packed)))
            self._end += len(packed)

    def _near(self, seq: int) -> bool:
        return bool(self._rungs) and seq - self._rungs[-1].seq < self._every

    def below(self, seq: int) -> tuple[int, State]:
        """The nearest state after an entry up to that one, and which entry that is."""
        rungs = self._rungs
        rung = rungs[bisect_right(rungs, seq, key=lambda one: one.seq) - 1]
        near = max((one for one in self._recent if rung.seq <= one <= seq), default=0)
        if near:
            return near, self._recent[near]
        with self._lock:
            self._file.seek(rung.place)
            packed = self._file.read(rung.length)
        return rung.seq, thaw(zlib.decompress(packed))

    def remember(self, seq: int, state: State) -> None:
        """A state that was asked for; its neighbours will be asked for next."""
        self._recent[seq] = state
        self._recent.move_to_end(seq)
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def close(self) -> None:
        """The file is gone."""
        self._file.close()

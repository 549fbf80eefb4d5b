"""States of the past, kept at a distance from each other that doubles when there are too many.

Law: bounded, however long the log: at most so many states, and never more than a step from one to the next.
"""

from bisect import bisect_right
from collections import OrderedDict

from coordinator.incident.state import State

FIRST = 64
"""Entries from one state to the next, to begin with."""
MOST = 512
"""States that are kept; of twice as long a log every second one."""
RECENT = 128
"""States that were asked for last, beside them."""

Step = tuple[int, State]


class Ladder:
    """The states after some of the entries. One thread adds to it, another asks."""

    def __init__(self, first: int = FIRST, most: int = MOST) -> None:
        self._every, self._most = first, most
        self._steps: list[Step] = []
        self._recent: OrderedDict[int, State] = OrderedDict()

    @property
    def every(self) -> int:
        """Entries from one state to the next."""
        return self._every

    def __len__(self) -> int:
        return len(self._steps)

    def take(self, seq: int, state: State) -> None:
        """The state after the entry that has just been read."""
        if self._steps and seq - self._steps[-1][0] < self._every:
            return
        if len(self._steps) >= self._most:
            self._every *= 2
            self._steps = self._steps[::2]  # whoever searches the former list goes on with that one
        if not self._steps or seq - self._steps[-1][0] >= self._every:
            self._steps.append((seq, state))

    def below(self, seq: int) -> Step | None:
        """The nearest state after an entry up to that one."""
        steps = self._steps
        place = bisect_right(steps, seq, key=lambda step: step[0]) - 1
        best = steps[place] if place >= 0 else None
        near = max((one for one in self._recent if one <= seq), default=0)
        return (near, self._recent[near]) if near and (best is None or near > best[0]) else best

    def remember(self, seq: int, state: State) -> None:
        """A state that was asked for; its neighbours will be asked for next."""
        self._recent[seq] = state
        self._recent.move_to_end(seq)
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

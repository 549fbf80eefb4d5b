"""What reached the screen and what was opened there: gathered, and said to the hub in batches."""

import asyncio
from collections.abc import Iterable

from coordinator.incident.entries import Entry
from coordinator.incident.state import Order, State
from coordinator.wire.frames import Got
from coordinator.wire.limits import ITEMS

EVERY = 1.0
"""Seconds over which receipts are gathered."""
KINDS = frozenset("message relay reply answer ask broadcast brief order package rescind rollcall due".split())
"""What is addressed to somebody; other kinds concern nobody in particular."""


class Receipts:
    """What is still to be said, and what waits for the screen."""

    def __init__(self) -> None:
        self._arrived: dict[int, None] = {}
        self._delivered: dict[int, None] = {}
        self._seen: dict[int, None] = {}
        self.some = asyncio.Event()
        """Set while there is something to say."""

    @property
    def unpainted(self) -> bool:
        """Whether there is something that has not been painted."""
        return bool(self._arrived)

    def arrived(self, entries: Iterable[Entry], operator: str) -> None:
        """Entries came in; those that address somebody wait for the screen."""
        self._arrived.update({entry.seq: None for entry in entries if entry.kind in KINDS and entry.by != operator})

    def owed(self, state: State, centre: str) -> None:
        """A whole state came in: what it holds for this centre and never reached it waits for the screen."""
        for order in state.orders.values():
            if centre in order.to and not _delivered(order, centre):
                self._arrived[order.seq] = None
        for message in state.messages.values():
            mark = message.marks.get(centre)
            if mark is not None and mark.delivered is None:
                self._arrived[message.seq] = None

    def painted(self) -> None:
        """What had arrived has been painted."""
        if self._arrived:
            self._delivered.update(self._arrived)
            self._arrived.clear()
            self.some.set()

    def saw(self, seqs: Iterable[int]) -> None:
        """These were opened."""
        self._seen.update(dict.fromkeys(seqs))
        if self._seen:
            self.some.set()

    def take(self) -> list[Got]:
        """The frames that say it all; after this there is nothing more to say."""
        frames: list[Got] = []
        delivered, seen = list(self._delivered), list(self._seen)
        while delivered or seen:
            frames.append(Got(delivered=tuple(delivered[:ITEMS]), seen=tuple(seen[:ITEMS])))
            delivered, seen = delivered[ITEMS:], seen[ITEMS:]
        self._delivered.clear()
        self._seen.clear()
        self.some.clear()
        return frames


def _delivered(order: Order, centre: str) -> bool:
    report = order.reports.get(centre)
    return report is not None and report.delivered is not None

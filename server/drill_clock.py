"""The clocks of a drill: one that stands still until it is moved, and one that runs faster than the wall's.

Law: on the scenario's clock nothing happens between two instants at which something is due, so those instants
are all that a drill goes through, and no time is ever waited for.
"""

import asyncio
import heapq
import time
from datetime import datetime, timedelta
from itertools import count


class ScenarioClock:
    """Stands still; `move` sets it forward and wakes whoever sleeps until then."""

    def __init__(self, starts: datetime) -> None:
        self._starts = starts
        self._now = starts
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._turn = count()

    def now(self) -> datetime:
        """The scenario's time."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the scenario began."""
        return (self._now - self._starts).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Return when the clock was moved that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._turn), woken))
        await woken

    def next_wake(self) -> datetime | None:
        """The first instant until which somebody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def move(self, to: datetime) -> None:
        """Set the clock forward, never back, and wake those whose time has come."""
        self._now = max(self._now, to)
        while (wake := self.next_wake()) is not None and wake <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)


class FastClock:
    """The wall's clock, so many times as fast, from the scenario's start on."""

    def __init__(self, starts: datetime, speed: float) -> None:
        self._starts = starts
        self._speed = speed
        self._from = time.monotonic()

    def now(self) -> datetime:
        """The scenario's time."""
        return self._starts + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Scenario seconds since it began."""
        return (time.monotonic() - self._from) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Return after so many scenario seconds."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)

"""The hub's reading of time: never backwards, and a clock that was stepped is noticed.

After a step back the log's time runs at half speed until the machine's clock has caught up with it.
"""

from datetime import datetime, timedelta

from coordinator.incident.times import utc
from coordinator.session.clock import Clock

STEPPED = 2.0
"""Seconds by which the wall clock may differ from the monotonic one between two readings."""


class Timekeeper:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = self._at = clock.now()
        self._mono = clock.monotonic()

    def read(self) -> tuple[datetime, int]:
        """The log's time now, and by how many milliseconds the clock was stepped since the last reading (mostly 0)."""
        wall, mono = self._clock.now(), self._clock.monotonic()
        passed = mono - self._mono
        step = (wall - self._wall).total_seconds() - passed
        behind = wall < self._at
        self._at = max(wall, self._at + timedelta(seconds=passed / 2)) if behind else wall
        self._wall, self._mono = wall, mono
        return utc(self._at), round(step * 1000) if abs(step) > STEPPED else 0

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

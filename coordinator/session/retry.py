"""The pause between two tries to reach the hub, which somebody who does not want to wait can end."""

import asyncio
import random
from collections.abc import Iterator

from coordinator.session.backoff import delays
from coordinator.session.clock import Clock


class Retry:
    """Pauses that grow until the hub was met."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hurried = asyncio.Event()
        self._delays: Iterator[float] = delays(random.random)

    def met(self) -> None:
        """The hub was there: the next pause is a short one."""
        self._delays = delays(random.random)

    def hurry(self) -> None:
        """Try now."""
        self._hurried.set()

    async def pause(self, *, until_hurried: bool) -> None:
        """Wait before the next try; or, where there is to be none before, until somebody is in a hurry."""
        waits: list[asyncio.Task[bool] | asyncio.Task[None]] = [asyncio.create_task(self._hurried.wait())]
        if not until_hurried:
            waits.append(asyncio.ensure_future(self._clock.sleep(next(self._delays))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            self._hurried.clear()

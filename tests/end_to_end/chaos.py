"""A link that breaks: between sessions and a hub, every connection ends after some bytes, wherever they are in a frame,
or after some time.
"""

import asyncio
import contextlib
import random
from pathlib import Path

from coordinator.session.client import Session

CHUNK = 700
"""Bytes that pass at once: less than a frame, so that many a cut falls inside one."""
AT_ONCE = 0.2
"""How many connections end while they are being opened."""
OPENING, BYTES, SECONDS = 600, 10_000, 0.12
"""What a connection carries on average, and how long it lasts. Some last long: else who is behind would stay there."""


class Chaos:
    """Listens at `path` for the hub at `hub`. Each connection is cut after so many bytes, until there is calm."""

    def __init__(self, hub: Path, path: Path, chance: random.Random) -> None:
        self._hub = hub
        self._path = path
        self._chance = chance
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self.calm = False
        self.cuts = 0

    @property
    def address(self) -> str:
        return f"unix:{self._path}"

    async def open(self) -> None:
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._server = await asyncio.start_unix_server(self._begin, str(self._path))

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def _begin(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(near, back))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        ends = [back]
        try:
            far, forth = await asyncio.open_unix_connection(str(self._hub))
            ends.append(forth)
            left = _Budget(self._bytes())
            pumps = [asyncio.create_task(self._pump(*way, left)) for way in ((near, forth), (far, back))]
            lasts = None if self.calm else self._chance.expovariate(1 / SECONDS)
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED, timeout=lasts)
            await _ended(pumps)
            self.cuts += left.spent or not done
        except OSError:  # the hub is being killed: nobody is there
            pass
        finally:
            for end in ends:
                end.transport.abort()

    def _bytes(self) -> int:
        """How many bytes the next connection carries."""
        return int(self._chance.expovariate(1 / (OPENING if self._chance.random() < AT_ONCE else BYTES)))

    async def _pump(self, near: asyncio.StreamReader, far: asyncio.StreamWriter, left: "_Budget") -> None:
        while data := await near.read(CHUNK):
            if not self.calm and left.bytes < len(data):
                far.write(data[: left.bytes])
                with contextlib.suppress(ConnectionError):
                    await far.drain()
                left.spent = True
                return
            left.bytes -= len(data)
            far.write(data)
            await far.drain()


async def _ended(pumps: list[asyncio.Task[None]]) -> None:
    for pump in pumps:
        pump.cancel()
    await asyncio.gather(*pumps, return_exceptions=True)


class _Budget:
    """What both directions of a connection may still carry."""

    def __init__(self, size: int) -> None:
        self.bytes = size
        self.spent = False


async def hurry(sessions: list[Session]) -> None:
    """Have sessions connect again at once, for ever: a campaign has no time to wait politely."""
    while True:
        for session in sessions:
            if not session.link.up:
                session.restore()
        await asyncio.sleep(0.005)

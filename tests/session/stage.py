"""A real hub on a real socket and a real journal, for sessions to meet."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coordinator.incident.check import load
from coordinator.incident.entries import Entry
from coordinator.incident.roster import Roster
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.session.addresses import Unix
from coordinator.session.client import Session
from server.hub import Hub
from server.listener import Listener

ROSTER = Path(__file__).parent.parent / "drills" / "minimal-roster.json"
PATIENCE = 20.0


class LeapClock:
    """The machine's clock, which a test may set forward; sleeping takes no notice of that."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead.total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Stage:
    """One hub, which can be stopped, killed and started again, and the sessions that are there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "door" / "hub.sock"
        self.journal = folder / "hub.journal"
        self.clock = LeapClock()
        self.kept = AsyncExitStack()
        self.hub: Hub

    @property
    def address(self) -> str:
        return f"unix:{self.socket}"

    @property
    def roster(self) -> Roster:
        found = load(ROSTER.read_bytes()).roster
        assert found is not None
        return found

    async def start(self, roster: Roster | None = None) -> None:
        self.hub = Hub(self.journal, roster or self.roster, self.clock)
        await self.hub.start()
        await Listener(self.hub, [Unix(self.socket)], keyless=True, version="test").start()

    async def restart(self) -> None:
        """Kill the hub as a power cut would, and start it again on its journal."""
        self.hub.kill()
        await self.start()

    async def join(
        self, operator: str, *, ready: bool = True, kept: bool = False, follow: bool = True, snapshot: bool = True,
        sure: bool = False,
    ) -> Session:
        """A session of that operator; `kept`: with a folder of its own."""
        folder = self.folder / operator if kept else None
        session = Session(
            self.address, operator=operator, folder=folder, clock=self.clock, follow=follow, snapshot=snapshot,
            sure=sure,
        )
        await self.kept.enter_async_context(session)
        if ready:
            await session.ready(PATIENCE)
        return session

    def kinds(self) -> list[str]:
        """The kinds of all entries that operators made, in order."""
        return [entry.kind for entry in self.entries() if entry.by != "hub"]

    def entries(self) -> list[Entry]:
        """The whole log, read from the file."""
        with closing(Reads(self.journal)) as reads:
            return [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.005)

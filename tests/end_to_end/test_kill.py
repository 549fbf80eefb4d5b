"""A hub that is killed under load loses nothing that it acknowledged, decides nothing twice, and its chain is whole."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.incident.acts import Act, Message, Note, Status
from coordinator.incident.entries import Accepted, Refused
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.journal.verify import replay
from coordinator.session.client import Session
from tests.campaign import report, seed, size
from tests.end_to_end.running import HubProcess

OPERATORS = ("lee", "ike", "nia", "sol")
UNDER_WAY = 3
"""Commands that each client has undecided at any time."""


def acts(number: int) -> Act:
    """A mix of what posts say."""
    made: tuple[Callable[[], Act], ...] = (
        lambda: Note(text=f"note {number}"),
        lambda: Message(precedence="ROUTINE", text=f"message {number}", to=("icp",)),
        lambda: Status(state="OPERATIONAL", text=f"status {number}"),
    )
    return made[number % len(made)]()


class Client:
    """One operator who goes on talking, whatever happens to the hub."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.said: list[str] = []
        self.acknowledged: dict[str, int] = {}
        self.going = True

    async def talk(self) -> None:
        await asyncio.gather(*(self._talk(place) for place in range(UNDER_WAY)))

    async def _talk(self, place: int) -> None:
        number = place
        while self.going:
            id = self.session.queue(acts(number))
            self.said.append(id)
            outcome = await self.session.outcome(id)
            assert isinstance(outcome, Accepted | Refused)
            self.acknowledged[id] = outcome.seq
            number += UNDER_WAY
            await asyncio.sleep(0.005)


async def killed(folder: Path, kills: int, chosen: int) -> tuple[HubProcess, list[Client]]:
    """So many kills under load; then everybody hears the end of it."""
    chance = random.Random(chosen)
    hub = HubProcess(folder)
    hub.start()
    clients = []
    try:
        for operator in OPERATORS:
            session = Session(hub.address, operator=operator, folder=folder / operator)
            await session.__aenter__()
            await session.ready(20)
            clients.append(Client(session))
        talking = [asyncio.create_task(client.talk()) for client in clients]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            hub.kill()
            await asyncio.to_thread(hub.start)
            for client in clients:
                client.session.restore()
        for client in clients:
            client.going = False
        await asyncio.wait_for(asyncio.gather(*talking), 60)
    finally:
        for client in clients:
            await client.session.close()
        hub.stop()
    return hub, clients


def assert_nothing_lost_nothing_twice(hub: HubProcess, clients: list[Client]) -> None:
    reads = Reads(hub.journal)
    try:
        entries = [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    finally:
        reads.close()
    times = Counter(entry.id for entry in entries if entry.id)
    said = [id for client in clients for id in client.said]
    assert len(said) > len(clients) * UNDER_WAY
    assert {id for id in said if times[id] != 1} == set(), "every command is decided exactly once"
    assert set(times) == set(said), "nothing was decided that nobody said"
    acknowledged = {id: seq for client in clients for id, seq in client.acknowledged.items()}
    assert {entry.id: entry.seq for entry in entries if entry.id} == acknowledged
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert replay(hub.journal).fault is None


@pytest.mark.timeout(300)
async def test_killed_twenty_times_under_load(tmp_path: Path) -> None:
    assert_nothing_lost_nothing_twice(*await killed(tmp_path, 20, 1))


@pytest.mark.campaign
@pytest.mark.timeout(7200)
async def test_killed_over_and_over(tmp_path: Path) -> None:
    kills = size("KILLS", 300)
    hub, clients = await killed(tmp_path, kills, seed(2))
    assert_nothing_lost_nothing_twice(hub, clients)
    said = sum(len(client.said) for client in clients)
    report(f"{kills} times kill -9 under load: {said} commands, none lost, none decided twice, chain whole")

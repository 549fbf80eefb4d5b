"""Links that break all the time: each command is decided exactly once, and its author hears of it."""

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from coordinator.session.client import Session
from tests.campaign import report, seed, size
from tests.end_to_end.chaos import Chaos, hurry
from tests.end_to_end.running import HubProcess
from tests.end_to_end.test_kill import Client, assert_nothing_lost_nothing_twice

OPERATORS = ("lee", "dana", "ike", "nia", "sol", "nia", "sol", "ike")


async def cut(folder: Path, cuts: int, chosen: int) -> tuple[HubProcess, list[Client], int]:
    """Eight sessions that talk while their links are cut so many times; then everybody hears the end of it."""
    hub = HubProcess(folder)
    hub.start()
    chaos = Chaos(hub.socket, folder / "cable" / "end", random.Random(chosen))
    await chaos.open()
    clients: list[Client] = []
    try:
        for place, operator in enumerate(OPERATORS):
            session = Session(chaos.address, operator=operator, folder=folder / f"{operator}-{place}")
            await session.__aenter__()
            clients.append(Client(session))
        hurrying = asyncio.create_task(hurry([client.session for client in clients]))
        await asyncio.gather(*(client.session.ready(60) for client in clients))
        talking = [asyncio.create_task(client.talk()) for client in clients]
        while chaos.cuts < cuts:
            await asyncio.sleep(0.02)
        chaos.calm = True
        for client in clients:
            client.going = False
        await asyncio.wait_for(asyncio.gather(*talking), 60)
        hurrying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hurrying
    finally:
        for client in clients:
            await client.session.close()
        await chaos.close()
        hub.stop()
    return hub, clients, chaos.cuts


async def test_three_hundred_cut_links(tmp_path: Path) -> None:
    hub, clients, cuts = await cut(tmp_path, 300, seed())
    assert cuts >= 300
    assert_nothing_lost_nothing_twice(hub, clients)


@pytest.mark.campaign
@pytest.mark.timeout(7200)
async def test_ten_thousand_cut_links(tmp_path: Path) -> None:
    wanted, chosen = size("CUTS", 10_000), seed()
    hub, clients, cuts = await cut(tmp_path, wanted, chosen)
    assert_nothing_lost_nothing_twice(hub, clients)
    said = sum(len(client.said) for client in clients)
    report(f"seed {chosen}, {cuts} links cut under {said} commands: each was decided exactly once")

"""A link that carries only so many bytes before it breaks: who is behind comes nearer with every connection."""

import asyncio
import random

from coordinator.incident.acts import Message, Relay
from coordinator.incident.entries import Accepted
from coordinator.session.client import Session
from tests.end_to_end.chaos import Chaos, hurry
from tests.session.stage import PATIENCE, Stage

CARRIES = 20_000
"""Bytes that a connection carries, both ways together."""
TEXT = 3_000


class Thin(Chaos):
    """Every connection carries the same, and lasts until then."""

    def _bytes(self) -> int:
        return CARRIES


class Patient(random.Random):
    """A chance by which no connection ends before it has carried what it carries."""

    def expovariate(self, lambd: float = 1.0) -> float:
        return 3600.0


async def test_what_was_revealed_meanwhile_comes_a_piece_with_every_connection(stage: Stage) -> None:
    """Thirty long messages, hidden until they were relayed, are more than four connections can carry."""
    lee, nia = await stage.join("lee"), await stage.join("nia")
    thin = Thin(stage.socket, stage.folder / "cable" / "end", Patient())
    await thin.open()
    async with Session(stage.address, operator="sol", folder=stage.folder / "sol") as sol:
        await sol.ready(PATIENCE)
    texts = [f"{number:02}" + random.Random(number).randbytes(TEXT // 2).hex() for number in range(30)]
    said = [await nia.send(Message(precedence="ROUTINE", text=text, topic="ops/water")) for text in texts]
    async with Session(stage.address, operator="sol", folder=stage.folder / "sol") as sol:
        await sol.ready(PATIENCE)
        assert sol.state is not None
        assert not sol.state.messages
    for outcome in said:
        assert isinstance(outcome, Accepted)
        assert isinstance(await lee.send(Relay(ref=outcome.seq, to=("south",))), Accepted)
    copy = next((stage.folder / "sol").glob("*.hub"))
    by_cable = Session(thin.address, operator="sol", folder=stage.folder / "sol")
    copy.rename(copy.with_name(by_cable._places._pointer))  # the same hub, at another address
    by_cable = Session(thin.address, operator="sol", folder=stage.folder / "sol")
    async with by_cable as sol:
        hurrying = asyncio.create_task(hurry([sol]))
        await sol.ready(PATIENCE)
        hurrying.cancel()
        assert sol.state is not None
        assert sorted(one.text for one in sol.state.messages.values()) == texts
        assert thin.cuts > len(texts) * TEXT // CARRIES
    await thin.close()

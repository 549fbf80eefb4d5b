"""A long operation: what is settled leaves the hub's memory, and neither rights nor old matters are lost by it."""

import pytest

from coordinator.incident.acts import Answer, Correct, Message, Reopen
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.snapshot import freeze
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.wire.frames import Fetch, Page
from server import hub as hub_module
from tests.server.raw import Place

EVERY = 20


@pytest.fixture
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        hub_module.Hub.__init__,
        "__kwdefaults__",
        {**(hub_module.Hub.__init__.__kwdefaults__ or {}), "archive_every": EVERY},
    )


pytestmark = pytest.mark.usefixtures("_often")


async def answered(place: Place, count: int) -> int:
    """So many questions from the north, addressed to the south, never relayed; all answered. The first of them."""
    nia, lee = await place.join("nia"), await place.join("lee")
    first = 0
    for _ in range(count):
        asked = await nia.do(
            Message(precedence="ROUTINE", text="CANARY", topic="ops/water", to=("south",), wants_reply=True)
        )
        await lee.do(Answer(ref=asked.seq, text="four metres"))
        first = first or asked.seq
    return first


async def test_the_state_stays_small_and_replay_agrees(place: Place) -> None:
    await answered(place, 40)
    await place.hub.settled()
    assert len(place.hub.state.messages) < 2 * EVERY
    reads = Reads(place.journal)
    stored = [decode(one.line) for one in reads.lines(1, place.hub.state.seq)]
    reads.close()
    state = opened(stored[0])
    for entry in stored[1:]:
        state = evolve(state, entry)
    assert freeze(state) == freeze(place.hub.state)


async def test_an_old_request_is_reopened_also_after_a_restart(place: Place) -> None:
    first = await answered(place, 40)
    assert first not in place.hub.state.messages
    await place.restart()
    nia = await place.join("nia")
    reopened = await nia.do(Reopen(ref="M-1", reason="it fell again"))
    assert (reopened.kind, reopened.ref) == ("reopen", first)
    assert first in place.hub.state.open_messages


async def test_an_old_matter_can_be_corrected(place: Place) -> None:
    first = await answered(place, 40)
    nia = await place.join("nia")
    assert (await nia.do(Correct(ref=first, text="3.9 m"))).kind == "correct"


async def test_whom_it_was_hidden_from_it_stays_hidden_from(place: Place) -> None:
    first = await answered(place, 40)
    sol = await place.join("sol")
    await sol.send(Fetch(n=1, before=first + 5, limit=50))
    page = await sol.wait(Page)
    assert page.lines
    await sol.send(Fetch(n=2, seqs=(first, first + 1)))
    await sol.wait(Page, 1)
    assert not [data for data in sol.everything if b"CANARY" in data or b"four metres" in data]
    nia = await place.join("nia")
    await nia.send(Fetch(n=1, seqs=(first,)))
    assert "CANARY" in (await nia.wait(Page)).lines[0]

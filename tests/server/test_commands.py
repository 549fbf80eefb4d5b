"""A command's way through the hub: decided once, answered when it is on the disk, and the same answer for ever."""

import asyncio
from pathlib import Path

import pytest

from coordinator.incident.acts import Correct, Message, Note, Order, Status
from coordinator.incident.entries import Malformed, outcome
from coordinator.journal.reads import Reads
from coordinator.wire.frames import Entries, ErrorFrame, Own, SnapshotPart, Welcome
from server.hub import Hub
from tests.server.raw import ROSTER, Place, command

HOLD = Order(verb="HOLD", subject="area/south", to=("south",))


async def test_the_entry_that_bears_the_id_is_the_answer(place: Place) -> None:
    lee = await place.join("lee")
    accepted = await lee.do(HOLD)
    refused = await lee.do(Order(verb="EVACUATE", subject="area/south", to=("south",)))
    assert (accepted.kind, refused.kind) == ("order", "refusal")
    assert refused.found.code == "contradiction"
    assert refused.found.clashes == (accepted.seq,)
    assert outcome(refused).seq == refused.seq


async def test_the_same_id_again_is_the_same_answer_even_after_a_restart(place: Place) -> None:
    lee = await place.join("lee")
    first = await lee.do(HOLD, id="order-1")
    seq = place.hub.state.seq
    await lee.say(HOLD, id="order-1")
    assert (await lee.wait(Own)).lines == [lee.items()[first.seq]]
    await place.restart()
    again = await place.join("lee")
    await again.say(HOLD, id="order-1")
    assert (await again.wait(Own)).lines == [lee.items()[first.seq]]
    assert Reads(place.journal).entries_of("order") == 1
    assert place.hub.state.seq > seq, "the restart itself is in the log"


async def test_the_same_id_at_the_same_time_is_decided_once(place: Place) -> None:
    lee, twin = await place.join("lee"), await place.join("lee", follow=False)
    await asyncio.gather(*(client.say(HOLD, id="order-1") for client in (lee, twin, lee, twin)))
    await lee.decided("order-1")
    await twin.wait(Own)
    await place.hub.settled()
    assert Reads(place.journal).entries_of("order") == 1


@pytest.mark.parametrize("author", ["lee", "dana"])
async def test_an_id_is_never_used_for_something_else(place: Place, author: str) -> None:
    await (await place.join("lee")).do(HOLD, id="order-1")
    other = await place.join(author)
    await other.say(Note(text="something else"), id="order-1")
    error = await other.wait(ErrorFrame)
    assert (error.code, error.id) == ("id-reused", "order-1")
    assert Reads(place.journal).entries_of("note") == 0


async def test_a_malformed_command_makes_no_entry_and_may_be_mended(place: Place) -> None:
    lee = await place.join("lee")
    seq = place.hub.state.seq
    await lee.say(Order(verb="HOLD", subject="area/south", to=()), id="order-1")
    error = await lee.wait(ErrorFrame)
    assert (error.code, error.id) == ("malformed", "order-1")
    assert place.hub.state.seq == seq
    assert (await lee.do(HOLD, id="order-1")).kind == "order"


async def test_nothing_is_told_before_it_is_on_the_disk(place: Place) -> None:
    """What a client has got, another reader of the file finds there."""
    lee = await place.join("lee")
    for number in range(30):
        entry = await lee.do(Note(text=f"note {number}"))
        assert Reads(place.journal).line(entry.seq) == lee.items()[entry.seq]


async def test_a_script_gets_its_own_answers_and_nothing_else(place: Place) -> None:
    script, lee = await place.join("nia", follow=False, snapshot=False), await place.join("lee")
    note = await lee.do(Note(text="not for scripts"))
    entry = await script.do(Message(precedence="ROUTINE", text="hello", topic="ops/water"))
    await lee.upto(entry.seq)
    assert entry.seq > note.seq
    assert script.all(Entries) == []
    assert script.all(SnapshotPart) == []
    assert [frame.lines for frame in script.all(Own)] == [[lee.items()[entry.seq]]]


async def test_a_correction_names_any_entry_of_the_log(place: Place) -> None:
    lee, nia = await place.join("lee"), await place.join("nia")
    note = await nia.do(Note(text="four houses"))
    await lee.upto(note.seq)
    assert (await nia.do(Correct(ref=note.seq, text="five houses"))).kind == "correct"
    await place.restart()
    nia = await place.join("nia")
    assert (await nia.do(Correct(ref=note.seq, text="six houses"))).kind == "correct"


async def test_on_record_fields_reach_the_log(place: Place) -> None:
    lee = await place.join("lee")
    entry = await lee.do(
        Status(state="LIMITED"),
        centre="north", means="radio", said_at="2026-01-22T12:00:00Z", words="limited", hand="Bo",
    )  # fmt: skip
    assert (entry.centre, entry.means, entry.words, entry.hand) == ("north", "radio", "limited", "Bo")
    assert entry.found.late


async def test_a_welcome_says_where_the_log_is(place: Place) -> None:
    lee = await place.join("lee")
    welcome = await lee.wait(Welcome)
    assert welcome.keyless
    assert welcome.operation.kind == "exercise"
    assert welcome.log == Reads(place.journal).lines(1, 1)[0].digest


async def test_the_hub_can_be_asked_without_a_socket(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub.journal", ROSTER)
    await hub.start()
    answer = hub.submit(command(Order(verb="HOLD", subject="area/south", to=()), "c-1"))
    assert isinstance(answer, Malformed)
    await hub.stop()

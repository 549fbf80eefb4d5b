"""Frames are heard as they come, in the order in which they were sent, however they are cut up on the way."""

from coordinator.incident.acts import Note
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import Beat, ErrorFrame, Fetch, Page, pack
from tests.server.raw import Place, command


def said(id: str, text: str = "a note") -> bytes:
    return pack_command(command(Note(text=text), id))


async def test_what_was_said_before_the_hub_was_ready_keeps_its_order(place: Place) -> None:
    nia = await place.join("nia")
    for number in range(50):
        await nia.send(said(f"c-{number}"))
        if number % 10 == 0:
            await nia.send(Fetch(n=number, limit=3))
    await nia.decided("c-49")
    order = sorted((entry.seq, entry.id) for entry in nia.entries() if entry.id.startswith("c-"))
    assert list(dict.fromkeys(id for _, id in order)) == [f"c-{number}" for number in range(50)]
    await nia.wait(Page, 4)
    assert [page.n for page in nia.all(Page)] == [0, 10, 20, 30, 40]


async def test_a_frame_in_pieces_is_one_frame_and_what_follows_comes_after_it(place: Place) -> None:
    nia = await place.join("nia")
    whole = said("cut", "x" * 2000)
    await nia.connection.send([whole[:7], whole[7:900], whole[900:]])
    await nia.send(said("next"))
    first, second = await nia.decided("cut"), await nia.decided("next")
    assert first.seq < second.seq


async def test_a_wrong_frame_between_right_ones_costs_nobody_anything(place: Place) -> None:
    nia = await place.join("nia")
    for data in (said("one"), b"\xc1", pack(Beat()), said("two")):
        await nia.send(data)
    await nia.decided("one")
    await nia.decided("two")
    assert [error.code for error in nia.all(ErrorFrame)] == ["malformed"]

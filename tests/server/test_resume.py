"""Coming back: from any point, exactly what is lacking; a forked log is said loudly and never merged."""

import random

import pytest

from coordinator.incident.acts import Message, Note, Relay
from coordinator.incident.evolve import evolve
from coordinator.incident.snapshot import freeze, thaw, trimmed
from coordinator.incident.state import State
from coordinator.journal.lines import decode, digest
from coordinator.wire import limits
from coordinator.wire.frames import Entries, ErrorFrame, Have, Hello, SnapshotPart, Welcome, unpacked_state
from server import catchup
from tests.server.raw import Client, Place


async def some_traffic(place: Place, count: int) -> None:
    nia, lee = await place.join("nia"), await place.join("lee")
    for number in range(count):
        message = await nia.do(Message(precedence="ROUTINE", text=f"text {number}", topic="ops/water", to=("south",)))
        if number % 3 == 0:
            await lee.do(Relay(ref=message.seq, to=("south",)))


def state_of(client: Client) -> State:
    """What this client knows, from its snapshot and its entries."""
    state = thaw(unpacked_state(part.state for part in client.all(SnapshotPart)))
    seen = {entry.seq: entry for entry in client.entries()}
    for seq in sorted(seq for seq in seen if seq > client.all(SnapshotPart)[0].seq):
        state = evolve(state, seen[seq])
    return state


@pytest.mark.parametrize("seed", range(4))
async def test_from_any_point_exactly_what_is_lacking(place: Place, seed: int) -> None:
    chance = random.Random(seed)
    full = await place.join("sol")
    await some_traffic(place, 12)
    await full.upto(place.hub.state.seq)
    items = full.items()
    start = chance.randrange(min(items), max(items) + 1)
    item = items[start]
    have = Have(log=full.all(Welcome)[0].log, seq=start, digest=digest(item.encode()) if item[0] == "{" else item)
    back = await place.join("sol", have=have)
    if start < max(items):
        await back.upto(max(items))
    assert not back.all(SnapshotPart)
    now = {entry.seq for entry in full.entries()}
    for seq in range(start + 1, max(items) + 1):
        got = back.items()[seq]
        assert (got == items[seq]) or (seq in now and decode(got).seq == seq), "a line, or the digest that hides it"


async def test_snapshot_and_tail_make_the_state_that_the_hub_has(place: Place) -> None:
    early = await place.join("rev")
    await some_traffic(place, 10)
    late = await place.join("rev")
    await place.hub.settled()
    head = place.hub.state.seq
    await early.upto(head)
    await late.upto(head)
    expected = freeze(trimmed(place.hub.state, "rev"))
    assert freeze(state_of(late)) == expected
    assert freeze(state_of(early)) == expected


async def test_a_snapshot_is_trimmed_and_cut_to_frames(place: Place) -> None:
    nia = await place.join("nia")
    for number in range(40):
        await nia.do(Message(precedence="ROUTINE", text=random.Random(number).randbytes(2000).hex(), topic="ops/water"))
    lee, ike = await place.join("lee"), await place.join("ike")
    parts = lee.all(SnapshotPart)
    assert [part.part for part in parts] == list(range(1, parts[0].parts + 1))
    assert len(parts) > 1
    assert max(map(len, lee.data)) <= limits.FRAME
    assert len(state_of(lee).messages) == 40
    assert len(state_of(ike).messages) == 0


async def test_who_is_too_far_behind_gets_the_state(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catchup, "RESUME", 5)
    sol = await place.join("sol")
    await sol.upto(place.hub.state.seq)
    have = sol.have()
    await some_traffic(place, 8)
    back = await place.join("sol", have=have)
    assert (await back.wait(SnapshotPart)).seq > have.seq


@pytest.mark.parametrize("what", ["digest", "seq"])
async def test_a_forked_log_is_said_and_not_merged(place: Place, what: str) -> None:
    lee = await place.join("lee")
    await lee.do(Note(text="one"))
    mine = lee.have()
    forked = {
        "digest": Have(log=mine.log, seq=mine.seq, digest="0" * 64),
        "seq": Have(log=mine.log, seq=mine.seq + 10, digest=mine.digest),
    }[what]
    other = await place.knock()
    await other.send(Hello(v=1, operator="lee", have=forked))
    error = await other.wait(ErrorFrame)
    assert error.code == "forked"
    assert "forked log" in error.message
    await other.closed.wait()
    assert not other.all(Entries)


async def test_a_copy_of_another_log_is_given_this_one_from_its_state_on(place: Place) -> None:
    lee = await place.join("lee")
    other = await place.knock()
    await other.send(Hello(v=1, operator="lee", have=Have(log="0" * 64, seq=3, digest="1" * 64)))
    assert (await other.wait(Welcome)).log == lee.have().log
    assert (await other.wait(SnapshotPart)).part == 1


async def test_entries_that_come_while_somebody_catches_up_are_not_missed(place: Place) -> None:
    nia = await place.join("nia")
    for number in range(60):
        await nia.say(Note(text=f"note {number}"), id=f"n-{number}")
        if number % 10 == 0:
            await place.knock()
            await place.clients[-1].send(Hello(v=1, operator="lee"))
    last = (await nia.decided("n-59")).seq
    for client in place.clients[1:]:
        await client.upto(last)
        items = client.items()
        start = client.all(SnapshotPart)[0].seq
        assert sorted(items) == list(range(start + 1, max(items) + 1)), "one after the other, none twice"
        assert sum(len(frame.items) for frame in client.all(Entries)) == len(items)

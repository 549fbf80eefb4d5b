"""What the hub writes by itself: links lost and regained, screens not painted, receipts, stepped clocks, deadlines."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from coordinator.incident import hubacts
from coordinator.incident.acts import Acknowledge, Message, Note, Order, Relay
from coordinator.incident.duty import out_since
from coordinator.incident.entries import Entry
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.wire.frames import Beat, Got, HubBeat
from server.receipts import EVERY
from tests.server.raw import Client, HandClock, Place, running

LOST_AFTER = 20.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def place(tmp_path: Path, clock: HandClock) -> AsyncIterator[Place]:
    async with running(tmp_path, clock) as place:
        yield place


async def log(place: Place, *kinds: str) -> list[Entry]:
    """The entries of these kinds, once everything is on the disk."""
    await place.hub.settled()
    reads = Reads(place.journal)
    entries = [decode(stored.line) for stored in reads.lines(1, place.hub.state.seq)]
    reads.close()
    return [entry for entry in entries if entry.kind in kinds]


async def links(place: Place) -> list[tuple[str, str]]:
    bodies = [entry.body for entry in await log(place, "link")]
    return [(body.operator, body.state) for body in bodies if isinstance(body, hubacts.Link)]


async def heard(client: Client) -> None:
    """A beat, and the hub has dealt with it."""
    await client.send(Beat())
    await client.connection.ping()
    await (await client.connection.ping())


async def test_the_first_hello_is_a_link_up_with_the_clients_version(place: Place) -> None:
    await place.join("nia")
    await place.join("nia")
    (entry,) = await log(place, "link")
    assert isinstance(entry.body, hubacts.Link)
    assert (entry.by, entry.body.operator, entry.body.state, entry.body.version) == ("hub", "nia", "up", "raw")


async def test_a_silent_link_is_lost_since_it_was_last_heard(place: Place, clock: HandClock) -> None:
    nia = await place.join("nia")
    await heard(nia)
    since = clock.at
    clock.move(LOST_AFTER)
    place.hub.tick()
    assert await links(place) == [("nia", "up")], "past means strictly later"
    clock.move(0.001)
    place.hub.tick()
    assert await links(place) == [("nia", "up"), ("nia", "down")]
    down = (await log(place, "link"))[-1].body
    assert isinstance(down, hubacts.Link)
    assert down.since == since
    await heard(nia)
    assert (await links(place))[-1] == ("nia", "up")


async def test_the_hub_says_when_a_link_will_be_lost(place: Place, clock: HandClock) -> None:
    await heard(await place.join("nia"))
    due = place.hub.next_due()
    assert due is not None
    assert timedelta(0) < due - clock.at <= timedelta(seconds=LOST_AFTER + 0.001)
    clock.move((due - clock.at).total_seconds())
    place.hub.tick()
    assert (await links(place))[-1] == ("nia", "down")


async def test_any_session_of_an_operator_keeps_their_link(place: Place, clock: HandClock) -> None:
    one, other = await place.join("nia"), await place.join("nia")
    for _ in range(3):
        clock.move(LOST_AFTER / 2 + 1)
        await heard(other)
        place.hub.tick()
    await place.leave(one)
    assert await links(place) == [("nia", "up")]


async def test_a_quick_reconnect_makes_no_entry(place: Place, clock: HandClock) -> None:
    nia = await place.join("nia")
    await place.leave(nia)
    clock.move(LOST_AFTER - 1)
    place.hub.tick()
    await place.join("nia")
    clock.move(5)
    place.hub.tick()
    assert await links(place) == [("nia", "up")]


async def test_a_connection_that_closes_is_lost_after_the_same_time(place: Place, clock: HandClock) -> None:
    await place.leave(await place.join("nia"))
    clock.move(LOST_AFTER + 1)
    place.hub.tick()
    assert await links(place) == [("nia", "up"), ("nia", "down")]


async def test_after_a_restart_everyone_is_up_only_when_they_come_back(place: Place, clock: HandClock) -> None:
    await place.join("nia")
    await place.restart()
    assert not place.hub.state.contacts["nia"].up
    await place.join("nia")
    assert await links(place) == [("nia", "up"), ("nia", "up")]
    (start,) = await log(place, "start")
    assert isinstance(start.body, hubacts.Start)


class ShortSleep(HandClock):
    """The test moves time; who sleeps looks at it often."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.005))


async def test_the_quiet_time_before_a_crash_is_no_downtime(tmp_path: Path) -> None:
    clock = ShortSleep()
    async with running(tmp_path, clock) as place:
        nia = await place.join("nia", follow=False)
        clock.move(50)
        beats = len(nia.all(HubBeat))
        await nia.wait(HubBeat, beats + 1)  # the first may have been under way
        died = clock.at
        place.hub.kill()
        clock.move(30)
        await place.start()
        *_, start = await log(place, "start")
        assert isinstance(start.body, hubacts.Start)
        assert start.body.down_since == died


async def test_in_a_drill_an_open_connection_counts_as_heard(tmp_path: Path, clock: HandClock) -> None:
    folder = tmp_path / "driven"
    folder.mkdir(0o700)
    async with running(folder, clock, driven=True) as place:
        nia = await place.join("nia")
        clock.move(3600)
        place.hub.tick()
        assert await links(place) == [("nia", "up")]
        await place.leave(nia)
        clock.move(LOST_AFTER + 1)
        place.hub.tick()
        assert await links(place) == [("nia", "up"), ("nia", "down")]


async def test_a_screen_that_is_not_painted_is_no_person(place: Place, clock: HandClock) -> None:
    nia = await place.join("nia")
    await nia.send(Beat(painted=0, key=0, waiting=False))
    clock.move(15)
    await nia.send(Beat(painted=15_000, waiting=True))
    await heard(nia)
    assert await log(place, "presence") == []
    clock.move(10)
    await nia.send(Beat(painted=25_000, waiting=True))
    await heard(nia)
    (frozen,) = await log(place, "presence")
    assert isinstance(frozen.body, hubacts.Presence)
    assert frozen.body.unpainted_since == clock.at - timedelta(seconds=25)
    await nia.send(Beat(painted=10, waiting=False))
    await heard(nia)
    painted = (await log(place, "presence"))[-1].body
    assert isinstance(painted, hubacts.Presence)
    assert painted.unpainted_since is None


async def test_one_painted_screen_is_enough(place: Place, clock: HandClock) -> None:
    stuck, fine = await place.join("nia"), await place.join("nia")
    clock.move(60)
    await fine.send(Beat(painted=20, waiting=False))
    await heard(fine)
    await stuck.send(Beat(painted=60_000, waiting=True))
    await heard(stuck)
    assert await log(place, "presence") == []


async def idle(place: Place, operator: str) -> list[object]:
    """What was written of when they last pressed a key."""
    bodies = [entry.body for entry in await log(place, "presence")]
    return [body.idle_since for body in bodies if isinstance(body, hubacts.Presence) and body.operator == operator]


async def test_a_holder_who_presses_no_key_is_said_once_and_once_more_when_they_are_back(
    place: Place, clock: HandClock
) -> None:
    """And nothing follows from it: a connected session is not a person, but it is in contact."""
    lee = await place.join("lee")
    pressed = clock.at
    for passed in range(0, 180, 15):
        await lee.send(Beat(painted=0, key=passed * 1000))
        await heard(lee)
        place.hub.tick()
        clock.move(15)
    assert await idle(place, "lee") == [pressed]
    assert place.hub.state.contacts["lee"].idle_since == pressed
    assert out_since(place.hub.state, "lee") is None
    assert [entry.body for entry in await log(place, "alarm")] == []
    await lee.send(Beat(painted=0, key=10))
    await heard(lee)
    await heard(lee)
    assert await idle(place, "lee") == [pressed, None]


async def test_who_holds_no_desk_may_sit_and_read_and_nobody_is_told(place: Place, clock: HandClock) -> None:
    nia = await place.join("nia")
    clock.move(600)
    await nia.send(Beat(painted=0, key=600_000))
    await heard(nia)
    assert await log(place, "presence") == []


async def test_a_session_without_a_keyboard_says_nothing_of_its_operator(place: Place, clock: HandClock) -> None:
    lee = await place.join("lee")
    clock.move(600)
    await lee.send(Beat())
    await heard(lee)
    assert await log(place, "presence") == []


async def test_who_has_opened_a_message_of_their_desk_is_said_by_name_and_once(place: Place, clock: HandClock) -> None:
    nia, lee, dana = await place.join("nia"), await place.join("lee"), await place.join("dana")
    message = await nia.do(Message(precedence="ROUTINE", text="x", topic="ops/water"))
    for _ in range(2):
        for client in (nia, lee, dana):
            await client.send(Got(seen=(message.seq,)))
            await heard(client)
        clock.move(EVERY)
        place.hub.tick()
    (entry,) = await log(place, "receipts")
    assert isinstance(entry.body, hubacts.Receipts)
    opened: dict[str, tuple[int, ...]] = {"dana": (message.seq,), "lee": (message.seq,)}
    assert entry.body.receipts == (hubacts.Receipt(centre="eoc", opened=opened),)
    assert set(place.hub.state.messages[message.seq].opened) == {"lee", "dana"}


async def test_receipts_are_batched_and_each_fact_is_told_once(place: Place, clock: HandClock) -> None:
    lee, sol, ike = await place.join("lee"), await place.join("sol"), await place.join("ike")
    order = await lee.do(Order(verb="HOLD", subject="area/south", to=("south", "icp")))
    message = await lee.do(Message(precedence="ROUTINE", text="x", topic="ops/water", to=("south",)))
    for client in (sol, ike):
        await client.send(Got(delivered=(order.seq, message.seq, 1, 99_999), seen=(order.seq,)))
        await heard(client)
    await sol.send(Got(delivered=(order.seq,)))
    await heard(sol)
    assert await log(place, "receipts") == []
    clock.move(EVERY)
    place.hub.tick()
    (entry,) = await log(place, "receipts")
    assert isinstance(entry.body, hubacts.Receipts)
    assert entry.body.receipts == (
        hubacts.Receipt(centre="icp", delivered=(order.seq,), seen=(order.seq,)),
        hubacts.Receipt(centre="south", delivered=(order.seq, message.seq), seen=(order.seq,)),
    )
    await sol.send(Got(delivered=(order.seq, message.seq), seen=(order.seq,)))
    await heard(sol)
    clock.move(EVERY * 2)
    place.hub.tick()
    assert len(await log(place, "receipts")) == 1


async def test_nobody_can_say_that_another_centre_has_seen_something(place: Place, clock: HandClock) -> None:
    nia, lee, sol = await place.join("nia"), await place.join("lee"), await place.join("sol")
    waiting = await nia.do(Message(precedence="ROUTINE", text="x", topic="ops/water", to=("south",)))
    await sol.send(Got(delivered=(waiting.seq,), seen=(waiting.seq,)))
    await heard(sol)
    clock.move(EVERY)
    place.hub.tick()
    assert await log(place, "receipts") == [], "not relayed yet"
    await lee.do(Relay(ref=waiting.seq, to=("south",)))
    await sol.do(Acknowledge(ref=waiting.seq))


async def test_a_stepped_clock_is_an_entry_and_time_never_runs_backwards(place: Place, clock: HandClock) -> None:
    lee = await place.join("lee")
    clock.at -= timedelta(hours=1)
    back = await lee.do(Note(text="after the step back"))
    clock.move(60)
    slow = await lee.do(Note(text="a minute later"))
    clock.at += timedelta(hours=2)
    ahead = await lee.do(Note(text="after the step forward"))
    steps = [entry.body.step for entry in await log(place, "clock") if isinstance(entry.body, hubacts.Clock)]
    assert steps == [-3_600_000, 7_200_000]
    assert back.at <= slow.at <= ahead.at
    assert slow.at - back.at == timedelta(seconds=30), "half speed, until the clock has caught up"
    assert ahead.at == clock.at


async def test_a_deadline_fires_when_its_time_has_come(place: Place, clock: HandClock) -> None:
    nia = await place.join("nia")
    message = await nia.do(Message(precedence="FLASH", text="two stranded", topic="ops/rescue"))
    due = place.hub.state.messages[message.seq].due
    assert due is not None
    assert place.hub.next_due() is not None
    clock.move((due - clock.at).total_seconds())
    place.hub.tick()
    fired = await log(place, "due")
    assert [entry.ref for entry in fired] == [message.seq]
    place.hub.tick()
    assert len(await log(place, "due")) == len(fired), "once"

"""Protects: what rings is one line that nothing hides, and one bell in ten seconds that forgets nothing."""

from coordinator.incident.acts import Message, Order, Readback, Unable
from coordinator.tui.pace import Bell
from tests.tui.seat import Room


def test_one_bell_in_ten_seconds_and_none_forgotten() -> None:
    now = 100.0
    bell = Bell(lambda: now)
    assert not bell.wanted()
    bell.hear({1})
    assert bell.wanted()
    assert not bell.wanted()
    bell.hear({1, 2})
    now = 105.0
    assert not bell.wanted()
    now = 110.0
    assert bell.wanted()
    now = 130.0
    bell.hear({1, 2})
    assert not bell.wanted()


async def test_what_happened_last_hides_no_alarm(room: Room) -> None:
    """At 80 columns, with a long notice: the most urgent alarm is there, and how many more there are."""
    nia, lee = await room.sit("nia"), await room.sit("lee")
    await nia.session.send(Message(precedence="FLASH", text="Two on the roof"))
    await lee.session.send(Order(verb="EVACUATE", subject="area/north/zone-4", to=("north",)))
    await nia.session.send(Readback(ref="O-1", verb="SHELTER", subject="area/north/zone-4"))
    await lee.sees("1 MISMATCH")
    await lee.run(lambda: lee.interface.tell("a sentence that is a good deal longer than all the room there is " * 2))
    await lee.sees("a sentence that is a good deal", "!!! 1 FLASH  +1")
    await lee.run(lambda: lee.interface.tell("short"))
    await lee.sees("short", "  !!! 1 FLASH  1 MISMATCH")


async def test_all_unable_rings_at_the_desk(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee", (120, 30))
    await lee.session.send(Order(verb="EVACUATE", subject="area/north/zone-4", to=("north", "icp")))
    await nia.session.send(Unable(ref="O-1", reason="no transport"))
    await lee.sees("1 UNABLE")
    ivo = next(one.id for one in lee.session.state.roster.operators if one.centre == "icp")  # type: ignore[union-attr]  # it is there
    other = await room.sit(ivo)
    await other.session.send(Unable(ref="O-1", reason="none here"))
    await lee.sees("1 ALL UNABLE")

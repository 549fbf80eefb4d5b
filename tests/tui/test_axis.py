"""Protects: the orders' time axis says in plain characters what holds when, whatever the hour and the width."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coordinator.incident.acts import Order, Window
from coordinator.tui.rows.axis import Axis, tail
from tests.tui.seat import Room

NOW = datetime(2026, 11, 22, 14, 32, tzinfo=UTC)
moments = st.integers(-5000, 5000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(now=moments, width=st.integers(0, 120), start=moments, long=st.none() | st.integers(1, 5000))
def test_a_bar_lies_where_its_window_does(now: datetime, width: int, start: datetime, long: int | None) -> None:
    until = start + timedelta(minutes=long) if long is not None else None
    axis = Axis(now, width, [until] if until is not None else [])
    bar = axis.bar(start, until, "=")
    assert len(bar) == len(axis.ruler()) == axis.width
    assert bar[axis.now] in "|<>"
    assert axis.column(now) == axis.now
    if start <= now and until is not None and until < now:
        assert "=" not in bar[axis.now + 1 :]
    if start > now and axis.column(start) < axis.width - 1 and axis.column(start) != axis.now:
        assert bar[axis.column(start)] == "="
    if until is None and axis.column(start) < axis.width:
        assert bar[-1] == ">"


def test_the_ruler_says_round_times() -> None:
    assert Axis(NOW, 40, [NOW + timedelta(minutes=90)]).ruler().split() == ["14:00", "15:00", "16:00"]


def test_a_long_subject_keeps_what_tells_it_from_its_neighbours() -> None:
    assert tail("area/south/old-town/market", 16) == "~old-town/market"
    assert tail("route/route-9", 16) == "route-9"


async def test_orders_stand_on_their_axis_by_subject(room: Room) -> None:
    lee = await room.sit("lee")
    now = lee.session.now()
    later = Window(start=now + timedelta(minutes=40), until=now + timedelta(minutes=60))
    await lee.session.send(Order(verb="SHELTER", subject="area/south", to=("south",), window=later))
    await lee.session.send(Order(verb="EVACUATE", subject="area/north/zone-4", to=("north",)))
    await lee.press("v")
    await lee.sees(
        "1 ORDERS 2 standing", "? unconfirmed", "north/zone-4", "EVACUATE", "|??????", "---", "unconfirmed 0/1"
    )
    rows = [line for line in lee.lines if "O-" in line]
    assert ["EVACUATE" in rows[0], "SHELTER" in rows[1]] == [True, True]

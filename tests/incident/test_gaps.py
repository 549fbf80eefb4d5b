"""An order that was superseded and whose successor goes first leaves a gap, and the reply names it (DESIGN 8)."""

from datetime import timedelta

from coordinator.incident.entries import Accepted
from coordinator.incident.times import stamp
from tests.incident.world import START, World

SOON, LATER, MUCH_LATER = (stamp(START + timedelta(minutes=minutes)) for minutes in (1, 5, 10))


def advised(old: dict[str, str], new: dict[str, str]) -> tuple[str, ...]:
    """What the author hears who rescinds, at once, an order that supersedes another one."""
    world = World()
    order = {"verb": "EVACUATE", "to": ["eoc"]}
    world.do("lee", "order", **order, subject="area/north/zone-4", window=old)
    world.do("lee", "order", **order, subject="area/north", window=new, supersedes=["O-1"])
    reply = world.decide("lee", "rescind", ref="O-2", reason="over").reply
    assert isinstance(reply, Accepted)
    return reply.advisories


def test_an_order_in_force_that_still_ends_is_named() -> None:
    (line,) = advised({}, {"from": LATER})
    assert line.startswith("O-1 EVACUATE area/north/zone-4 still ends at")


def test_a_reservation_that_ends_early_or_never_begins_is_named_too() -> None:
    """Found by the second reading: what was reserved and superseded was passed over in silence."""
    assert "still ends at" in advised({"from": SOON}, {"from": LATER})[0]
    assert "does not begin any more" in advised({"from": SOON}, {"from": SOON})[0]


def test_what_ends_by_its_own_window_first_is_no_gap() -> None:
    assert advised({"until": LATER}, {"from": MUCH_LATER}) == ()


def test_a_successor_that_has_started_leaves_none() -> None:
    assert advised({}, {}) == ()

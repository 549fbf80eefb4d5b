"""Read-backs: a centre's latest word counts, also where it is the wrong one. DESIGN 8 "Life, per addressee"."""

from coordinator.incident.projections import unconfirmed
from tests.incident.world import World

HOLD = {"verb": "HOLD", "subject": "area/south", "to": ["south"]}
SAID = {"verb": "HOLD", "subject": "area/south"}


def waiting(world: World) -> list[str]:
    return [order.number for order in unconfirmed(world.state, world.now)]


def test_who_reads_back_that_an_order_in_force_is_cancelled_has_not_confirmed_it() -> None:
    world = World()
    world.do("lee", "order", **HOLD)
    world.do("sol", "readback", ref="O-1", **SAID)
    assert waiting(world) == []
    world.do("sol", "readback", ref="O-1", cancelled=True)
    assert waiting(world) == ["O-1"], "they believe that it is over"
    assert len(world.alarms("readback-mismatch")) == 1
    world.do("sol", "readback", ref="O-1", **SAID)
    assert waiting(world) == []


def test_a_cancellation_read_back_too_early_counts_for_nothing_later() -> None:
    world = World()
    world.do("lee", "order", **HOLD)
    world.do("sol", "readback", ref="O-1", cancelled=True)
    world.do("lee", "rescind", ref="O-1", reason="gauge falls")
    assert waiting(world) == ["O-1"]
    world.do("sol", "readback", ref="O-1", cancelled=True)
    assert waiting(world) == []


def test_an_except_that_is_no_subject_of_the_roster_is_refused() -> None:
    """A misspelt hospital would be evacuated in silence."""
    world = World()
    order = {"verb": "EVACUATE", "subject": "area/north", "to": ["north"]}
    assert world.refused("lee", "order", **order, except_=["area/north/zone-9"]).code == "precondition"
    world.do("lee", "order", **order, except_=["area/north/zone-5"])

"""Every refusal of an order has a way out that sends now, and each way out does what it says. DESIGN 8."""

from typing import cast

import msgspec
import pytest

from coordinator.incident.acts import ACTS
from coordinator.incident.entries import Accepted, Refused, Remedy
from tests.incident.world import World

Fields = dict[str, object]
NORTH: Fields = {"verb": "EVACUATE", "subject": "area/north", "to": ["north", "icp"]}
HOSPITAL: Fields = {"verb": "SHELTER", "subject": "area/north/zone-5", "to": ["icp"]}


def sent(world: World, wanted: Fields, remedy: Remedy) -> Accepted | Refused:
    """Send a remedy as a client would: the order again with changes, or the other command that it names."""
    changes = cast("Fields", dict(remedy.changes))
    if remedy.do != "order":
        reply = world.decide("lee", remedy.do, **changes).reply
    else:
        basis = changes.pop("basis", None)
        fields = {name: value for name, value in {**wanted, **changes}.items() if value is not None}
        reply = world.decide("lee", "order", **fields, **({"basis": basis} if basis else {})).reply
    assert isinstance(reply, Accepted | Refused), reply
    return reply


def remedy(refusal: Refused, start: str) -> Remedy:
    return next(one for one in refusal.remedies if one.text.startswith(start))


def test_superseding_names_every_clash_and_sends() -> None:
    world = World()
    world.do("lee", "order", **{**NORTH, "subject": "area/north/zone-4"})
    world.do("lee", "order", **{**NORTH, "subject": "area/north/zone-5"})
    wanted: Fields = {"verb": "SHELTER", "subject": "area/north", "to": ["icp"]}
    refusal = world.refused("lee", "order", **wanted)
    assert len(refusal.clashes) == 2
    assert isinstance(sent(world, wanted, remedy(refusal, "supersede O-1, O-2")), Accepted)


def test_an_exception_leaves_out_what_clashes() -> None:
    world = World()
    world.do("lee", "order", **HOSPITAL)
    refusal = world.refused("lee", "order", **NORTH)
    assert isinstance(sent(world, NORTH, remedy(refusal, "leave out area/north/zone-5")), Accepted)
    assert [order.ended for order in world.state.orders.values()] == ["", ""]


def test_the_hospital_shelters_while_all_the_north_is_evacuated() -> None:
    world = World()
    world.do("lee", "order", **NORTH, rationale="Gauge above 4 m")
    refusal = world.refused("lee", "order", **HOSPITAL)
    assert isinstance(sent(world, HOSPITAL, remedy(refusal, "EVACUATE area/north except")), Accepted)
    evacuate, shelter = (world.state.orders[world.state.numbers[name]] for name in ("O-2", "O-3"))
    assert (evacuate.excepted, evacuate.rationale) == (("area/north/zone-5",), "Gauge above 4 m")
    assert (shelter.verb, shelter.subject) == ("SHELTER", "area/north/zone-5")
    assert world.state.orders[world.state.numbers["O-1"]].ended == "superseded"


def test_a_later_window_is_the_earliest_free_one() -> None:
    world = World()
    world.do("lee", "order", **NORTH, window={"until": "2026-11-22T15:00:00Z"})
    refusal = world.refused("lee", "order", **HOSPITAL)
    way = remedy(refusal, "from 2026-11-22T15:00:00Z")
    assert isinstance(sent(world, HOSPITAL, way), Accepted)


def test_the_bridge_that_falls_during_an_evacuation() -> None:
    world = World()
    world.do("lee", "order", **NORTH)
    close: Fields = {"verb": "CLOSE", "subject": "route/route-9", "to": ["icp"]}
    refusal = world.refused("lee", "order", **close)
    assert refusal.code == "tension"
    first = refusal.remedies[0]
    assert first.text.startswith("both stand, because")
    because = Remedy(text=first.text, do=first.do, changes={**first.changes, "rationale": "The deck is cracked"})
    assert isinstance(sent(world, close, because), Accepted)
    assert world.state.orders[world.log[-1].seq].despite == (world.state.numbers["O-1"],)


def test_another_resource_of_the_kind_that_is_free_and_in_service() -> None:
    world = World()
    world.do(
        "lee",
        "roster",
        reason="mutual aid",
        steps=[
            {"add": "resource", "id": "engine-4", "name": "Engine 4", "kind": "engine", "home": "icp"},
            {"add": "resource", "id": "engine-5", "name": "Engine 5", "kind": "engine", "home": "icp"},
        ],
    )
    world.do("lee", "resource", resource="engine-4", state="OUT")
    assign: Fields = {"verb": "ASSIGN", "subject": "resource/engine-3", "object": "south", "to": ["icp"]}
    world.do("lee", "order", **assign)
    refusal = world.refused("lee", "order", **{**assign, "object": "north"})
    assert refusal.code == "double-commitment"
    way = remedy(refusal, "Engine 5 instead")
    assert not [one for one in refusal.remedies if one.text.startswith("Engine 4")]
    assert isinstance(sent(world, {**assign, "object": "north"}, way), Accepted)


def test_more_than_there_is_cannot_be_had_by_superseding() -> None:
    world = World()
    wanted: Fields = {
        "verb": "ASSIGN",
        "subject": "resource/ambulances",
        "object": "north",
        "quantity": 5,
        "to": ["icp"],
    }
    refusal = world.refused("lee", "order", **wanted)
    assert (refusal.code, refusal.clashes) == ("double-commitment", ())
    assert not [one for one in refusal.remedies if "supersedes" in one.changes]


def test_already_in_force_rings_those_who_have_not_read_back() -> None:
    world = World()
    world.do("lee", "order", **NORTH)
    world.do("nia", "readback", ref="O-1", verb="EVACUATE", subject="area/north")
    refusal = world.refused("lee", "order", **NORTH)
    way = remedy(refusal, "ring icp")
    assert way.changes["to"] == ["icp"]
    assert isinstance(sent(world, NORTH, way), Accepted)


def test_a_stale_basis_is_sent_again_with_one_key() -> None:
    world = World()
    offer = world.do("lee", "offer", scope="ops", to="dana")
    world.do("lee", "order", **HOSPITAL)
    world.do("dana", "take", ref=offer)
    wanted = {**HOSPITAL, "supersedes": ["O-1"], "verb": "EVACUATE"}
    refusal = world.refused("dana", "order", **wanted, basis=offer)
    assert refusal.code == "stale-basis"
    (way,) = refusal.remedies
    fields = {**wanted, "basis": way.changes["basis"]}
    assert isinstance(world.decide("dana", "order", **fields).reply, Accepted)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({**NORTH, "subject": "area/west"}, "precondition"),
        ({**NORTH, "verb": "PAINT"}, "precondition"),
        ({**NORTH, "to": ["north", "mars"]}, "precondition"),
        ({**NORTH, "window": {"until": "2026-11-22T12:00:00Z"}}, "precondition"),
        ({**NORTH, "supersedes": ["O-9"]}, "precondition"),
        ({**NORTH, "subject": "route/route-9"}, "precondition"),
        ({**NORTH, "object": "mars"}, "precondition"),
        (NORTH, "already-in-force"),
        (HOSPITAL, "contradiction"),
        ({"verb": "CLOSE", "subject": "route/route-9", "to": ["icp"], "rationale": "cracked"}, "tension"),
        ({"verb": "ASSIGN", "subject": "resource/engine-3", "object": "north", "to": ["icp"]}, "double-commitment"),
    ],
)
def test_at_least_one_way_out_sends_now(fields: Fields, code: str) -> None:
    world = World()
    world.do("lee", "order", **NORTH)
    world.do("lee", "order", verb="ASSIGN", subject="resource/engine-3", object="south", to=["icp"])
    refusal = world.refused("lee", "order", **fields)
    assert refusal.code == code
    assert any(_sends(world, fields, way) for way in refusal.remedies)


def _sends(world: World, fields: Fields, way: Remedy) -> bool:
    if way.do not in ACTS or way.do == "roster":
        return False
    before = world.state, list(world.log)
    accepted = isinstance(sent(world, fields, way), Accepted)
    world.state, world.log = before
    return accepted


def test_without_authority_an_order_becomes_a_proposal_and_the_desk_can_be_rung() -> None:
    world = World()
    refusal = world.refused("nia", "order", **NORTH)
    assert refusal.code == "no-authority"
    assert world.log[-1].kind == "propose"
    message = next(one for one in refusal.remedies if one.do == "message")
    world.do("nia", "message", **cast("Fields", dict(message.changes)))


def test_remedies_are_plain_data() -> None:
    world = World()
    world.do("lee", "order", **NORTH)
    refusal = world.refused("lee", "order", **HOSPITAL)
    assert msgspec.json.decode(msgspec.json.encode(refusal.remedies), type=tuple[Remedy, ...]) == refusal.remedies


def test_capacity_is_looked_at_instant_by_instant() -> None:
    world = World()
    ambulances: Fields = {"verb": "ASSIGN", "subject": "resource/ambulances", "to": ["icp"]}
    hours = [f"2026-11-22T{hour}:00:00Z" for hour in (14, 15, 16, 17)]
    first = {"object": "south", "quantity": 3, "window": {"from": hours[0], "until": hours[1]}}
    third = {"object": "north", "quantity": 3, "window": {"from": hours[2], "until": hours[3]}}
    early = world.do("lee", "order", **ambulances, **first)
    late = world.do("lee", "order", **ambulances, **third)
    between = {"object": "eoc", "quantity": 4, "window": {"from": hours[1], "until": hours[2]}}
    world.do("lee", "order", **ambulances, **between)
    across = {"object": "eoc", "quantity": 2, "window": {"from": hours[0], "until": hours[1]}}
    assert world.refused("lee", "order", **ambulances, **across).clashes == (early,)
    wide = {"object": "eoc", "quantity": 1, "window": {"from": hours[2]}}
    world.do("lee", "order", **ambulances, **wide)
    assert world.refused("lee", "order", **ambulances, **{**wide, "quantity": 4}).clashes[0] == late

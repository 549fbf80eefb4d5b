"""The roster changes by typed steps, never so that claims in force would conflict, and nobody is removed. DESIGN 4."""

import pytest

from coordinator.incident.evolve import evolve
from coordinator.incident.snapshot import trimmed
from tests.incident.world import World


def steps(*rows: dict[str, object]) -> dict[str, object]:
    return {"steps": list(rows), "reason": "as needed"}


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM0Pe1kbnTTqiV6VlQJh1YCCUYHqBYqAqzh8pL0/XMdX nia@north"
ENGINE: dict[str, object] = {"verb": "ASSIGN", "subject": "resource/engine-3", "object": "south", "to": ["icp"]}


def test_only_a_liaison_changes_the_roster() -> None:
    assert World().refused("nia", "roster", **steps({"retire": "area", "id": "south"})).code == "no-authority"


@pytest.mark.parametrize(
    "step",
    [
        {"add": "planet", "id": "mars"},
        {"retire": "planet", "id": "mars"},
        {"paint": "area"},
        {"add": "area"},
        {"set": "capacity", "id": "ambulances", "value": "many"},
    ],
)
def test_what_is_no_step_makes_no_entry(step: dict[str, object]) -> None:
    assert World().malformed("lee", "roster", **steps(step)).message


def test_what_is_added_can_be_ordered_about_at_once() -> None:
    world = World()
    hold = {"verb": "HOLD", "subject": "area/north/zone-6", "to": ["north"]}
    assert world.refused("lee", "order", **hold).code == "precondition"
    world.do("lee", "roster", **steps({"add": "area", "id": "north/zone-6", "name": "Zone 6"}))
    world.do("lee", "order", **hold)


def test_a_retired_operator_acts_no_more_and_keeps_the_name() -> None:
    world = World()
    world.do("lee", "roster", **steps({"retire": "operator", "id": "sol"}))
    assert world.malformed("sol", "note", text="still here").message
    assert world.state.roster.ground.operators["sol"].name == "Sol Reyes"
    assert (
        world.refused(
            "lee",
            "roster",
            **steps({"add": "operator", "id": "sol", "name": "Another", "centre": "south", "role": "operator"}),
        ).code
        == "precondition"
    )


def test_a_step_names_a_subject_by_its_id_or_as_it_is_referred_to() -> None:
    world = World()
    world.do("lee", "roster", **steps({"set": "capacity", "id": "resource/ambulances", "value": 9}))
    world.do("lee", "roster", **steps({"retire": "area", "id": "area/south"}))
    world.do("lee", "order", verb="ASSIGN", subject="resource/ambulances", object="south", quantity=9, to=["icp"])
    assert world.refused("lee", "order", verb="HOLD", subject="area/south", to=["south"]).code == "precondition"


def test_capacity_is_not_set_below_what_is_committed() -> None:
    world = World()
    order = world.do(
        "lee", "order", verb="ASSIGN", subject="resource/ambulances", object="south", quantity=3, to=["icp"]
    )
    refusal = world.refused("lee", "roster", **steps({"set": "capacity", "id": "ambulances", "value": 2}))
    assert (refusal.code, refusal.clashes) == ("precondition", (order,))
    world.do("lee", "roster", **steps({"set": "capacity", "id": "ambulances", "value": 3}))


def test_a_subject_with_an_order_in_force_is_not_retired() -> None:
    world = World()
    order = world.do("lee", "order", **ENGINE)
    assert world.refused("lee", "roster", **steps({"retire": "resource", "id": "engine-3"})).clashes == (order,)
    world.do("lee", "rescind", ref=order, reason="done")
    world.do("lee", "roster", **steps({"retire": "resource", "id": "engine-3"}))


def test_changing_the_designated_poc_moves_no_desk() -> None:
    world = World()
    world.do(
        "lee",
        "roster",
        **steps({"set": "poc", "id": "ops", "value": "dana"}, {"set": "deputies", "id": "ops", "value": ["lee"]}),
    )
    assert world.state.desks["ops"].holder == "lee"


def test_a_charter_field_counts_from_its_change_on() -> None:
    world = World()
    world.do("lee", "roster", **steps({"set": "assume_after", "id": "ops", "value": "10m"}))
    world.link("lee", "down")
    world.at(300)
    assert world.refused("dana", "assume", scope="ops").code == "duty-held"


def test_all_steps_or_none() -> None:
    world = World()
    world.refused(
        "lee", "roster", **steps({"add": "area", "id": "west", "name": "West"}, {"retire": "area", "id": "moon"})
    )
    assert world.state.roster.ground.subject("area/west") is None


def test_a_step_that_makes_the_roster_wrong_is_refused_with_its_path() -> None:
    refusal = World().refused("lee", "roster", **steps({"set": "poc", "id": "ops", "value": "nobody"}))
    assert "scopes" in refusal.message


def test_keys_come_and_go() -> None:
    world = World()
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0lWmx0mMV0Gv0p8vUu0Q0hQwLkQ8pJ0kQ5u4eC1r3R nia"
    world.do("lee", "roster", **steps({"add": "key", "operator": "nia", "key": key}))
    assert key in world.state.roster.ground.operators["nia"].keys
    world.do("lee", "roster", **steps({"retire": "key", "operator": "nia", "key": key}))
    assert not world.state.roster.ground.operators["nia"].keys


def test_a_viewer_who_has_nobodys_keys_can_follow_a_key_that_is_retired() -> None:
    world = World()
    world.do("lee", "roster", **steps({"add": "key", "id": "nia", "key": KEY}))
    seen = trimmed(world.state, "sol")
    seq = world.do("lee", "roster", **steps({"retire": "key", "id": "nia", "key": KEY}))
    assert evolve(seen, world.entry(seq)).seq == seq
    assert world.state.roster.ground.operators["nia"].keys == ()


def test_a_key_that_nobody_has_cannot_be_retired() -> None:
    assert World().refused("lee", "roster", **steps({"retire": "key", "id": "nia", "key": KEY})).code == "precondition"

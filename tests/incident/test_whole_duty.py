"""What the Point of Contact is told without asking: what does not fit, who is missing, what fell due meanwhile."""

from datetime import timedelta

import msgspec
import pytest

from coordinator.incident import acts, consistency, holdings, hubacts
from coordinator.incident.check import problems
from coordinator.incident.roster import Roster
from coordinator.incident.situation import situation
from coordinator.incident.state import Rollcall
from tests.incident.world import World, minimal


def doctrine(**fields: object) -> Roster:
    roster = minimal()
    return msgspec.convert(
        {**msgspec.to_builtins(roster), "doctrine": {**msgspec.to_builtins(roster.doctrine), **fields}}, Roster
    )


def staffed(**heads: int) -> Roster:
    roster = doctrine(rollcall_on=["EVACUATE", "MAYDAY"])
    document = msgspec.to_builtins(roster)
    for centre in document["centres"]:
        if centre["id"] in heads:
            centre["headcount"] = heads[centre["id"]]
    return msgspec.convert(document, Roster)


def called(world: World) -> Rollcall:
    (call,) = world.state.rollcalls.values()
    return call


# Roll calls that the doctrine calls


def test_an_order_that_the_doctrine_names_calls_the_roll_of_its_addressees_once_a_command() -> None:
    world = World(staffed())
    order = {"verb": "EVACUATE", "subject": "area/north", "to": ["north", "icp"]}
    world.do("lee", "package", orders=[order, {"verb": "EVACUATE", "subject": "area/south", "to": ["south", "icp"]}])
    call = called(world)
    assert call.centres == ("north", "icp", "south")
    assert call.deadline == world.now + timedelta(minutes=5)
    assert world.log[-1].by == "hub"
    assert call.text.startswith("PAR: O-1 EVACUATE area/north")
    world.do("lee", "order", verb="RESTRICT", subject="route/route-9", to=["icp"])
    world.do("lee", "order", verb="EVACUATE", subject="area/north", to=["north"], given=True, supersedes=["O-1"])
    assert len(world.state.rollcalls) == 1, "no other verb, and no order of the past"


def test_a_form_that_cries_out_calls_everybody() -> None:
    world = World(staffed())
    world.do("nia", "message", precedence="FLASH", text="MAYDAY", form={"name": "mayday", "fields": {}})
    assert set(called(world).centres) == {centre.id for centre in world.state.roster.centres}


def test_a_doctrine_calls_the_roll_on_words_that_there_are() -> None:
    assert not [one for one in problems(staffed()) if "rollcall_on" in one.path]
    (wrong,) = [one for one in problems(doctrine(rollcall_on=["FLEE"])) if "rollcall_on" in one.path]
    assert "FLEE" in wrong.message


# Headcount


def test_fewer_people_than_expected_ring_and_the_latest_count_stands() -> None:
    world = World(staffed(north=6))
    world.do("sol", "status", state="OPERATIONAL", headcount=5)
    world.do("lee", "rollcall", centres=["north", "south"], due="5m")
    assert dict(called(world).expected) == {"north": 6, "south": 5}
    world.do("nia", "status", state="OPERATIONAL", headcount=4)
    (alarm,) = world.alarms("headcount")
    assert alarm.text == "C-1: north has 4 of 6"
    world.do("sol", "status", state="OPERATIONAL", headcount=9)
    world.do("nia", "status", state="OPERATIONAL", headcount=6)
    assert dict(called(world).heads) == {"north": 6, "south": 9}
    assert len(world.alarms("headcount")) == 1


# Facts against orders


@pytest.mark.parametrize(("said", "rings"), [("down", True), ("closed by rocks", True), ("OPEN again", False)])
def test_a_fact_rings_for_an_order_that_the_doctrine_makes_depend_on_it(said: str, rings: bool) -> None:
    world = World()
    pair = world.state.roster.doctrine.incompatible[0]
    leaves = next(side for side in pair if side.subject.startswith("area/"))
    road = next(side.subject for side in pair if side.subject.startswith("route/"))
    subject = leaves.subject.replace("/**", "")
    order = world.do("lee", "order", verb=leaves.verb, subject=subject, to=["north"])
    world.do("nia", "declare", subject=road, state=said)
    assert [alarm.ref for alarm in world.alarms("fact")] == ([order] if rings else [])


def test_a_resource_that_arrived_where_it_was_sent_rings_for_nothing() -> None:
    world = World()
    resource = f"resource/{world.state.roster.subjects.resources[0].id}"
    world.do("lee", "order", verb="ASSIGN", subject=resource, object="north", to=["south"])
    world.do("sol", "declare", subject=resource, state="arrived at North")
    assert world.alarms("fact") == []
    world.do("sol", "declare", subject=resource, state="stuck in the ford")
    assert len(world.alarms("fact")) == 1
    (one, *_) = holdings.holdings(world.state, world.now)
    assert (one.state, one.where, one.uses[0].object) == ("Assigned", "stuck in the ford", "north")


# Words about to be sent


def against(world: World, act: acts.Act) -> list[str]:
    return consistency.against(world.state, act, world.now)


def test_what_stands_against_words_is_said_before_they_go_and_refuses_nothing() -> None:
    world = World()
    asked = world.do("nia", "message", precedence="ROUTINE", text="Which way out?", wants_reply=True)
    answer = acts.Answer(ref=asked, text="Take Route 9 to the south.")
    assert against(world, answer) == []
    world.do("nia", "declare", subject="route/route-9", state="under water")
    assert any("route/route-9 was declared under water" in line for line in against(world, answer))
    world.do("lee", "order", verb="RESTRICT", subject="route/route-9", to=["icp"])
    assert any("O-1 RESTRICT route/route-9 is in force" in line for line in against(world, answer))
    assert against(world, acts.Answer(ref=asked, text="Stay where you are.")) == []
    world.do("lee", "answer", ref=asked, text="Take Route 9 to the south.")
    assert any("was answered already" in line for line in against(world, answer))


def test_a_relay_is_looked_at_with_the_words_that_it_passes_on() -> None:
    world = World()
    sent = world.do("nia", "message", precedence="ROUTINE", text="Send them over route 9.")
    world.do("nia", "declare", subject="route/route-9", state="down")
    assert against(world, acts.Relay(ref=sent, to=("south",)))
    assert against(world, acts.Relay(ref=sent, to=("south",), text="Send them round by the hill.")) == []


# Requests


def test_an_order_names_the_request_that_it_answers_through_its_proposal() -> None:
    world = World()
    resource = f"resource/{world.state.roster.subjects.resources[0].id}"
    asked = world.do("nia", "message", precedence="ROUTINE", text="A pump.", form={"name": "ICS-213RR", "fields": {}})
    world.do("sol", "propose", verb="ASSIGN", subject=resource, object="north", to=["south"], request="M-1")
    world.do("lee", "issue", ref="P-1")
    proposals, orders = holdings.done_about(world.state, asked)
    assert ([one.number for one in proposals], [one.number for one in orders]) == (["P-1"], ["O-1"])
    assert [one.seq for one in holdings.requests(world.state)] == [asked]
    said = world.malformed("lee", "order", verb="HOLD", subject="area/south", to=["south"], request="O-1")
    assert "is no message" in said.message


# While the hub was down


def test_what_fell_due_while_the_hub_was_down_is_one_summary_a_desk_before_each_fires_once() -> None:
    world = World()
    first = world.do("nia", "message", precedence="FLASH", text="Help.")
    world.do("lee", "rollcall", centres=["south"], due="1m")
    world.restart(600)
    (summary,) = world.alarms("while-down")
    assert world.log[-1].found.late
    assert first in world.log[-1].found.refs
    assert summary.text.startswith("the hub was down for ")
    before = len(world.log)
    world.at(600)
    due = [(one.ref, one.body.what) for one in world.log[before:] if isinstance(one.body, hubacts.Due)]
    assert due
    assert len(due) == len(set(due))
    world.restart(660)
    assert len(world.alarms("while-down")) == 1, "nothing fell due"


# The drafted situation report


def test_the_drafted_report_says_only_what_everybody_may_see() -> None:
    world = World()
    world.do("nia", "message", precedence="IMMEDIATE", text="A secret of the north.", wants_reply=True)
    world.do("lee", "order", verb="HOLD", subject="area/south", to=["south"])
    world.do("nia", "declare", subject="route/route-9", state="down")
    text = situation(world.state, world.now)
    for part in ("report B-1", "O-1 HOLD area/south, UNCONFIRMED by south", "route/route-9 down", "1 IMMEDIATE"):
        assert part in text
    assert "secret" not in text
    world.do("lee", "brief", text=text)
    assert world.state.counts["B"] == 1

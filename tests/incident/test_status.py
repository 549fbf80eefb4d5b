"""Status counts from when it was said, ages, and answers roll calls; facts that do not fit an order ring."""

from datetime import timedelta

import pytest

from coordinator.incident import acts, hubacts, queues
from coordinator.incident.entries import Malformed, OnRecord
from tests.incident.played import START, Play

MS = 0.001


def up(headcount: int | None = None) -> acts.Status:
    return acts.Status(state="OPERATIONAL", headcount=headcount)


def at(seconds: float) -> OnRecord:
    return OnRecord(said_at=START + timedelta(seconds=seconds))


def shown(play: Play, centre: str) -> str:
    return next(row.state for row in queues.board(play.state, play.now) if row.centre == centre)


# The board


def test_a_status_is_unconfirmed_strictly_later_than_its_time() -> None:
    play = Play()
    assert shown(play, "north") == "UNKNOWN"
    play.did("nia", up())
    play.to(1801)
    assert shown(play, "north") == "OPERATIONAL"
    play.to(1801 + MS)
    assert shown(play, "north") == "UNCONFIRMED"
    row = next(row for row in queues.board(play.state, play.now) if row.centre == "north")
    assert row.said == "OPERATIONAL"
    assert row.age == timedelta(seconds=1800, milliseconds=1)


def test_the_last_said_is_shown_though_it_was_written_before() -> None:
    play = Play()
    play.to(600)
    play.did("nia", acts.Status(state="OUT"))
    late = play.did("nia", acts.Status(state="DEGRADED"), at(300))
    assert shown(play, "north") == "OUT"
    assert play.entries[late - 1].found.late
    play.to(601 + 1800 + MS)
    assert shown(play, "north") == "UNCONFIRMED"


def test_nobody_says_a_status_before_it_happens() -> None:
    play = Play()
    play.did("nia", up(), at(7200))
    assert play.state.statuses["north"].at == play.now


def test_a_centre_speaks_for_itself_and_a_desk_for_whom_it_heard() -> None:
    play = Play()
    heard = OnRecord(centre="gauge", means="radio", words="Heron, all well")
    assert play.refused("nia", up(), heard).code == "no-authority"
    play.did("ruth", up(), heard)
    assert shown(play, "gauge") == "OPERATIONAL"


def test_the_board_is_in_contact_order_and_tells_the_link_apart_from_the_status() -> None:
    play = Play()
    board = queues.board(play.state, play.now)
    assert [row.centre for row in board] == ["icp", "gauge", "north", "eoc", "south"]
    gauge = board[1]
    assert (gauge.up, gauge.since, gauge.phone, gauge.callsign) == (False, None, "555-0150", "Heron")
    assert board[2].since == START


# Roll calls


def test_a_roll_call_waits_for_every_centre_that_it_names() -> None:
    play = Play()
    call = play.did("lee", acts.Rollcall(centres=("north", "south", "gauge"), due="5m"))
    assert queues.outstanding(play.state, call) == ["gauge", "north", "south"]
    play.did("nia", up(6))
    play.did("ike", up())
    assert queues.outstanding(play.state, call) == ["gauge", "south"]
    assert [one.number for one in queues.waiting_rollcalls(play.state, "south")] == ["C-1"]
    play.did("dana", up(), OnRecord(centre="gauge", means="radio"))
    play.did("sol", up())
    assert queues.outstanding(play.state, call) == []
    play.to(3600)
    assert play.rang(call) == []


def test_what_was_said_before_the_call_does_not_answer_it_unless_it_says_so() -> None:
    play = Play()
    play.to(600)
    call = play.did("lee", acts.Rollcall(centres=("north", "south"), due="5m"))
    play.did("nia", up(), at(599))
    assert queues.outstanding(play.state, call) == ["north", "south"]
    play.did("nia", acts.Status(state="OPERATIONAL", ref="C-1"), at(599))
    play.did("sol", up(), at(601))
    assert queues.outstanding(play.state, call) == []


def test_a_status_that_names_one_call_answers_only_that() -> None:
    play = Play()
    first = play.did("lee", acts.Rollcall(centres=("north",), due="5m"))
    second = play.did("lee", acts.Rollcall(centres=("north",), due="5m"))
    play.did("nia", acts.Status(state="OPERATIONAL", ref=second))
    assert queues.outstanding(play.state, first) == ["north"]
    assert queues.outstanding(play.state, second) == []
    assert play.refused("nia", acts.Status(state="OPERATIONAL", ref=2 + 2)).code == "precondition"


def test_an_overdue_call_calls_again_then_gives_phone_and_callsign_in_contact_order() -> None:
    play = Play()
    call = play.did("lee", acts.Rollcall(centres=("north", "south", "gauge"), due="10m"))  # at 1 s
    play.did("sol", up())
    play.to(3600)
    assert play.rang(call) == [
        ("rollcall-half", 301),
        ("rollcall-due", 601),
        ("rollcall-again", 601 + MS),
        ("rollcall-contact", 901 + MS),
    ]
    bodies = [entry.body for entry in play.entries if isinstance(entry.body, hubacts.Due)]
    assert bodies[2].to == ("lee", "nia")
    assert "gauge (phone 555-0150, callsign Heron), north (phone 555-0102)" in bodies[3].text


def test_a_call_is_due_at_a_time_or_after_a_while() -> None:
    play = Play()
    timed = play.did("lee", acts.Rollcall(centres=("north",), due="2026-11-22T13:10:00Z"))
    assert play.state.rollcalls[timed].deadline == START + timedelta(minutes=10)
    assert play.refused("lee", acts.Rollcall(centres=("north",), due="2026-11-22T12:00:00Z")).code == "precondition"
    for act in (acts.Rollcall(centres=("north",), due="soon"), acts.Rollcall(centres=(), due="5m")):
        assert isinstance(play.say("lee", act), Malformed)


def test_only_a_desk_calls_the_roll_and_only_centres_that_there_are() -> None:
    play = Play()
    assert play.refused("nia", acts.Rollcall(centres=("south",), due="5m")).code == "no-authority"
    assert play.refused("lee", acts.Rollcall(centres=("west",), due="5m")).code == "precondition"


def test_a_call_survives_a_restart_with_its_clock() -> None:
    play = Play()
    call = play.did("lee", acts.Rollcall(centres=("north",), due="1m"))
    play.restart()
    play.to(61 + MS)
    assert [what for what, _ in play.rang(call)] == ["rollcall-due", "rollcall-again"]


# Facts


def test_a_fact_on_any_subject_is_kept_and_the_last_said_counts() -> None:
    play = Play()
    play.to(600)
    play.did("nia", acts.Declare(subject="route/bridge", state="down"))
    play.did("sol", acts.Declare(subject="route/bridge", state="open"), at(60))
    assert play.state.facts["route/bridge"].state == "down"
    assert play.refused("nia", acts.Declare(subject="route/tunnel", state="down")).code == "precondition"


def test_a_fact_that_does_not_fit_an_order_in_force_rings_at_its_desk() -> None:
    play = Play()
    order = play.did("lee", acts.Order(verb="OPEN", subject="route/bridge", to=("north",)))
    play.did("nia", acts.Declare(subject="route/bridge", state="OPEN to cars"))
    assert play.entries[-1].kind == "declare"
    play.did("nia", acts.Declare(subject="route/bridge", state="down"))
    alarm = play.entries[-1].body
    assert isinstance(alarm, hubacts.Alarm)
    assert (alarm.scope, alarm.ref, alarm.to) == ("ops", order, ("lee", "dana", "ike"))


@pytest.mark.parametrize(("by", "code"), [("sol", ""), ("lee", ""), ("nia", "no-authority")])
def test_a_resource_is_taken_out_of_service_by_its_home_or_a_desk(by: str, code: str) -> None:
    play = Play()
    for name in ("pump", "resource/pump"):
        act = acts.ResourceState(resource=name, state="OUT")
        if code:
            assert play.refused(by, act).code == code
        else:
            play.did(by, act)
            assert play.state.facts["resource/pump"].state == "OUT"


def test_what_is_said_of_a_resource_does_not_take_it_out_of_service_or_put_it_back() -> None:
    play = Play()
    play.did("sol", acts.ResourceState(resource="pump", state="OUT"))
    play.did("nia", acts.Declare(subject="resource/pump", state="AVAILABLE"))
    assert play.state.facts["resource/pump"].state == "OUT"
    assert play.refused("lee", acts.ResourceState(resource="bridge", state="OUT")).code == "precondition"


def test_facts_are_taken_after_the_end() -> None:
    play = Play()
    play.did("lee", acts.EndOperation(reason="Over."))
    play.did("nia", up())
    play.did("nia", acts.Declare(subject="route/bridge", state="down"))
    assert play.refused("sol", acts.ResourceState(resource="pump", state="OUT")).code == "precondition"

"""Every clock, to the millisecond: when each deadline fires, that it fires once, what pauses it and what does not."""

from datetime import timedelta

import pytest

from coordinator.incident import acts, deadlines, hubacts, queues
from coordinator.incident.clock import next_due
from tests.incident.played import START, Play

MS = 0.001


def test_a_message_left_on_the_desk_rings_at_half_time_when_due_when_past_and_up_the_path() -> None:
    play = Play()
    seq = play.sent(precedence="PRIORITY")  # at 1 s; 20 minutes on the desk
    play.to(3600)
    assert play.rang(seq) == [
        ("acknowledge-half", 601),
        ("acknowledge-due", 1201),
        ("acknowledge-overdue", 1201 + MS),
        ("acknowledge-escalation-1", 1501 + MS),
        ("acknowledge-escalation-2", 2101 + MS),
    ]


def test_a_clock_under_ten_minutes_has_no_half_time() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    play.to(400)
    assert [what for what, _ in play.rang(seq)] == ["acknowledge-due", "acknowledge-overdue"]


def test_past_means_strictly_later() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    limit = START + timedelta(seconds=301)
    assert queues.deadline(play.state, play.message(seq)) == ("acknowledge", limit)
    assert queues.overdue(play.state, limit) == []
    assert queues.overdue(play.state, limit + timedelta(milliseconds=1)) == [play.message(seq)]


@pytest.mark.parametrize("act", [acts.Relay(ref=2, to=("south",)), acts.Close(ref=2, reason="Done.")])
def test_who_handles_it_in_time_hears_nothing(act: acts.Act) -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    play.did("lee", act)
    if isinstance(act, acts.Relay):
        play.did("sol", acts.Acknowledge(ref=seq))
    play.to(7200)
    assert play.rang(seq) == []


def test_a_request_is_due_at_its_time_else_within_the_charters() -> None:
    play = Play()
    charter = play.sent(precedence="IMMEDIATE", wants_reply=True)
    at = play.sent(precedence="IMMEDIATE", reply_by=(START + timedelta(hours=1)).isoformat())
    for seq in (charter, at):
        play.did("lee", acts.Relay(ref=seq, to=("south",)))
        play.did("sol", acts.Acknowledge(ref=seq))
    play.to(2 * 3600)
    due = {seq: [row for row in play.rang(seq) if row[0] == "answer-overdue"] for seq in (charter, at)}
    assert due == {charter: [("answer-overdue", 1801 + MS)], at: [("answer-overdue", 3600 + MS)]}
    assert ("answer-half", 901) in play.rang(charter)
    assert ("answer-half", 1801) in play.rang(at)
    assert [one.seq for one in queues.overdue(play.state, play.now)] == [charter, at]
    assert [one.seq for one in queues.open_requests(play.state)] == [charter, at]


def test_asking_back_stops_the_clocks_until_the_originator_replies() -> None:
    play = Play()
    seq = play.sent(precedence="PRIORITY", wants_reply=True)
    play.to(301)
    play.did("lee", acts.Ask(ref=seq, text="Where?"))  # at 302 s
    play.to(5000)
    assert play.rang(seq) == []
    assert queues.overdue(play.state, play.now) == []
    play.to(5301)
    play.did("nia", acts.Reply(ref=seq, text="Here."))  # 5000 s later
    play.to(5302 + 1200)
    assert play.rang(seq)[:2] == [("acknowledge-half", 5601), ("acknowledge-due", 6201)]
    assert queues.deadline(play.state, play.message(seq)) == ("acknowledge", START + timedelta(seconds=6201))


def test_redirecting_does_not_restart_the_clock() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    play.to(200)
    play.did("lee", acts.Redirect(ref=seq, to="medical", reason="Theirs."))
    play.to(1000)
    assert play.rang(seq) == [("acknowledge-half", 301), ("acknowledge-due", 601), ("acknowledge-overdue", 601 + MS)]


def test_a_held_message_is_back_at_its_time_in_its_place_and_its_clock_went_on() -> None:
    play = Play()
    first, second = play.sent(precedence="IMMEDIATE"), play.sent(precedence="IMMEDIATE")
    play.did("lee", acts.Hold(ref=first, until=START + timedelta(minutes=10), reason="Wait."))
    play.did("lee", acts.Relay(ref=second, to=("south",)))
    third = play.sent(precedence="IMMEDIATE")
    play.to(599.999)
    assert [one.seq for one in queues.desk(play.state, "ops")] == [third]
    play.to(600)
    assert [one.seq for one in queues.desk(play.state, "ops")] == [first, third]
    assert play.rang(first) == [("returned", 600), ("acknowledge-due", 600), ("acknowledge-overdue", 600)]
    play.did("lee", acts.Hold(ref=first, until=START + timedelta(minutes=20), reason="Wait."))
    play.to(1200)
    assert play.rang(first)[3:] == [("returned", 1200), ("acknowledge-escalation-1", 1200)]


def test_a_request_that_is_held_is_still_due() -> None:
    play = Play()
    seq = play.sent(precedence="FLASH", wants_reply=True)
    play.did("lee", acts.Hold(ref=seq, until=START + timedelta(hours=1), reason="Wait."))
    play.to(301 + MS)
    assert play.rang(seq)[-1] == ("answer-overdue", 301 + MS)


def test_an_assigned_item_is_due_at_its_due() -> None:
    play = Play()
    seq = play.sent(precedence="PRIORITY")
    play.did("lee", acts.Assign(ref=seq, owner="south", due=START + timedelta(seconds=1202)))
    play.to(1202)
    assert play.rang(seq) == [("owner-half", 602), ("owner-due", 1202)]
    assert queues.overdue(play.state, play.now) == []
    play.to(1203)
    assert [one.seq for one in queues.overdue(play.state, play.now)] == [seq]
    play.did("lee", acts.Assign(ref=seq, owner="icp", due=START + timedelta(seconds=2404)))
    play.to(2500)
    assert [what for what, _ in play.rang(seq)] == [
        "owner-half", "owner-due", "owner-overdue", "owner-half", "owner-due", "owner-overdue",
    ]  # fmt: skip


def test_another_precedence_has_another_limit_from_the_same_start() -> None:
    play = Play()
    seq = play.sent(precedence="ROUTINE")
    play.to(400)
    play.did("lee", acts.Triage(ref=seq, precedence="IMMEDIATE"))
    play.to(500)
    assert play.rang(seq) == [("acknowledge-due", 401), ("acknowledge-overdue", 401)]
    play.did("lee", acts.Triage(ref=seq, precedence="ROUTINE"))
    assert queues.overdue(play.state, play.now) == []
    play.to(3602)
    assert [what for what, _ in play.rang(seq)[2:]] == ["acknowledge-half", "acknowledge-due", "acknowledge-overdue"]


def test_a_reopened_request_has_its_whole_time_again() -> None:
    play = Play()
    seq = play.sent(precedence="FLASH", wants_reply=True)
    play.did("lee", acts.Answer(ref=seq, text="Yes."))
    play.to(1000)
    play.did("nia", acts.Reopen(ref=seq, reason="No."))  # at 1001 s
    play.to(1000 + 302)
    assert ("answer-overdue", 1301 + MS) in play.rang(seq)


# A FLASH that nobody touches


def test_an_untouched_flash_goes_unfiltered_to_its_addressees_and_the_deputies() -> None:
    play = Play()
    seq = play.sent(precedence="FLASH", to=["south", "north"])
    play.to(61)
    assert play.message(seq).relays == ()
    play.to(61 + MS)
    message = play.message(seq)
    assert message.relays[0].to == ("south", "eoc", "icp")
    assert message.relays[0].unfiltered
    assert message.place == "desk"
    assert queues.overdue(play.state, play.now) == [message]
    play.to(600)
    assert len(play.message(seq).relays) == 1


def test_a_flash_that_somebody_touched_is_not_passed_on_by_the_hub() -> None:
    play = Play()
    for act in (acts.Triage(ref=2, topic="ops/x"), acts.Acknowledge(ref=2), acts.Ask(ref=2, text="Where?")):
        play = Play()
        seq = play.sent(precedence="FLASH", to=["south"])
        play.did("dana", act)
        play.to(600)
        assert play.message(seq).relays == ()


def test_an_unfiltered_flash_may_be_acknowledged_and_answered_by_who_got_it() -> None:
    play = Play()
    seq = play.sent(precedence="FLASH", to=["south"], wants_reply=True)
    play.to(70)
    play.did("sol", acts.Acknowledge(ref=seq))
    play.did("sol", acts.Reply(ref=seq, text="We go."))
    assert play.message(seq).place == "answered"


# Whom it rings at


def test_it_rings_at_the_holder_then_at_all_the_desk_then_at_whom_the_charter_names() -> None:
    play = Play()
    play.sent(precedence="PRIORITY")
    play.to(2400)
    to = {entry.body.what: entry.body.to for entry in play.entries if isinstance(entry.body, hubacts.Due)}
    assert to == {
        "acknowledge-half": ("lee",),
        "acknowledge-due": ("lee",),
        "acknowledge-overdue": ("lee", "dana", "ike"),
        "acknowledge-escalation-1": ("lee", "dana", "ike"),
        "acknowledge-escalation-2": ("lee", "dana", "ike", "ruth"),
    }


def test_those_who_have_not_acknowledged_a_relay_are_nudged_once() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    play.did("lee", acts.Relay(ref=seq, to=("south", "icp")))  # at 2 s
    play.did("sol", acts.Acknowledge(ref=seq))
    play.to(3600)
    assert play.rang(seq) == [("unacknowledged-3", 302 + MS)]
    body = next(entry.body for entry in play.entries if entry.kind == "due")
    assert isinstance(body, hubacts.Due)
    assert body.to == ("ike", "ruth")
    assert "icp" in body.text


def test_every_word_of_a_due_entry_is_in_the_list_of_words() -> None:
    play = Play()
    play.sent(precedence="PRIORITY", wants_reply=True)
    held = play.sent(precedence="FLASH")
    play.did("lee", acts.Hold(ref=held, until=START + timedelta(seconds=30), reason="Wait."))
    given = play.sent(precedence="ROUTINE")
    play.did("lee", acts.Assign(ref=given, owner="south", due=START + timedelta(hours=1)))
    play.to(8 * 3600)
    for entry in play.entries:
        if isinstance(entry.body, hubacts.Due):
            words = [word for word in entry.body.what.split("-") if not word.isdigit()]
            assert words[-1] in deadlines.WORDS
            assert entry.body.text


# The desk's own alarm


def alarms(play: Play) -> list[tuple[str, float, str]]:
    return [
        (entry.body.what, (entry.at - START).total_seconds(), entry.body.scope)
        for entry in play.entries
        if isinstance(entry.body, hubacts.Alarm) and entry.body.what.startswith("queue")
    ]


def test_too_many_waiting_ring_once_and_follow_the_path() -> None:
    play = Play()
    for _ in range(5):
        play.sent(precedence="ROUTINE")
    play.to(1200)
    assert alarms(play) == [
        ("queue", 4, "ops"),
        ("queue-escalation-1", 304 + MS, "ops"),
        ("queue-escalation-2", 904 + MS, "ops"),
    ]


def test_a_saturation_that_ended_may_ring_again() -> None:
    play = Play()
    seqs = [play.sent(precedence="ROUTINE") for _ in range(4)]
    for seq in seqs:
        play.did("lee", acts.Close(ref=seq, reason="Done."))
    assert play.state.desks["ops"].saturated_at is None
    for _ in range(4):
        play.sent(precedence="ROUTINE")
    play.later(1)
    assert [what for what, _, _ in alarms(play)] == ["queue", "queue"]


def test_one_that_waits_too_long_is_a_saturation_too() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE", topic="medical/beds")  # ten minutes on that desk
    play.to(601)
    assert alarms(play) == []
    play.to(602)
    assert alarms(play) == [("queue", 601 + MS, "medical")]
    play.did("ruth", acts.Answer(ref=seq, text="Twelve."))
    assert play.state.desks["medical"].saturated_at is None


def test_what_the_originator_must_answer_first_does_not_wait_on_the_desk() -> None:
    play = Play()
    for _ in range(3):
        play.sent(precedence="ROUTINE")
    play.did("lee", acts.Ask(ref=2, text="Where?"))
    play.sent(precedence="ROUTINE")
    assert alarms(play) == []
    play.did("nia", acts.Reply(ref=2, text="Here."))
    play.later(1)
    assert [what for what, _, _ in alarms(play)] == ["queue"]


# Restarts and the end


def test_what_fell_due_while_the_hub_was_down_is_written_late_and_says_so() -> None:
    play = Play()
    seq = play.sent(precedence="IMMEDIATE")
    play.restart()
    play.now = START + timedelta(seconds=1000)
    play.to(1000)
    due = [entry for entry in play.entries if entry.ref == seq and entry.kind == "due"]
    assert [entry.found.late for entry in due] == [True, True, True]
    assert due[0].found.due == START + timedelta(seconds=301)
    assert {entry.at for entry in due} == {START + timedelta(seconds=1000)}


def test_nothing_falls_due_after_the_end() -> None:
    play = Play()
    request = play.sent(precedence="IMMEDIATE", wants_reply=True)
    play.did("lee", acts.Relay(ref=request, to=("south",)))
    for _ in range(5):
        play.sent(precedence="ROUTINE")
    call = play.did("lee", acts.Rollcall(centres=("north",), due="10m"))
    play.did("lee", acts.EndOperation(reason="Over."))
    play.sent(precedence="FLASH")
    assert next_due(play.state) is None
    play.to(24 * 3600)
    assert play.rang(request) == play.rang(call) == []


def test_a_charter_that_changes_moves_what_is_still_to_come() -> None:
    play = Play()
    seq = play.sent(precedence="ROUTINE")
    step: dict[str, acts.Json] = {
        "set": "acknowledge_within",
        "of": "scope",
        "id": "ops",
        "value": {"FLASH": "1m", "IMMEDIATE": "2m", "PRIORITY": "3m", "ROUTINE": "4m"},
    }
    play.did("lee", acts.RosterSteps(steps=(step,), reason="Shorter."))
    play.to(300)
    assert play.rang(seq) == [("acknowledge-due", 241), ("acknowledge-overdue", 241 + MS)]

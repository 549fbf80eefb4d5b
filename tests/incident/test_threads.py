"""What may be done with a message in each place, what it becomes, and that a refused act changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from coordinator.incident import acts, hubacts, queues
from coordinator.incident.acts import Act
from coordinator.incident.entries import Accepted, OnRecord, Refused
from tests.incident.played import START, Play

LATER = START + timedelta(hours=2)


def on_desk(play: Play) -> int:
    return play.sent("nia", wants_reply=True, to=["south"])


def relayed(play: Play) -> int:
    seq = on_desk(play)
    play.did("lee", acts.Relay(ref=seq, to=("south", "icp")))
    return seq


def answered(play: Play) -> int:
    seq = on_desk(play)
    play.did("lee", acts.Answer(ref=seq, text="Yes."))
    return seq


def assigned(play: Play) -> int:
    seq = on_desk(play)
    play.did("lee", acts.Assign(ref=seq, owner="south"))
    return seq


def held(play: Play) -> int:
    seq = on_desk(play)
    play.did("lee", acts.Hold(ref=seq, until=LATER, reason="The gauge decides."))
    return seq


def closed(play: Play) -> int:
    seq = on_desk(play)
    play.did("lee", acts.Close(ref=seq, reason="Seen to."))
    return seq


def joined(play: Play) -> int:
    row, seq = play.sent("sol"), on_desk(play)
    play.did("lee", acts.Join(refs=(row, seq)))
    return seq


def elsewhere(play: Play) -> int:
    return play.sent("nia", topic="press/tv", wants_reply=True)


PLACES: dict[str, Callable[[Play], int]] = {
    "desk": on_desk,
    "relayed": relayed,
    "answered": answered,
    "assigned": assigned,
    "held": held,
    "closed": closed,
    "joined": joined,
    "elsewhere": elsewhere,
}

ACTS: dict[str, Callable[[int, int], Act]] = {
    "relay": lambda seq, _: acts.Relay(ref=seq, to=("icp",)),
    "answer": lambda seq, _: acts.Answer(ref=seq, text="Yes."),
    "ask": lambda seq, _: acts.Ask(ref=seq, text="Which one?"),
    "triage": lambda seq, _: acts.Triage(ref=seq, precedence="FLASH"),
    "join": lambda seq, other: acts.Join(refs=(other, seq)),
    "assign": lambda seq, _: acts.Assign(ref=seq, owner="icp"),
    "escalate": lambda seq, _: acts.Escalate(ref=seq, reason="No answer."),
    "redirect": lambda seq, _: acts.Redirect(ref=seq, to="medical", reason="Theirs."),
    "hold": lambda seq, _: acts.Hold(ref=seq, until=LATER, reason="Later."),
    "close": lambda seq, _: acts.Close(ref=seq, reason="Done."),
    "reopen": lambda seq, _: acts.Reopen(ref=seq, reason="Not done."),
}

OVER = dict.fromkeys(ACTS, "")
TABLE: dict[str, dict[str, str]] = {
    # place: what it becomes by each act; empty is refused
    "desk": {
        "relay": "relayed", "answer": "answered", "ask": "desk", "triage": "desk", "join": "joined",
        "assign": "assigned", "escalate": "desk", "redirect": "desk", "hold": "held", "close": "closed", "reopen": "",
    },
    "relayed": {
        "relay": "relayed", "answer": "answered", "ask": "relayed", "triage": "relayed", "join": "joined",
        "assign": "assigned", "escalate": "relayed", "redirect": "desk", "hold": "held", "close": "closed",
        "reopen": "",
    },
    "answered": {**OVER, "relay": "answered", "answer": "answered", "triage": "answered", "close": "closed",
                 "reopen": "desk"},
    "assigned": {
        "relay": "assigned", "answer": "answered", "ask": "assigned", "triage": "assigned", "join": "joined",
        "assign": "assigned", "escalate": "assigned", "redirect": "desk", "hold": "held", "close": "closed",
        "reopen": "",
    },
    "held": {
        "relay": "relayed", "answer": "answered", "ask": "held", "triage": "held", "join": "joined",
        "assign": "assigned", "escalate": "held", "redirect": "desk", "hold": "held", "close": "closed", "reopen": "",
    },
    "closed": {**OVER, "reopen": "desk"},
    "joined": {**OVER, "reopen": "desk"},
    "elsewhere": OVER,
}  # fmt: skip


@pytest.mark.parametrize("place", TABLE)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_place(place: str, act: str) -> None:
    play = Play()
    other, seq = play.sent("sol"), PLACES[place](play)
    before = play.message(seq)
    assert before.place == place
    by = "nia" if act == "reopen" else "lee"
    reply = play.say(by, ACTS[act](seq, other))
    becomes = TABLE[place][act]
    if becomes:
        assert isinstance(reply, Accepted)
        assert play.message(seq).place == becomes
        assert reply.seq in play.message(seq).entries
    else:
        assert isinstance(reply, Refused)
        assert reply.code == "precondition"
        assert reply.remedies
        assert play.message(seq) == before


@pytest.mark.parametrize("act", [name for name in ACTS if name != "reopen"])
@pytest.mark.parametrize("by", ["nia", "sol", "ruth"])
def test_the_desks_work_is_the_desks(act: str, by: str) -> None:
    play = Play()
    other, seq = play.sent("sol"), on_desk(play)
    assert play.refused(by, ACTS[act](seq, other)).code == "no-authority"


@pytest.mark.parametrize("act", [name for name in ACTS if name != "reopen"])
def test_deputies_may_always_do_the_desks_work(act: str) -> None:
    play = Play()
    other, seq = play.sent("sol"), on_desk(play)
    assert isinstance(play.say("ike", ACTS[act](seq, other)), Accepted)


@pytest.mark.parametrize("act", [name for name in ACTS if name != "reopen"])
def test_a_desk_act_of_an_ended_term_is_stale(act: str) -> None:
    play = Play()
    other, seq = play.sent("sol"), on_desk(play)
    offer = play.did("lee", acts.Offer(scope="ops", to="dana"))
    took = play.did("dana", acts.Take(ref=offer))
    refusal = play.refused("lee", ACTS[act](seq, other), term={"ops": 1})
    assert (refusal.code, refusal.clashes) == ("stale-term", (took,))


def test_what_is_over_names_the_entry_that_ended_it() -> None:
    play = Play()
    seq = closed(play)
    ended = play.state.seq
    assert play.refused("lee", acts.Relay(ref=seq, to=("icp",))).clashes == (ended,)
    other = joined(play)
    ended = play.state.seq
    refusal = play.refused("lee", acts.Answer(ref=other, text="Yes."))
    assert refusal.clashes == (ended,)
    assert "M-2" in refusal.message


def test_a_ref_to_nothing_or_to_no_message_is_a_precondition() -> None:
    play = Play()
    note = play.did("nia", acts.Note(text="Rain."))
    for ref in (note, 999, "M-77"):
        assert play.refused("lee", acts.Relay(ref=ref, to=("icp",))).code == "precondition"


# Replies and answers


def test_the_first_reply_of_an_addressee_answers_and_later_ones_stand_beside_it() -> None:
    play = Play()
    seq = relayed(play)
    first = play.did("sol", acts.Reply(ref=seq, text="On our way."))
    play.did("ike", acts.Reply(ref=seq, text="We too."))
    message = play.message(seq)
    assert (message.place, message.answered) == ("answered", first)
    assert [said.text for said in message.said] == ["On our way.", "We too."]


def test_replies_are_never_refused_to_those_who_may() -> None:
    play = Play()
    seq = relayed(play)
    play.did("lee", acts.Close(ref=seq, reason="Done."))
    play.did("lee", acts.EndOperation(reason="Over."))
    play.did("sol", acts.Reply(ref=seq, text="All the same: thanks."))
    assert play.message(seq).place == "closed"


def test_others_do_not_reply() -> None:
    play = Play()
    seq = on_desk(play)
    assert play.refused("sol", acts.Reply(ref=seq, text="Me!")).code == "no-authority"
    assert play.refused("nia", acts.Reply(ref=seq, text="Hello?")).code == "no-authority"


def test_the_originator_replies_once_asked() -> None:
    play = Play()
    seq = on_desk(play)
    play.did("lee", acts.Ask(ref=seq, text="Which house?"))
    assert play.message(seq).asked_at is not None
    assert queues.ball(play.state, play.message(seq)) == "north (asked back)"
    play.did("nia", acts.Reply(ref=seq, text="The mill."))
    message = play.message(seq)
    assert (message.asked_at, message.place, message.answered) == (None, "desk", None)
    play.did("nia", acts.Reply(ref=seq, text="The old one."))


def test_held_replies_are_the_desks_to_answer_with() -> None:
    play = Play()
    seq = on_desk(play)
    play.did("lee", acts.Relay(ref=seq, to=("south",), hold_replies=True))
    play.did("sol", acts.Reply(ref=seq, text="Two boats."))
    message = play.message(seq)
    assert (message.answered, message.said[0].held) == (None, True)
    assert queues.ball(play.state, message) == "ops desk"
    play.did("dana", acts.Answer(ref=seq, text="Two boats come."))
    assert play.message(seq).place == "answered"


def test_a_reply_to_what_wants_none_answers_nothing() -> None:
    play = Play()
    seq = play.sent("nia")
    play.did("lee", acts.Relay(ref=seq, to=("south",)))
    play.did("sol", acts.Reply(ref=seq, text="Thanks."))
    assert play.message(seq).answered is None


def test_one_answer_other_words_are_refused_the_same_words_are_not() -> None:
    play = Play()
    seq = on_desk(play)
    first = play.did("lee", acts.Answer(ref=seq, text="At six."))
    refusal = play.refused("dana", acts.Answer(ref=seq, text="At seven."))
    assert (refusal.code, refusal.clashes) == ("already-answered", (first,))
    assert {remedy.do for remedy in refusal.remedies} == {"correct", "reopen"}
    play.did("dana", acts.Answer(ref=seq, text=" At six. "))
    assert play.message(seq).answered == first


def test_an_answer_against_an_addressees_reply_is_refused_too() -> None:
    play = Play()
    seq = relayed(play)
    first = play.did("sol", acts.Reply(ref=seq, text="At six."))
    assert play.refused("lee", acts.Answer(ref=seq, text="At seven.")).clashes == (first,)


def test_only_the_originator_reopens_and_then_another_answer_may_come() -> None:
    play = Play()
    seq = answered(play)
    for by in ("sol", "ruth"):
        assert play.refused(by, acts.Reopen(ref=seq, reason="Hm.")).code == "no-authority"
    play.did("nia", acts.Reopen(ref=seq, reason="It still rises."))
    assert play.message(seq).place == "desk"
    play.did("lee", acts.Answer(ref=seq, text="No."))
    assert play.message(seq).place == "answered"


# Owners


def test_the_owner_accepts_and_answers_or_sends_it_back() -> None:
    play = Play()
    seq = assigned(play)
    assert play.refused("ike", acts.Accept(ref=seq)).code == "no-authority"
    play.did("sol", acts.Accept(ref=seq))
    assert play.message(seq).owner_accepted
    play.did("sol", acts.Decline(ref=seq, reason="No crew."))
    message = play.message(seq)
    assert (message.place, message.owner) == ("desk", "")
    assert queues.desk(play.state, "ops") == [message]
    play.did("lee", acts.Assign(ref=seq, owner="icp"))
    play.did("ike", acts.Answer(ref=seq, text="Ours now."))
    assert play.message(seq).place == "answered"


def test_who_does_not_own_it_does_not_answer_it() -> None:
    play = Play()
    assert play.refused("nia", acts.Answer(ref=assigned(play), text="I know.")).code == "no-authority"


def test_accepting_what_is_assigned_to_nobody_is_a_precondition() -> None:
    play = Play()
    assert play.refused("sol", acts.Accept(ref=on_desk(play))).code == "precondition"


# Addressees


def test_each_addressee_acknowledges_or_declines_for_itself() -> None:
    play = Play()
    seq = relayed(play)
    play.did("sol", acts.Acknowledge(ref=seq))
    play.did("ike", acts.Decline(ref=seq, reason="No boat."))
    marks = play.message(seq).marks
    assert marks["south"].acknowledged == START + timedelta(seconds=3)
    assert marks["icp"].declined == "No boat."
    assert queues.unacknowledged(play.message(seq)) == []
    play.did("sol", acts.Acknowledge(ref=seq))
    assert play.message(seq).marks["south"].acknowledged == START + timedelta(seconds=3)


def test_who_is_no_addressee_acknowledges_nothing() -> None:
    play = Play()
    seq = on_desk(play)
    assert play.refused("sol", acts.Acknowledge(ref=seq)).code == "no-authority"
    play.did("lee", acts.Acknowledge(ref=seq))
    assert play.message(seq).handled_at is not None


def test_the_desk_acknowledges_and_replies_for_a_centre_that_it_heard() -> None:
    play = Play()
    seq = play.sent("nia", wants_reply=True)
    play.did("lee", acts.Relay(ref=seq, to=("gauge",)))
    heard = OnRecord(centre="gauge", means="radio", words="Heron, roger, four metres")
    assert play.refused("sol", acts.Acknowledge(ref=seq), heard).code == "no-authority"
    play.did("dana", acts.Acknowledge(ref=seq), heard)
    play.did("dana", acts.Reply(ref=seq, text="Four metres."), heard)
    assert play.message(seq).marks["gauge"].acknowledged
    assert play.message(seq).place == "answered"
    assert play.entries[-1].centre == "gauge"


# Joining, redirecting, holding


def test_joined_messages_are_one_row_with_one_answer_for_all() -> None:
    play = Play()
    row, twin, third = play.sent("sol"), play.sent("nia", wants_reply=True), play.sent("ike", wants_reply=True)
    play.did("lee", acts.Join(refs=(twin, third)))
    play.did("lee", acts.Join(refs=(row, twin)))
    assert [one.seq for one in queues.desk(play.state, "ops")] == [row]
    assert play.message(row).wants_reply
    answer = play.did("lee", acts.Answer(ref=row, text="Pump A comes."))
    for seq in (row, twin, third):
        assert play.message(seq).answered == answer
        assert play.message(seq).said[-1].text == "Pump A comes."
        assert answer in play.message(seq).entries


def test_a_question_on_a_row_may_be_answered_by_each_originator() -> None:
    play = Play()
    row, twin = play.sent("sol", wants_reply=True), play.sent("nia", wants_reply=True)
    play.did("lee", acts.Join(refs=(row, twin)))
    play.did("lee", acts.Ask(ref=row, text="Which pump?"))
    play.did("nia", acts.Reply(ref=twin, text="The harbour's."))
    message = play.message(row)
    assert (message.asked_at, message.place) == (None, "desk")


def test_a_late_twin_of_an_answered_message_has_its_answer_at_once() -> None:
    play = Play()
    row = answered(play)
    twin = play.sent("sol", wants_reply=True)
    join = play.did("lee", acts.Join(refs=(row, twin)))
    assert play.message(twin).answered == join
    assert [(one.kind, one.text) for one in play.message(twin).said] == [("answer", play.message(row).said[-1].text)]


def test_only_messages_of_one_desk_are_joined_and_none_to_itself() -> None:
    play = Play()
    one, other = play.sent("sol"), play.sent("nia", topic="medical/beds")
    offer = play.did("ruth", acts.Offer(scope="medical", to="lee"))
    play.did("lee", acts.Take(ref=offer))
    assert play.refused("lee", acts.Join(refs=(one, other))).code == "precondition"
    entries = len(play.entries)
    play.say("lee", acts.Join(refs=(one, one)))
    play.say("lee", acts.Join(refs=(one,)))
    assert len(play.entries) == entries


def test_a_message_is_redirected_once() -> None:
    play = Play()
    seq = on_desk(play)
    away = play.did("lee", acts.Redirect(ref=seq, to="medical", reason="Patients."))
    assert play.message(seq).scope == "medical"
    assert queues.desk(play.state, "medical") == [play.message(seq)]
    assert play.refused("lee", acts.Close(ref=seq, reason="Mine?")).code == "no-authority"
    refusal = play.refused("ruth", acts.Redirect(ref=seq, to="ops", reason="No, yours."))
    assert (refusal.code, refusal.clashes) == ("precondition", (away,))


def test_to_a_scope_that_is_not_there_or_the_same_is_a_precondition() -> None:
    play = Play()
    seq = on_desk(play)
    for to in ("nowhere", "ops"):
        assert play.refused("lee", acts.Redirect(ref=seq, to=to, reason="?")).code == "precondition"


def test_times_that_are_past_are_refused() -> None:
    play = Play()
    seq = on_desk(play)
    assert play.refused("lee", acts.Hold(ref=seq, until=START, reason="?")).code == "precondition"
    assert play.refused("lee", acts.Assign(ref=seq, owner="icp", due=START)).code == "precondition"


def test_escalating_by_hand_goes_up_one_step_each_time() -> None:
    play = Play()
    seq = on_desk(play)
    rang = []
    for _ in range(3):
        play.did("lee", acts.Escalate(ref=seq, reason="Nobody answers."))
        body = play.entries[-1].body
        assert isinstance(body, hubacts.Alarm)
        rang.append(body.to)
    assert rang == [("dana",), ("ike", "ruth"), ("ike", "ruth")]


def test_after_the_end_facts_are_taken_and_the_desks_work_is_not() -> None:
    play = Play()
    seq = relayed(play)
    play.did("lee", acts.EndOperation(reason="Over."))
    play.did("sol", acts.Acknowledge(ref=seq))
    play.did("nia", acts.Message(precedence="ROUTINE", text="Late word."))
    for act in ACTS.values():
        assert play.refused("lee", act(seq, seq)).code == "precondition"


@pytest.mark.parametrize("act", [acts.Relay(ref=2, to=()), acts.Triage(ref=2), acts.Join(refs=(2,))])
def test_a_command_that_makes_no_sense_makes_no_entry(act: Act) -> None:
    play = Play()
    play.sent()
    before = len(play.entries)
    assert not isinstance(play.say("lee", act), Accepted | Refused)
    assert len(play.entries) == before


def test_whoever_asks_sees_with_whom_the_ball_lies() -> None:
    play = Play()
    made = {place: make(play) for place, make in PLACES.items()}
    balls = {place: queues.ball(play.state, play.message(seq)) for place, seq in made.items()}
    assert balls == {
        "desk": "ops desk",
        "relayed": "south, icp",
        "answered": "nobody (answered)",
        "assigned": "south (not yet accepted)",
        "held": "ops desk (held)",
        "closed": "nobody (closed)",
        "joined": "ops desk",
        "elsewhere": "north (belongs elsewhere)",
    }


def test_the_thread_of_a_message_lists_its_entries() -> None:
    play = Play()
    seq = relayed(play)
    play.did("sol", acts.Acknowledge(ref=seq))
    play.did("sol", acts.Reply(ref=seq, text="Coming."))
    assert play.kinds(seq) == ["message", "relay", "acknowledge", "reply"]


def test_a_message_wants_an_answer_when_it_says_by_when() -> None:
    play = Play()
    assert play.message(play.sent(reply_by=(START + timedelta(hours=1)).isoformat())).wants_reply


def test_what_was_joined_to_an_open_row_is_kept_until_its_answer_comes() -> None:
    play = Play()
    row, twin = play.sent("sol", wants_reply=True), play.sent("nia", wants_reply=True)
    play.did("lee", acts.Join(refs=(row, twin)))
    play.did("hub", hubacts.Archive(before=play.state.seq))
    play.did("lee", acts.Answer(ref=row, text="Pump A comes."))
    assert play.message(twin).said[-1].text == "Pump A comes."
    play.did("hub", hubacts.Archive(before=play.state.seq))
    assert twin not in play.state.messages

"""A message reaches the desk whose mandate it is, at once those who must have it, or is told where it belongs."""

from coordinator.incident import acts, hubacts, queues
from coordinator.incident.entries import OnRecord
from tests.incident.played import Play


def test_a_desk_sorts_by_precedence_then_first_in_first_out() -> None:
    play = Play()
    routine, first, second, flash = (play.sent(precedence=one) for one in ("ROUTINE", "PRIORITY", "PRIORITY", "FLASH"))
    assert [one.seq for one in queues.desk(play.state, "ops")] == [flash, first, second, routine]


def test_a_topic_goes_to_its_scope_and_none_to_the_default() -> None:
    play = Play()
    assert play.message(play.sent(topic="medical/beds")).scope == "medical"
    assert play.message(play.sent(topic="water/dam")).scope == "ops"
    assert play.message(play.sent()).scope == "ops"


def test_outside_every_mandate_only_the_urgent_lies_on_a_desk() -> None:
    play = Play()
    told = play.sent(topic="press/tv")
    assert play.message(told).place == "elsewhere"
    assert play.kinds(told) == ["message", "elsewhere"]
    body = play.entries[-1].body
    assert isinstance(body, hubacts.Elsewhere)
    assert "press office" in body.text
    urgent = play.sent(topic="press/tv", precedence="IMMEDIATE")
    assert play.message(urgent).place == "desk"
    assert play.message(urgent).scope == "ops"
    assert queues.desk(play.state, "ops") == [play.message(urgent)]


def test_a_topic_that_no_charter_speaks_of_still_gets_an_answer() -> None:
    play = Play()
    play.sent(topic="insurance/cars")
    body = play.entries[-1].body
    assert isinstance(body, hubacts.Elsewhere)
    assert "insurance/cars" in body.text


def test_the_holders_own_word_on_their_topics_is_relayed_already() -> None:
    play = Play()
    own = play.sent("lee", to=["north", "south"], topic="ops/plan")
    assert play.message(own).place == "relayed"
    assert queues.inbox(play.state, "south") == [play.message(own)]
    assert queues.desk(play.state, "ops") == []


def test_the_holders_word_on_anothers_topics_or_for_another_centre_is_not() -> None:
    play = Play()
    others = play.sent("lee", to=["north"], topic="medical/beds")
    assert play.message(others).place == "desk"
    heard = play.did(
        "lee",
        acts.Message(precedence="ROUTINE", text="Gauge at 4 m", to=("north",)),
        OnRecord(centre="gauge", means="radio", words="four metres"),
    )
    assert play.message(heard).place == "desk"
    assert play.message(heard).centre == "gauge"
    assert queues.inbox(play.state, "north") == []


def test_a_deputys_message_waits_on_the_desk_like_any_other() -> None:
    play = Play()
    assert play.message(play.sent("dana", to=["north"])).place == "desk"


def test_a_standing_instruction_passes_it_on_at_once() -> None:
    play = Play()
    gauge = play.sent(topic="water/gauge", to=["south", "icp"])
    assert play.message(gauge).place == "relayed"
    assert not queues.is_unfiltered(play.message(gauge))
    assert queues.inbox(play.state, "icp") == [play.message(gauge)]
    nobody = play.sent(topic="water/gauge")
    assert play.message(nobody).place == "desk"


def test_a_mayday_goes_to_everyone_and_to_the_desk() -> None:
    play = Play()
    for by, name in (("nia", "MAYDAY"), ("sol", "Withdraw"), ("lee", "MAYDAY")):
        cry = play.sent(by, "ROUTINE", topic="press/tv", form={"name": name, "fields": {"who": "us"}})
        message = play.message(cry)
        assert message.place == "desk"
        assert set(message.relays[0].to) == {"eoc", "icp", "north", "south", "gauge"} - {message.centre}
        assert message in queues.desk(play.state, "ops")


def test_an_addressee_that_is_not_on_the_roster_is_refused_with_a_way_to_send_it() -> None:
    play = Play()
    refusal = play.refused("nia", acts.Message(precedence="FLASH", text="Help", to=("nowhere", "south")))
    assert refusal.code == "precondition"
    assert refusal.remedies[0].changes == {"to": ["south"]}


def test_a_reviewer_writes_nothing() -> None:
    assert Play().refused("rev", acts.Message(precedence="FLASH", text="Help")).code == "no-authority"


def test_a_broadcast_is_for_every_centre_and_a_brief_has_its_own_numbers() -> None:
    play = Play()
    play.did("dana", acts.Broadcast(precedence="PRIORITY", text="The bridge is down."))
    broadcast = play.message(play.state.seq)
    assert set(broadcast.relays[0].to) == {"icp", "north", "south", "gauge"}
    play.did("nia", acts.Acknowledge(ref=broadcast.number))
    play.did("lee", acts.Brief(text="All well."))
    assert play.message(play.state.seq).number == "B-1"
    assert play.refused("nia", acts.Brief(text="I know better.")).code == "no-authority"
    assert queues.inbox(play.state, "north") == [play.message(broadcast.seq)]


def test_who_spoke_with_the_voice_of_a_lost_desk_is_told_that_it_is_lost() -> None:
    play = Play()
    offer = play.did("lee", acts.Offer(scope="ops", to="nia"))
    play.did("nia", acts.Take(ref=offer))
    back = play.did("nia", acts.Offer(scope="ops", to="lee"))
    took = play.did("lee", acts.Take(ref=back))
    refusal = play.refused("nia", acts.Broadcast(precedence="ROUTINE", text="Hear me"), term={"ops": 2})
    assert (refusal.code, refusal.clashes) == ("stale-term", (took,))

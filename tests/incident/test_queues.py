"""What everybody reads of traffic: queues in order, where a request is, what may be the same matter."""

from datetime import timedelta

from coordinator.incident import acts, hubacts, queues, snapshot
from coordinator.incident.state import Message
from tests.incident.played import START, Play


def seqs(messages: list[Message]) -> list[int]:
    return [message.seq for message in messages]


def test_an_inbox_is_in_the_order_of_its_relays_acknowledged_or_not() -> None:
    play = Play()
    first, second = play.sent(), play.sent(precedence="FLASH")
    for seq in (first, second, first):
        play.did("lee", acts.Relay(ref=seq, to=("south",)))
    play.did("sol", acts.Acknowledge(ref=first))
    assert seqs(queues.inbox(play.state, "south")) == [first, second]
    assert queues.inbox(play.state, "icp") == []


def test_what_left_the_desk_unanswered_is_still_followed() -> None:
    play = Play()
    asked, told, given, held = (play.sent(wants_reply=True) for _ in range(4))
    play.did("lee", acts.Relay(ref=asked, to=("south",)))
    play.did("lee", acts.Answer(ref=told, text="Yes."))
    play.did("lee", acts.Assign(ref=given, owner="south"))
    play.did("lee", acts.Hold(ref=held, until=START + timedelta(hours=1), reason="Wait."))
    assert seqs(queues.followed(play.state, "ops")) == [asked, given, held]
    assert seqs(queues.owned(play.state, "south")) == [given]
    assert seqs(queues.open_requests(play.state)) == [asked, given, held]
    assert seqs(queues.sent(play.state, "north")) == [held, given, told, asked]


def test_the_ball_of_a_relayed_request_lies_with_whoever_has_not_spoken() -> None:
    play = Play()
    seq = play.sent(wants_reply=True)
    play.did("lee", acts.Relay(ref=seq, to=("south", "icp"), hold_replies=True))
    play.did("sol", acts.Reply(ref=seq, text="Not ours."))
    assert queues.ball(play.state, play.message(seq)) == "icp"
    play.did("ike", acts.Decline(ref=seq, reason="Nor ours."))
    assert queues.ball(play.state, play.message(seq)) == "ops desk"


def test_the_board_counts_each_centres_open_requests() -> None:
    play = Play()
    play.sent(wants_reply=True)
    play.sent(wants_reply=True)
    play.sent()
    assert {row.centre: row.open for row in queues.board(play.state, play.now)}["north"] == 2


def test_reports_of_one_thing_are_shown_beside_each_other() -> None:
    play = Play()
    one = play.sent("sol", text="The harbour pump has stopped.")
    other = play.sent("nia", text="Harbour basin: pump stopped, please confirm!")
    play.sent("ike", text="Five breakfasts for the crew.")
    play.sent("ike", text="Ok.")
    assert seqs(queues.duplicates(play.state, play.message(one))) == [other]
    play.did("lee", acts.Close(ref=other, reason="Seen to."))
    assert queues.duplicates(play.state, play.message(one)) == []


def test_a_message_shows_what_it_goes_back_to() -> None:
    play = Play()
    first = play.sent()
    second = play.sent(ref=f"M-{1}")
    third = play.sent(ref=second)
    assert seqs(queues.earlier(play.state, play.message(third))) == [second, first]
    assert play.refused("nia", acts.Message(precedence="ROUTINE", text="?", ref="M-99")).code == "precondition"


def test_the_desk_sees_who_else_is_at_it() -> None:
    play = Play()
    seq = play.sent()
    assert queues.at_it(play.state, play.message(seq)) == []
    for one in ("dana", "lee"):
        play.did("hub", hubacts.Receipts(receipts=(hubacts.Receipt(centre="eoc", opened={one: (seq,)}),)))
    assert queues.at_it(play.state, play.message(seq)) == ["dana", "lee"], "two of one centre, in their order"
    assert "dana" not in snapshot.trimmed(play.state, "nia").messages[seq].opened, "who is at it is the desk's own"

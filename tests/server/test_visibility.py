"""Who sees what: searched for in the very bytes that each client got."""

from pathlib import Path

import pytest

from coordinator.incident.acts import Answer, Join, Message, Note, Offer, Order, Redirect, Relay, Reply, Take
from coordinator.incident.snapshot import trimmed
from coordinator.journal.lines import digest, prev_of
from coordinator.wire.frames import Entries, Fetch, Page, Reveal, Search
from tests.server.raw import Client, Place, running
from tests.server.test_authority import roster

CANARY = "canary-7f3a"
EVERYONE = ("lee", "dana", "ike", "nia", "sol", "rev")


def saw(client: Client, text: str = CANARY) -> bool:
    """Whether a text was in any byte that this client got."""
    return any(text.encode() in data for data in client.everything)


async def all_joined(place: Place) -> dict[str, Client]:
    return {operator: await place.join(operator) for operator in EVERYONE}


async def asked_for_everything(clients: dict[str, Client]) -> None:
    """Each client tries every way to get at older lines."""
    for client in clients.values():
        pages = len(client.all(Page))
        await client.send(Fetch(n=1))
        await client.send(Fetch(n=2, seqs=tuple(range(1, 60))))
        await client.send(Search(n=3, query=CANARY))
        await client.wait(Page, pages + 2)


async def test_a_message_is_in_no_byte_of_who_may_not_see_it(place: Place) -> None:
    clients = await all_joined(place)
    entry = await clients["nia"].do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water", to=("south",)))
    for client in clients.values():
        await client.upto(entry.seq)
    await asked_for_everything(clients)
    late = {operator: await place.join(operator) for operator in EVERYONE}
    back = {
        operator: await place.join(operator, have=early.have()) for operator, early in clients.items()
    }
    await asked_for_everything(late)
    for group in (clients, late, back):
        assert {operator for operator, client in group.items() if saw(client)} <= {"lee", "dana", "nia", "rev"}
    assert {operator for operator, client in clients.items() if saw(client)} == {"lee", "dana", "nia", "rev"}


async def test_what_hides_a_line_is_its_digest_and_the_chain_still_holds(place: Place) -> None:
    clients = await all_joined(place)
    entry = await clients["nia"].do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water"))
    last = await clients["lee"].do(Order(verb="HOLD", subject="area/south", to=("south",)))
    for client in clients.values():
        await client.upto(last.seq)
        items = client.items()
        for seq in range(entry.seq, last.seq + 1):
            before, now = items[seq - 1], items[seq]
            if now.startswith("{"):
                assert prev_of(now.encode()) == (digest(before.encode()) if before.startswith("{") else before)
    hidden = clients["sol"].items()[entry.seq]
    assert len(hidden) == 64
    assert hidden == digest(clients["nia"].items()[entry.seq].encode())


async def test_a_relay_reveals_the_thread_before_it_arrives(place: Place) -> None:
    clients = await all_joined(place)
    message = await clients["nia"].do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water", to=("south",)))
    relay = await clients["lee"].do(Relay(ref=message.seq, to=("south",)))
    for client in clients.values():
        await client.upto(relay.seq)
    assert saw(clients["sol"])
    assert not saw(clients["ike"])
    frames = clients["sol"].frames
    revealed = next(place for place, frame in enumerate(frames) if isinstance(frame, Reveal))
    arrived = next(
        place for place, frame in enumerate(frames)
        if isinstance(frame, Entries) and frame.first + len(frame.items) > relay.seq
    )  # fmt: skip
    assert revealed < arrived
    assert not clients["lee"].all(Reveal), "who could see it already is told nothing twice"


async def test_a_late_twin_of_an_answered_message_gets_the_answers_words(place: Place) -> None:
    """By the join itself: its originator never saw the row."""
    sol, nia, lee = await place.join("sol"), await place.join("nia"), await place.join("lee")
    row = await sol.do(Message(precedence="ROUTINE", text="is it safe?", topic="ops/water", wants_reply=True))
    answer = await lee.do(Answer(ref=row.seq, text=CANARY))
    twin = await nia.do(Message(precedence="ROUTINE", text="may we drink it?", topic="ops/water", wants_reply=True))
    assert not saw(nia)
    join = await lee.do(Join(refs=(row.seq, twin.seq)))
    await nia.upto(join.seq)
    assert saw(nia)
    assert answer.seq not in {entry.seq for entry in nia.entries()}
    state = trimmed(place.hub.state, "nia").messages[twin.seq]
    assert (state.answered, [said.text for said in state.said]) == (join.seq, [CANARY])


async def test_a_desk_that_is_given_a_row_sees_what_was_joined_to_it(tmp_path: Path) -> None:
    async with running(tmp_path, roster=roster()) as place:
        away = await place.join("elsewhere")
        holder, originator = await place.join("poc"), await place.join("originator")
        texts = [Message(precedence="ROUTINE", text=f"{CANARY} {n}", topic="ops/x") for n in range(2)]
        row, twin = [(await originator.do(text)).seq for text in texts]
        await holder.do(Join(refs=(row, twin)))
        left = away.have()
        assert not saw(away)
        last = await holder.do(Redirect(ref=row, to="med", reason="theirs"))
        back = await place.join("elsewhere", have=left)
        for client in (away, back):
            await client.upto(last.seq)
            assert {row, twin} <= {entry.seq for entry in client.entries()}


async def test_who_was_away_when_it_was_revealed_gets_it_on_return(place: Place) -> None:
    sol, nia, lee = await place.join("sol"), await place.join("nia"), await place.join("lee")
    message = await nia.do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water", to=("south",)))
    await sol.upto(message.seq)
    have = sol.have()
    await sol.close()
    relay = await lee.do(Relay(ref=message.seq, to=("south",)))
    back = await place.join("sol", have=have)
    await back.upto(relay.seq)
    assert [decoded.seq for decoded in back.entries() if decoded.seq == message.seq]


async def test_a_change_of_duty_reveals_what_lies_on_the_desk(place: Place) -> None:
    clients = await all_joined(place)
    message = await clients["nia"].do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water"))
    offer = await clients["lee"].do(Offer(scope="ops", to="ike"))
    have = clients["ike"].have()
    take = await clients["ike"].do(Take(ref=offer.seq))
    await clients["sol"].upto(take.seq)
    assert saw(clients["ike"])
    assert not saw(clients["sol"])
    back = await place.join("ike", have=have)
    await back.upto(take.seq)
    assert message.seq in {entry.seq for entry in back.entries()}


async def test_a_held_reply_reaches_the_desk_only(place: Place) -> None:
    clients = await all_joined(place)
    message = await clients["nia"].do(
        Message(precedence="ROUTINE", text="how many beds?", topic="ops/water", to=("south",), wants_reply=True)
    )
    await clients["lee"].do(Relay(ref=message.seq, to=("south",), hold_replies=True))
    await clients["sol"].upto(clients["lee"].last)
    reply = await clients["sol"].do(Reply(ref=message.seq, text=CANARY))
    for client in clients.values():
        await client.upto(reply.seq)
    await asked_for_everything(clients)
    assert not saw(clients["nia"])
    assert not saw(clients["ike"])
    assert saw(clients["lee"])
    answer = await clients["lee"].do(Answer(ref=message.seq, text="nine"))
    await clients["nia"].upto(answer.seq)
    assert saw(clients["nia"], "nine")
    assert not saw(clients["nia"])


async def test_viewers_with_equal_rights_share_one_frame_a_commit(place: Place) -> None:
    clients = await all_joined(place)
    twin = await place.join("sol")
    before = {client: len(client.data) for client in (*clients.values(), twin)}
    for number in range(20):
        await clients["nia"].say(Note(text=f"note {number}"), id=f"n-{number}")
        await clients["lee"].say(Order(verb="DIRECT", subject=f"place {number}", to=("south",)), id=f"o-{number}")
    await clients["nia"].decided("n-19")
    await clients["lee"].decided("o-19")
    last = place.hub.state.seq
    for client in before:
        await client.upto(last)
    sent = {
        client: [data for data in client.data[count:] if b"entries" in data] for client, count in before.items()
    }
    assert sent[twin] == sent[clients["sol"]] == sent[clients["ike"]], "equal rights, equal bytes"
    commits = {len(frames) for frames in sent.values()}
    assert len(commits) == 1, "one frame a commit, whoever it is for"


@pytest.mark.parametrize("operator", ["ike", "sol"])
async def test_a_refused_guess_at_a_hidden_message_tells_nothing_of_it(place: Place, operator: str) -> None:
    clients = await all_joined(place)
    message = await clients["nia"].do(Message(precedence="ROUTINE", text=CANARY, topic="ops/water"))
    for act in (
        Reply(ref=message.seq, text="x"),
        Answer(ref=message.seq, text="x"),
        Redirect(ref=message.seq, to="ops", reason="x"),
    ):
        await clients[operator].do(act)
    assert not saw(clients[operator])

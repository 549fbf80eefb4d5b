"""A message is seen by its originator, its addressees, its desk and reviewers, and by nobody else. DESIGN 6."""

from msgspec.structs import replace

from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Receipts
from coordinator.incident.snapshot import freeze, thaw, trimmed
from coordinator.incident.visibility import audience, reveals, tokens
from tests.incident.world import World


def sees(world: World, operator: str, seq: int) -> bool:
    return bool(audience(world.state, world.entry(seq)) & tokens(world.state, operator))


def submitted(world: World) -> int:
    return world.do("nia", "message", precedence="PRIORITY", text="CANARY", topic="ops/water", to=["south"])


def test_a_message_lies_between_its_originator_and_the_desk() -> None:
    world = World()
    seq = submitted(world)
    assert [sees(world, who, seq) for who in ("nia", "lee", "dana", "rev")] == [True] * 4
    assert not sees(world, "sol", seq), "an addressee sees it when it is relayed"
    assert not sees(world, "ike", seq)


def test_a_relay_reveals_the_thread_to_its_addressees_only() -> None:
    world = World()
    seq = submitted(world)
    asked = world.do("lee", "ask", ref=seq, text="Which gauge?")
    before = world.state
    relay = world.do("lee", "relay", ref=seq, to=["south"])
    assert reveals(before, world.state, world.entry(relay)) == [(frozenset({"centre:south"}), (seq, asked))]
    assert sees(world, "sol", seq)
    assert sees(world, "sol", relay)
    assert not sees(world, "ike", seq)
    assert not sees(world, "ike", relay)


def test_a_held_reply_is_between_its_author_and_the_desk() -> None:
    world = World()
    seq = submitted(world)
    world.do("lee", "relay", ref=seq, to=["south", "icp"], hold_replies=True)
    reply = world.do("sol", "reply", ref=seq, text="4.2 m")
    assert sees(world, "lee", reply)
    assert sees(world, "sol", reply)
    assert not sees(world, "nia", reply)
    assert not sees(world, "ike", reply)


def test_a_later_addressee_is_not_shown_held_replies() -> None:
    world = World()
    seq = submitted(world)
    world.do("lee", "relay", ref=seq, to=["south"], hold_replies=True)
    reply = world.do("sol", "reply", ref=seq, text="4.2 m")
    before = world.state
    relay = world.do("lee", "relay", ref=seq, to=["icp"])
    ((who, seqs),) = reveals(before, world.state, world.entry(relay))
    assert who == {"centre:icp"}
    assert reply not in seqs


def test_taking_a_desk_reveals_what_lies_on_it() -> None:
    world = World()
    seq = submitted(world)
    offer = world.do("lee", "offer", scope="ops", to="ike")
    assert not sees(world, "ike", seq)
    before = world.state
    taken = world.do("ike", "take", ref=offer)
    assert reveals(before, world.state, world.entry(taken)) == [(frozenset({"by:ike"}), (seq,))]
    assert sees(world, "ike", seq)


def test_a_correction_is_seen_by_whoever_sees_what_it_corrects() -> None:
    world = World()
    seq = submitted(world)
    correction = world.do("nia", "correct", ref=seq, text="CANARY too")
    assert not sees(world, "sol", correction)
    assert sees(world, "lee", correction)
    before = world.state
    relay = world.do("lee", "relay", ref=seq, to=["south"])
    assert reveals(before, world.state, world.entry(relay)) == [(frozenset({"centre:south"}), (seq, correction))]


def test_orders_status_and_duty_are_seen_by_all_and_refusals_are_not() -> None:
    world = World()
    order = world.do("lee", "order", verb="HOLD", subject="area/south", to=["south"])
    status = world.do("sol", "status", state="DEGRADED")
    refused = world.refused("lee", "order", verb="RETURN", subject="area/south", to=["south"], text="CANARY").seq
    assert sees(world, "nia", order)
    assert sees(world, "nia", status)
    assert not sees(world, "nia", refused)
    assert sees(world, "dana", refused)


def test_a_note_is_seen_by_its_centre_and_the_desks() -> None:
    world = World()
    note = world.do("nia", "note", text="CANARY")
    assert [sees(world, who, note) for who in ("nia", "lee", "dana", "rev", "sol", "ike")] == [True] * 4 + [False] * 2


def test_a_trimmed_state_has_no_word_of_what_its_viewer_may_not_see() -> None:
    world = World()
    seq = submitted(world)
    world.do("nia", "propose", verb="HOLD", subject="area/north", to=["icp"], rationale="CANARY")
    world.do("lee", "offer", scope="ops", to="dana", briefing="CANARY")
    world.do("nia", "note", text="CANARY")
    world.refused("nia", "reopen", ref=seq, reason="CANARY")
    assert b"CANARY" in freeze(world.state)
    assert b"CANARY" not in freeze(trimmed(world.state, "sol"))
    assert b"CANARY" in freeze(trimmed(world.state, "dana"))
    assert freeze(trimmed(world.state, "rev")) == freeze(world.state)


def test_a_clients_state_grows_from_a_trimmed_one_and_the_entries_it_may_see() -> None:
    world = World()
    submitted(world)
    mine = thaw(freeze(trimmed(world.state, "sol")))
    start = len(world.log)
    seq = submitted(world)
    world.do("lee", "relay", ref=seq, to=["south"])
    world.do("sol", "acknowledge", ref=seq)
    world.do("lee", "order", verb="HOLD", subject="area/south", to=["south"])
    world.do("sol", "readback", ref="O-1", verb="HOLD", subject="area/south")
    for entry in [world.entry(seq), *world.log[start + 1 :]]:
        mine = evolve(mine, entry) if sees(world, "sol", entry.seq) else mine
    assert mine.messages[seq].marks["south"].acknowledged is not None
    assert mine.orders[mine.numbers["O-1"]].reports["south"].readback == ()


def test_replay_and_thaw_meet_the_same_state() -> None:
    world = World()
    seq = submitted(world)
    world.at(400)
    world.do("lee", "relay", ref=seq, to=["south"])
    world.do("lee", "order", verb="HOLD", subject="area/south", to=["south"], window={"until": "2026-11-22T14:00:00Z"})
    replayed = opened(world.log[0])
    for entry in world.log[1:]:
        replayed = evolve(replayed, entry)
    assert freeze(replayed) == freeze(world.state)
    assert freeze(thaw(freeze(world.state))) == freeze(world.state)
    assert replace(thaw(freeze(world.state)), agenda=None, claims=world.state.claims) == replace(
        world.state, agenda=None
    )


def test_receipts_are_the_desks_business() -> None:
    world = World()
    submitted(world)
    entry = replace(world.log[-1], kind="receipts", body=Receipts(receipts=()), ref=None)
    assert not audience(world.state, entry) & tokens(world.state, "sol")
    assert audience(world.state, entry) & tokens(world.state, "lee")

"""What is settled leaves the working state and changes nothing: it can be taken up again, everywhere alike."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from coordinator.incident.acts import ACTS, Issue, Order, Package
from coordinator.incident.archive import Thing, departed, missing, recalled, thawed
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Archive, Recall
from coordinator.incident.roster import HUB
from coordinator.incident.snapshot import freeze
from tests.incident.world import World


def archive(world: World) -> dict[int, Thing]:
    """Let go of everything that is settled; what left, by entry."""
    before = world.state
    command = Command(by=HUB, act=Archive(before=world.state.seq + 1))
    for entry in decide(world.state, command, world.now).entries:
        world.state = evolve(world.state, entry)
        world.log.append(entry)
    return {thing.seq: thing for thing in departed(before, world.state)}


def recall(world: World, thing: Thing) -> None:
    body = Recall(what=thing.kind, seq=thing.seq, thing=thing.text)
    for entry in decide(world.state, Command(by=HUB, act=body), world.now).entries:
        world.state = evolve(world.state, entry)
        world.log.append(entry)


def busy() -> tuple[World, dict[str, int]]:
    """An operation with something of every kind, settled and not."""
    world = World()
    told = world.do("nia", "message", precedence="ROUTINE", text="Gauge 4 m", topic="ops/water", to=["south"])
    world.do("lee", "relay", ref=told, to=["south"])
    asked = world.do("nia", "message", precedence="ROUTINE", text="Boats?", topic="ops/water", wants_reply=True)
    answered = world.do("sol", "message", precedence="ROUTINE", text="Food?", topic="ops/food", wants_reply=True)
    world.do("lee", "answer", ref=answered, text="At six")
    hold = world.do("lee", "order", verb="HOLD", subject="area/south", to=["south"])
    north = world.do("lee", "order", verb="HOLD", subject="area/north", to=["north"])
    world.do("lee", "rescind", ref=north, reason="over")
    world.do("nia", "readback", ref=north, cancelled=True)
    proposal = world.do("ike", "propose", verb="RETURN", subject="area/north", to=["north"])
    world.do("lee", "decline", refs=[proposal], reason="not yet")
    world.at(300)
    return world, {"told": told, "asked": asked, "answered": answered, "hold": hold, "north": north, "p": proposal}


def test_only_what_is_settled_leaves() -> None:
    world, seqs = busy()
    gone = archive(world)
    assert set(gone) == {seqs["answered"], seqs["north"], seqs["p"]} | ({seqs["told"]} & set(gone))
    assert seqs["asked"] in world.state.messages
    assert seqs["hold"] in world.state.orders


def test_a_settled_thing_comes_back_as_it_was() -> None:
    world, seqs = busy()
    was = world.state.messages[seqs["answered"]]
    gone = archive(world)
    recall(world, gone[seqs["answered"]])
    assert world.state.messages[seqs["answered"]] == was
    assert world.state.numbers[was.number] == was.seq


def test_a_request_is_reopened_after_it_was_archived() -> None:
    world, seqs = busy()
    gone = archive(world)
    act = msgspec.convert({"ref": "M-3", "reason": "no food came"}, ACTS["reopen"])
    assert list(missing(world.state, act)) == ["M-3"]
    recall(world, next(thing for thing in gone.values() if thing.number == "M-3"))
    world.do("sol", "reopen", ref="M-3", reason="no food came")
    assert seqs["answered"] in world.state.open_messages


def test_replay_meets_the_same_state() -> None:
    world, seqs = busy()
    gone = archive(world)
    recall(world, gone[seqs["answered"]])
    world.do("sol", "reopen", ref=seqs["answered"], reason="no food came")
    state = opened(world.log[0])
    for entry in world.log[1:]:
        state = evolve(state, entry)
    assert freeze(state) == freeze(world.state)


@given(st.lists(st.sampled_from(["message", "answer", "order", "rescind", "readback", "archive"]), max_size=25))
def test_archiving_at_any_moment_changes_no_decision(moves: list[str]) -> None:
    plain, lean = World(), World()
    for move in moves:
        if move == "archive":
            archive(lean)
            continue
        replies = [_moved(world, move) for world in (plain, lean)]
        assert replies[0] == replies[1]


def _moved(world: World, move: str) -> tuple[str, object]:
    waiting = sorted(world.state.open_messages)
    standing = sorted(seq for seq, order in world.state.orders.items() if not order.ended)
    if move == "message":
        fields: dict[str, object] = {"precedence": "ROUTINE", "text": "x", "topic": "ops/x", "wants_reply": True}
        reply = world.decide("nia", move, **fields).reply
    elif move == "answer" and waiting:
        reply = world.decide("lee", move, ref=world.state.messages[waiting[0]].number, text="y").reply
    elif move == "order":
        reply = world.decide("lee", move, verb="HOLD", subject="area/south", to=["south"]).reply
    elif move in ("rescind", "readback") and standing:
        number = world.state.orders[standing[0]].number
        more: dict[str, object] = {"reason": "over"} if move == "rescind" else {"verb": "HOLD", "subject": "area/south"}
        reply = world.decide("lee" if move == "rescind" else "sol", move, ref=number, **more).reply
    else:
        return ("", "")
    return (type(reply).__name__, getattr(reply, "number", getattr(reply, "code", "")))


def test_recalling_costs_nothing_that_is_there_already() -> None:
    world, seqs = busy()
    gone = archive(world)
    thing = gone[seqs["north"]]
    back = recalled(world.state, thawed(thing.kind, thing.text))
    assert back.orders[seqs["north"]].ended == "rescinded"
    recall(world, thing)
    before = freeze(world.state)
    recall(world, thing)
    assert msgspec.json.decode(freeze(world.state))["orders"] == msgspec.json.decode(before)["orders"]


def test_what_a_package_or_a_proposal_supersedes_is_named_too() -> None:
    world, seqs = busy()
    proposal = world.do("ike", "propose", verb="RETURN", subject="area/north", to=["north"], supersedes=[seqs["north"]])
    archive(world)
    one = Order(verb="HOLD", subject="area/north", to=("north",), supersedes=(seqs["north"],), request="M-99")
    assert list(missing(world.state, Package(orders=(one,)))) == ["M-99", seqs["north"]]
    assert list(missing(world.state, Issue(ref=proposal))) == [seqs["north"]]

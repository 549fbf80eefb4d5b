"""Who may do what: every command, tried by everybody, by every way in, against a hub that runs.

The table is FORMATS' column *who*, written once more. What is not allowed gets `no-authority` (an entry says so), and
nothing that a client claims about itself makes a difference.
"""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import msgspec
import pytest

from coordinator.incident import acts, hubacts
from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry
from coordinator.incident.roster import Roster
from coordinator.session.transports import DOOR
from coordinator.wire import limits
from coordinator.wire.frames import Hello
from server.keys import fingerprint
from tests.server.raw import Client, Place

PEOPLE = {
    "reviewer": "eoc",
    "stranger": "icp",
    "originator": "north",
    "addressee": "south",
    "home": "depot",
    "deputy": "eoc",
    "poc": "eoc",
    "holder": "icp",
    "liaison": "eoc",
    "elsewhere": "eoc",
}
"""Who there is, and their centres: `poc` is designated and does not hold the desk, `holder` was offered it, `home` is
where a resource lives, `elsewhere` holds another scope's desk."""

ANY = frozenset(PEOPLE) - {"reviewer"}
DESK = frozenset(("deputy", "poc", "holder"))
HOLDER = frozenset(("holder",))
ADDRESSEE = frozenset(("addressee",))
ORIGINATOR = frozenset(("originator",))
LIAISON = frozenset(("liaison",))


def key(person: str) -> str:
    """Their public key; nobody signs with it here, for that is the SSH server's part."""
    body = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", person.encode().ljust(32, b"k")))
    return f"ssh-ed25519 {b64encode(body).decode()}"


def roster() -> Roster:
    """The minimal roster, with one person for each part that somebody can play."""
    document = json.loads((Path(__file__).parent.parent / "drills" / "minimal-roster.json").read_bytes())
    roles = {"reviewer": "reviewer", "liaison": "liaison"}
    document["operators"] = [
        {"id": name, "name": f"The {name}", "centre": centre, "role": roles.get(name, "operator"), "keys": [key(name)]}
        for name, centre in PEOPLE.items()
    ]
    document["centres"].append({"id": "depot", "name": "Depot", "kind": "STAGING", "parent": "icp"})
    document["subjects"]["resources"][0]["home"] = "depot"
    (ops,) = document["scopes"]
    ops |= {"poc": "poc", "deputies": ["deputy"], "escalation": []}
    mandate = {"topics": ["medical/**"], "subjects": [], "verbs": [], "centres": ["**"]}
    document["scopes"].append(
        ops | {"id": "med", "name": "Medical", "default": False, "poc": "elsewhere", "deputies": [], "mandate": mandate}
    )
    document["contact_order"] = []
    return msgspec.convert(document, Roster)


class World:
    """Everybody at one hub, and the things that commands are about, made by those who may make them."""

    def __init__(self, place: Place, clients: dict[str, Client]) -> None:
        self.place = place
        self.clients = clients

    async def do(self, who: str, act: Act, **around: object) -> Entry:
        return await self.clients[who].do(act, "", **around)

    async def made(self, who: str, act: Act, **around: object) -> int:
        entry = await self.do(who, act, **around)
        assert entry.kind != "refusal", entry.found.message
        return entry.seq

    async def message(self) -> int:
        return await self.made(
            "originator", acts.Message(precedence="ROUTINE", text="beds?", topic="ops/x", wants_reply=True)
        )

    async def relayed(self) -> int:
        message = await self.message()
        await self.made("holder", acts.Relay(ref=message, to=("south",)))
        return message

    async def asked(self) -> int:
        message = await self.message()
        await self.made("holder", acts.Ask(ref=message, text="where?"))
        return message

    async def answered(self) -> int:
        message = await self.message()
        await self.made("holder", acts.Answer(ref=message, text="no"))
        return message

    async def assigned(self) -> int:
        message = await self.message()
        await self.made("holder", acts.Assign(ref=message, owner="south"))
        return message

    async def order(self) -> int:
        return await self.made("holder", acts.Order(verb="DIRECT", subject="the mill", to=("south",)))

    async def proposal(self) -> int:
        return await self.made("originator", acts.Propose(verb="DIRECT", subject="the mill", to=("south",)))

    async def note(self) -> int:
        return await self.made("originator", acts.Note(text="gauge at 4.1 m"))

    async def offer(self, to: str) -> int:
        return await self.made("holder", acts.Offer(scope="ops", to=to))


Making = Callable[[World], Awaitable[Act]]


def about(thing: Callable[[World], Awaitable[int]], act: Callable[[int], Act]) -> Making:
    """An act that is about a thing made for it."""

    async def make(world: World) -> Act:
        return act(await thing(world))

    return make


def plainly(act: Act) -> Making:
    """An act that is about nothing that had to be made."""

    async def make(world: World) -> Act:
        return act

    return make


async def joining(world: World) -> Act:
    return acts.Join(refs=(await world.message(), await world.message()))


async def after_unheld(world: World) -> Act:
    await world.made("holder", acts.StandDown(scope="ops", reason="relieved"))
    return acts.Assume(scope="ops")


ORDER = acts.Order(verb="HOLD", subject="area/south", to=("south",))
LATER = datetime(2899, 1, 1, tzinfo=UTC)

ROWS: dict[str, tuple[Making, frozenset[str]]] = {
    "message": (plainly(acts.Message(precedence="ROUTINE", text="x", to=("icp",))), ANY),
    "relay": (about(World.message, lambda ref: acts.Relay(ref=ref, to=("south",))), DESK),
    "reply, relayed": (about(World.relayed, lambda ref: acts.Reply(ref=ref, text="x")), ADDRESSEE),
    "reply, asked": (about(World.asked, lambda ref: acts.Reply(ref=ref, text="x")), ORIGINATOR),
    "answer": (about(World.message, lambda ref: acts.Answer(ref=ref, text="x")), DESK),
    "answer, assigned": (about(World.assigned, lambda ref: acts.Answer(ref=ref, text="x")), DESK | ADDRESSEE),
    "ask": (about(World.message, lambda ref: acts.Ask(ref=ref, text="x")), DESK),
    "triage": (about(World.message, lambda ref: acts.Triage(ref=ref, precedence="PRIORITY")), DESK),
    "join": (joining, DESK),
    "assign": (about(World.message, lambda ref: acts.Assign(ref=ref, owner="south")), DESK),
    "accept, assigned": (about(World.assigned, lambda ref: acts.Accept(ref=ref)), ADDRESSEE),
    "decline, assigned": (about(World.assigned, lambda ref: acts.Decline(ref=ref, reason="x")), ADDRESSEE),
    "escalate": (about(World.message, lambda ref: acts.Escalate(ref=ref, reason="x")), DESK),
    "redirect": (about(World.message, lambda ref: acts.Redirect(ref=ref, to="med", reason="x")), DESK),
    "hold": (about(World.message, lambda ref: acts.Hold(ref=ref, until=LATER, reason="x")), DESK),
    "close": (about(World.message, lambda ref: acts.Close(ref=ref, reason="x")), DESK),
    "reopen": (about(World.answered, lambda ref: acts.Reopen(ref=ref, reason="x")), ORIGINATOR),
    "acknowledge": (about(World.relayed, lambda ref: acts.Acknowledge(ref=ref)), ADDRESSEE),
    "decline": (about(World.relayed, lambda ref: acts.Decline(ref=ref, reason="x")), ADDRESSEE),
    "broadcast": (plainly(acts.Broadcast(precedence="ROUTINE", text="x")), DESK | {"elsewhere"}),
    "brief": (plainly(acts.Brief(text="x")), DESK | {"elsewhere"}),
    "status": (plainly(acts.Status(state="OPERATIONAL")), ANY),
    "rollcall": (plainly(acts.Rollcall(centres=("south",), due="5m")), DESK | {"elsewhere"}),
    "declare": (plainly(acts.Declare(subject="route/route-9", state="down")), ANY),
    "resource": (plainly(acts.ResourceState(resource="engine-3", state="OUT")), DESK | {"home", "elsewhere"}),
    "order": (plainly(ORDER), HOLDER),
    "order, given": (plainly(msgspec.structs.replace(ORDER, given=True)), DESK),
    "order, unchecked": (
        plainly(acts.Order(verb="DIRECT", subject="the bridge", to=("south",))), HOLDER | {"elsewhere"}
    ),
    "package": (plainly(acts.Package(orders=(msgspec.structs.replace(ORDER, subject="area/north"),))), HOLDER),
    "propose": (plainly(acts.Propose(verb="DIRECT", subject="the bridge", to=("south",))), ANY),
    "issue": (about(World.proposal, lambda ref: acts.Issue(ref=ref)), HOLDER),
    "decline, proposals": (about(World.proposal, lambda ref: acts.Decline(refs=(ref,), reason="x")), HOLDER),
    "readback": (
        about(World.order, lambda ref: acts.Readback(ref=ref, verb="DIRECT", subject="the mill")), ADDRESSEE
    ),
    "accept": (about(World.order, lambda ref: acts.Accept(ref=ref)), ADDRESSEE),
    "complete": (about(World.order, lambda ref: acts.Complete(ref=ref)), ADDRESSEE),
    "unable": (about(World.order, lambda ref: acts.Unable(ref=ref, reason="x")), ADDRESSEE),
    "rescind": (about(World.order, lambda ref: acts.Rescind(ref=ref, reason="x")), HOLDER),
    "offer": (plainly(acts.Offer(scope="ops", to="deputy")), HOLDER),
    "take": (about(lambda world: world.offer("stranger"), lambda ref: acts.Take(ref=ref)), frozenset(("stranger",))),
    "withdraw": (about(lambda world: world.offer("stranger"), lambda ref: acts.Withdraw(ref=ref)), HOLDER),
    "assume": (after_unheld, frozenset(("deputy", "poc"))),
    "stand_down": (plainly(acts.StandDown(scope="ops", reason="x")), HOLDER),
    "note": (plainly(acts.Note(text="x")), ANY),
    "decision": (plainly(acts.DecisionNote(text="x", rationale="y")), ANY),
    "correct": (
        about(World.note, lambda ref: acts.Correct(ref=ref, text="4.2 m")), DESK | {"originator", "elsewhere"}
    ),
    "roster": (
        plainly(acts.RosterSteps(steps=({"set": "capacity", "id": "ambulances", "value": 5},), reason="x")), LIAISON
    ),
    "end_operation": (plainly(acts.EndOperation(reason="x")), LIAISON),
}
"""What: how it is made, and who may."""

ON_BEHALF: dict[str, tuple[Making, frozenset[str]]] = {
    "status": (plainly(acts.Status(state="OUT")), DESK | {"elsewhere"}),
    "resource": (ROWS["resource"][0], DESK | {"elsewhere"}),
    "readback": (ROWS["readback"][0], DESK),
    "accept": (ROWS["accept"][0], DESK),
    "complete": (ROWS["complete"][0], DESK),
    "unable": (ROWS["unable"][0], DESK),
    "reply": (ROWS["reply, relayed"][0], DESK),
    "acknowledge": (ROWS["acknowledge"][0], DESK),
    "relay": (ROWS["relay"][0], DESK),
    "order": (ROWS["order"][0], HOLDER),
    "roster": (ROWS["roster"][0], LIAISON),
}
"""The same, said for the addressee's centre: who speaks for others may do no more than before, and only a desk may
speak for an addressee."""

UNSEATS = frozenset(("take", "assume", "stand_down", "end_operation"))
"""After these nothing is as it was: the next one gets a hub of their own."""


Knock = Callable[[Place, str], Awaitable[Client]]

WAYS_IN: dict[str, Knock] = {
    "unix": lambda place, _: place.knock(),
    "port": lambda place, _: place.knock(port=True),
    "door": lambda place, person: place.knock(known={DOOR: f"{person} {fingerprint(key(person))}"}),
}
"""A keyless hub's two, and how the forced command of a key on the roster comes in."""


@pytest.fixture(params=WAYS_IN)
async def worlds(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[], Awaitable[World]]]:
    """Makes worlds, one after the other, that everybody enters by one way."""
    monkeypatch.setattr(limits, "COMMANDS", limits.Rate(10_000, 10_000))
    opened: list[Place] = []

    async def make() -> World:
        folder = tmp_path / str(len(opened))
        folder.mkdir(mode=0o700)
        place = Place(folder, roster=roster(), keyless=request.param != "door")
        await place.start()
        opened.append(place)
        clients = {}
        for person in PEOPLE:
            clients[person] = await WAYS_IN[request.param](place, person)
            await clients[person].send(Hello(v=1, operator=person, version="raw", snapshot=False))
        world = World(place, clients)
        offer = await world.made("poc", acts.Offer(scope="ops", to="holder"))
        await world.made("holder", acts.Take(ref=offer))
        return world

    try:
        yield make
    finally:
        for place in opened:
            await place.stop()


async def tried(world: World, who: str, make: Making, **around: object) -> str:
    """`accepted`, or the code of the refusal."""
    entry = await world.do(who, await make(world), **around)
    assert entry.by == who
    return entry.found.code or "refused" if entry.kind == "refusal" else "accepted"


def expected(allowed: frozenset[str]) -> dict[str, str]:
    return {who: "accepted" if who in allowed else "no-authority" for who in PEOPLE}


async def test_each_command_is_for_those_whose_it_is(worlds: Callable[[], Awaitable[World]]) -> None:
    world = await worlds()
    found: dict[str, dict[str, str]] = {row: {} for row in ROWS}
    for row, (make, _) in ROWS.items():
        for who in PEOPLE:
            found[row][who] = await tried(world, who, make)
            if row == "assume" or (row in UNSEATS and found[row][who] == "accepted"):
                world = await worlds()
    assert found == {row: expected(allowed) for row, (_, allowed) in ROWS.items()}


async def test_only_a_desk_speaks_for_others(worlds: Callable[[], Awaitable[World]]) -> None:
    world = await worlds()
    others = [who for who, centre in PEOPLE.items() if centre != "south"]
    found = {
        row: {who: await tried(world, who, make, centre="south", means="radio") for who in others}
        for row, (make, _) in ON_BEHALF.items()
    }
    wanted = {row: expected(allowed) for row, (_, allowed) in ON_BEHALF.items()}
    assert found == {row: {who: codes[who] for who in others} for row, codes in wanted.items()}


async def test_there_is_a_row_for_every_command() -> None:
    assert {row.partition(",")[0] for row in ROWS} == set(acts.ACTS)


CLAIMS: dict[str, dict[str, object]] = {
    "a term": {"term": {"ops": 2, "med": 1}},
    "every term": {"term": {"ops": 99, "nothing": 1}},
    "another's hand": {"hand": "holder", "means": "radio", "words": "the holder says so"},
    "another basis": {"basis": 1},
}


async def test_what_a_client_claims_gives_it_nothing(worlds: Callable[[], Awaitable[World]]) -> None:
    world = await worlds()
    rows = ("relay", "order", "package", "issue", "rescind", "offer", "stand_down", "roster", "broadcast", "close")
    for claim, row, who in product(CLAIMS, rows, ("reviewer", "stranger")):
        assert await tried(world, who, ROWS[row][0], **CLAIMS[claim]) == "no-authority", (claim, row, who)


async def test_nobody_becomes_somebody_else_in_mid_session(worlds: Callable[[], Awaitable[World]]) -> None:
    """A second hello is an error, and a field that names another author is no field of a command."""
    world = await worlds()
    client = world.clients["stranger"]
    await client.send(Hello(v=1, operator="holder"))
    for name in ("as", "by", "operator", "role"):
        await client.send(
            msgspec.msgpack.encode({"t": "command", "id": f"s-{name}", "do": "note", "text": "x", name: "holder"})
        )
    assert (await world.do("stranger", ORDER)).kind == "refusal"
    assert (await world.do("stranger", acts.Note(text="mine"))).by == "stranger"
    assert not [entry for entry in client.entries() if entry.id.startswith("s-")]


async def test_what_only_the_hub_does_nobody_can_say(worlds: Callable[[], Awaitable[World]]) -> None:
    world = await worlds()
    client = world.clients["liaison"]
    before = world.place.hub.state.seq
    for do in hubacts.HUB_ACTS:
        await client.send(msgspec.msgpack.encode({"t": "command", "id": f"hub-{do}", "do": do}))
    last = await world.do("liaison", acts.Note(text="after all that"))
    kinds = [entry.kind for entry in client.entries() if entry.seq > before]
    assert kinds == ["note"], kinds
    assert last.seq == before + 1


async def test_a_reviewer_leaves_no_trace_but_refusals(worlds: Callable[[], Awaitable[World]]) -> None:
    """A reviewer who tries everything changes nothing that anybody else sees."""
    world = await worlds()
    for row, (make, _) in ROWS.items():
        if row not in UNSEATS:
            assert await tried(world, "reviewer", make) == "no-authority", row
    assert {entry.kind for entry in world.clients["poc"].entries() if entry.by == "reviewer"} <= {"refusal"}


async def test_the_roster_changes_what_one_may_at_once(worlds: Callable[[], Awaitable[World]]) -> None:
    world = await worlds()
    assert await tried(world, "stranger", ROWS["relay"][0]) == "no-authority"
    step: dict[str, acts.Json] = {"set": "deputies", "id": "ops", "value": ["deputy", "stranger"]}
    await world.made("liaison", acts.RosterSteps(steps=(step,), reason="a longer night"))
    assert await tried(world, "stranger", ROWS["relay"][0]) == "accepted"
    back: dict[str, acts.Json] = {"set": "deputies", "id": "ops", "value": ["deputy"]}
    await world.made("liaison", acts.RosterSteps(steps=(back,), reason="enough"))
    assert await tried(world, "stranger", ROWS["relay"][0]) == "no-authority"

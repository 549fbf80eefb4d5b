"""What eight clients saw of one hub, with their links cut and the hub killed, could have been seen of a hub that does
one thing at a time.

Each acknowledgement carries its entry's number, so the order is known and has only to be checked: it agrees with real
time, deciding the same commands again in that order gives each client the answer that it got, and what anybody read is
the beginning of the log, never shorter than before.
"""

import asyncio
import contextlib
import random
from itertools import pairwise
from pathlib import Path

import pytest
from immutables import Map
from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.acts import Act, Assume, Declare, Message, Note, Offer, Order, Rescind, StandDown, Take
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry, Outcome, Refused, outcome
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.ruling import on_desk
from coordinator.incident.snapshot import freeze, trimmed
from coordinator.incident.state import Desk, State
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.journal.verify import replay
from coordinator.session.client import Session
from tests.campaign import report, seed, size
from tests.end_to_end.chaos import Chaos, hurry
from tests.end_to_end.running import HubProcess

OPERATORS = ("lee", "lee", "lee", "dana", "dana", "ike", "nia", "sol")
AREAS = ("area/north", "area/north/zone-4", "area/north/zone-5", "area/south")
POSTURES = ("EVACUATE", "SHELTER", "HOLD")


class Done(Struct, frozen=True):
    """One command as its author saw it: when it was said, when it was answered, and what with."""

    said: float
    answered: float
    command: Command
    answer: Outcome


class Look(Struct, frozen=True):
    """What one client's copy was at some instant; `after`: the last number that it had been answered with."""

    at: float
    client: int
    after: int
    state: State


class Client:
    """Somebody who says what comes to mind, and looks at the state now and then."""

    def __init__(self, place: int, session: Session, chance: random.Random) -> None:
        self.place = place
        self.session = session
        self.chance = chance
        self.done: list[Done] = []
        self.looks: list[Look] = []

    async def live(self, acts: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(acts):
            said = loop.time()
            id = self.session.queue(self._something())
            command = next(waiting.command for waiting in self.session.waiting if waiting.id == id)
            answer = await self.session.outcome(id)
            self.done.append(Done(said, loop.time(), command, answer))
            if self.chance.random() < 0.3:
                self._look(loop.time())
            await asyncio.sleep(self.chance.random() * 0.02)

    def _look(self, now: float) -> None:
        state, answer = self.session.state, self.done[-1].answer
        assert state is not None
        self.looks.append(Look(now, self.place, getattr(answer, "seq", 0), state))

    def _something(self) -> Act:
        chance, state = self.chance, self.session.state
        assert state is not None
        orders = [f"{order.number}" for order in state.orders.values()][-6:]
        desk = state.desks["ops"]
        offer = desk.offer.seq if desk.offer is not None else 0
        kinds: list[tuple[int, Act]] = [
            (10, Order(
                verb=chance.choice(POSTURES), subject=chance.choice(AREAS), to=("south",), rationale="the river",
                supersedes=tuple(chance.sample(orders, min(len(orders), chance.randrange(3)))),
            )),
            (3, Order(verb=chance.choice(("OPEN", "CLOSE")), subject="route/route-9", to=("icp",))),
            (3, Rescind(ref=chance.choice(orders), reason="over") if orders else Note(text="no order yet")),
            (2, Message(precedence="ROUTINE", text="how are you?", to=("icp",))),
            (1, Declare(subject="route/route-9", state="passable")),
            (1, Note(text="still here")),
            (1, Offer(scope="ops", to="dana" if desk.holder == "lee" else "lee")),
            (3, Take(ref=offer) if offer else Assume(scope="ops")),
            (1, StandDown(scope="ops", reason="tired") if chance.random() < 0.3 else Assume(scope="ops")),
        ]  # fmt: skip
        return chance.choices([act for _, act in kinds], [weight for weight, _ in kinds])[0]


async def lived(folder: Path, chosen: int, acts: int, kills: int) -> tuple[Path, list[Client], int]:
    """Eight clients' lives with one hub, over links that break, to a hub that is killed."""
    chance = random.Random(chosen)
    hub = HubProcess(folder)
    hub.start()
    chaos = Chaos(hub.socket, folder / "cable" / "end", random.Random(chance.random()))
    await chaos.open()
    clients: list[Client] = []
    try:
        for place, operator in enumerate(OPERATORS):
            session = Session(chaos.address, operator=operator, folder=folder / f"{operator}-{place}", sure=True)
            await session.__aenter__()
            clients.append(Client(place, session, random.Random(chance.random())))
        hurrying = asyncio.create_task(hurry([client.session for client in clients]))
        await asyncio.gather(*(client.session.ready(60) for client in clients))
        living = asyncio.gather(*(client.live(acts) for client in clients))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.3, 1.0))
            hub.kill()
            await asyncio.to_thread(hub.start)
        await asyncio.wait_for(living, 100 + acts)
        hurrying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hurrying
    finally:
        for client in clients:
            await client.session.close()
        await chaos.close()
        hub.stop()
    return hub.journal, clients, chaos.cuts


def assert_in_real_time(clients: list[Client]) -> None:
    """What was said after something was answered, or read, has a higher number."""
    done = [one for client in clients for one in client.done]
    events = sorted(
        [(one.answered, 0, _seq(one.answer), one) for one in done]
        + [(look.at, 0, look.state.seq, None) for client in clients for look in client.looks]
        + [(one.said, 1, _seq(one.answer), one) for one in done],
        key=lambda event: event[:2],
    )
    known = 0
    for _, is_start, seq, one in events:
        if not is_start:
            known = max(known, seq)
        elif one is not None and seq:
            assert seq > known, f"{one.command.id} has number {seq}, and {known} was known before it was said"


def _seq(answer: Outcome) -> int:
    return getattr(answer, "seq", 0)


def assert_each_answer_is_the_rules(entries: list[Entry], clients: list[Client]) -> None:
    """Deciding each command again, in the order of the log, gives what its author was told."""
    said = {one.command.id: one for client in clients for one in client.done if _seq(one.answer)}
    met = {entry.id for entry in entries if entry.id}
    assert met == set(said), "all that was answered is in the log, and nothing else is"
    state = opened(entries[0])
    for entry in entries[1:]:
        one = said.get(entry.id) if entry.id else None
        if one is not None:
            assert one.answer == outcome(entry)
            again = decide(state, one.command, entry.at)
            assert again.reply == one.answer, f"entry {entry.seq} is not what the rules say at that place in the log"
        state = evolve(state, entry)


def picture(state: State, operator: str) -> bytes:
    """All that an operator sees of a state. How much lies on a desk, and who offered it, only the desk knows."""
    seen = trimmed(state, operator)
    if not on_desk(state, operator, "ops"):
        desks = {
            scope: Desk(scope=scope, holder=desk.holder, since=desk.since, terms=desk.terms)
            for scope, desk in state.desks.items()
        }
        seen = replace(seen, counts=Map(), offers=Map(), desks=Map(desks))
    return freeze(seen)


def assert_reads_are_prefixes(entries: list[Entry], clients: list[Client]) -> None:
    """Each look shows what the log's beginning makes, as that viewer may see it; none goes back, or misses its own."""
    looks = sorted((look for client in clients for look in client.looks), key=lambda look: look.state.seq)
    state, place = opened(entries[0]), 1
    for look in looks:
        while state.seq < look.state.seq:
            state = evolve(state, entries[place])
            place += 1
        operator = clients[look.client].session.operator
        assert picture(look.state, operator) == picture(state, operator), f"entry {state.seq}, as {operator} saw it"
    for client in clients:
        seqs = [look.state.seq for look in client.looks]
        assert seqs == sorted(seqs)
        assert all(look.state.seq >= look.after for look in client.looks)


def check(journal: Path, clients: list[Client]) -> list[Entry]:
    assert replay(journal).fault is None
    reads = Reads(journal)
    try:
        entries = [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    finally:
        reads.close()
    assert all(after.at >= before.at for before, after in pairwise(entries))
    assert_in_real_time(clients)
    assert_each_answer_is_the_rules(entries, clients)
    assert_reads_are_prefixes(entries, clients)
    return entries


def summary(entries: list[Entry], clients: list[Client]) -> str:
    answers = [one.answer for client in clients for one in client.done]
    refused = sum(isinstance(answer, Refused) for answer in answers)
    looks = sum(len(client.looks) for client in clients)
    return f"{len(answers)} commands ({refused} refused), {looks} reads, {len(entries)} entries"


async def test_what_eight_clients_saw_has_one_order(tmp_path: Path) -> None:
    journal, clients, cuts = await lived(tmp_path, seed(), acts=20, kills=2)
    entries = check(journal, clients)
    assert cuts > 20, cuts
    assert {entry.kind for entry in entries} >= {"order", "refusal"}, "whether the desk changes hands is chance"


@pytest.mark.campaign
@pytest.mark.timeout(7200)
async def test_what_eight_clients_saw_many_times_over_has_one_order(tmp_path: Path) -> None:
    lives, first = size("LIVES", 20), seed()
    for chosen in range(first, first + lives):
        folder = tmp_path / f"seed-{chosen}"
        folder.mkdir()
        journal, clients, cuts = await lived(folder, chosen, acts=120, kills=6)
        report(f"seed {chosen}, {cuts} cuts, 6 kills: {summary(check(journal, clients), clients)}: one order")

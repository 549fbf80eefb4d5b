"""The core beside the reading: the same commands to both, and what each then says, in the reading's numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec

from coordinator.incident import archive, projections
from coordinator.incident.acts import ACTS, Act
from coordinator.incident.clock import TICK, next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Decision, Entry, Malformed, OnRecord, Refused
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Archive, Lapse, Link, Open, Recall, Start
from coordinator.incident.roster import HUB, Roster
from coordinator.incident.state import State
from tests.oracle.ground import Holding, Window
from tests.oracle.moves import Move
from tests.oracle.reference import Fields, Reference, Verdict

ENVELOPE = ("centre", "means", "said_at", "words", "hand")
NOTHING = 999_999
"""Names no entry."""


def operation(roster: Fields, starts: datetime) -> tuple[State, Entry]:
    """The state of an operation just opened, everybody's link up, and its first entry."""
    body = Open(roster=msgspec.convert(roster, Roster))
    first = Entry(seq=1, at=starts, kind="open", by=HUB, body=body)
    return opened(first), first


def act_of(fields: Fields) -> Act:
    """A command's fields as the core's type. Raises msgspec.ValidationError where they do not fit."""
    inner = {name: value for name, value in fields.items() if name != "do" and name not in ENVELOPE}
    return msgspec.convert(inner, ACTS[str(fields["do"])])


def record_of(fields: Fields) -> OnRecord:
    return msgspec.convert({name: fields[name] for name in ENVELOPE if name in fields}, OnRecord)


@dataclass(frozen=True)
class Answer:
    """What the core said, in the reading's words and numbers; entries without a number there are negative."""

    code: str
    clashes: frozenset[int]
    advises: bool


class Core:
    """The core as a hub without shell would run it. Every entry is kept, in order."""

    def __init__(self, roster: Fields, starts: datetime, people: Iterable[str]) -> None:
        self.state, first = operation(roster, starts)
        self.entries = [first]
        self.to_core: dict[int, int] = {1: 1}
        self.to_reading: dict[int, int] = {1: 1}
        self.last_at: dict[int, int] = {}
        """Reading number: the core's last entry when that had been decided; for `basis`."""
        self.archived: dict[int | str, archive.Thing] = {}
        for one in people:
            self.link(starts, one, up=True)
        self.last_at[1] = self.state.seq

    def apply(self, decision: Decision) -> None:
        for entry in decision.entries:
            self.state = evolve(self.state, entry)
            if isinstance(entry.body, Lapse) and entry.body.ref in self.to_reading:
                self.to_reading[entry.seq] = -self.to_reading[entry.body.ref]
            self.entries.append(entry)

    def tick(self, now: datetime) -> None:
        """Let time pass up to now: each deadline at its own instant, as a hub's clock would have it."""
        while (due := next_due(self.state)) is not None and due <= now:
            self.apply(decide(self.state, TICK, due))

    def hub(self, now: datetime, act: Act) -> None:
        self.apply(decide(self.state, Command(by=HUB, act=act), now))

    def link(self, now: datetime, operator: str, *, up: bool) -> None:
        self.hub(now, Link(operator=operator, state="up" if up else "down", since=now))

    def restarted(self, now: datetime, down_since: datetime) -> None:
        self.hub(now, Start(down_since=down_since))

    def let_go(self, now: datetime) -> None:
        """Archive all that is settled, keeping it as a journal would."""
        before = self.state
        self.hub(now, Archive(before=before.seq + 1))
        for thing in archive.departed(before, self.state):
            self.archived[thing.seq] = self.archived[thing.number] = thing

    def take_up(self, now: datetime, act: Act) -> None:
        """What an act names and the state has let go of comes back first, as the hub sees to it."""
        for ref in list(archive.missing(self.state, act)):
            thing = self.archived.get(ref)
            if thing is not None:
                self.hub(now, Recall(what=thing.kind, seq=thing.seq, thing=thing.text))

    def command(self, move: Move, id: str = "") -> Command | None:
        """The move as the core takes it; None where it is no well-formed command."""
        fields = cast("Fields", self._named(move.command))
        try:
            act, record = act_of(fields), record_of(fields)
        except msgspec.ValidationError:
            return None
        basis = None if move.basis is None else self.last_at.get(move.basis, self.state.seq)
        return Command(by=move.author, act=act, id=id, basis=basis, term=dict(move.terms), record=record)

    def decide(self, now: datetime, command: Command | None) -> Decision:
        if command is None:
            return Decision((), Malformed(message="no such command"))
        return decide(self.state, command, now)

    def _named(self, value: object, name: str = "") -> object:
        if isinstance(value, dict):
            return {key: self._named(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._named(inner, name) for inner in value]
        if isinstance(value, int) and name in {"ref", "refs", "supersedes", "despite"}:
            return self.to_core.get(value, NOTHING)
        return value

    def pair(self, verdict: Verdict, decision: Decision) -> None:
        """Note which entry of the core is which of the reading, where both made some."""
        made = decision.entries
        if verdict.seq and made:
            self._same(verdict.seq, made[0].seq)
            orders = [entry.seq for entry in made if entry.kind == "order"]
            for reading, core in zip(verdict.orders, orders, strict=False):
                self._same(reading, core)
            for entry in made[1:]:
                if entry.kind == "propose":
                    self.to_reading[entry.seq] = verdict.seq

    def _same(self, reading: int, core: int) -> None:
        self.to_core[reading] = core
        self.to_reading.setdefault(core, reading)

    def answer(self, decision: Decision) -> Answer:
        reply = decision.reply
        if isinstance(reply, Malformed):
            return Answer("invalid", frozenset(), advises=False)
        if isinstance(reply, Refused):
            return Answer(reply.code, self.readings(reply.clashes), advises=False)
        return Answer("accepted", frozenset(), advises=bool(reply.advisories))

    def readings(self, numbers: Iterable[int]) -> frozenset[int]:
        return frozenset(self.to_reading.get(number, -NOTHING - number) for number in numbers)

    def holdings(self) -> list[Holding]:
        """The claims of the core's state that have not been emptied, for the reading's own predicates."""
        found = []
        for order in self.state.orders.values():
            claim = order.claim
            if claim is None or order.on_record is not None:
                continue
            ends = [end for end in (claim.until, order.ended_at) if end is not None]
            found.append(
                Holding(
                    order.seq,
                    order.verb,
                    order.subject,
                    order.excepted,
                    order.object,
                    claim.quantity,
                    Window(claim.start, min(ends, default=None)),
                    frozenset(order.despite),
                )
            )
        return found


class Duel:
    """The same moves to both. `moves` is all that happened, to be read when they disagree."""

    def __init__(self, roster: Fields, starts: datetime) -> None:
        self.now = starts
        self.reading = Reference(roster, starts)
        self.core = Core(roster, starts, self.reading.ground.operators)
        self.moves: list[str] = []

    def wait(self, now: datetime) -> None:
        self.now = now
        self.core.tick(now)

    def link(self, operator: str, *, up: bool) -> None:
        if self.reading.book.links.get(operator, (True, self.now))[0] != up:
            self.reading.link(self.now, operator, up)
            self.core.link(self.now, operator, up=up)
            self.moves.append(f"{self.now:%H:%M:%S} {operator}'s link is {'up' if up else 'down'}")

    def let_go(self) -> None:
        self.core.let_go(self.now)
        self.moves.append(f"{self.now:%H:%M:%S} what is settled is archived")

    def play(self, move: Move) -> tuple[Verdict, Answer, Decision]:
        self.link(move.author, up=True)
        self.core.tick(self.now)
        command = self.core.command(move, id=f"c{len(self.moves)}")
        if command is not None:
            self.core.take_up(self.now, command.act)
        decision = self.core.decide(self.now, command)
        verdict = self.reading.do(self.now, move.author, move.command, move.basis, dict(move.terms))
        self.core.pair(verdict, decision)
        answer = self.core.answer(decision)
        self.core.apply(decision)
        self.core.last_at[self.reading.book.seq] = self.core.state.seq
        basis = "" if move.basis is None else f" basis={move.basis} terms={dict(move.terms)}"
        self.moves.append(f"{self.now:%H:%M:%S} #{verdict.seq} {move.author}: {move.command}{basis} -> {answer.code}")
        return verdict, answer, decision

    def views(self) -> tuple[dict[str, object], dict[str, object]]:
        """All check views, as the reading and as the core's projections have them."""
        reading, now = self.reading, self.now
        unconfirmed, doubtful = reading.unconfirmed(now)
        one: dict[str, object] = {
            "in_force": reading.in_force(now),
            "reserved": reading.reserved(now),
            "on_record": reading.on_record(),
            "unconfirmed": unconfirmed - doubtful,
            "quantity": reading.quantities(now),
            "proposals": {scope: reading.proposals(scope) for scope in reading.book.desks},
            "holder": {scope: reading.holder(scope) for scope in reading.book.desks},
            "term": {scope: reading.term(scope) for scope in reading.book.desks},
        }
        return one, self._core_views(doubtful)

    def _core_views(self, doubtful: set[int]) -> dict[str, object]:
        state, now, readings = self.core.state, self.now, self.core.readings
        in_force, reserved = projections.in_force(state, now), projections.reserved(state, now)
        return {
            "in_force": readings(order.seq for order in in_force),
            "reserved": readings(order.seq for order in reserved),
            "on_record": readings(order.seq for order in projections.on_record(state)),
            "unconfirmed": readings(order.seq for order in projections.unconfirmed(state, now)) - doubtful,
            "quantity": {
                self.core.to_reading[order.seq]: projections.held_quantity(order, now)
                for order in (*in_force, *reserved)
                if order.subject in self.reading.ground.capacity
            },
            "proposals": {
                scope: readings(one.seq for one in projections.open_proposals(state, scope)) for scope in state.desks
            },
            "holder": {scope: desk.holder or None for scope, desk in state.desks.items()},
            "term": {scope: desk.term for scope, desk in state.desks.items()},
        }

    def disagreement(self, verdict: Verdict, answer: Answer) -> str:
        """Where the two differ after a move; empty if nowhere."""
        if verdict.code != answer.code:
            return f"the reading says {verdict.code}, the core {answer.code}"
        if verdict.clashes != answer.clashes:
            return f"the reading's clashes are {sorted(verdict.clashes)}, the core's {sorted(answer.clashes)}"
        if verdict.advises and not answer.advises:
            return "the reading wants an advisory, the core has none"
        reading, core = self.views()
        for name, value in reading.items():
            if value != core[name]:
                return f"{name}: the reading has {value}, the core {core[name]}"
        return ""

    def story(self) -> str:
        return "\n".join(self.moves)

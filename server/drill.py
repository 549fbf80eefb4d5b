"""Plays a drill: each inject at its time, on a stage, and what came of it against what was expected.

Law: the player knows the scenario and nothing of how the hub is reached; a stage (drill_stage.py, drill_remote.py)
moves time, acts for the operators and tells what the hub decided.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from coordinator.incident.acts import ACTS, Act
from coordinator.incident.entries import Entry, OnRecord
from coordinator.incident.ruling import resolve
from coordinator.incident.state import State
from server.checks import World, problems
from server.scenario import RECORD, Inject, Scenario, said, used_tags


class Decided(Struct, frozen=True, kw_only=True):
    """What the hub made of a command: its entries, or none and why it was malformed."""

    entries: tuple[Entry, ...] = ()
    malformed: str = ""


class Stage(Protocol):
    """Where a drill is played."""

    @property
    def state(self) -> State: ...

    @property
    def now(self) -> datetime: ...

    def plays(self, inject: Inject) -> bool:
        """Whether the inject is played on this stage."""
        ...

    async def advance(self, to: datetime) -> None:
        """Let time pass up to then, with everything that falls due on the way."""
        ...

    async def say(self, by: str, act: Act, record: OnRecord, basis: int | None) -> str:
        """Have an operator give a command; what comes back is its id. One whose link is down queues it."""
        ...

    async def settle(self) -> None:
        """Wait until everything that was said is decided, durable and seen by all who are connected."""
        ...

    def decided(self, id: str) -> Decided | None:
        """What became of a command; None: it was not decided yet."""
        ...

    async def link(self, operator: str, *, up: bool) -> None:
        """Cut an operator's link, or restore it."""
        ...

    async def restart(self, until: datetime | None) -> None:
        """Kill the hub and start it again on its journal: at once, or at that time."""
        ...

    def count(self, kind: str) -> int:
        """How many entries of a kind the log has."""
        ...


LEFT_OUT = "left out"


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One inject, played. Without problems it went as expected."""

    line: int
    at: datetime
    do: str
    by: str = ""
    outcome: str = ""
    """What came of a command: `accepted`, a refusal's code, or `invalid`; LEFT_OUT for what was not played."""
    seq: int | None = None
    number: str = ""
    problems: tuple[str, ...] = ()


class Player:
    """One playing of one scenario. `report` is called with each inject's result as soon as it is known."""

    def __init__(self, scenario: Scenario, stage: Stage, report: Callable[[Result], None]) -> None:
        self._scenario = scenario
        self._stage = stage
        self._report = report
        self._tags: dict[str, int] = {}
        self._waiting: dict[str, Inject] = {}
        self._unplayed: set[str] = set()
        self._own = {"link": self._link, "wait": self._wait, "restart": self._restart, "check": self._check}

    async def play(self) -> None:
        """Play it all."""
        for inject in self._scenario.injects:
            await self._stage.advance(inject.at)
            self._judge_all()
            if self._stage.plays(inject) and self._unplayed.isdisjoint(used_tags(inject)):
                await self._own.get(inject.do, self._command)(inject)
            else:
                self._leave_out(inject)
            self._judge_all()
        for inject in self._waiting.values():
            self._done(inject, "never delivered: the link was still down at the end")

    def _leave_out(self, inject: Inject) -> None:
        """Not played, and neither is what refers to it."""
        self._unplayed |= {f"${tag}" for tag in (inject.tag, *inject.order_tags) if tag}
        self._done(inject, outcome=LEFT_OUT)

    async def _command(self, inject: Inject) -> None:
        try:
            act = msgspec.convert(said(inject.fields, self._entry), ACTS[inject.do])
            fields = {key: value for key, value in inject.fields.items() if key in RECORD}
            record = msgspec.convert(fields, OnRecord)
            basis = self._basis(inject)
        except _NoSuchEntry as missing:
            self._done(inject, str(missing))
            return
        except msgspec.ValidationError as error:
            self._judge(inject, Decided(malformed=str(error)))
            return
        self._waiting[await self._stage.say(inject.by, act, record, basis)] = inject
        await self._stage.settle()

    async def _link(self, inject: Inject) -> None:
        await self._stage.link(inject.by, up=inject.fields["state"] == "up")
        await self._stage.settle()
        self._done(inject)

    async def _wait(self, inject: Inject) -> None:
        self._done(inject)

    async def _restart(self, inject: Inject) -> None:
        until = inject.fields.get("until")
        await self._stage.restart(until if isinstance(until, datetime) else None)
        await self._stage.settle()
        self._done(inject)

    async def _check(self, inject: Inject) -> None:
        tag_of = {seq: f"${tag}" for tag, seq in self._tags.items()}
        world = World(
            state=self._stage.state, now=self._stage.now, count=self._stage.count, named=self._seq, tag_of=tag_of
        )
        self._done(inject, *problems(inject.fields, world))

    def _judge_all(self) -> None:
        for id, inject in tuple(self._waiting.items()):
            decided = self._stage.decided(id)
            if decided is not None:
                del self._waiting[id]
                self._judge(inject, decided)

    def _judge(self, inject: Inject, decided: Decided) -> None:
        """Compare what the hub decided with what was expected of it."""
        if not decided.entries:
            unmet = f"expected {inject.expect}, was invalid: {decided.malformed}"
            self._done(inject, *([] if inject.expect == "invalid" else [unmet]), outcome="invalid")
            return
        first = decided.entries[0]
        self._name(inject, decided.entries)
        code = first.found.code if first.kind == "refusal" else None
        outcome = code or "accepted"
        wrong = []
        if outcome != inject.expect:
            wrong.append(f"expected {inject.expect}, was {outcome}" + (f": {first.found.message}" if code else ""))
        wrong += self._unlike_clashes(inject, first) + _unlike_advisories(inject, first)
        self._done(inject, *wrong, outcome=outcome, seq=first.seq, number=first.found.number)

    def _unlike_clashes(self, inject: Inject, entry: Entry) -> list[str]:
        if inject.clashes is None:
            return []
        wanted = {self._seq(ref) for ref in inject.clashes}
        proposed = self._stage.state.from_refusals
        if {proposed.get(seq, seq) for seq in wanted} == {proposed.get(seq, seq) for seq in entry.found.clashes}:
            return []
        tag_of = {seq: f"${tag}" for tag, seq in self._tags.items()}
        found = ", ".join(tag_of.get(seq, f"#{seq}") for seq in entry.found.clashes)
        return [f"clashes are [{found}], not [{', '.join(map(str, inject.clashes))}]"]

    def _name(self, inject: Inject, entries: tuple[Entry, ...]) -> None:
        """Let the inject's tags name its entries; those inside a package its orders', or its refusal."""
        if inject.tag:
            self._tags[inject.tag] = entries[0].seq
        orders = [entry.seq for entry in entries if entry.kind == "order"] or [entries[0].seq] * len(inject.order_tags)
        self._tags |= {tag: seq for tag, seq in zip(inject.order_tags, orders, strict=False) if tag}

    def _basis(self, inject: Inject) -> int | None:
        return None if inject.basis is None else self._entry(inject.basis)

    def _entry(self, ref: object) -> int:
        """The entry that a `$tag` names. Raises where its inject made none."""
        seq = self._seq(ref)
        if not seq:
            raise _NoSuchEntry(f"{ref} has no entry: its inject was not decided, or was invalid")
        return seq

    def _seq(self, ref: object) -> int:
        if isinstance(ref, str) and ref.startswith("$"):
            return self._tags.get(ref[1:], 0)
        return (resolve(self._stage.state, ref) or 0) if isinstance(ref, str | int) else 0

    def _done(
        self, inject: Inject, *wrong: str, outcome: str = "", seq: int | None = None, number: str = ""
    ) -> None:
        self._report(
            Result(
                line=inject.line, at=inject.at, do=inject.do, by=inject.by, outcome=outcome, seq=seq, number=number,
                problems=wrong,
            )
        )


class _NoSuchEntry(Exception):
    """A tag that names nothing, because its inject came to nothing."""


def _unlike_advisories(inject: Inject, entry: Entry) -> list[str]:
    if inject.advisories is None or inject.advisories == bool(entry.found.advisories):
        return []
    if inject.advisories:
        return ["expected advisories, there are none"]
    return [f"expected no advisories, there are: {'; '.join(entry.found.advisories)}"]



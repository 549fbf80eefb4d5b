"""A drill's own hub, with real sockets and a real journal, and one real session for each operator that it names.

Law: time moves only here, from one instant at which something is due to the next, and only when everything that
was said before is decided, durable and seen by all who are connected; so every deadline fires at its own time.
"""

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Self

from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry, Malformed, OnRecord
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.state import State
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.session.addresses import Unix
from coordinator.session.client import Session
from coordinator.session.clock import Clock
from server.drill import Decided
from server.drill_clock import FastClock, ScenarioClock
from server.drill_terms import Terms
from server.hub import Hub
from server.listener import Listener
from server.scenario import Inject, Scenario

PATIENCE = 20.0
"""Real seconds after which something that should happen at once is called stuck."""
SPOKEN_TO = 3.0
"""Real seconds after which what is still under way waits for a time itself."""
TURNS = 12
"""Turns of the event loop in which what was written to a socket is read at its other end and dealt with."""
EVERYTHING = 1_000_000_000
"""Entries after which a drill's hub would let go of what is settled: checks may ask of everything."""


class Stuck(Exception):
    """The drill cannot go on: something that takes no scenario time did not happen."""


class HubStage:
    """The hub, its listener, and the sessions, in this process."""

    def __init__(self, scenario: Scenario, folder: Path, journal: Path, speed: float = 0.0) -> None:
        self._scenario = scenario
        self._journal = journal
        self._folder = folder
        self._socket = folder / "hub.sock"
        self.address = f"unix:{self._socket}"
        self.clock: Clock = FastClock(scenario.starts, speed) if speed else ScenarioClock(scenario.starts)
        self._sessions: dict[str, Session] = {}
        self._down: set[str] = set()
        self._author: dict[str, str] = {}
        self._terms = Terms()
        self._replayed: State | None = None
        self._died: datetime | None = None
        self._up_at: datetime | None = None
        """While the hub is down: when it comes back."""
        self._hub: Hub
        self._reads: Reads

    async def __aenter__(self) -> Self:
        await self._serve()
        for operator in self._scenario.named:
            await self._join(operator)
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions.values():
            await session.close()
        if self._up_at is None:
            self._reads.close()
            await self._hub.stop("the drill is over")

    @property
    def state(self) -> State:
        """The hub's."""
        return self._hub.state

    @property
    def now(self) -> datetime:
        """The scenario's time."""
        return self.clock.now()

    def plays(self, inject: Inject) -> bool:
        """Everything."""
        return bool(inject)

    async def advance(self, to: datetime) -> None:
        """Let time pass up to then; each instant at which something is due is gone through by itself."""
        if self._up_at is not None and self._up_at <= to:
            await self._pass_until(self._up_at)
            self._up_at = None
            await self._serve()
            await self.settle()
        await self._pass_until(to)

    async def _pass_until(self, to: datetime) -> None:
        if not isinstance(self.clock, ScenarioClock):
            await self.clock.sleep((to - self.clock.now()).total_seconds())
            return
        while (due := self._next(self.clock)) is not None and due <= to:
            self.clock.move(due)
            await self._pass()
        self.clock.move(to)
        await self._pass()

    def _next(self, clock: ScenarioClock) -> datetime | None:
        hub = self._hub.next_due() if self._up_at is None else None
        return min((at for at in (clock.next_wake(), hub) if at is not None), default=None)

    async def _pass(self) -> None:
        if self._up_at is None:
            self._hub.tick()
        await self.settle()

    async def say(self, by: str, act: Act, record: OnRecord, basis: int | None) -> str:
        """Have an operator say something, in the terms held as of the basis."""
        if by not in self._sessions:
            await self._join(by)
        session = self._sessions[by]
        term = None if basis is None else self._terms.of(by, basis)
        id = session.queue(act, record, basis, term)
        self._author[id] = by
        return id

    def decided(self, id: str) -> Decided | None:
        """What the hub made of it, from the session that said it and the journal."""
        outcome = self._sessions[self._author[id]].decided(id)
        if outcome is None or self._up_at is not None:
            return None
        if isinstance(outcome, Malformed):
            return Decided(malformed=outcome.message)
        return Decided(entries=tuple(self._made_by(outcome.seq)))

    def _made_by(self, seq: int) -> Iterable[Entry]:
        """The entries of the command whose first entry is this one."""
        first = self._entry(seq)
        yield first
        if first.kind == "package":
            body = first.body
            orders = len(getattr(body, "orders", ()))
            yield from (self._entry(seq + place) for place in range(1, orders + 1))

    def _entry(self, seq: int) -> Entry:
        line = self._reads.line(seq)
        if line is None:
            raise Stuck(f"entry {seq} was acknowledged and is not in the journal")
        return decode(line)

    async def link(self, operator: str, *, up: bool) -> None:
        """Cut an operator's link, or restore it."""
        if operator not in self._sessions:
            await self._join(operator)
        if up:
            self._down.discard(operator)
            self._sessions[operator].restore()
        else:
            self._down.add(operator)
            self._sessions[operator].cut()

    async def restart(self, until: datetime | None) -> None:
        """Kill the hub as a power cut would, and start it again on its journal."""
        self._reads.close()
        self._hub.kill()
        self._died = self.now
        if until is None:
            await self._serve()
        else:
            self._up_at = until

    def count(self, kind: str) -> int:
        """How many entries of a kind the journal has."""
        return self._reads.entries_of(kind)

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        if self._up_at is not None:
            await self._notice_the_hub_is_gone()
            return
        ends = time.monotonic() + PATIENCE
        while True:
            before = self._hub.state.seq
            await self._hub.settled()
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if self._hub.state.seq == before and self._still():
                break
            if time.monotonic() > ends:
                raise Stuck(f"at {self.now:%H:%M:%S}: {self._trouble()}")
            if time.monotonic() > ends - PATIENCE + SPOKEN_TO:
                self._let_time_pass()
            self._hurry()
            await asyncio.sleep(0.001)
        self._learn()

    async def _notice_the_hub_is_gone(self) -> None:
        """Wait until every session knows that nobody answers, and has gone to wait for its next try."""
        ends = time.monotonic() + PATIENCE
        while True:
            if not any(session.link.up for session in self._sessions.values()) or time.monotonic() > ends:
                break
            await asyncio.sleep(0.001)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _connected(self) -> list[Session]:
        return [
            session for operator, session in self._sessions.items()
            if operator not in self._down and session.fault is None  # one whom the roster retired is let in no more
        ]

    def _still(self) -> bool:
        """Whether everybody who is connected has seen the last entry and has nothing undecided."""
        head = self._hub.state.seq
        return all(
            session.link.up and session.seq == head and not session.waiting for session in self._connected()
        )

    def _let_time_pass(self) -> None:
        """Somebody is to speak more slowly, as the hub told them."""
        due = self._next(self.clock) if isinstance(self.clock, ScenarioClock) else None
        if due is not None and isinstance(self.clock, ScenarioClock):
            self.clock.move(due)
            self._hub.tick()

    def _hurry(self) -> None:
        for session in self._connected():
            if not session.link.up:
                session.restore()

    def _trouble(self) -> str:
        head = self._hub.state.seq
        return "; ".join(
            f"{session.operator} is at {session.seq} of {head}, {len(session.waiting)} undecided {session.link.trouble}"
            for session in self._connected()
        )

    def _learn(self) -> None:
        """Go through the journal's new entries one by one: a basis may lie between any two."""
        known = self._replayed.seq if self._replayed is not None else 0
        for stored in self._reads.lines(known + 1, self._hub.state.seq):
            entry = decode(stored.line)
            self._replayed = opened(entry) if self._replayed is None else evolve(self._replayed, entry)
            self._terms.learn(self._replayed)

    async def _serve(self) -> None:
        """A hub on the journal. On the scenario's clock it is driven: its ticks come from here."""
        driven = isinstance(self.clock, ScenarioClock)
        self._hub = Hub(
            self._journal, self._scenario.roster, self.clock, driven=driven, archive_every=EVERYTHING, died=self._died
        )
        await self._hub.start()
        await Listener(self._hub, [Unix(self._socket)], keyless=True).start()
        self._reads = Reads(self._journal)

    async def _join(self, operator: str) -> None:
        session = Session(self.address, operator=operator, clock=self.clock, sure=True)
        self._sessions[operator] = session
        session.listen(Session.painted)  # the post has a screen, and it shows what arrives
        await session.__aenter__()
        await session.ready(PATIENCE)

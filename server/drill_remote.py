"""A drill against a hub that runs already: real operators' sessions, the wall's clock, and a hub that is not killed.

Law: never against an operation of kind actual. All times of the scenario are moved to begin now; what is checked
is the state that an observer's session has.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self, TypeVar

import msgspec
from msgspec import Struct

from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry, Malformed, OnRecord
from coordinator.incident.state import State
from coordinator.session.client import Session
from server.drill import Decided
from server.drill_terms import Terms
from server.scenario import Inject, Scenario

FIRST_ANSWER = 5.0
"""Seconds in which a hub that is there lets somebody in."""
PATIENCE = 20.0
"""Seconds after which a hub that does not answer is called out of reach."""

S = TypeVar("S", bound=Struct)


class Refused(Exception):
    """The drill is not played there; the message says why."""


class OutOfReach(Exception):
    """The hub does not answer."""


class RemoteStage:
    """The sessions of the operators whom the drill plays; `without` are played by people."""

    def __init__(self, scenario: Scenario, hub: str, speed: float = 1.0, without: Iterable[str] = ()) -> None:
        self._scenario = scenario
        self._address = hub
        self._speed = speed or 1.0
        self._without = frozenset(without)
        self._sessions: dict[str, Session] = {}
        self._down: set[str] = set()
        self._author: dict[str, str] = {}
        self._made: dict[str, tuple[Entry, ...]] = {}
        self._terms = Terms()
        self._began = datetime.now(UTC)
        self._changed = asyncio.Event()
        self._observer: Session

    async def __aenter__(self) -> Self:
        self._observer = await self._join(self._who_observes())
        if self._observer.operation is not None and self._observer.operation.kind == "actual":
            await self._observer.close()
            raise Refused("the hub runs an actual operation; a drill is played only in an exercise")
        self._observer.listen(self._learn)
        for operator in self._scenario.named:
            if operator not in self._without:
                await self._play(operator)
        self._began = self._observer.now()
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in (*self._sessions.values(), self._observer):
            await session.close()

    def _who_observes(self) -> str:
        """A reviewer, who sees everything; else whoever is POC of the default scope."""
        roster = self._scenario.roster
        reviewers = [operator.id for operator in roster.operators if operator.role == "reviewer"]
        return reviewers[0] if reviewers else roster.ground.default.poc

    async def _join(self, operator: str) -> Session:
        session = Session(self._address, operator=operator, sure=True)
        await session.__aenter__()
        try:
            await session.ready(FIRST_ANSWER)
        except BaseException:
            await session.close()
            raise
        session.listen(lambda _: self._changed.set())
        return session

    async def _play(self, operator: str) -> None:
        """Sit down at an operator's screen, which shows what arrives."""
        self._sessions[operator] = await self._join(operator)
        self._sessions[operator].listen(Session.painted)

    def _learn(self, session: Session) -> None:
        if session.state is not None:
            self._terms.learn(session.state)

    @property
    def state(self) -> State:
        """The observer's."""
        if self._observer.state is None:
            raise OutOfReach(f"the hub at {self._address} sent no state")
        return self._observer.state

    @property
    def now(self) -> datetime:
        """The hub's time."""
        return self._observer.now()

    def plays(self, inject: Inject) -> bool:
        """Not what people play, not killing somebody else's hub, and not counting all that is in its log."""
        return inject.do != "restart" and inject.by not in self._without and "entries_of" not in inject.fields

    async def advance(self, to: datetime) -> None:
        """Wait until the inject's time has come."""
        due = self._began + (to - self._scenario.starts) / self._speed
        await asyncio.sleep(max(0.0, (due - self.now).total_seconds()))

    async def say(self, by: str, act: Act, record: OnRecord, basis: int | None) -> str:
        """Have an operator say something, its times moved with the scenario's."""
        if by not in self._sessions:
            await self._play(by)
        moved = self._began - self._scenario.starts
        term = None if basis is None else self._terms.of(by, basis)
        id = self._sessions[by].queue(_moved(act, moved), _moved(record, moved), basis, term)
        self._author[id] = by
        return id

    def decided(self, id: str) -> Decided | None:
        """What the hub made of it, as the author's session was told."""
        session = self._sessions[self._author[id]]
        outcome = session.decided(id)
        if outcome is None:
            return None
        if isinstance(outcome, Malformed):
            return Decided(malformed=outcome.message)
        return Decided(entries=self._made[id])

    async def settle(self) -> None:
        """Wait until what was said by those who are connected is decided, and the observer has seen it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._still():
                    self._changed.clear()
                    await self._changed.wait()
                await self._read_back()
        except TimeoutError:
            raise OutOfReach(f"the hub at {self._address} does not answer; is it still running?") from None

    def _still(self) -> bool:
        here = [session for operator, session in self._sessions.items() if operator not in self._down]
        head = max((session.seq for session in here), default=0)
        return self._observer.seq >= head and all(session.link.up and not session.waiting for session in here)

    async def _read_back(self) -> None:
        """The entries of what was decided, from the hub's log."""
        for id, by in self._author.items():
            outcome = self._sessions[by].decided(id)
            if outcome is None or isinstance(outcome, Malformed) or id in self._made:
                continue
            self._made[id] = await self._entries(self._sessions[by], outcome.seq)

    async def _entries(self, session: Session, seq: int) -> tuple[Entry, ...]:
        (first,), _ = await session.fetch(seqs=(seq,))
        orders = len(getattr(first.body, "orders", ())) if first.kind == "package" else 0
        if not orders:
            return (first,)
        rest, _ = await session.fetch(seqs=tuple(range(seq + 1, seq + 1 + orders)))
        return (first, *sorted(rest, key=lambda entry: entry.seq))

    async def link(self, operator: str, *, up: bool) -> None:
        """Cut an operator's link, or restore it."""
        if up:
            self._down.discard(operator)
            self._sessions[operator].restore()
        else:
            self._down.add(operator)
            self._sessions[operator].cut()

    async def restart(self, until: datetime | None) -> None:
        """Never: the hub is somebody else's."""
        raise Refused("a hub that is not the drill's own is not killed")

    def count(self, kind: str) -> int:
        """Never: a session has not seen the whole log."""
        raise Refused(f"how many entries of {kind} there are is only known of the drill's own hub")


def _moved(said: S, by: timedelta) -> S:
    """The same with every time in it moved."""
    return msgspec.structs.replace(said, **{name: _later(getattr(said, name), by) for name in said.__struct_fields__})


def _later(value: object, by: timedelta) -> object:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, Struct):
        return _moved(value, by)
    if isinstance(value, tuple):
        return tuple(_later(inner, by) for inner in value)
    return value

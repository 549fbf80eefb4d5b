"""A session: one operator's link to one hub, kept up for ever, with nothing lost on either side of a cut.

Every command is kept before it is sent; it is decided when the entry that bears its id arrives. What the hub
commits arrives as entries; `state` is what they make, by the same evolve as in the hub.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from coordinator import __version__
from coordinator.incident.acts import Act
from coordinator.incident.entries import Command, Entry, Malformed, OnRecord, Outcome
from coordinator.incident.roster import Operation
from coordinator.incident.state import State
from coordinator.incident.times import utc
from coordinator.session.addresses import read
from coordinator.session.clock import Clock, SystemClock
from coordinator.session.conversation import Conversation
from coordinator.session.faults import Broken, Fault, NeverMet, OtherOperation, Unreachable
from coordinator.session.ids import uuid7
from coordinator.session.link import Link
from coordinator.session.outcomes import Outcomes
from coordinator.session.places import Place, Places
from coordinator.session.questions import Found, Questions
from coordinator.session.receipts import Receipts
from coordinator.session.retry import Retry
from coordinator.session.tidy import tidy
from coordinator.session.transports import LinkLost, Transport, open_transport
from coordinator.session.waiting import Waiting
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import Fetch, Search, Welcome, unpack_to_hub
from coordinator.wire.problems import WireError

if TYPE_CHECKING:
    from coordinator.journal.outbox import Outbox
    from coordinator.journal.replica import Replica

Listener = Callable[["Session"], None]
Reader = Callable[[list[Entry]], None]


class Session:
    """`async with Session(hub) as s`: connected while there is a hub, and of use while there is none.

    `folder` is where the copy of the log and the unsent commands outlive the program; without it they do not.
    `follow=False` wants only the answers to its own commands, `snapshot=False` no state. `sure` answers
    "still wanted?" with yes for every order that waited too long.
    """

    def __init__(
        self, hub: str, *, operator: str | None = None, folder: Path | None = None, clock: Clock | None = None,
        version: str = __version__, follow: bool = True, snapshot: bool = True, sure: bool = False,
    ) -> None:
        self.hub = hub
        self.operator = operator or ""
        self.clock = clock or SystemClock()
        self.version = version
        self.follow = follow
        self.snapshot = snapshot
        self.link = Link()
        self.fault: Fault | None = None
        self.operation: Operation | None = None
        self.receipts = Receipts()
        self.questions = Questions()
        self._address = read(hub)
        self._places = Places(folder, hub, self.operator, sure, keeps_log=follow or snapshot)
        self._place: Place = self._places.start()
        self._listeners: list[Listener] = []
        self._readers: list[Reader] = []
        self._outcomes = Outcomes()
        self._retry = Retry(self.clock)
        self._transport: Transport | None = None
        self._ahead = timedelta()
        self._painted: float | None = None
        self._key: float | None = None
        self._cut = False
        self._ready = asyncio.Event()
        self._met = False
        self._closed = False
        self.wake = asyncio.Event()
        """Set when there may be something to send."""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.refresh()
        self._task = asyncio.create_task(self._keep_up())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the session; again, nothing happens. What is not decided stays in the box, if there is a folder."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if not self._closed:
            self._closed = True
            self._outcomes.close()
            self._place.close()

    # What there is to see

    @property
    def state(self) -> State | None:
        """What the entries that this operator may see make; None before the first snapshot."""
        return self._place.state

    @property
    def place(self) -> Place:
        """Where the copy of the log and the undecided commands are."""
        return self._place

    @property
    def replica(self) -> "Replica | None":
        """The copy of the log on disk, for the screens that page through it; None without a folder."""
        return self._place.disk.replica if self._place.disk is not None else None

    @property
    def outbox(self) -> "Outbox | None":
        """Where drafts are kept; None without a folder, or before the hub was first met."""
        return self._place.disk.outbox if self._place.disk is not None else None

    @property
    def seq(self) -> int:
        """The last entry that is here."""
        head = self._place.head
        return head.seq if head is not None else 0

    def now(self) -> datetime:
        """The hub's time, as far as it is known here."""
        return utc(self.clock.now() + self._ahead)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """Every command that is not decided, oldest first."""
        return self._place.queue.all

    @property
    def doubtful(self) -> tuple[Waiting, ...]:
        """Orders that waited too long to fire by themselves: confirm or drop each."""
        return self._place.queue.doubtful(self.clock.now())

    def decided(self, id: str) -> Outcome | None:
        """What became of a command of this session, once that is known."""
        return self._outcomes.of(id)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told after every change, on the loop. What comes back ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def arriving(self, reader: Reader) -> Callable[[], None]:
        """Be given every visible entry that comes, once, in the order it comes. What comes back ends it."""
        self._readers.append(reader)
        return lambda: self._readers.remove(reader)

    async def ready(self, within: float | None = None) -> None:
        """Wait until the hub has been met and all that it has was received. Raises its Fault, or Unreachable."""
        try:
            await asyncio.wait_for(self._ready.wait(), within)
        except TimeoutError:
            why = f": {self.link.trouble}" if self.link.trouble else ""
            raise Unreachable(f"no hub answers at {self.hub}{why}") from None
        if self.fault is not None:
            raise self.fault

    # What there is to do

    async def send(
        self, act: Act, record: OnRecord | None = None, basis: int | None = None, term: Mapping[str, int] | None = None
    ) -> Outcome:
        """Say something, and wait for the hub's decision, however long the link is down."""
        return await self.outcome(self.queue(act, record, basis, term))

    def queue(
        self, act: Act, record: OnRecord | None = None, basis: int | None = None,
        term: Mapping[str, int] | None = None, id: str | None = None,
    ) -> str:
        """Say something, and go on. When this returns the command is kept; its id comes back.

        What no hub would take is decided here and now, as malformed. A script that may have to ask twice gives an
        `id` of its own: the same one, the same answer. Raises NeverMet where nothing can be kept yet.
        """
        if self._places.folder is not None and not self._place.lasting:
            raise NeverMet(f"{self.hub} was never reached from here, so nothing can be queued for it yet")
        tidied = tidy(act, record or OnRecord())
        said = tidied.record
        if not self.link.up and said.said_at is None:
            said = replace(said, said_at=self.now())
        command = Command(
            by=self.operator, act=tidied.act, id=id or uuid7(self.clock.now(), os.urandom), record=said,
            basis=self._basis(basis), term=dict(term) if term is not None else self._terms(),
        )
        try:
            unpack_to_hub(pack_command(command), self.operator)
        except WireError as wrong:
            self._outcomes.settle(command.id, Malformed(message=wrong.message))
            return command.id
        self._place.queue.put(Waiting(command=command, queued_at=utc(self.clock.now())))
        self.wake.set()
        self.changed()
        return command.id

    async def outcome(self, id: str) -> Outcome:
        """Wait for the decision of a command of this session. Raises the session's fault, if it has one."""
        if self.fault is not None and self._outcomes.of(id) is None:
            raise self.fault
        return await self._outcomes.wait(id)

    def confirm(self, id: str) -> None:
        """The order is still wanted: send it."""
        self._place.queue.confirm(id)
        self.wake.set()
        self.changed()

    def drop(self, id: str) -> Waiting | None:
        """The order is not wanted any more. What it said comes back; None where it is under way already."""
        dropped = self._place.queue.drop(id)
        if dropped is not None:
            self._outcomes.settle(id, Malformed(message="dropped by its author before it was sent"))
        self.changed()
        return dropped

    async def fetch(
        self, before: int = 0, limit: int = 200, seqs: Iterable[int] = ()
    ) -> tuple[tuple[Entry, ...], bool]:
        """Older entries than `before` (0: the newest), or these; newest first, and whether there may be more.

        Raises Unreachable, HubSaid.
        """
        found = await self.ask(Fetch(n=0, before=before, limit=limit, seqs=tuple(seqs)))
        return found.entries, found.more

    async def search(self, query: str, before: int = 0, limit: int = 50) -> tuple[tuple[Entry, ...], bool]:
        """Entries that hold these words, as `fetch` gives them. Raises Unreachable, HubSaid."""
        found = await self.ask(Search(n=0, query=query, before=before, limit=limit))
        return found.entries, found.more

    async def ask(self, question: Fetch | Search) -> Found:
        """One page, and where the next one begins. Raises Unreachable, HubSaid."""
        return await self.questions.ask(self._transport, question)

    # What the screen says

    def painted(self) -> None:
        """The screen shows all that has arrived."""
        self._painted = self.clock.monotonic()
        self.receipts.painted()

    def key_pressed(self) -> None:
        """Somebody is at the keyboard."""
        self._key = self.clock.monotonic()

    def saw(self, seqs: Iterable[int]) -> None:
        """These entries were opened."""
        self.receipts.saw(seqs)

    def ago(self) -> tuple[int | None, int | None]:
        """Milliseconds since the screen was painted and a key was pressed, where there is a screen."""
        now = self.clock.monotonic()
        since = [None if at is None else max(0, round((now - at) * 1000)) for at in (self._painted, self._key)]
        return since[0], since[1]

    # The link

    def cut(self) -> None:
        """Lose the link at once, as if the cable were cut, and stay without until `restore`."""
        self._cut = True
        transport = self._transport
        self.down("the link is cut")
        if transport is not None:
            transport.cut()

    def restore(self) -> None:
        """Connect again, now: after a cut, or because somebody does not want to wait."""
        self._cut = False
        self._retry.hurry()

    def met(self, welcome: Welcome, transport: Transport) -> None:
        """The hub has said who it is and whom it takes us for."""
        if self._met and welcome.log != self._place.log:
            raise OtherOperation(f"{self.hub} now runs another operation, {welcome.operation.name}; join again")
        if self._place.log and self._place.log != welcome.log:
            self.link = replace(self.link, notice=_another_log(self._place, welcome))
        self._place = self._places.settle(self._place, welcome)
        self._place.queue.again()
        self._met = True
        self.operator = welcome.operator
        self.operation = welcome.operation
        self._transport = transport
        self._ahead = max(self._ahead, welcome.at - self.clock.now())
        self.link = replace(
            self.link, up=True, since=self.now(), keyless=welcome.keyless, version=welcome.version, trouble=""
        )
        self.heard()

    def heard(self, at: datetime | None = None) -> None:
        """Something came from the hub, which says that it is `at` there."""
        now = self.clock.now()
        if at is not None:
            self._ahead = at - now
        self.link = replace(self.link, last_heard=utc(now + self._ahead))

    def holds(self, transport: Transport) -> bool:
        """Whether this is the link that counts."""
        return self._transport is transport

    def caught_up(self) -> None:
        """All that the hub had when it was met is here."""
        self._ready.set()

    def down(self, why: str) -> None:
        """The link is gone."""
        self._transport = None
        self._place.queue.again()
        self.questions.lost()
        since = self.now() if self.link.up or self.link.since is None else self.link.since
        self.link = replace(self.link, up=False, since=since, trouble=why)
        self.changed()

    def settle(self, id: str, outcome: Outcome, how: str = "decided") -> None:
        """The decision of one of this session's commands is known."""
        if id in self._place.queue:
            self._place.queue.settled(id, how)
            self._outcomes.settle(id, outcome)
            self.wake.set()

    def arrived(self, entries: list[Entry]) -> None:
        """Entries came in, and are part of the state."""
        self.receipts.arrived(entries, self.operator)
        for reader in tuple(self._readers):
            reader(entries)

    def changed(self) -> None:
        """Tell everybody who listens."""
        self.refresh()
        for listener in tuple(self._listeners):
            listener(self)

    def refresh(self) -> None:
        """Bring the link's counts up to date."""
        queue = self._place.queue
        doubtful = len(self.doubtful) if queue else 0
        if (self.link.queued, self.link.doubtful) != (len(queue), doubtful):
            self.link = replace(self.link, queued=len(queue), doubtful=doubtful)

    def _basis(self, basis: int | None) -> int | None:
        return basis if basis is not None or not self.seq or not self.follow else self.seq

    def _terms(self) -> dict[str, int]:
        state = self.state
        if state is None:
            return {}
        return {desk.scope: desk.term for desk in state.desks.values() if desk.holder == self.operator}

    async def _keep_up(self) -> None:
        while self.fault is None:
            try:
                if not self._cut and await self._converse():
                    self._retry.met()
            except Fault as fault:
                self._fail(fault)
                return
            except Exception as error:  # noqa: BLE001 - what fails here is said on the screen; it must not end in silence
                broken = Broken(f"the session stopped: {str(error) or type(error).__name__}")
                broken.__cause__ = error
                self._fail(broken)
                return
            await self._retry.pause(until_hurried=self._cut)

    async def _converse(self) -> bool:
        """One connection, from its opening to its end. Whether the hub was met on it."""
        try:
            transport = await open_transport(self._address)
        except LinkLost as lost:
            self.down(str(lost))
            return False
        conversation = Conversation(self, transport)
        try:
            await conversation.run()
        except LinkLost as lost:
            if not self._cut:
                self.down(str(lost))
        finally:
            await transport.close()
        return conversation.met

    def _fail(self, fault: Fault) -> None:
        self.fault = fault
        self.down(str(fault))
        self._outcomes.fail(fault)
        self._ready.set()


def _another_log(place: Place, welcome: Welcome) -> str:
    left = len(place.queue)
    kept = f"; {left} commands that were written for it stay there, unsent" if left else ""
    return f"the log at this address is another one than before ({welcome.operation.name}); that copy is kept{kept}"

"""A session: one operator's link to one hub, kept up for ever, with nothing lost on either side of a cut.

Every command is kept before it is sent; it is decided when the entry that bears its id arrives. What the hub
commits arrives as entries; `state` is what they make, by the same evolve as in the hub.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from coordinator import __version__
from coordinator.incident.acts import Act
from coordinator.incident.entries import Command, Entry, Malformed, OnRecord, Outcome
from coordinator.incident.times import utc
from coordinator.session.clock import Clock, SystemClock
from coordinator.session.faults import NeverMet, Unreachable
from coordinator.session.ids import uuid7
from coordinator.session.linked import Linked
from coordinator.session.places import Places
from coordinator.session.questions import Found
from coordinator.session.tidy import tidy
from coordinator.session.waiting import Waiting
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import Fetch, Search, unpack_to_hub
from coordinator.wire.problems import WireError

if TYPE_CHECKING:
    from coordinator.journal.outbox import Outbox
    from coordinator.journal.replica import Replica

Listener = Callable[["Session"], None]
Reader = Callable[[list[Entry]], None]


class Session(Linked):
    """`async with Session(hub) as s`: connected while there is a hub, and of use while there is none.

    `folder` is where the copy of the log and the unsent commands outlive the program; without it they do not.
    `follow=False` wants only the answers to its own commands, `snapshot=False` no state. `sure` answers
    "still wanted?" with yes for every order that waited too long.
    """

    def __init__(
        self, hub: str, *, operator: str | None = None, folder: Path | None = None, clock: Clock | None = None,
        version: str = __version__, follow: bool = True, snapshot: bool = True, sure: bool = False,
    ) -> None:
        places = Places(folder, hub, operator or "", sure, keeps_log=follow or snapshot)
        super().__init__(
            hub, operator or "", places, clock or SystemClock(), version, follow=follow, snapshot=snapshot
        )
        self._listeners: list[Listener] = []
        self._readers: list[Reader] = []
        self._closed = False
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

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """Every command that is not decided, oldest first."""
        return self._place.queue.all

    @property
    def doubtful(self) -> tuple[Waiting, ...]:
        """Orders that waited too long to fire by themselves: confirm or drop each."""
        return self._place.queue.doubtful(self.clock.now())

    @property
    def elsewhere(self) -> tuple[tuple[str, Waiting], ...]:
        """What waits for other logs than the hub's, and for which: confirmed, it goes to this one."""
        disk = self._place.disk
        return disk.left if disk is not None else ()

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
        """The order is still wanted, or what waits for another log is to go to this one: send it."""
        disk = self._place.disk
        if id not in self._place.queue and disk is not None:
            self._place.queue.join(disk.take_one(id))
        self._place.queue.confirm(id)
        self.wake.set()
        self.changed()

    def drop(self, id: str) -> Waiting | None:
        """The order is not wanted any more. What it said comes back; None where it is under way already."""
        queue, disk = self._place.queue, self._place.disk
        dropped = queue.drop(id) if id in queue or disk is None else disk.drop_left(id)
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
        self.screen.painted()

    def key_pressed(self) -> None:
        """Somebody is at the keyboard."""
        self.screen.key_pressed()

    def saw(self, seqs: Iterable[int]) -> None:
        """These entries were opened."""
        self.screen.receipts.saw(seqs)

    # Who is told

    def arrived(self, entries: list[Entry]) -> None:
        """Entries came in, and are part of the state: give them to every reader."""
        super().arrived(entries)
        for reader in tuple(self._readers):
            reader(entries)

    def changed(self) -> None:
        """Tell everybody who listens."""
        super().changed()
        for listener in tuple(self._listeners):
            listener(self)

    def _basis(self, basis: int | None) -> int | None:
        return basis if basis is not None or not self.seq or not self.follow else self.seq

    def _terms(self) -> dict[str, int]:
        state = self.state
        if state is None:
            return {}
        return {desk.scope: desk.term for desk in state.desks.values() if desk.holder == self.operator}

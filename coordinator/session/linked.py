"""A session's link: made again for ever until it is cut or a fault ends it, and what comes over it.

Law: a connection that breaks loses nothing and changes nothing but the link; only a `Fault` ends a session.
"""

import asyncio
from datetime import datetime, timedelta

from msgspec.structs import replace

from coordinator.incident.entries import Entry, Outcome
from coordinator.incident.roster import Operation
from coordinator.incident.state import State
from coordinator.incident.times import utc
from coordinator.session.addresses import read
from coordinator.session.clock import Clock
from coordinator.session.conversation import Conversation
from coordinator.session.faults import Broken, Fault, OtherOperation
from coordinator.session.link import Link
from coordinator.session.outcomes import Outcomes
from coordinator.session.places import Place, Places
from coordinator.session.questions import Questions
from coordinator.session.retry import Retry
from coordinator.session.screen import Screen
from coordinator.session.transports import LinkLost, Transport, open_transport
from coordinator.wire.frames import Welcome


class Linked:
    """What conversations with the hub need of a session, one after the other."""

    def __init__(
        self, hub: str, operator: str, places: Places, clock: Clock, version: str, *, follow: bool, snapshot: bool
    ) -> None:
        self.hub = hub
        self.operator = operator
        self.clock = clock
        self.version = version
        self.follow = follow
        self.snapshot = snapshot
        self.link = Link()
        self.fault: Fault | None = None
        self.operation: Operation | None = None
        self.screen = Screen(clock)
        self.questions = Questions()
        self.wake = asyncio.Event()
        """Set when there may be something to send."""
        self._address = read(hub)
        self._places = places
        self._place = places.start()
        self._outcomes = Outcomes()
        self._retry = Retry(clock)
        self._transport: Transport | None = None
        self._ahead = timedelta()
        self._cut = False
        self._met = False
        self._ready = asyncio.Event()

    @property
    def place(self) -> Place:
        """Where the copy of the log and the undecided commands are."""
        return self._place

    @property
    def state(self) -> State | None:
        """What the entries that this operator may see make; None before the first snapshot."""
        return self._place.state

    def now(self) -> datetime:
        """The hub's time, as far as it is known here."""
        return utc(self.clock.now() + self._ahead)

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
            name = welcome.operation.name
            self.remark(f"the log at this address is another one than before ({name}); that copy is kept")
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

    def remark(self, what: str) -> None:
        """Something that the operator should know of this link for as long as it lasts."""
        if what not in self.link.notice:
            self.link = replace(self.link, notice="; ".join(filter(None, (self.link.notice, what))))

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
        self.wake.set()
        self.changed()

    def down(self, why: str) -> None:
        """The link is gone."""
        self._transport = None
        self._place.queue.again()
        self.questions.lost()
        since = self.now() if self.link.up or self.link.since is None else self.link.since
        self.link = replace(self.link, up=False, since=since, trouble=why, takes_nothing="")
        self.changed()

    def settle(self, id: str, outcome: Outcome, how: str = "decided") -> None:
        """The decision of one of this session's commands is known."""
        if id in self._place.queue:
            self._place.queue.settled(id, how)
            self._outcomes.settle(id, outcome)
            self.link = replace(self.link, takes_nothing="")
            self.wake.set()

    def refused_for_now(self, why: str) -> None:
        """The hub did not take what is under way, and may later; `why`: it takes nothing at all."""
        self._place.queue.again()
        self.link = replace(self.link, takes_nothing=why)
        self.wake.set()

    def arrived(self, entries: list[Entry]) -> None:
        """Entries came in, and are part of the state."""
        self.screen.receipts.arrived(entries, self.operator)

    def changed(self) -> None:
        """Something is not as it was."""
        self.refresh()

    def refresh(self) -> None:
        """Bring the link's counts up to date."""
        queue = self._place.queue
        doubtful = len(queue.doubtful(self.clock.now())) if queue else 0
        if (self.link.queued, self.link.doubtful) != (len(queue), doubtful):
            self.link = replace(self.link, queued=len(queue), doubtful=doubtful)

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

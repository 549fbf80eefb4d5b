"""One connection to a hub, from hello to its end: frames that come in, what waits going out, heartbeats."""

import asyncio
from typing import TYPE_CHECKING

from coordinator.incident.entries import Entry, Malformed, outcome
from coordinator.journal.lines import decode
from coordinator.session import former, receipts
from coordinator.session.faults import Fault, ForkedLog, NotAdmitted, OtherVersion
from coordinator.session.head import Head
from coordinator.session.sides import until_first_ends
from coordinator.session.transports import LinkLost, Transport
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import (
    Beat,
    Bye,
    Entries,
    ErrorFrame,
    Have,
    Hello,
    HubBeat,
    HubFrame,
    Own,
    Page,
    Reveal,
    SnapshotPart,
    Welcome,
    pack,
    unpack_to_client,
)
from coordinator.wire.limits import BEAT_EVERY, VERSION
from coordinator.wire.problems import WireError

if TYPE_CHECKING:
    from coordinator.session.linked import Linked

AGAIN_AFTER = {"too-fast": 1.0, "storage": 5.0}
"""Seconds after which a command that the hub did not take is sent again: it came too fast, or the hub cannot write."""

_ENDS: dict[str, type[Fault]] = {"not-admitted": NotAdmitted, "version": OtherVersion, "forked": ForkedLog}
"""Errors that trying again does not mend."""


class Conversation:
    """What is said on one connection."""

    def __init__(self, session: "Linked", transport: Transport) -> None:
        self.met = False
        self._session = session
        self._transport = transport
        self._target = 0
        """The entry up to which we are behind."""
        self._here = asyncio.Event()
        """Set when all that the hub had is here: only then is anything sent, so that nothing is sent twice."""
        self._pause = 0.0

    async def run(self) -> None:
        """Talk until the link is lost. Raises LinkLost, or the Fault that ends the session."""
        await self._transport.send(pack(self._hello()))
        await until_first_ends(self._listen(), self._speak(), self._beat(), self._receipts())

    def _hello(self) -> Hello:
        session, head = self._session, self._session.place.head
        have = None
        if head is not None and session.follow and session.place.log:
            have = Have(log=session.place.log, seq=head.seq, digest=head.digest)
        return Hello(
            v=VERSION, operator=session.operator, version=session.version, have=have, follow=session.follow,
            snapshot=session.snapshot,
        )

    # In

    async def _listen(self) -> None:
        while True:
            data = await self._transport.receive()
            if self.met and not self._session.holds(self._transport):
                raise LinkLost("the link is cut")
            try:
                frame = unpack_to_client(data)
            except WireError as wrong:
                raise LinkLost(f"the hub said something that this version does not understand: {wrong}") from None
            self._session.heard()
            if frame is not None:
                self._take(frame)
                self._session.changed()

    def _take(self, frame: HubFrame) -> None:
        match frame:
            case Welcome():
                self._welcome(frame)
            case SnapshotPart():
                self._snapshot(frame)
            case Entries():
                self._entries(self._session.place.entries(frame))
            case Reveal():
                self._entries(self._session.place.reveal(frame.lines))
            case Own():
                self._settle([decode(line.encode()) for line in frame.lines])
            case Page():
                self._session.questions.answered(frame)
            case HubBeat():
                self._session.heard(frame.at)
            case ErrorFrame():
                self._error(frame)
            case Bye():
                raise LinkLost(f"the hub said goodbye: {frame.reason}")

    def _welcome(self, welcome: Welcome) -> None:
        if welcome.v != VERSION:
            raise OtherVersion(f"the hub speaks version {welcome.v} of the protocol, this program {VERSION}")
        self._session.met(welcome, self._transport)
        self.met = True
        place = self._session.place
        if not self._session.follow:
            self._target = 0 if not self._session.snapshot else welcome.seq
        else:
            self._target = welcome.seq
            if not self._session.snapshot and place.head is None:
                place.begin_at(Head(welcome.seq, welcome.digest))
        self._look()

    def _snapshot(self, part: SnapshotPart) -> None:
        session = self._session
        if session.place.snapshot(part):
            state = session.state
            operator = state.roster.ground.operators.get(session.operator) if state is not None else None
            if state is not None and operator is not None:
                session.screen.receipts.owed(state, operator.centre)
            self._target = min(self._target, part.seq) if not session.follow else self._target
            self._look()

    def _entries(self, entries: list[Entry]) -> None:
        self._settle(entries)
        self._session.arrived(entries)
        self._look()

    def _settle(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.id:
                self._session.settle(entry.id, outcome(entry))

    def _look(self) -> None:
        head = self._session.place.head
        if not self._target or (head is not None and head.seq >= self._target):
            self._here.set()

    def _error(self, error: ErrorFrame) -> None:
        if error.code in _ENDS:
            raise _ENDS[error.code](error.message)
        if error.n is not None:
            self._session.questions.failed(error)
        elif error.code == "storage" or (error.id and error.code == "too-fast"):
            self._pause = AGAIN_AFTER[error.code]
            self._session.refused_for_now(error.message if error.code == "storage" else "")
        elif error.id:
            self._session.settle(error.id, Malformed(message=error.message), error.code)
        else:
            raise LinkLost(error.message)

    # Out

    async def _speak(self) -> None:
        session = self._session
        await self._here.wait()
        await former.take_over(session, self._transport)
        session.caught_up()
        while True:
            await session.wake.wait()
            session.wake.clear()
            if not session.holds(self._transport):
                continue
            if self._pause:
                await session.clock.sleep(self._pause)
                self._pause = 0.0
            waiting = session.place.queue.next(session.clock.now())
            if waiting is not None:
                session.place.queue.sent(waiting.id)
                await self._transport.send(pack_command(waiting.command))

    async def _receipts(self) -> None:
        session = self._session
        while True:
            await session.screen.receipts.some.wait()
            await session.clock.sleep(receipts.EVERY)
            for frame in session.screen.receipts.take():
                await self._transport.send(pack(frame))

    async def _beat(self) -> None:
        session = self._session
        while True:
            await session.clock.sleep(BEAT_EVERY)
            painted, key = session.screen.ago()
            await self._transport.send(pack(Beat(painted=painted, key=key, waiting=session.screen.behind)))

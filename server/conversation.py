"""One connection, from its hello to its end: what it asks is answered, and nothing it does can hurt another.

Law: the hub's answer to a frame that is wrong is one `error` frame; only who does not stop is cut off.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from coordinator.incident.entries import Command, Malformed
from coordinator.wire import limits
from coordinator.wire.frames import (
    Beat,
    ClientFrame,
    ErrorFrame,
    Fetch,
    Got,
    Hello,
    Page,
    Search,
    Welcome,
    pack,
    unpack_to_hub,
)
from coordinator.wire.problems import WireError
from server import catchup
from server.admission import Admission
from server.hub import Again, Fresh, Hub
from server.inlet import Inlet
from server.keys import holds_key
from server.origins import Origin
from server.subscribers import Subscriber, own_frame

GOODBYE = 1008
"""WebSocket's close code for who broke a rule."""


class Conversation:
    def __init__(self, hub: Hub, admission: Admission, connection: Inlet, origin: Origin, version: str) -> None:
        self._hub = hub
        self._admission = admission
        self._connection = connection
        self._origin = origin
        self._version = version
        self._frames = hub.bucket(limits.FRAMES)
        self._reads = hub.bucket(limits.READS)
        self._left: Fetch | Search | Exception | None = None
        """What a frame left for the connection's task to do: something to look up, or to end with."""

    async def run(self) -> None:
        """Serve the connection until it closes. Raises ConnectionClosed."""
        try:
            known = self._admission.known(self._connection)
            hello = await self._hello()
            operator = self._admission.operator(hello, self._hub.state, known)
            key = known.key if known is not None else ""
            subscriber = Subscriber(operator, self._connection, hello.version, follow=hello.follow, key=key)
            self._hub.arrive(subscriber)
        except WireError as error:
            await self._turn_away(error)
            return
        try:
            await self._bring_up_to_date(hello, subscriber)
            await self._listen(subscriber)
        except WireError as error:
            await self._turn_away(error)
        finally:
            self._hub.leave(subscriber)

    async def _hello(self) -> Hello:
        try:
            async with asyncio.timeout(limits.HELLO_WITHIN):
                frame = _read(await self._connection.waited(), "")
        except TimeoutError:
            raise WireError("not-admitted", f"no hello within {limits.HELLO_WITHIN:g} seconds") from None
        if not isinstance(frame, Hello):
            raise WireError("not-admitted", "the first frame is hello")
        return frame

    async def _bring_up_to_date(self, hello: Hello, subscriber: Subscriber) -> None:
        """Send what this viewer lacks, and join it to those that follow at the very entry it is up to date with."""
        hub, operator, have = self._hub, subscriber.operator, hello.have
        head, state = hub.durable_head, hub.durable
        resumed = have is not None and await hub.reader.run(lambda reads: catchup.near(have, hub.log, head, reads))
        await self._connection.send(
            pack(
                Welcome(
                    v=limits.VERSION, log=hub.log, operation=state.roster.operation, operator=operator, seq=head.seq,
                    digest=head.digest, at=state.at, keyless=self._admission.keyless, version=self._version,
                )
            )
        )
        reached = have.seq if have is not None and resumed else head.seq
        if hello.snapshot and not resumed:
            await self._send(await hub.reader.run(lambda _: catchup.whole(head, state, operator)))
        while hello.follow and reached < hub.durable_head.seq:
            head, state = hub.durable_head, hub.durable
            start, reached = reached, head.seq
            tail = partial(catchup.since, start, head, state, operator)
            await self._send(await hub.reader.run(tail))
        if not holds_key(hub.state.roster.ground.operator(operator), subscriber.key):
            raise WireError("not-admitted", "you are on the roster no more; ask the liaison")
        hub.subscribers.join(subscriber)

    async def _send(self, frames: Iterable[bytes]) -> None:
        for frame in frames:
            await self._connection.send(frame)

    async def _listen(self, subscriber: Subscriber) -> None:
        """Have frames heard as they come; what has to be waited for, is waited for here."""
        self._connection.at_once = partial(self._at_once, subscriber)
        try:
            while True:
                data = await self._connection.waited()
                left, self._left = self._left, None
                await self._finish(self._hear(data, subscriber) if left is None else left, subscriber)
        finally:
            self._connection.at_once = None

    def _at_once(self, subscriber: Subscriber, data: bytes) -> bool:
        """Hear a frame, from where nobody may wait and nothing may be raised. Whether that was all."""
        try:
            self._left = self._hear(data, subscriber)
        except Exception as error:  # noqa: BLE001 - whatever it was, it ends this connection, in its own task
            self._left = error
        return self._left is None

    async def _finish(self, left: Fetch | Search | Exception | None, subscriber: Subscriber) -> None:
        if isinstance(left, Exception):
            raise left
        if left is not None:
            try:
                await self._show(left, subscriber)
            except WireError as error:
                subscriber.tell(_error(error))

    def _hear(self, data: str | bytes, subscriber: Subscriber) -> Fetch | Search | None:
        """Do what a frame says; what takes time comes back. Raises WireError for one frame too many."""
        now = self._hub.time.monotonic()
        self._count(limits.frames_in(len(data)), now)
        try:
            frame = _read(data, subscriber.operator)
            self._hub.links.hear(subscriber, now)
            if isinstance(frame, Command):
                self._decide(frame, subscriber, now)
                return None
            return self._answer(frame, subscriber)
        except WireError as error:
            subscriber.tell(_error(error))
            return None

    def _count(self, frames: float, now: float) -> None:
        if not self._frames.take(now, frames):
            raise WireError("too-fast", f"more than {limits.FRAMES_PER_SECOND:g} frames a second; slow down")
        if not self._origin.frames.take(now, frames):
            allowed = limits.ADDRESS_FRAMES_PER_SECOND
            raise WireError("too-fast", f"more than {allowed:g} frames a second from one address; slow down")

    def _answer(self, frame: ClientFrame, subscriber: Subscriber) -> Fetch | Search | None:
        match frame:
            case Beat():
                self._hub.links.beat(subscriber, frame)
            case Got():
                self._hub.got(subscriber, frame)
            case Fetch() | Search():
                return frame
            case Hello():
                raise WireError("malformed", "hello was said already")
        return None

    def _decide(self, command: Command, subscriber: Subscriber, now: float) -> None:
        if not self._hub.may_command(subscriber.operator, now):
            raise WireError(
                "too-fast", f"more than {limits.COMMANDS_PER_SECOND:g} commands a second; send it again", command.id
            )
        match self._hub.submit(command):
            case Malformed(message=message):
                raise WireError("malformed", message, command.id)
            case Fresh() | Again(durable=False):
                if not subscriber.follow:
                    self._hub.subscribers.ask(command.id, subscriber)
            case Again() as again:
                subscriber.tell(own_frame(self._hub.lines_of(again, subscriber.operator)))

    async def _show(self, asked: Fetch | Search, subscriber: Subscriber) -> None:
        hub, operator = self._hub, subscriber.operator
        if not self._reads.take(hub.time.monotonic()):
            raise WireError("too-fast", f"more than {limits.READS_PER_SECOND:g} pages a second; ask again", n=asked.n)
        state = hub.durable
        found = await hub.reader.run(lambda reads: catchup.asked(asked, state, operator, reads))
        await self._connection.send(
            pack(Page(n=asked.n, lines=found.lines, more=found.more, before=found.before))
        )

    async def _turn_away(self, error: WireError) -> None:
        await self._connection.send(_error(error))
        await self._connection.close(GOODBYE, error.code)


def _read(data: str | bytes, operator: str) -> ClientFrame | Command:
    if isinstance(data, str):
        raise WireError("malformed", "frames are binary, one msgpack map each")
    return unpack_to_hub(data, operator)


def _error(error: WireError) -> bytes:
    return pack(ErrorFrame(code=error.code, message=error.message, id=error.id or None, n=error.n))

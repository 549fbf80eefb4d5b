"""A client that keeps every byte it gets, and a hub to talk to: real sockets, a real journal, no session in between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed

from coordinator.incident.acts import Act
from coordinator.incident.entries import Command, Entry, OnRecord
from coordinator.incident.roster import Roster
from coordinator.journal.lines import decode, digest, with_prev
from coordinator.session.addresses import Tcp, Unix
from coordinator.session.clock import Clock
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import (
    Bye,
    ClientFrame,
    Entries,
    ErrorFrame,
    Have,
    Hello,
    HubFrame,
    Own,
    Page,
    Reveal,
    SnapshotPart,
    Welcome,
    pack,
    unpack_to_client,
    unpacked_state,
)
from server.hub import Hub
from server.listener import Listener

ROSTER = msgspec.json.decode(
    (Path(__file__).parent.parent / "drills" / "minimal-roster.json").read_bytes(), type=Roster
)
PATIENCE = 10.0
_ids = count(1)

F = TypeVar("F", bound=HubFrame)


class HandClock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 13, tzinfo=UTC)
        self.mono = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.mono

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.Event().wait()

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.mono += seconds


class Client:
    """One connection; what arrives is read in the background and kept, as frames and as bytes."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.began: Have | None = None
        """Where its copy of the log stood when it came."""
        self.frames: list[HubFrame] = []
        self.data: list[bytes] = []
        self.states: list[bytes] = []
        """The states that came, unpacked."""
        self.closed = asyncio.Event()
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in self.connection:
                assert isinstance(data, bytes)
                self.data.append(data)
                frame = unpack_to_client(data)
                assert frame is not None
                self.frames.append(frame)
                if isinstance(frame, SnapshotPart) and frame.part == frame.parts:  # looked at unpacked too
                    parts = self.all(SnapshotPart)[-frame.parts :]
                    self.states.append(unpacked_state(part.state for part in parts))
                self._news.set()
        self.closed.set()
        self._news.set()

    @property
    def everything(self) -> list[bytes]:
        """Everything that came, as it travelled and unpacked: where a word is looked for that must not be there."""
        return self.data + self.states

    async def send(self, frame: ClientFrame | bytes) -> None:
        await self.connection.send(frame if isinstance(frame, bytes) else pack(frame))

    async def say(self, act: Act, id: str = "", **around: object) -> str:
        """Send a command, and wait for nothing."""
        id = id or f"raw-{next(_ids)}"
        await self.send(pack_command(command(act, id, **around)))
        return id

    async def until(self, found: Callable[[], F | Entry | None]) -> F | Entry:
        """Wait until something has come."""
        async with asyncio.timeout(PATIENCE):
            while (what := found()) is None:
                assert not self.closed.is_set(), "the hub closed the connection"
                self._news.clear()
                await self._news.wait()
        return what

    async def wait(self, kind: type[F], place: int = 0) -> F:
        """The frame of that kind that came as the `place`th."""
        await self.until(lambda: self.all(kind)[place] if len(self.all(kind)) > place else None)
        return self.all(kind)[place]

    async def decided(self, id: str) -> Entry:
        """The entry that answers a command."""
        found = await self.until(lambda: next((entry for entry in self.entries() if entry.id == id), None))
        assert isinstance(found, Entry)
        return found

    async def do(self, act: Act, id: str = "", **around: object) -> Entry:
        """Send a command, and wait for its entry."""
        return await self.decided(await self.say(act, id, **around))

    async def upto(self, seq: int) -> None:
        """Wait until this client has got the entry of that number, or its digest."""
        async with asyncio.timeout(PATIENCE):
            while self.last < seq:
                assert not self.closed.is_set(), "the hub closed the connection"
                self._news.clear()
                await self._news.wait()

    def all(self, kind: type[F]) -> list[F]:
        return [frame for frame in self.frames if isinstance(frame, kind)]

    @property
    def last(self) -> int:
        """The last entry that has come, or that the state it got is of."""
        reached = [frame.first + len(frame.items) - 1 for frame in self.all(Entries)]
        return max([*reached, *(frame.seq for frame in self.all(SnapshotPart))], default=0)

    def items(self) -> dict[int, str]:
        """Entry number: line, with what its `prev` says, or digest."""
        known = {self.began.seq: self.began.digest} if self.began is not None else {}
        found: dict[int, str] = {}
        for frame in self.frames:
            if isinstance(frame, SnapshotPart | Welcome):
                known[frame.seq] = frame.digest
            for seq, item in enumerate(frame.items, frame.first) if isinstance(frame, Entries) else ():
                hidden = not item.startswith("{")
                found[seq] = item if hidden else with_prev(item, known[seq - 1])
                known[seq] = item if hidden else digest(found[seq].encode())
        return found

    def lines(self) -> list[str]:
        """Every line that came in any frame."""
        lines = [item for item in self.items().values() if item.startswith("{")]
        for frame in self.frames:
            if isinstance(frame, Reveal | Own | Page):
                lines.extend(frame.lines)
        return lines

    def entries(self) -> list[Entry]:
        return [decode(line) for line in self.lines()]

    def have(self) -> Have:
        """Where this client is, as its next hello says."""
        item = self.items()[self.last]
        log = self.all(Welcome)[0].log
        return Have(log=log, seq=self.last, digest=digest(item.encode()) if item.startswith("{") else item)

    async def close(self) -> None:
        await self.connection.close()
        await self._task


def command(act: Act, id: str, **around: object) -> Command:
    """A command as a client makes it; on-record fields by their names."""
    record = {name: around.pop(name) for name in tuple(around) if name in OnRecord.__struct_fields__}
    envelope = msgspec.convert({"basis": None, "term": {}, **around}, Around)
    return Command(
        by="", act=act, id=id, basis=envelope.basis, term=envelope.term, record=msgspec.convert(record, OnRecord)
    )


class Around(msgspec.Struct):
    basis: int | None
    term: dict[str, int]


class Place:
    """A hub on a journal in a folder of its own, and the clients that the test connects."""

    def __init__(
        self, folder: Path, clock: Clock | None = None, *, driven: bool = False, roster: Roster = ROSTER,
        keyless: bool = True,
    ) -> None:
        self.journal = folder / "hub.journal"
        self.socket = folder / "hub.sock"
        self._clock = clock
        self._driven = driven
        self._roster = roster
        self._keyless = keyless
        self.clients: list[Client] = []
        self.hub: Hub

    async def start(self) -> None:
        self.hub = Hub(self.journal, self._roster, self._clock, driven=self._driven)
        await self.hub.start()
        ports = [Tcp("127.0.0.1", 0)] if self._keyless else []
        self.listener = Listener(self.hub, [Unix(self.socket), *ports], keyless=self._keyless, version="test")
        await self.listener.start()

    @property
    def port(self) -> str:
        return next(str(address) for address in self.listener.addresses if isinstance(address, Tcp))

    async def restart(self) -> None:
        """As after a power cut."""
        self.hub.kill()
        await self.start()

    async def knock(self, *, port: bool = False, known: dict[str, str] | None = None) -> Client:
        """A connection that has said nothing yet. `known`: the headers with which the forced command makes one."""
        connecting: Awaitable[ClientConnection] = (
            connect(self.port, proxy=None, compression=None, max_size=None)
            if port
            else unix_connect(
                str(self.socket), "ws://localhost/", compression=None, max_size=None, additional_headers=known
            )
        )
        client = Client(await connecting)
        self.clients.append(client)
        return client

    async def join(
        self, operator: str, *, have: Have | None = None, follow: bool = True, snapshot: bool = True, port: bool = False
    ) -> Client:
        """A connection that is up to date."""
        client = await self.knock(port=port)
        client.began = have
        await client.send(Hello(v=1, operator=operator, version="raw", have=have, follow=follow, snapshot=snapshot))
        await client.wait(Welcome)
        if snapshot and have is None:
            await client.wait(SnapshotPart)
        await asyncio.sleep(0.01)
        await self.hub.settled()
        return client

    async def leave(self, client: Client) -> None:
        """Close a connection, and wait until the hub has noticed."""
        before = len(self.hub.subscribers.all)
        await client.close()
        async with asyncio.timeout(PATIENCE):
            while len(self.hub.subscribers.all) >= before:
                await asyncio.sleep(0.001)

    async def stop(self) -> None:
        for client in self.clients:
            await client.close()
        await self.hub.stop()


@contextlib.asynccontextmanager
async def running(
    folder: Path, clock: Clock | None = None, *, driven: bool = False, roster: Roster = ROSTER
) -> AsyncIterator[Place]:
    """A hub for the length of a test."""
    place = Place(folder, clock, driven=driven, roster=roster)
    await place.start()
    try:
        yield place
    finally:
        await place.stop()


__all__ = ["ROSTER", "Bye", "Client", "ErrorFrame", "HandClock", "Place", "command", "running"]

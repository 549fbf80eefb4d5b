"""Hubs on a disk that fails, and the clients that talk to them until it does."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from coordinator.incident.acts import Act, Message, Note, Order, Status
from coordinator.incident.entries import Command
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import Entries, ErrorFrame, Hello, pack, unpack_to_client
from tests.faults.nursery import Suffering, journal_of, socket_of

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "tests" / "drills" / "minimal-roster.json"
COMPILER = shutil.which("cc")
WHY_NOT = "there is no C compiler (cc) here, and the disk that fails is written in C"
PATIENCE = 30.0


def shim(folder: Path) -> Path:
    """The shim, compiled."""
    assert COMPILER is not None
    made = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", made, source, "-ldl"], check=True)
    return made


class Hub:
    """One hub, from its birth to its exit code."""

    def __init__(self, pid: int, ended: "asyncio.Future[int]", folder: Path) -> None:
        self.pid = pid
        self.ended = ended
        self.journal = journal_of(folder)
        self.socket = socket_of(folder)
        self.log = folder / "hub.log"

    def signal(self, number: signal.Signals) -> None:
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def listening(self) -> bool:
        """Wait until it answers; False where it ended before it could."""
        while not self.ended.done():
            if self.log.exists() and b"listening on" in self.log.read_bytes():
                return True
            await asyncio.sleep(0.005)
        return False

    async def stop(self, leave: float = 0.0) -> int:
        """Leave it that many seconds to end by itself, then tell it to; its exit code."""
        await asyncio.wait([self.ended], timeout=leave)
        self.signal(signal.SIGTERM)
        return await asyncio.wait_for(asyncio.shield(self.ended), PATIENCE)


class Nursery:
    """Starts one hub after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hub(self, suffering: Suffering) -> Hub:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(msgspec.json.encode(suffering) + b"\n")
        pid = int(await stdout.readline())

        async def end() -> int:
            return int(await stdout.readline())

        return Hub(pid, asyncio.ensure_future(end()), Path(suffering.folder))


@contextlib.asynccontextmanager
async def nursery(folder: Path) -> AsyncIterator[Nursery]:
    """A nursery whose hubs have the shim before their disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.nursery", cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "LD_PRELOAD": str(shim(folder)), "PYTHONDEVMODE": "", "COORDINATOR_CONFIG": os.devnull},
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE)


class Named(msgspec.Struct):
    """What a talker reads of a line."""

    id: str = ""
    seq: int = 0


_NAMED = msgspec.json.Decoder(Named)


def something(operator: str, number: int) -> Act:
    """A mix of what people say, short and long."""
    text = f"{operator} says {number} " + "the water rises at the mill " * (number % 7 * 9)
    kinds: tuple[Callable[[], Act], ...] = (
        lambda: Note(text=text),
        lambda: Message(precedence="ROUTINE", text=text, to=("icp",)),
        lambda: Status(state="OPERATIONAL", text=text),
        lambda: Order(verb="DIRECT", subject=f"place {number}", to=("south",), text=text),
    )
    return kinds[number % len(kinds)]()


class Talker:
    """One operator who says one thing after the other, each when the one before was acknowledged."""

    def __init__(self, operator: str, told: Callable[[int], object] = lambda _: None) -> None:
        """`told` hears each number that was acknowledged, at once."""
        self.operator = operator
        self.lines: dict[int, str] = {}
        """Every line that came, whoever said it."""
        self.acknowledged: dict[str, int] = {}
        self.said: list[str] = []
        self.troubles: list[str] = []
        self._told = told
        self._answered = asyncio.Event()

    async def talk(self, hub: Hub, times: int) -> None:
        """Until it has said so much, or there is nobody to talk to."""
        with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake):
            async with unix_connect(str(hub.socket), "ws://localhost/", compression=None, max_size=None) as connection:
                await connection.send(pack(Hello(v=1, operator=self.operator, snapshot=False)))
                reading = asyncio.create_task(self._read(connection))
                for number in range(times):
                    await self._say(connection, f"{self.operator}-{number}", something(self.operator, number))
                    if reading.done() or self.troubles:
                        break
                reading.cancel()

    async def _say(self, connection: ClientConnection, id: str, act: Act) -> None:
        self.said.append(id)
        self._answered.clear()
        await connection.send(pack_command(Command(by="", act=act, id=id)))
        await asyncio.wait_for(self._answered.wait(), PATIENCE)

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for data in connection:
                assert isinstance(data, bytes)
                self._hear(unpack_to_client(data))
        except ConnectionClosed:
            pass
        finally:
            self._answered.set()

    def _hear(self, frame: object) -> None:
        if isinstance(frame, ErrorFrame):
            self.troubles.append(frame.code)
            self._answered.set()
        for line in frame.items if isinstance(frame, Entries) else ():
            if not line.startswith("{"):
                continue
            named = _NAMED.decode(line)
            self.lines[named.seq] = line
            if self.said and named.id == self.said[-1]:
                self.acknowledged[named.id] = named.seq
                self._told(named.seq)
                self._answered.set()


def faults_of(seed: int, first: int, last: int) -> Iterator[tuple[int, str, bool]]:
    """Each call in turn, with the way in which it fails."""
    for nth in range(first, last + 1):
        place = nth + seed
        yield nth, ("EIO", "ENOSPC", "SHORT")[place % 3], place // 3 % 2 == 1

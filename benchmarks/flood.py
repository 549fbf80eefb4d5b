"""What an honest client waits for its acknowledgement while others flood the hub, with the hub's own limits on.

The hub is the real program on its own core, the honest client says something ten times a second, and the flood comes
from a process of its own: commands without pause, frames that are none, the largest frames there may be, connections
that open and say nothing.
"""

import asyncio
import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import quantiles

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from benchmarks.common import BODY, LOAD_CORE, ROOT, SERVER_CORE, folder, pin, roster
from coordinator.incident.acts import Note
from coordinator.incident.entries import Command
from coordinator.wire import limits
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import Hello, pack

SECONDS = 8.0
PAUSE = 0.1
FLOODERS = 8
_ids = count(1)


def note() -> bytes:
    """Something to say."""
    return pack_command(Command(by="", act=Note(text=BODY), id=f"f-{time.monotonic_ns()}-{next(_ids)}"))


async def joined(port: int, operator: str) -> ClientConnection:
    """A connection that has been let in, and hears only what it said itself."""
    connection = await connect(f"ws://127.0.0.1:{port}", proxy=None, compression=None, max_size=None)
    await connection.send(pack(Hello(v=1, operator=operator, follow=False, snapshot=False)))
    await connection.recv()
    return connection


# The floods


async def _commands(port: int, place: int) -> None:
    connection = await joined(port, f"op{place}")
    while True:
        await connection.send(note())


async def _garbage(port: int, place: int) -> None:
    connection = await joined(port, f"op{place}")
    while True:
        await connection.send(b"\xc1" * 100)


async def _largest(port: int, place: int) -> None:
    connection = await joined(port, f"op{place}")
    frame = b"\x81\xa1t\xdb\x00\x00\xff\xf0" + b"x" * 0xFFF0
    while True:
        await connection.send(frame[: limits.FRAME])


async def _silence(port: int, place: int) -> None:
    del place
    writers = []
    try:
        while True:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            if len(writers) == 100:
                for old in writers:
                    old.transport.abort()
                writers.clear()
    finally:
        for old in writers:
            old.transport.abort()


FLOODS: dict[str, Callable[[int, int], Awaitable[None]]] = {
    "commands": _commands, "garbage": _garbage, "largest": _largest, "silence": _silence,
}  # fmt: skip


async def flood(kind: str, port: int) -> None:
    """Flood without end; who is thrown out comes back."""

    async def again(place: int) -> None:
        while True:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake):
                await FLOODS[kind](port, place)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(again(place) for place in range(1, FLOODERS + 1)))


# The honest client


async def honest(port: int, operator: str) -> list[float]:
    """Milliseconds to each acknowledgement."""
    connection = await joined(port, operator)
    found: list[float] = []
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        began = time.perf_counter()
        await connection.send(note())
        answer = b""
        while b"\xa3own" not in answer[:12]:
            data = await connection.recv()
            assert isinstance(data, bytes)
            answer = data
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE)
    await connection.close()
    return found


@contextlib.contextmanager
def hub(place: Path) -> Iterator[int]:
    """The real program; its port."""
    document = place / "roster.json"
    document.write_bytes(msgspec.json.encode(roster(20)))
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", str(document), "--journal", str(place / "j"), "--listen",
         "ws://127.0.0.1:0", "--keyless"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: pin(SERVER_CORE),  # noqa: PLW1509 - pinned before it starts
    )  # fmt: skip
    assert process.stdout is not None
    found = re.search(r"ws://127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert found is not None
    try:
        yield int(found[1])
    finally:
        process.terminate()
        process.wait(30)


def measured(kind: str) -> str:
    """A row of the table."""
    with folder() as place, hub(place) as port:
        flooding = None
        if kind:
            flooding = subprocess.Popen([sys.executable, "-m", "benchmarks.flood", kind, str(port)], cwd=ROOT)
            time.sleep(1)
        try:
            waits = asyncio.run(honest(port, "op19"))
        finally:
            if flooding is not None:
                flooding.kill()
                flooding.wait()
    cuts = quantiles(waits, n=100)
    return f"| {kind or 'nobody'} | {len(waits)} | {cuts[49]:.1f} | {cuts[98]:.1f} | {max(waits):.1f} |"


def main() -> None:
    """Without arguments, the table; with a kind and a port, that flood."""
    pin(LOAD_CORE)
    if len(sys.argv) > 1:
        asyncio.run(flood(sys.argv[1], int(sys.argv[2])))
        return
    print(f"{FLOODERS} flooders; an honest client's acknowledgements, in milliseconds\n")
    print("| flood | acknowledged | median | p99 | longest |\n|---|---|---|---|---|")
    for kind in ("", *FLOODS):
        print(measured(kind), flush=True)


if __name__ == "__main__":
    main()

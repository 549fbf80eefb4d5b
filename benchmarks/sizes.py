"""Budgets 5 and 12: what a hub with 200 clients weighs in memory, and what travels over the wire."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Self

import msgspec

from benchmarks.common import ROOT, Figure, folder, roster, serving, tell
from benchmarks.thin import Thin, connect, packed
from coordinator.journal.reads import Reads

CLIENTS = 200
KIB = 1024
DRILL, SAMPLE = ROOT / "server" / "drills" / "river-flood.jsonl", ROOT / "sample_roster.json"
POC, POST, POST_CENTRE, OTHER = "okafor", "reyes", "north", "sato"
"""Of the sample roster: who holds the default desk, a field post, and somebody elsewhere."""


def run(made: Path) -> None:
    """Both budgets."""
    file = made / "roster.json"
    file.write_bytes(msgspec.json.encode(roster()))
    with serving("hub", str(made / "memory.journal"), str(file)) as (port, process):
        whole, each = asyncio.run(memory(port, process.pid))
    tell(
        at_most("5", "hub memory with 200 clients", whole / KIB**2, 64, "MiB"),
        at_most("5", "hub memory for each further client", each / KIB, 20, "KiB"),
    )
    flood = made / "flood.journal"
    subprocess.run(
        [sys.executable, "-m", "server", "drill", str(DRILL), "--journal", str(flood)], cwd=ROOT, check=True,
        capture_output=True,
    )
    have = missing(flood, 200)
    with serving("hub", str(flood), str(SAMPLE)) as (port, _):
        resumed = asyncio.run(resume(port, have))
        last = max(asyncio.run(first_screen(port, operator)) for operator in (POC, POST))
    with serving("hub", str(made / "wire.journal"), str(SAMPLE)) as (port, _):
        first = max(asyncio.run(first_screen(port, operator)) for operator in (POC, POST))
        direct, relayed = asyncio.run(passed_on(port))
    tell(
        at_most("12", "first usable screen of a client, when the demonstration begins", first, 15_000, "B"),
        at_most("12", "first usable screen of a client, after the whole demonstration", last, 15_000, "B"),
        at_most("12", "resume over 200 entries of the demonstration", resumed, 60_000, "B"),
        at_most("12", "one 300-byte message from the desk", direct, 600, "B"),
        at_most("12", "one 300-byte message from a post, with the desk's relay", relayed, 600, "B"),
    )


def at_most(n: str, what: str, measured: float, most: float, unit: str) -> Figure:
    """A figure that is to be at most so much."""
    return Figure(
        n=n, what=what, measured=f"{measured:,.0f} {unit}", yardstick="-", ratio="-", budget=f"<= {most:,} {unit}",
        met=measured <= most,
    )


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * KIB
    raise LookupError(pid)


async def memory(port: int, pid: int) -> tuple[int, float]:
    """With all clients, and for each client after the first ten."""
    clients: list[Talker] = []
    after: dict[int, int] = {}
    for number in range(CLIENTS):
        clients.append(await Talker(port, f"op{number}").__aenter__())
        if number + 1 in (10, CLIENTS):
            await asyncio.sleep(1.0)
            after[number + 1] = resident(pid)
    for client in clients:
        await client.__aexit__()
    return after[CLIENTS], (after[CLIENTS] - after[10]) / (CLIENTS - 10)


class Talker:
    """A client whose bytes are counted from its hello on."""

    def __init__(self, port: int, operator: str, **hello: object) -> None:
        self._port = port
        self._hello = {"t": "hello", "v": 1, "as": operator, "version": "benchmark", **hello}
        self._thin: Thin

    async def __aenter__(self) -> Self:
        self._thin = await connect(self._port, lambda *_: None)
        self._thin.send(packed(self._hello))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._thin.close()

    @property
    def octets(self) -> int:
        """Bytes received."""
        return self._thin.octets

    def say(self, do: str, **fields: object) -> None:
        """One command."""
        self._thin.send(packed({"t": "command", "id": f"{do}-{self.octets}", "do": do, **fields}))

    async def quiet(self) -> None:
        """Until nothing has come for a while."""
        before = -1
        while self.octets != before:
            before = self.octets
            await asyncio.sleep(0.3)


async def first_screen(port: int, operator: str) -> int:
    """Everything that a client is sent before it can show its first screen."""
    async with Talker(port, operator) as client:
        await client.quiet()
        return client.octets


def missing(journal: Path, entries: int) -> dict[str, object]:
    """Where the copy of a client stands that misses the last so many entries of a journal."""
    reads = Reads(journal)
    try:
        (first,) = reads.lines(1, 1)
        seq = max(1, reads.head().seq - entries)
        (last,) = reads.lines(seq, seq)
    finally:
        reads.close()
    return {"log": first.digest, "seq": last.seq, "digest": last.digest}


async def resume(port: int, have: dict[str, object]) -> int:
    """A client comes back."""
    async with Talker(port, POST, have=have) as client:
        await client.quiet()
        return client.octets


async def passed_on(port: int) -> tuple[int, int]:
    """What an addressee is sent of a message from the desk, and of one from another post that the desk relays."""
    async with Talker(port, POST) as client, Talker(port, POC, snapshot=False) as desk, Talker(port, OTHER) as other:
        await client.quiet()
        before = client.octets
        desk.say("message", precedence="ROUTINE", text="x" * 300, to=[POST_CENTRE])
        await client.quiet()
        direct = client.octets - before
        before = client.octets
        other.say("message", precedence="ROUTINE", text="x" * 300)
        await client.quiet()
        desk.say("relay", ref="M-2", to=[POST_CENTRE])
        await client.quiet()
        return direct, client.octets - before


if __name__ == "__main__":
    with folder() as made_for_it:
        run(made_for_it)

"""What the terminal interface costs: its start, its memory, its CPU, its bytes; with a long log, on a slow line.

The budgets are absolute, so the machine should be quiet. CPU time of the process is what a busy machine changes least.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from benchmarks.common import BODY, Figure, folder, long_journal, roster, serving, tell
from coordinator.incident.acts import Status
from coordinator.session.client import Session
from tests.end_to_end.terminal import Terminal

LONG = 1_000_000
STARTS = 3
WATCHED = 8.0
"""Seconds for which CPU and bytes are counted."""
RATE = 1_200
"""Bytes a second of the slow line."""
HOLDER, OTHER = "op0", "op1"
TICKS = os.sysconf("SC_CLK_TCK")


class Start(Struct, frozen=True):
    """One start: seconds until the first screen, CPU seconds until then, bytes sent, and memory after it in MiB."""

    wall: float
    cpu: float
    sent: int
    memory: float


def main(entries: int) -> None:
    """All of it, on a hub of its own for each log."""
    with folder() as made:
        compiled(made / "bytecode")
        file = made / "roster.json"
        file.write_bytes(msgspec.json.encode(roster()))
        with serving("hub", str(made / "empty.journal"), str(file)) as (port, _):
            small(f"ws://127.0.0.1:{port}", made)
        long_journal(made / "long.journal", entries, act=Status(state="OPERATIONAL", text=BODY))
        with serving("hub", str(made / "long.journal"), str(file)) as (port, _):
            large(f"ws://127.0.0.1:{port}", made, entries)


def compiled(kept: Path) -> None:
    """Warm means that the modules are compiled, as an installed program's are, whatever this environment forbids."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(kept)
    subprocess.run([sys.executable, "-c", "import coordinator.tui.app, coordinator.session.disk"], check=True)


def small(hub: str, made: Path) -> None:
    """What needs no long log."""
    for columns, lines, budget in ((80, 24, 5_000), (160, 48, 8_000)):
        starts = [started(hub, made / f"small-{columns}", columns, lines) for _ in range(STARTS)]
        told_start(f"first screen, {columns}x{lines}", starts, budget)
    terminal = Terminal(hub, HOLDER, made / "small-80")
    terminal.joined()
    terminal.quiet(1.5)
    idle = watched(terminal)
    tell(
        figure("interface idle, 80x24", f"{idle.cpu:.1%} CPU, {idle.sent:.0f} B/s", "<= 0.5 %, <= 10 B/s",
               met=idle.cpu <= 0.005 and idle.sent <= 10),
    )  # fmt: skip
    busy = asyncio.run(updating(hub, terminal))
    tell(
        figure("interface at 10 updates/s, 80x24", f"{busy.cpu:.1%} CPU, {busy.sent:.0f} B/s", "<= 5 % CPU",
               met=busy.cpu <= 0.05),
    )  # fmt: skip
    terminal.close()
    echo = median(echoes(hub, made / "small-80"))
    tell(
        figure(f"a key's echo at {RATE:,} B/s", f"{echo * 1000:.0f} ms", "<= 200 ms", met=echo <= 0.2),
    )


def large(hub: str, made: Path, entries: int) -> None:
    """A log of so many entries: at the hub alone, then in the operator's own copy as well."""
    starts = [started(hub, made / f"guest-{place}", 80, 24) for place in range(STARTS)]
    told_start(f"first screen, {entries:,} entries at the hub, none here", starts, 5_000)
    copied(made / "guest-0", made / "long.journal")
    starts = [started(hub, made / "guest-0", 80, 24) for _ in range(STARTS)]
    told_start(f"first screen, {entries:,} entries here", starts, 5_000)
    memory = max(start.memory for start in starts)
    tell(
        figure(f"interface memory, {entries:,} entries here", f"{memory:.0f} MiB", "<= 80 MiB", met=memory <= 80),
    )


def started(hub: str, kept: Path, columns: int, lines: int) -> Start:
    """Start it, look until its screen is there and still, and end it."""
    began = time.monotonic()
    terminal = Terminal(hub, HOLDER, kept, columns=columns, lines=lines)
    try:
        terminal.sees("LINK ok")
        wall, cpu = time.monotonic() - began, used(terminal.process.pid)
        terminal.quiet(1.0)
        return Start(wall, cpu, terminal.bytes, resident(terminal.process.pid))
    finally:
        terminal.close()


def told_start(what: str, starts: list[Start], budget: int) -> None:
    """Say how long it took and what was sent."""
    wall, cpu = median(one.wall for one in starts), median(one.cpu for one in starts)
    sent = max(one.sent for one in starts)
    tell(
        figure(what, f"{cpu:.2f} s CPU, {wall:.2f} s, {sent} B", f"<= 0.5 s, <= {budget} B",
               met=cpu <= 0.5 and sent <= budget),
    )  # fmt: skip


class Use(Struct, frozen=True):
    """Shares of a core, and bytes a second."""

    cpu: float
    sent: float


def watched(terminal: Terminal) -> Use:
    """What it uses while it is left alone."""
    began, cpu, sent = time.monotonic(), used(terminal.process.pid), terminal.bytes
    time.sleep(WATCHED)
    long = time.monotonic() - began
    return Use((used(terminal.process.pid) - cpu) / long, (terminal.bytes - sent) / long)


async def updating(hub: str, terminal: Terminal) -> Use:
    """What it uses while ten statuses a second come in."""
    async with Session(hub, operator=OTHER) as other:
        await other.ready(20)
        watching = asyncio.create_task(asyncio.to_thread(watched, terminal))
        number = 0
        while not watching.done():
            number += 1
            other.queue(Status(state="OPERATIONAL", headcount=number))
            await asyncio.sleep(0.1)
        return watching.result()


def echoes(hub: str, kept: Path) -> list[float]:
    """Seconds from a key to its letter on the screen, with a line that takes so many bytes a second."""
    terminal = Terminal(hub, HOLDER, kept, rate=RATE)
    found: list[float] = []
    try:
        terminal.joined()
        terminal.press("n")
        terminal.sees("NOTE for the log")
        terminal.quiet(1.0)
        written = ""
        for letter in "sandbags":
            written += letter
            began = time.monotonic()
            terminal.press(letter)
            terminal.sees(written)
            found.append(time.monotonic() - began)
    finally:
        terminal.close()
    return found


def copied(kept: Path, journal: Path) -> None:
    """Give the operator's copy every entry of the journal, as if it had followed from the first one on."""
    (file,) = kept.glob("*.db")
    with sqlite3.connect(file) as own:
        own.execute("ATTACH ? AS hub", (str(journal),))
        own.execute("INSERT OR IGNORE INTO entries SELECT seq, digest, line, seq - 100000000 FROM hub.entries")
    own.close()


def used(process: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(process: int) -> float:
    """Its memory in MiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def figure(what: str, measured: str, budget: str, *, met: bool) -> Figure:
    """A row of the table without a yardstick."""
    return Figure(n="T", what=what, measured=measured, yardstick="-", ratio="-", budget=budget, met=met)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LONG)

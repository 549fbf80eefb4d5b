"""What the benchmarks share: processes on their own cores, rosters of any size, long journals, the table's rows."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from coordinator.incident.acts import Act, Note
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.roster import (
    HUB,
    Area,
    Centre,
    Control,
    Doctrine,
    Operation,
    Operator,
    Resource,
    Roster,
    Route,
    Scope,
    Side,
    Subjects,
)
from coordinator.incident.state import State
from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal

ROOT = Path(__file__).parent.parent
SERVER_CORE, LOAD_CORE = 0, max(1, (os.cpu_count() or 2) - 1)
ROUNDS = 5
BODY = "x" * 300
STARTS = datetime(2026, 11, 22, 13, tzinfo=UTC)


class Figure(Struct, frozen=True, kw_only=True):
    """One row of the table: what was measured, against what, and how it stands to its budget."""

    n: str
    what: str
    measured: str
    yardstick: str
    ratio: str
    budget: str
    met: bool | None
    """None: the rounds do not agree, so this run settles nothing."""


class Pair(Struct, frozen=True, kw_only=True):
    """A measurement and its yardstick over the same rounds."""

    yardsticks: tuple[float, ...]
    measurements: tuple[float, ...]

    @property
    def yardstick(self) -> float:
        return median(self.yardsticks)

    @property
    def measured(self) -> float:
        return median(self.measurements)

    @property
    def ratios(self) -> list[float]:
        """Each round's own: what disturbs a whole round disturbs both."""
        return sorted(one / other for one, other in zip(self.measurements, self.yardsticks, strict=True))

    def said(self, name: str) -> str:
        """The median ratio, and how far the rounds lie apart."""
        return f"{median(self.ratios):.2f}x {name} ({self.ratios[0]:.2f} to {self.ratios[-1]:.2f})"

    def met(self, *, least: float = 0.0, most: float = float("inf")) -> bool | None:
        """Whether the ratio keeps its budget, where all rounds say the same."""
        verdicts = {least <= ratio <= most for ratio in self.ratios}
        return verdicts.pop() if len(verdicts) == 1 else None


VERDICTS = {True: "yes", False: "**no**", None: "unsettled"}


def tell(*figures: Figure) -> None:
    """Print figures: for people, and where the table is made, as JSON."""
    for figure in figures:
        if os.environ.get("FIGURES") == "json":
            print(msgspec.json.encode(figure).decode(), flush=True)
        else:
            met = VERDICTS[figure.met]
            print(f"{figure.n}. {figure.what}: {figure.measured}; {figure.yardstick}; {figure.ratio} "
                  f"(budget {figure.budget}): {met}", flush=True)  # fmt: skip


def interleaved(rounds: int, yardstick: Callable[[], float], measured: Callable[[], float]) -> Pair:
    """Both, one after the other in every round."""
    found = [(yardstick(), measured()) for _ in range(rounds)]
    return Pair(yardsticks=tuple(one for one, _ in found), measurements=tuple(other for _, other in found))


@contextlib.contextmanager
def serving(server: str, *arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server process on its own core, until the block ends; what comes is its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{server}", *arguments], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: pin(SERVER_CORE),  # noqa: PLW1509 - pinned before it starts
    )
    assert process.stdout is not None
    assert process.stdin is not None
    line = process.stdout.readline()
    try:
        yield int(line), process
    finally:
        process.stdin.close()
        process.wait(60)


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has had."""
    after_its_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_its_name[11]) + int(after_its_name[12])) / os.sysconf("SC_CLK_TCK")


def pin(core: int) -> None:
    """Stay on one core."""
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {core})


def load(port: int, *arguments: str) -> dict[str, float]:
    """One run of the load on the other core."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(port), "--core", str(LOAD_CORE), *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        yield Path(made)


def roster(operators: int = 200, areas: int = 100, resources: int = 10) -> Roster:
    """So many operators at ten centres, one scope whose POC is the first of them."""
    return Roster(
        operation=Operation(id="bench", name="Benchmark", kind="exercise"),
        centres=tuple(Centre(id=f"c{n}", name=f"Centre {n}", kind="POST") for n in range(10)),
        operators=tuple(
            Operator(id=f"op{n}", name=f"Operator {n}", centre=f"c{n % 10}", role="liaison" if n == 0 else "operator")
            for n in range(operators)
        ),
        scopes=(
            Scope(
                id="ops", name="Operations", default=True, poc="op0",
                acknowledge_within=dict.fromkeys(("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"), "1d"),
                respond_within=dict.fromkeys(("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"), "2d"),
                assume_after="1d", queue_alarm=1_000_000,
            ),
        ),
        subjects=Subjects(
            areas=tuple(
                area for n in range(areas)
                for area in (Area(id=f"a{n}", name=f"Area {n}"), Area(id=f"a{n}/z", name=f"Zone of {n}"))
            ),
            routes=tuple(Route(id=f"r{n}", name=f"Route {n}") for n in range(10)),
            resources=tuple(
                Resource(id=f"u{n}", name=f"Unit {n}", kind=f"kind {n // 10}", home="c1", capacity=1000)
                for n in range(resources)
            ),
        ),
        doctrine=Doctrine(
            controls={
                "posture": Control(of="area", verbs=("EVACUATE", "SHELTER")),
                "access": Control(of="route", verbs=("OPEN", "CLOSE")),
                "commitment": Control(of="resource", verbs=("ASSIGN", "FREE"), by_object=True, releases=("FREE",)),
            },
            incompatible=((Side(verb="EVACUATE", subject="area/a1/**"), Side(verb="CLOSE", subject="route/r1")),),
        ),
    )  # fmt: skip


def long_journal(path: Path, entries: int, made_by: Roster | None = None, act: Act | None = None) -> State:
    """A journal of so many entries at that path; what comes back is its state."""
    act = act or Note(text=BODY)
    now = STARTS
    first = Entry(seq=1, at=now, kind="open", by=HUB, body=Open(roster=made_by or roster()))
    state, made = opened(first), rows([first], GENESIS)
    journal = Journal.create(path)
    try:
        journal.submit(made)
        for number in range(entries - 1):
            command = Command(by=f"op{number % 10}", act=act, id=f"old-{number}")
            decision = decide(state, command, now)
            made = rows(decision.entries, made[-1].digest, f"{number:064x}")
            for entry in decision.entries:
                state = evolve(state, entry)
            journal.submit(made)
            if number % 5000 == 0:
                journal.settle()
    finally:
        journal.close()
    return state


def scaled(value: float, unit: Sequence[str] = ("", "k", "M")) -> str:
    """A number as people read it: 13.1k."""
    for suffix in unit:
        if abs(value) < 1000:
            return f"{value:.3g}{suffix}"
        value /= 1000
    return f"{value:.3g}G"

"""`coordinator demo`: a hub, a flood that plays the other centres, and you as Point of Contact.

Without a terminal the drill plays you too, as fast as it goes, and what came of it is printed.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from coordinator.cli import figures, ours, refusals
from coordinator.cli.common import put_json
from coordinator.cli.ends import FAILED, NOT_VERIFIED, End, Usage
from coordinator.cli.table import WIDTH, cut, table
from coordinator.incident import projections
from coordinator.incident.entries import Entry, Refused, outcome
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.state import State
from coordinator.review.lines import clock, told

FLOOD = "river-flood.jsonl"
SPEED = 10.0
"""Scenario seconds in a second of yours."""


class _Default(msgspec.Struct):
    """What the demonstration must know of a roster."""

    id: str
    poc: str
    default: bool = False


class _Roster(msgspec.Struct):
    scopes: list[_Default]


def _demo(play: bool, speed: float, journal: Path | None, as_json: bool) -> None:
    if journal is not None and journal.exists():
        raise Usage(f"{journal} exists already; name a new file for the demonstration's journal")
    ours.end_with_us()
    with ExitStack() as kept:
        made = tempfile.TemporaryDirectory(prefix="coordinator-", ignore_cleanup_errors=True)
        folder = Path(kept.enter_context(made))
        path = journal or folder / "demo.journal"
        if play or as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            _play(folder, path, as_json)
        else:
            _take_part(folder, path, speed)


# With a terminal


def _take_part(folder: Path, journal: Path, speed: float) -> None:
    from coordinator.tui.app import run

    drill = ours.drills() / FLOOD
    roster = drill.parent / "sample_roster.json"
    poc = next(scope.poc for scope in msgspec.json.decode(roster.read_bytes(), type=_Roster).scopes if scope.default)
    socket = folder / "door" / "hub.sock"
    address = f"unix:{socket}"
    with ExitStack() as ends:
        said = folder / "hub.out"
        words = ["serve", str(roster), "--journal", str(journal), "--listen", address, "--keyless"]
        hub = ours.start(words, said)
        ends.callback(ours.end, hub)
        ours.listening(hub, socket, said)
        others = ["drill", str(drill), "--hub", address, "--speed", f"{speed:g}", "--without", poc]
        ends.callback(ours.end, ours.start(others, folder / "drill.out"))
        code = run(address, poc, folder / poc)
    if code:
        raise End(code)
    click.echo("The exercise is over. To see it played through and its figures: coordinator demo --play")


# Without one


def _play(folder: Path, journal: Path, as_json: bool) -> None:
    drill = ours.drills() / FLOOD
    said = folder / "drill.out"
    played = ours.start(["drill", str(drill), "--journal", str(journal)], said)
    try:
        code = played.wait()
    finally:
        ours.end(played)
    summary = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if not journal.exists():
        raise End(code or FAILED, f"the drill was not played: {summary[-1] if summary else 'it said nothing'}")
    from coordinator.journal.verify import replay

    entries, state = _replayed(journal)
    whole = replay(journal).whole
    summary.append(f"journal verified: {len(entries)} entries, chain whole" if whole else "journal NOT whole")
    if as_json:
        put_json({"figures": figures.figures(entries, state), "drill": summary, "whole": whole, "exit": code})
    else:
        for line in _report(entries, state, summary):
            click.echo(line)
    if not whole:
        raise End(NOT_VERIFIED, "the demonstration's journal is not whole")
    if code:
        raise End(code, summary[-2] if summary else "the drill did not go as expected")


def _replayed(journal: Path) -> tuple[list[Entry], State]:
    from contextlib import closing

    from coordinator.journal.lines import decode
    from coordinator.journal.reads import Reads

    with closing(Reads(journal)) as reads:
        entries = [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    state = opened(entries[0])
    for entry in entries[1:]:
        state = evolve(state, entry)
    return entries, state


def _report(entries: list[Entry], state: State, summary: list[str]) -> Iterator[str]:
    operation = state.roster.operation
    yield f"{operation.name.upper()} ({operation.kind.upper()})"
    yield from _titled("LOG", (cut(told(entry), WIDTH) for entry in entries))
    yield from _titled("ORDERS", _orders(state))
    yield from _titled("REFUSALS", _refusals(entries, state))
    yield from _titled("FIGURES", figures.told(figures.figures(entries, state)))
    yield ""
    yield from summary


def _titled(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield f"{title} {'-' * (WIDTH - len(title) - 1)}"
    yield from lines


def _orders(state: State) -> Iterator[str]:
    rows = [
        (order.number, order.verb, order.subject, _fate(state, order.seq))
        for order in sorted(state.orders.values(), key=lambda order: order.seq)
    ]
    return table(("ORDER", "VERB", "SUBJECT", "FATE"), rows, "none")


def _fate(state: State, seq: int) -> str:
    order = state.orders[seq]
    fate = projections.fate(order, state.at)
    ended = f" {clock(order.ended_at)}" if order.ended_at is not None else ""
    by = state.orders.get(order.ended_by or 0)
    return f"{fate}{ended}{f' by {by.number}' if by is not None else ''}"


def _refusals(entries: list[Entry], state: State) -> Iterator[str]:
    by_seq = {entry.seq: entry for entry in entries}
    for entry in entries:
        refused = outcome(entry)
        if isinstance(refused, Refused):
            yield from refusals.recorded(entry, refused, [by_seq[seq] for seq in refused.clashes if seq in by_seq])
    if not any(entry.kind == "refusal" for entry in entries):
        yield f"none in {state.seq} entries"


COMMANDS = {
    "demo": click.Command(
        "demo",
        params=[
            click.Option(["--play"], is_flag=True, help="Play it through, though there is a terminal."),
            click.Option(
                ["--speed"], type=click.FloatRange(0.1, 1000), default=SPEED, help="The drill's pace beside you: 10."
            ),
            click.Option(["--journal"], type=click.Path(path_type=Path), help="Keep the journal in this new file."),
            click.Option(["--json", "as_json"], is_flag=True, help="Play it through; print the figures as JSON."),
        ],
        callback=_demo,
        help="A hub, a river flood that plays the other centres, and you as Point of Contact. Without a terminal:"
        " plays it through, and prints the log, the orders with their fates, the refusals and the figures.",
        epilog="Examples:  coordinator demo    coordinator demo --play --journal flood.journal",
    )
}

"""Budgets 1 to 4: how much passes through the hub, and how fast, against `bare` and `raw` in the same run."""

from pathlib import Path

import msgspec

from benchmarks.common import (
    LOAD_CORE,
    ROUNDS,
    Figure,
    Pair,
    cpu,
    folder,
    interleaved,
    load,
    pin,
    roster,
    scaled,
    serving,
    tell,
)
from benchmarks.raw import transactions


def run(made: Path) -> None:
    """All four; every measurement on a server that has served nothing before."""
    file = made / "roster.json"
    file.write_bytes(msgspec.json.encode(roster()))
    number = 0

    spent: dict[str, list[float]] = {"bare": [], "hub": []}

    def bare(figure: str, *arguments: str) -> float:
        with serving("bare") as (port, process):
            return told("bare", process.pid, figure, load(port, *arguments))

    def hub(figure: str, *arguments: str) -> float:
        nonlocal number
        number += 1
        with serving("hub", str(made / f"{number}.journal"), str(file)) as (port, process):
            before = cpu(process.pid)
            return told("hub", process.pid, figure, load(port, "--hub", *arguments), before)

    def told(server: str, pid: int, figure: str, figures: dict[str, float], before: float = 0.0) -> float:
        if "commands" in figures:
            spent[server].append((cpu(pid) - before) / figures["commands"] * 1e6)
        return figures[figure]

    many = ("--clients", "50", "--senders", "100")
    pair = interleaved(ROUNDS, lambda: bare("commands/s", *many), lambda: hub("commands/s", *many))
    tell(row("1", "durable, acknowledged commands/s, 100 senders, 50 clients", pair, "bare", 6.0))
    # How often the bare server's processor time for a message holds the hub's for a command.
    times = Pair(yardsticks=tuple(spent["hub"]), measurements=tuple(spent["bare"]))
    tell(
        Figure(
            n="1", what="the same in the server's processor time", measured=f"{times.yardstick:.0f} us a command",
            yardstick=f"bare {times.measured:.0f} us a message", ratio=times.said("bare"), budget=">= 6x bare",
            met=times.met(least=6.0),
        )
    )
    wide = ("--clients", "200", "--senders", "100")
    pair = interleaved(ROUNDS, lambda: bare("deliveries/s", *wide), lambda: hub("deliveries/s", *wide))
    tell(row("2", "deliveries/s at saturation, 200 clients", pair, "bare", 15.0))
    slow = ("--clients", "200", "--rate", "50", "--seconds", "6")
    pair = interleaved(ROUNDS, lambda: bare("p99 ms", *slow), lambda: hub("p99 ms", *slow))
    tell(
        Figure(
            n="3", what="p99 from send to the last of 200 clients at 50/s", measured=f"{pair.measured:.2f} ms",
            yardstick=f"bare {pair.yardstick:.2f} ms", ratio=pair.said("bare"), budget="<= 1.5x bare",
            met=pair.met(most=1.5),
        )
    )
    pin(LOAD_CORE)
    one = ("--clients", "1", "--senders", "1")
    pair = interleaved(ROUNDS, lambda: transactions(2.0, str(made)), lambda: hub("commands/s", *one))
    tell(row("4", "acknowledged commands/s of one sender", pair, "raw", 0.25))


def row(n: str, what: str, pair: Pair, name: str, least: float) -> Figure:
    """A figure that is to be at least so many times its yardstick."""
    return Figure(
        n=n, what=what, measured=f"{scaled(pair.measured)}/s", yardstick=f"{name} {scaled(pair.yardstick)}/s",
        ratio=pair.said(name), budget=f">= {least:g}x {name}", met=pair.met(least=least),
    )


if __name__ == "__main__":
    with folder() as made_for_it:
        run(made_for_it)

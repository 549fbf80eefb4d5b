"""Budgets 6, 7 and 8: what a log of a million entries costs at a restart, in verifying it, and in going on with it."""

import sys
import time
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.common import (
    BODY,
    ROUNDS,
    Figure,
    folder,
    interleaved,
    load,
    long_journal,
    roster,
    scaled,
    serving,
    tell,
)
from coordinator.incident.acts import Status
from coordinator.journal.verify import chain

SHORT, LONG = 100_000, 1_000_000


def run(made: Path, short: int = SHORT, long: int = LONG) -> None:
    """All three, on the same two journals."""
    file = made / "roster.json"
    file.write_bytes(msgspec.json.encode(roster()))
    journals = {size: made / f"{size}.journal" for size in (short, long)}
    for size, path in journals.items():
        long_journal(path, size, act=Status(state="OPERATIONAL", text=BODY))
        ready(path, file)  # leaves a snapshot behind, as every hub that was ended in good order does
    pair = interleaved(ROUNDS, lambda: ready(journals[short], file), lambda: ready(journals[long], file))
    tell(
        Figure(
            n="6", what=f"ready to serve after a restart, {long:,} entries", measured=f"{pair.measured:.2f} s",
            yardstick=f"{short:,} entries {pair.yardstick:.2f} s", ratio=pair.said(f"{short:,}"),
            budget="<= 1.3x and <= 1 s", met=pair.met(most=1.3) if pair.measured <= 1.0 else False,
        )
    )
    rates = sorted(verified(journals[long], long) for _ in range(ROUNDS))
    fast_enough = {rate >= 400_000 for rate in rates}
    tell(
        Figure(
            n="7", what="verifying the whole chain, entries/s", measured=f"{scaled(median(rates))}/s", yardstick="-",
            ratio=f"({scaled(rates[0])} to {scaled(rates[-1])})", budget=">= 400,000/s",
            met=fast_enough.pop() if len(fast_enough) == 1 else None,
        )
    )
    number = 0

    def commands(journal: Path | None) -> float:
        nonlocal number
        number += 1
        with serving("hub", str(journal or made / f"empty-{number}.journal"), str(file)) as (port, _):
            return load(port, "--hub", "--clients", "50", "--senders", "100")["commands/s"]

    pair = interleaved(ROUNDS, lambda: commands(None), lambda: commands(journals[long]))
    tell(
        Figure(
            n="8", what=f"commands/s with {long:,} entries in the log", measured=f"{scaled(pair.measured)}/s",
            yardstick=f"empty {scaled(pair.yardstick)}/s", ratio=pair.said("empty"), budget=">= 0.9x",
            met=pair.met(least=0.9),
        )
    )


def ready(journal: Path, file: Path) -> float:
    """Seconds from starting the hub until it listens."""
    began = time.perf_counter()
    with serving("hub", str(journal), str(file)):
        return time.perf_counter() - began


def verified(journal: Path, entries: int) -> float:
    """Entries a second of the chain, verified from its first entry to its last."""
    began = time.perf_counter()
    report = chain(journal)
    assert report.fault is None
    assert report.seq >= entries
    return report.seq / (time.perf_counter() - began)


if __name__ == "__main__":
    with folder() as made_for_it:
        run(made_for_it, *map(int, sys.argv[1:]))

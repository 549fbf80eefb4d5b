"""`python -m tests.fuzz.run TARGET SECONDS`: one target, driven by a fuzzer that watches which lines it reaches.

Where atheris is not installed the same target is driven by chance, with its seed said.
"""

import random
import sys
import time
from pathlib import Path

from tests.campaign import report, say, seed
from tests.fuzz.changed import changed

try:
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # it ships no types, and may be missing
except ImportError:
    atheris = None


def by_chance(name: str, seconds: float) -> None:
    """Good bytes, changed at random, for so long."""
    from tests.fuzz.targets import TARGETS, seeds

    chosen = seed()
    chance, ends, runs = random.Random(f"{chosen}{name}"), time.monotonic() + seconds, 0
    begin = seeds(name)
    while time.monotonic() < ends:
        data = changed(chance.choice(begin), chance)
        try:
            TARGETS[name](data)
        except BaseException:
            say(f"{name}: run {runs} of SEED={chosen} fails with {data!r}")
            raise
        runs += 1
    report(f"{name}: {runs} runs by chance in {seconds:g} s, SEED={chosen}: no fault")


def watched(name: str, seconds: float) -> None:
    """By atheris, with what it found kept in its own folder as long as it runs."""
    import tempfile

    with atheris.instrument_imports(include=["coordinator", "server"]):
        from tests.fuzz.targets import TARGETS, seeds
    with tempfile.TemporaryDirectory() as folder:
        for place, data in enumerate(seeds(name)):
            (Path(folder) / f"seed-{place}").write_bytes(data)
        say(f"{name}: {seconds:g} s by atheris")
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds:g}", "-max_len=8192", "-rss_limit_mb=2048", "-print_final_stats=1",
             f"-seed={seed()}", folder],
            TARGETS[name],
        )  # fmt: skip
        atheris.Fuzz()


def main() -> None:
    name, seconds = sys.argv[1], float(sys.argv[2])
    (by_chance if atheris is None else watched)(name, seconds)


if __name__ == "__main__":
    main()

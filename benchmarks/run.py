"""Measures every budget and prints the table; `--write` puts it into benchmarks/README.md."""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.common import ROOT, VERDICTS, Figure

SCRIPTS = ("speed", "sizes", "long_logs", "claims", "replay", "interface")
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def main() -> None:
    """Run the scripts one after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", help=f"which of {', '.join(SCRIPTS)}; all of them if none is named")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/README.md")
    options = parser.parse_args()
    figures: list[Figure] = []
    for script in options.scripts or SCRIPTS:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{script}"], cwd=ROOT, env={**os.environ, "FIGURES": "json"},
            stdout=subprocess.PIPE, text=True, check=True,
        )
        figures += [msgspec.json.decode(line, type=Figure) for line in done.stdout.splitlines()]
    table = _table(figures)
    print(table)
    if options.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(before + BEGIN + table + END + after, encoding="utf-8")


def _table(figures: list[Figure]) -> str:
    rows = [
        f"| {f.n} | {f.what} | {f.measured} | {f.yardstick} | {f.ratio} | {f.budget} | {VERDICTS[f.met]} |"
        for f in figures
    ]
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d}, {_machine()}.\n\n"
        "| # | what | measured | yardstick | ratio | budget | met |\n|---|---|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _machine() -> str:
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    cpu = models[0] if models else platform.machine()
    busy = f"load average {os.getloadavg()[1]:.1f} while it was measured"
    return f"{os.cpu_count()} cores ({cpu}), {platform.system()}, Python {platform.python_version()}, {busy}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    main()

"""What the long versions of tests have in common: a seed that is said, a size that can be chosen, a line of results."""

import os
import sys
from datetime import UTC, datetime


def say(line: str) -> None:
    """A line for whoever ran it; pytest shows it where the test failed, or with -s."""
    sys.stdout.write(f"\n{line}\n")
    sys.stdout.flush()


def seed(default: int = 1) -> int:
    """The seed of this run: SEED, where it is given. It is said at once, so that a failure can be had again."""
    found = int(os.environ.get("SEED", str(default)))
    say(f"SEED={found}")
    return found


def size(name: str, default: int) -> int:
    """How large the campaign is: that variable, where it is given."""
    return int(os.environ.get(name, str(default)))


def report(line: str) -> None:
    """The result of a campaign, with the day."""
    say(f"{datetime.now(UTC):%Y-%m-%d}: {line}")

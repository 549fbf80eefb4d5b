"""How long to wait before trying the hub again: doubling, jittered, for ever. Pure; chance comes in."""

from collections.abc import Callable, Iterator

FIRST = 0.25
"""Seconds before the first try after a lost link."""
LONGEST = 15.0
"""A hub that is back is found within this."""


def delays(chance: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait before each try. `chance` gives numbers in [0, 1), so that many clients do not come at once."""
    step = FIRST
    while True:
        yield step * (0.5 + chance() / 2)
        step = min(step * 2, LONGEST)

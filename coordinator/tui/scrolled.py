"""A list that moved by some lines is moved by the terminal, not sent again. Pure.

Law: scrolling is only an economy. What it leaves wrong the cell diff mends, so the worst of a bad guess is bytes.
"""

from coordinator.tui.cells import BLANK, Row

FARTHEST = 4
WORTH = 3
"""Scroll only where at least so many lines of text are saved."""


def scroll(shown: list[Row], wanted: list[Row]) -> tuple[str, list[Row]]:
    """What to send so that the terminal moves a block of lines, and the rows that it then shows."""
    differ = [line for line, (old, new) in enumerate(zip(shown, wanted, strict=True)) if old != new]
    if len(differ) < WORTH:
        return "", shown
    top, bottom = differ[0], differ[-1]
    best = (
        max(
            (_saved(shown, wanted, top, bottom, by), by)
            for by in range(-FARTHEST, FARTHEST + 1)
            if by and abs(by) <= bottom - top
        )
        if bottom > top
        else (0, 0)
    )
    saved, by = best
    if saved < WORTH:
        return "", shown
    blank = [[BLANK] * len(shown[0]) for _ in range(abs(by))]
    block = shown[top : bottom + 1]
    if by > 0:
        moved, data = block[by:] + blank, f"\x1b[{bottom + 1}H" + "\n" * by
    else:
        moved, data = blank + block[:by], f"\x1b[{top + 1}H" + "\x1bM" * -by
    return f"\x1b[m\x1b[{top + 1};{bottom + 1}r{data}\x1b[r", [*shown[:top], *moved, *shown[bottom + 1 :]]


def _saved(shown: list[Row], wanted: list[Row], top: int, bottom: int, by: int) -> int:
    """How many lines more are right, after moving the block up `by` lines, than without."""
    saved = 0
    for line in range(top, bottom + 1):
        new, source = wanted[line], line + by
        if top <= source <= bottom and shown[source] == new:
            saved += any(cell != BLANK for cell in new)
        if shown[line] == new:
            saved -= 1
    return saved

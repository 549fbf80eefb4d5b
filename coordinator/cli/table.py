"""Rows as aligned text that fits 80 columns: the last column is cut, the others are as wide as they need."""

import unicodedata
from collections.abc import Iterator, Sequence

from coordinator.review.lines import plain

WIDTH = 80
GAP = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> Iterator[str]:
    """Lines; `empty` is what is said where there are no rows."""
    if not rows:
        yield empty
        return
    cells = [[plain(cell) for cell in row] for row in (head, *rows)]
    widths = [max(width(row[place]) for row in cells) for place in range(len(head))]
    for row in cells:
        line = GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        yield cut(line.rstrip(), WIDTH)


def width(text: str) -> int:
    """Columns that a text takes."""
    return sum(_columns(char) for char in text)


def cut(text: str, columns: int) -> str:
    """The text, shortened to so many columns."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for char in text:
        used += _columns(char)
        if used > columns - 1:
            break
        kept += char
    return kept + "…"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1

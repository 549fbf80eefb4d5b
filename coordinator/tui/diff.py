"""From one picture to another in as few bytes as are easily had. Pure: two grids of cells in, a string out.

Law: what a terminal shows after these bytes is the wanted picture, cell by cell, if it showed the other before.
"""

import unicodedata
from functools import lru_cache

from coordinator.tui.cells import BLANK, Row
from coordinator.tui.scrolled import scroll
from coordinator.tui.sgr import PLAIN, Style

GAP = 5
"""Fewer unchanged cells than this between two changes are sent again: cheaper than moving the cursor."""

CLEAR = "\x1b[m\x1b[H\x1b[2J"

_LOOKALIKES = {
    "-": "─━═\u2013—▔",
    "|": "│┃║▌▐▎▏",
    "+": "┌┐└┘├┤┬┴┼",
    "#": "█▇▆▅▄▃▂",
    "_": "▁",
    ".": "…·",
    "*": "•",
    "'": "\u2018\u2019",
    '"': "“”",
}
_ASCII = {ord(character): simple for simple, characters in _LOOKALIKES.items() for character in characters}
"""What stands for a glyph where the terminal has only ASCII; for others, a question mark."""


class Painter:
    """Keeps what the terminal shows, and says what to send so that it shows something else."""

    def __init__(self, *, colour: bool = True, unicode: bool = True, erase: bool = True) -> None:
        self._colour = colour
        self._unicode = unicode
        self._erase = erase
        self._shown: list[Row] | None = None
        self._cursor: tuple[int, int] | None = None
        self._style: Style | None = None
        self._out: list[str] = []

    def forget(self) -> None:
        """Nobody knows what the terminal shows: the next picture is painted whole."""
        self._shown = None

    def paint(self, wanted: list[Row], cursor: tuple[int, int]) -> str:
        """What to send so that the wanted rows are shown with the cursor at (line, column)."""
        self._out = []
        shown = self._shown
        if shown is None or len(shown) != len(wanted) or len(shown[0]) != len(wanted[0]):
            shown = [[BLANK] * len(row) for row in wanted]
            self._out.append(CLEAR)
            self._cursor, self._style = (0, 0), PLAIN
        else:
            data, shown = scroll(shown, wanted)
            if data:
                self._out.append(data)
                self._cursor, self._style = None, PLAIN
        for line, (old, new) in enumerate(zip(shown, wanted, strict=True)):
            if old is not new and old != new:
                self._paint_row(line, old, new)
        self._shown = wanted
        if self._out and self._style != PLAIN:
            self._restyle(PLAIN)
        if self._out or self._cursor != cursor:
            self._move(*cursor)
        return "".join(self._out)

    def _paint_row(self, line: int, old: Row, new: Row) -> None:
        end = len(new)
        while end and new[end - 1] == BLANK:
            end -= 1
        left_over = any(cell != BLANK for cell in old[end:])
        for start, stop in _runs(old, new, end if left_over and self._erase else len(new)):
            self._move(line, start)
            self._write(new, line, start, stop)
        if left_over and self._erase:
            self._move(line, end)
            self._restyle(PLAIN)
            self._out.append("\x1b[K")

    def _write(self, row: Row, line: int, start: int, stop: int) -> None:
        for column in range(start, stop):
            cell = row[column]
            if cell.text == "":
                continue
            self._move(line, column)
            self._restyle(cell.style)
            wide = column + 1 < len(row) and row[column + 1].text == ""
            self._out.append(self._text(cell.text, wide))
            after = column + 1 + wide
            self._cursor = (line, after) if after < len(row) and (not self._unicode or certain(cell.text)) else None

    def _text(self, text: str, wide: bool) -> str:
        if self._unicode or text.isascii():
            return text
        simple = text[0].translate(_ASCII)
        return (simple if simple.isascii() else "?") + " " * wide

    def _move(self, line: int, column: int) -> None:
        at, self._cursor = self._cursor, (line, column)
        if at == (line, column):
            return
        if at is not None and at[0] == line and at[1] < column:
            forward = column - at[1]
            self._out.append(f"\x1b[{forward}C" if forward > 1 else "\x1b[C")
        elif at is not None and column == 0 and at[0] + 1 == line:
            self._out.append("\r\n")
        else:
            self._out.append(f"\x1b[{line + 1};{column + 1}H" if column else f"\x1b[{line + 1}H")

    def _restyle(self, style: Style) -> None:
        if not self._colour:
            style = Style(attributes=style.attributes)
        if self._style != style:
            self._out.append(transition(self._style, style))
            self._style = style


def _runs(old: Row, new: Row, end: int) -> list[tuple[int, int]]:
    """The stretches of columns to send: where the rows differ, with small gaps filled in."""
    runs: list[tuple[int, int]] = []
    for column in range(end):
        if old[column] == new[column]:
            continue
        if runs and column - runs[-1][1] < GAP:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return [(_lead(new, start), stop) for start, stop in runs]


@lru_cache(maxsize=4096)
def certain(text: str) -> bool:
    """Whether every terminal agrees how wide this is; after anything else the cursor is placed anew."""
    if text.isascii():
        return True
    wide = unicodedata.east_asian_width(text) if len(text) == 1 else "?"
    return text.isalnum() and wide in ("Na", "N", "H", "W")


def _lead(row: Row, column: int) -> int:
    """The column where the character at this one begins."""
    while column and row[column].text == "":
        column -= 1
    return column


@lru_cache(maxsize=4096)
def transition(before: Style | None, after: Style) -> str:
    """The shortest simple SGR sequence from one style to another."""
    whole = [*map(str, after.attributes), *(colour for colour in (after.front, after.back) if colour)]
    data = "\x1b[m" if not whole else f"\x1b[0;{';'.join(whole)}m"
    if before is not None and set(before.attributes) <= set(after.attributes):
        more = [str(attribute) for attribute in after.attributes if attribute not in before.attributes]
        if before.front != after.front:
            more.append(after.front or "39")
        if before.back != after.back:
            more.append(after.back or "49")
        short = f"\x1b[{';'.join(more)}m" if more else ""
        data = min(data, short, key=len)
    if before is None or before.link != after.link:
        data += f"\x1b]{after.link or '8;;'}\x1b\\" if before is not None or after.link else ""
    return data

"""What a terminal would show: the stream of text and escape sequences, parsed into a grid of cells.

Law: pure, and never guesses. A sequence that the grid does not understand is handed back to be passed on as it
came, and the whole screen is then painted anew, because nobody knows what the sequence did to it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes

from coordinator.tui.sgr import PLAIN, SHOWS_ON_BLANKS, Style, restyled


class Cell(NamedTuple):
    """One column of a row. A wide character's second column has the text ""."""

    text: str = " "
    style: Style = Style()


BLANK = Cell()
WIDE = 2
MARKS = 9
"""Combining marks that one cell keeps."""
Row = list[Cell]

_TOKEN = re.compile(
    r"\x1b\[(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<open>\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?)$"
    r"|(?P<escape>\x1b[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)

_HARMLESS_MODES = frozenset("7 25 1000 1002 1003 1004 1006 1015 1016 2004 2026 2048".split())
"""Private modes that leave the picture as it is."""

_SYNCHRONISED = "2026"


class Passed(NamedTuple):
    """A sequence that is not for the grid; `repaint` says that it may have changed the picture."""

    data: str
    repaint: bool


class Grid:
    """The picture that has been written so far."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.rows: list[Row] = [[BLANK] * width for _ in range(height)]
        self.column = 0
        self.line = 0
        self._style = PLAIN
        self._tail = ""

    def feed(self, data: str) -> list[Passed]:
        """Write to the grid. Returns what has to be passed on, in order."""
        data, self._tail = self._tail + data, ""
        passed: list[Passed] = []
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self._write(token["text"])
            elif kind == "final":
                passed.extend(self._sequence(token))
            elif kind == "osc":
                passed.extend(self._link(token))
            elif kind == "control":
                passed.extend(self._control(token["control"]))
            elif kind == "open":
                self._tail = token["open"]
            else:
                passed.append(Passed(token[0], True))
        return passed

    def snapshot(self) -> list[Row]:
        """The rows as they are now; rows are replaced and never changed in place, so this is cheap."""
        return self.rows.copy()

    def _sequence(self, token: re.Match[str]) -> Iterable[Passed]:
        params, final = token["params"], token["final"]
        if token["between"]:
            yield Passed(token[0], not is_question(token[0]))
        elif final == "m" and params[:1] not in ("<", "=", ">", "?"):
            self._style = restyled(self._style, params)
        elif final == "H":
            line, _, column = params.partition(";")
            self.line = min(max(int(line or 1), 1), self.height) - 1
            self.column = min(max(int(column or 1), 1), self.width) - 1
        elif final == "J" and params in ("2", "3"):
            self.rows = [[BLANK] * self.width for _ in range(self.height)]
        elif final in "hl" and params[:1] == "?":
            modes = params[1:].split(";")
            if modes != [_SYNCHRONISED]:
                yield Passed(token[0], not _HARMLESS_MODES.issuperset(modes))
        else:
            yield Passed(token[0], not is_question(token[0]))

    def _link(self, token: re.Match[str]) -> Iterable[Passed]:
        osc = token["osc"]
        if osc.startswith("8;"):
            target = osc.partition(";")[2].partition(";")[2]
            self._style = self._style._replace(link=osc if target else "")
        elif not osc.startswith("22;"):
            yield Passed(token[0], False)

    def _control(self, control: str) -> Iterable[Passed]:
        if control == "\n":
            self.line = min(self.line + 1, self.height - 1)
            self.column = 0
        elif control == "\r":
            self.column = 0
        elif control == "\x07":
            yield Passed(control, False)

    def _write(self, text: str) -> None:
        row = self.rows[self.line].copy()
        style, column = self._style, self.column
        for shown, width in clusters(text):
            if width == 0:
                _combine(row, column, shown)
            elif column + width <= self.width:
                _put(row, column, shown, width, style)
                column += width
            else:
                column = self.width
        self.column = column
        self.rows[self.line] = row


def is_question(sequence: str) -> bool:
    """Whether a sequence only asks the terminal something or sets how it reports keys: the picture stays."""
    return sequence.endswith(("$p", "n", "c", "u")) or sequence[-2:] == " q"


@lru_cache(maxsize=4096)
def clusters(text: str) -> tuple[tuple[str, int], ...]:
    """The text as what stands in one place each, with the number of columns it takes."""
    if text.isascii():
        return tuple((character, 1) for character in text)
    spans, _ = split_graphemes(text)
    return tuple((harmless(text[start:end]), min(width, 2)) for start, end, width in spans)


def harmless(cluster: str) -> str:
    """A cluster without anything that could move, turn round or hide what stands beside it."""
    if cluster.isalnum():
        return cluster
    return "".join("\N{REPLACEMENT CHARACTER}" if dangerous(character) else character for character in cluster)


@lru_cache(maxsize=4096)
def dangerous(character: str) -> bool:
    """Whether a character is a control, a direction mark, a surrogate, or stands for nothing at all."""
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Cn", "Zl", "Zp") or (category == "Cf" and character != "\u200d")


def _put(row: Row, column: int, text: str, width: int, style: Style) -> None:
    if row[column].text == "" and column:
        row[column - 1] = row[column - 1]._replace(text=" ")
    last = column + width - 1
    if last + 1 < len(row) and row[last + 1].text == "":
        row[last + 1] = row[last + 1]._replace(text=" ")
    row[column] = _cell(text, style)
    if width == WIDE:
        row[column + 1] = _cell("", style)


def _combine(row: Row, column: int, mark: str) -> None:
    base = column - 1
    while base > 0 and row[base].text == "":
        base -= 1
    if base >= 0 and len(row[base].text) <= MARKS:
        row[base] = row[base]._replace(text=row[base].text + mark)


@lru_cache(maxsize=8192)
def _cell(text: str, style: Style) -> Cell:
    """A cell; where only a space is shown, without what nobody could see."""
    if text != " " or style == PLAIN:
        return Cell(text, style)
    seen = tuple(attribute for attribute in style.attributes if attribute in SHOWS_ON_BLANKS)
    return Cell(" ", Style(style.front if seen else "", style.back, seen, style.link))

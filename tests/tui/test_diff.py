"""Protects: whatever is drawn, the terminal ends up showing the same cells as if all of it had been sent."""

import unicodedata
from typing import NamedTuple

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.tui.cells import Grid, clusters
from coordinator.tui.diff import Painter

WIDTH, HEIGHT = 24, 8
NARROW = "ab01 -.#é─"
WIDE = "漢字語"
MARKED = ("e\u0301", "o\u0308")
STYLES = ("", "31", "1;32", "7", "38;5;9", "38;2;1;2;3;48;5;4", "4;41", "2")


class Look(NamedTuple):
    data: str
    fg: str
    bg: str
    bold: bool
    underscore: bool
    reverse: bool


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")
    return screen, stream


def looks(screen: pyte.Screen) -> list[list[Look]]:
    """What can be seen: the colour of a space's letters cannot."""
    rows = []
    for line in range(screen.lines):
        row = []
        for column in range(screen.columns):
            cell = screen.buffer[line][column]
            marked = cell.underscore or cell.reverse
            unseen = cell.data == " " and not marked
            row.append(
                Look(
                    unicodedata.normalize("NFC", cell.data),
                    "default" if unseen else cell.fg,
                    cell.bg,
                    cell.bold and cell.data != " ",
                    cell.underscore,
                    cell.reverse,
                )
            )
        rows.append(row)
    return rows


@st.composite
def whole_row(draw: st.DrawFn) -> str:
    """A row as Textual writes it: segments, each with its style, exactly as wide as the screen."""
    line = draw(st.integers(1, HEIGHT))
    pieces, left = [], WIDTH
    while left:
        glyph = draw(st.sampled_from((*NARROW, *WIDE, *MARKED)))
        width = sum(width for _, width in clusters(glyph))
        count = draw(st.integers(1, left))
        text = glyph * (count // width) or " "
        left -= sum(width for _, width in clusters(text))
        style = draw(st.sampled_from(STYLES))
        pieces.append(f"\x1b[{style}m{text}\x1b[0m" if style else text)
    return f"\x1b[{line};1H" + "".join(pieces)


@st.composite
def patch(draw: st.DrawFn) -> str:
    """A narrow change somewhere on a row of its own, so that it cuts no wide character in half."""
    text = draw(st.text(NARROW, min_size=1, max_size=12))
    column = draw(st.integers(1, WIDTH - len(text) + 1))
    style = draw(st.sampled_from(STYLES))
    return f"\x1b[{HEIGHT + 1};{column}H\x1b[{style}m{text}\x1b[0m"


FRAMES = st.lists(st.lists(whole_row(), min_size=1, max_size=5).map("".join), min_size=1, max_size=5)


@settings(max_examples=120, deadline=None)
@given(FRAMES, st.booleans())
def test_shows_the_same_cells(frames: list[str], erase: bool) -> None:
    all_sent, whole = terminal()
    shown, diffed = terminal()
    grid, painter = Grid(WIDTH, HEIGHT), Painter(erase=erase)
    for frame in frames:
        whole.feed(frame)
        assert not grid.feed(frame)
        diffed.feed(painter.paint(grid.snapshot(), (grid.line, 0)))
        assert looks(shown) == looks(all_sent)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(patch(), min_size=1, max_size=8).map("".join), min_size=1, max_size=6))
def test_patches_end_up_where_they_belong(frames: list[str]) -> None:
    all_sent, whole = terminal()
    shown, diffed = terminal()
    grid, painter = Grid(WIDTH, HEIGHT), Painter()
    for frame in frames:
        whole.feed(frame)
        grid.feed(frame)
        diffed.feed(painter.paint(grid.snapshot(), (0, 0)))
        assert looks(shown) == looks(all_sent)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-4, 4), max_size=8))
def test_scrolling_lists_cost_little_and_stay_right(moves: list[int]) -> None:
    """A log that moves by some lines is scrolled by the terminal; the picture is right all the same."""
    shown, diffed = terminal()
    grid, painter = Grid(WIDTH, HEIGHT), Painter()
    at = 50
    for move in (0, *moves):
        at += move
        for line in range(2, HEIGHT):
            grid.feed(f"\x1b[{line};1H{f'entry {at + line} text text text':<{WIDTH}}"[: WIDTH + 6])
        sent = painter.paint(grid.snapshot(), (0, 0))
        diffed.feed(sent)
        expected = [f"entry {at + line} text text text"[:WIDTH].rstrip() for line in range(2, HEIGHT)]
        assert [row.rstrip() for row in shown.display[1 : HEIGHT - 1]] == expected


def test_an_unknown_sequence_is_passed_on_and_everything_painted_anew() -> None:
    grid = Grid(WIDTH, HEIGHT)
    assert grid.feed("\x1b[5 @ab") == [("\x1b[5 @", True)]
    assert grid.feed("\x1b[?25l\x07") == [("\x1b[?25l", False), ("\x07", False)]
    assert grid.feed("\x1b[?1049h") == [("\x1b[?1049h", True)]


def test_a_sequence_cut_in_two_is_one() -> None:
    grid = Grid(WIDTH, HEIGHT)
    assert not grid.feed("\x1b[3")
    assert not grid.feed("1mred\x1b[0m")
    assert [cell.style.front for cell in grid.rows[0][:4]] == ["31", "31", "31", ""]


def test_a_link_is_part_of_the_look() -> None:
    grid, painter = Grid(WIDTH, HEIGHT), Painter()
    grid.feed("\x1b]8;id=1;https://example.org\x1b\\map\x1b]8;;\x1b\\ x")
    sent = painter.paint(grid.snapshot(), (0, 0))
    assert sent.count("\x1b]8;id=1;https://example.org\x1b\\") == 1
    assert sent.index("map") < sent.index("\x1b]8;;\x1b\\") < sent.index("x", sent.index("map"))


def test_nothing_that_moves_or_turns_reaches_the_terminal() -> None:
    """The last gate before the terminal: controls and direction marks in a cell become a visible mark."""
    grid, painter = Grid(WIDTH, HEIGHT), Painter()
    grid.feed("a\u202eb\x9b31mc\u2066d\x85e")
    sent = painter.paint(grid.snapshot(), (0, 0))
    assert not set(sent) & set("\u202e\u2066\x9b\x85")


def test_plain_terminals_get_neither_colours_nor_glyphs() -> None:
    grid, painter = Grid(WIDTH, HEIGHT), Painter(colour=False, unicode=False)
    grid.feed("\x1b[31;7m─é漢\x1b[0mx")
    sent = painter.paint(grid.snapshot(), (0, 4))
    assert sent.isascii()
    assert "31" not in sent
    assert "\x1b[7m-?? " in sent

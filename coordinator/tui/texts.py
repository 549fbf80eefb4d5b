"""Words on the screen: everything from outside goes through `plain`, and times are said the way people read them.

Law: nothing here is markup. A line is a row of (text, look) spans; a look is a word of LOOKS.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from coordinator.tui.cells import dangerous

Span = tuple[str, str]
Line = tuple[Span, ...]

LOOKS = {
    "": "",
    "strong": "bold",
    "head": "bold",
    "alarm": "bold reverse ansi_red",
    "bad": "bold ansi_red",
    "warn": "bold ansi_yellow",
    "info": "ansi_cyan",
    "good": "ansi_green",
    "key": "bold",
    "cursor": "reverse",
    "overdue": "reverse",
}
"""What a look is drawn with. Beside each stands a word or a marker, so that nothing is colour alone."""

MARKERS = {
    "FLASH": ("!!! FLASH    ", "alarm"),
    "IMMEDIATE": ("!!  IMMEDIATE", "warn"),
    "PRIORITY": ("!   PRIORITY ", "info"),
    "ROUTINE": ("    ROUTINE  ", ""),
}
"""Marker, word and look of each precedence, all as wide."""

STATUS_LOOKS = {
    "OPERATIONAL": "",
    "UNCONFIRMED": "warn",
    "DEGRADED": "warn",
    "LIMITED": "warn",
    "OUT": "bad",
    "EVACUATED": "bad",
    "UNKNOWN": "warn",
}

REPLACED = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\u200d\ufe0e\ufe0f"
MARKS = 8

SECONDS_UNDER = timedelta(minutes=2)


@lru_cache(maxsize=4096)
def plain(text: str, newlines: bool = False) -> str:
    """A text from outside as it may stand on a screen: what moves, turns or hides is a visible mark."""
    if text.isascii() and text.isprintable():
        return text
    made: list[str] = []
    marks = 0
    for character in text:
        if character == "\n":
            made.append("\n" if newlines else " / ")
        elif character in _JOINERS:
            continue
        elif dangerous(character):
            made.append(REPLACED)
        else:
            marks = marks + 1 if cell_len(character) == 0 else 0
            if marks <= MARKS:
                made.append(character)
    return "".join(made)


def fit(text: str, width: int) -> str:
    """A text in exactly so many columns; where it had to be cut, its last column says so."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…"


def length(line: Line) -> int:
    """How many columns a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fitted(line: Line, width: int) -> Line:
    """A line in exactly so many columns."""
    made: list[Span] = []
    left = width
    for text, look in line:
        size = cell_len(text)
        if size > left:
            made.append((fit(text, left), look))
            left = 0
            break
        made.append((text, look))
        left -= size
    if left:
        made.append((" " * left, ""))
    return tuple(made)


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns, broken between words where it can be."""
    lines: list[str] = []
    for paragraph in plain(text, newlines=True).split("\n"):
        line = ""
        for word in paragraph.split(" "):
            while cell_len(word) > width:
                room = width - cell_len(line) - bool(line)
                if room < width // 3:
                    lines.append(line)
                    line, room = "", width
                head = _head(word, room)
                lines.append(f"{line} {head}" if line else head)
                line, word = "", word[len(head) :]  # noqa: PLW2901  # the rest of the word goes on below
            if line and cell_len(line) + 1 + cell_len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _head(word: str, width: int) -> str:
    """As much of a word as fits; at least one character."""
    taken = 1
    while taken < len(word) and cell_len(word[: taken + 1]) <= width:
        taken += 1
    return word[:taken]


def clock(moment: datetime) -> str:
    """`14:32Z`."""
    return moment.strftime("%H:%MZ")


def hour(moment: datetime) -> str:
    """`14:32`."""
    return moment.strftime("%H:%M")


def exact(moment: datetime) -> str:
    """`14:32:40`."""
    return moment.strftime("%H:%M:%S")


def span(delta: timedelta) -> str:
    """`45s`, `14m`, `2h05`, `3d`: seconds only under two minutes, when they matter."""
    seconds = max(int(delta.total_seconds()), 0)
    if delta < SECONDS_UNDER:
        return f"{seconds}s"
    if seconds < 3600:  # noqa: PLR2004  # an hour
        return f"{seconds // 60}m"
    if seconds < 86400:  # noqa: PLR2004  # a day
        return f"{seconds // 3600}h{seconds % 3600 // 60:02}"
    return f"{seconds // 86400}d"


def coarse(delta: timedelta) -> str:
    """Like `span`, but seconds in steps of ten, for what is shown all the time."""
    seconds = int(delta.total_seconds())
    return span(timedelta(seconds=seconds // 10 * 10) if delta < SECONDS_UNDER else delta)


def until(due: datetime | None, now: datetime) -> Span:
    """A deadline: `due 14m`, or `OVERDUE +2m`."""
    if due is None:
        return ("due --", "")
    if now > due:
        return (f"OVERDUE +{span(now - due)}", "overdue")
    left = due - now
    return (f"due {span(left)}", "warn" if left < SECONDS_UNDER else "")


def joined(words: Iterable[str], empty: str = "") -> str:
    """Names as people list them."""
    return ", ".join(words) or empty

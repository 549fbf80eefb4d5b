"""The lines at the top of every screen of a review: what is reviewed, the axis of time, where it stands, who looked.

Law: what is shown is past, and the first word says so. The axis says it without colour: more marks, more happened; `!`
rang; `~` was written later. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from coordinator.review.chronicle import Chronicle
from coordinator.tui.moment import Moment
from coordinator.tui.past_view import PastView
from coordinator.tui.rows.duty import holding, kind, link
from coordinator.tui.texts import Line, Span, exact, fit, fitted, hour, length, plain

MARKS = " .:|"
"""Nothing, little, more, most: of what the busiest column has, up to a tenth, up to a half, all."""
RANG, LATE, MARKED = "!", "~", "b"
LITTLE, MORE = 0.1, 0.5
BUSY = 10
"""Entries in a column below which none counts as busy."""
DAY = timedelta(days=1)


class Standing(Struct, frozen=True):
    """What the top of the screen says besides the view."""

    moment: Moment
    last: int
    """The last entry."""
    verdict: Span
    """Whether the log is whole, in words."""
    speed: int = 1
    playing: bool = False
    marked: frozenset[int] = frozenset()


def header(view: PastView, times: Chronicle, at: Standing, width: int) -> tuple[Line, ...]:
    """The four lines."""
    return (_title(view, at, width), *axis(times, at, width), _looking(view, width))


def _title(view: PastView, at: Standing, width: int) -> Line:
    left: list[Span] = [("REVIEW (read only)", "strong"), ("  ", ""), kind(view), ("  ", "")]
    right: list[Span] = [
        (f"{at.moment.now:%Y-%m-%d}  #{at.moment.seq} of {at.last}  ", ""),
        (plain(at.verdict[0]), at.verdict[1]),
    ]
    room = max(width - length((*left, *right)) - 1, 0)
    return (*left, (fit(plain(view.state.roster.operation.name), room), "strong"), (" ", ""), *right)


def axis(times: Chronicle, at: Standing, width: int) -> tuple[Line, Line]:
    """How much happened when, and below it where the review stands."""
    start, end = times.at(1), times.at(at.last)
    first, last = (f" {_label(one, start, end)} " for one in (start, end))
    columns = max(width - len(first) - len(last), 1)
    edges = [start + (end - start) * place / columns for place in range(columns)]
    cells = _cells(times.density([*edges, end + timedelta(milliseconds=1)]))
    return ((first, ""), *_joined(cells), (last, "")), _below(times, at, edges, len(first), width)


def _label(at: datetime, start: datetime, end: datetime) -> str:
    return hour(at) if end - start < DAY else f"{at:%d}d{hour(at)}"


def _cells(counts: Sequence[tuple[int, bool, bool]]) -> list[Span]:
    most = max((count for count, *_ in counts), default=0)
    return [_cell(count, max(most, BUSY), rang=rang, late=late) for count, rang, late in counts]


def _cell(count: int, most: int, *, rang: bool, late: bool) -> Span:
    if rang:
        return RANG, "bad"
    if late:
        return LATE, "warn"
    level = (count > 0) + (count > most * LITTLE) + (count > most * MORE)
    return MARKS[level], ""


def _joined(cells: Iterable[Span]) -> list[Span]:
    """Neighbours that look the same as one."""
    made: list[Span] = []
    for text, look in cells:
        if made and made[-1][1] == look:
            made[-1] = (made[-1][0] + text, look)
        else:
            made.append((text, look))
    return made


def _below(times: Chronicle, at: Standing, edges: Sequence[datetime], left: int, width: int) -> Line:
    """`^ 14:31:40Z  x8 PLAYING` where it is, and the marks."""
    here = left + _column(edges, at.moment.now)
    cells = [" "] * width
    for seq in at.marked:
        cells[left + _column(edges, times.at(seq))] = MARKED
    said = f"{exact(at.moment.now)}Z  x{at.speed} {'PLAYING' if at.playing else 'STILL'}"
    place = here + 2 if here + 2 + len(said) <= width else here - 1 - len(said)
    cells[here] = "^"
    place = max(place, 0)
    cells[place : place + len(said)] = said
    return (("".join(cells)[:width], "strong"),)


def _column(edges: Sequence[datetime], at: datetime) -> int:
    return max(sum(edge <= at for edge in edges) - 1, 0)


def _looking(view: PastView, width: int) -> Line:
    """Whose screen it is, how their link was, and who held the desks."""
    spans: list[Span] = [*_who(view), ("   ", "")]
    for desk in view.desks:
        spans += [(holding(view, desk), "bad" if not desk.holder else ""), ("   ", "")]
    return fitted(tuple(spans), width)


def _who(view: PastView) -> list[Span]:
    if view.whole:
        return [("EVERYTHING", "strong"), (" (w: as one saw it)", "")]
    name: Span = (f"AS {plain(view.name(view.me))}, {plain(view.centre)}", "strong")
    if not view.known.ever:
        return [name, ("  ", ""), ("NOT CONNECTED YET", "warn")]
    if view.known.up:
        return [name, ("  ", ""), link(view)]
    return [name, ("  ", ""), link(view), (f", had up to #{view.known.seq}", "bad")]

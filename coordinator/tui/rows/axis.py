"""Orders on a time axis, those on one subject below each other: in force, unconfirmed, reserved. Pure.

Law: the bar says it without colour, and moves only when a whole step of time has passed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from coordinator.incident.state import Order
from coordinator.tui.rows.orders import fate, matters, over_row
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, fit, hour, plain
from coordinator.tui.view import View

SUBJECT, NUMBER, VERB, FATE = 16, 6, 9, 19
LEAST = 16
"""Columns of the shortest axis."""
PAST = 4
"""One column in so many lies before now."""
STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 240, 480, 1440))
"""How much time a column may be."""
APART = 7
"""Columns at least from one time on the ruler to the next."""
ENDS = "x"
LEGEND = "= in force  ? unconfirmed  - reserved  | now"


class Axis:
    """From columns to times: a window around now into which every end that is known fits, if it can."""

    def __init__(self, now: datetime, width: int, moments: Sequence[datetime]) -> None:
        self.width = max(width, LEAST)
        before = self.width // PAST
        far = max(moments, default=now)
        room = self.width - before - 1
        self.step = next((step for step in STEPS if now + step * room >= far), STEPS[-1])
        self.left = _floor(now, self.step) - self.step * before
        self.now = before

    def column(self, at: datetime) -> int:
        """The column of a moment; it may lie outside."""
        return (at - self.left) // self.step

    def bar(self, start: datetime, until: datetime | None, mark: str) -> str:
        """A window; an arrow says that it goes on beyond the edge."""
        first, last = self.column(start), self.column(until) - 1 if until is not None else self.width
        last = max(first, last)
        cells = [mark if first <= column <= last else " " for column in range(self.width)]
        if cells[self.now] != ENDS:
            cells[self.now] = "|"
        if first < 0 <= last:
            cells[0] = "<"
        if last >= self.width and first < self.width:
            cells[-1] = ">"
        if first >= self.width:
            cells[-1] = ">"
        return "".join(cells)

    def ruler(self) -> str:
        """Round times above their columns."""
        apart = next((every for every in STEPS if every >= self.step * APART), self.step * APART)
        text = [" "] * self.width
        for column in range(self.width - 4):
            at = self.left + self.step * column
            if at == _floor(at, apart):
                text[column : column + 5] = hour(at)
        return "".join(text)


def _floor(at: datetime, step: timedelta) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // step * step


def timeline(view: View, width: int) -> Listing:
    """1 ORDERS: those that stand on their axis, by subject; then those that are over."""
    stand = sorted((order for order in view.orders if matters(view, order)), key=lambda one: (one.subject, one.start))
    over = [order for order in view.orders if not matters(view, order)]
    moments = [at for order in stand for at in _window(order) if at is not None]
    axis = Axis(view.now, width - SUBJECT - NUMBER - VERB - FATE - 3, moments)
    rows = [Row("ruler", ((" " * (SUBJECT + NUMBER + VERB), ""), (axis.ruler(), "")))] if stand else []
    rows += _standing(view, stand, axis)
    rows += [over_row(view, order) for order in over]
    note = f" {len(over)} over " if over else ""
    legend = f"  {LEGEND}" if stand else ""
    return Listing(f"1 ORDERS {len(stand)} standing{legend}", tuple(rows), "no order yet: o writes one", note)


def _standing(view: View, orders: Sequence[Order], axis: Axis) -> Iterator[Row]:
    before = ""
    for order in orders:
        words, look = fate(view, order)
        subject = tail(order.subject, SUBJECT - 1) if order.subject != before else ""
        line: Line = (
            (fit(subject, SUBJECT), "strong"),
            (fit(order.number, NUMBER), "strong"),
            (fit(plain(order.verb), VERB), ""),
            (_bar(view, order, axis), ""),
            (" ", ""),
            (words, look),
        )
        before = order.subject
        yield Row(f"r{order.seq}", line, Spot("order", str(order.seq)))


def _bar(view: View, order: Order, axis: Axis) -> str:
    start, until = _window(order)
    if order.ended and order.ended_at is not None:
        return axis.bar(order.ended_at, order.ended_at, ENDS)
    if order.on_record is not None:
        mark = "!"
    elif order.start > view.now:
        mark = "-"
    else:
        mark = "?" if any(view.unread(order, centre) for centre in order.to) else "="
    return axis.bar(start, start if order.releasing else until, "*" if order.releasing else mark)


def _window(order: Order) -> tuple[datetime, datetime | None]:
    """From when until when it holds: its claim, where a later order has cut it."""
    return (order.start, order.until) if order.claim is None else (order.claim.start, order.claim.until)


def tail(subject: str, width: int) -> str:
    """A subject without its kind; of a long one the end, which tells it from its neighbours."""
    path = plain(subject.partition("/")[2] or subject)
    return path if len(path) <= width else "~" + path[-(width - 1) :]

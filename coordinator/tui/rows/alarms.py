"""What rings, collapsed into one line: never a modal, never one line each."""

from collections.abc import Iterator

from coordinator.tui.rows.orders import matters
from coordinator.tui.texts import Line, Span, plain
from coordinator.tui.view import View


def line(view: View) -> Line:
    """Everything that wants somebody now; empty on a quiet day."""
    spans: list[Span] = []
    for text, look in _alarms(view):
        spans += [(text, look), ("  ", "")]
    return tuple(spans[:-1])


def _alarms(view: View) -> Iterator[Span]:
    if view.desk_uncertain:
        yield ("DESK NOT CERTAIN", "alarm")
    for scope in (desk.scope for desk in view.desks if not desk.holder and desk.scope in view.my_desks):
        yield (f"{plain(scope)} UNHELD: S assumes", "alarm")
    if view.doubtful:
        yield (f"{len(view.doubtful)} orders waited: still wanted? (p)", "alarm")
    yield from _traffic(view)
    yield from _orders(view)


def _traffic(view: View) -> Iterator[Span]:
    flashes = len(flash(view))
    late = sum(view.overdue(message) for message in (*view.queue, *view.awaited))
    if flashes:
        yield (f"!!! {flashes} FLASH", "alarm")
    if late:
        yield (f"{late} OVERDUE", "overdue")
    if any(desk.offer is not None and desk.offer.to == view.me for desk in view.desks):
        yield ("HANDOVER OFFERED: T takes", "warn")
    if any(view.centre in call.centres and view.centre not in call.confirmed for call in view.called):
        yield ("ROLL CALL: s answers", "warn")


def _orders(view: View) -> Iterator[Span]:
    mine = [order for order in view.orders if order.scope in view.my_desks and matters(view, order)]
    wrong = sum(any(report.readback for report in order.reports.values()) for order in mine if not order.ended)
    unable = sum(
        any(report.answer == "unable" for report in order.reports.values()) for order in mine if not order.ended
    )
    record = sum(order.on_record is not None for order in mine)
    unread = sum(view.unread(order, view.centre) for order in view.to_me)
    for count, words, look in (
        (record, "CONFLICT ON RECORD", "alarm"),
        (wrong, "MISMATCH", "bad"),
        (unable, "UNABLE", "bad"),
        (len(view.proposals), "proposed", "info"),
        (unread, "TO READ BACK: k", "warn"),
    ):
        if count:
            yield (f"{count} {words}", look)


def flash(view: View) -> set[int]:
    """FLASH traffic that nobody here has touched."""
    desk = {message.seq for message in view.queue if message.precedence == "FLASH"}
    mine = {message.seq for message in view.inbox if message.precedence == "FLASH" and not view.acknowledged(message)}
    return desk | mine

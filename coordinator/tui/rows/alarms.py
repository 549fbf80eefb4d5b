"""What rings, collapsed into one line: never a modal, never one line each."""

from collections.abc import Iterator

from rich.cells import cell_len

from coordinator.incident.state import Order
from coordinator.tui.rows.orders import matters
from coordinator.tui.texts import Line, Span, fit, fitted, length, plain
from coordinator.tui.view import View

GAP = 2


def line(view: View, notice: Span, width: int) -> Line:
    """What happened last, and everything that wants somebody now. Of alarms at least the first is always to be seen."""
    found = list(_alarms(view))
    if not found:
        return fitted((notice,), width)
    said = plain(notice[0])
    most = width - (cell_len(said) + GAP if said else 0)
    alarms = _collapsed(found, most)
    room = width - length(alarms) - GAP
    return fitted(((fit(said, room), notice[1]), (" " * GAP, ""), *alarms) if said else alarms, width)


def _collapsed(found: list[Span], width: int) -> Line:
    """As many as fit, the most urgent first, and how many more there are."""
    spans: list[Span] = []
    for place, (text, look) in enumerate(found):
        left = len(found) - place - 1
        more = len(f"  +{left}") if left else 0
        if place and length(tuple(spans)) + GAP + len(text) + more > width:
            return (*spans, (f"  +{len(found) - place}", "strong"))
        spans += [(" " * GAP, ""), (text, look)] if spans else [(text, look)]
    return tuple(spans)


def _alarms(view: View) -> Iterator[Span]:
    if view.desk_uncertain:
        yield ("DESK NOT CERTAIN", "alarm")
    for scope in (desk.scope for desk in view.desks if not desk.holder and desk.scope in view.my_desks):
        yield (f"{plain(scope)} UNHELD: S assumes", "alarm")
    if view.link.held:
        yield (plain(view.link.held), "alarm")
    if view.doubtful:
        yield (f"{len(view.doubtful)} orders waited: still wanted? (p)", "alarm")
    yield from _traffic(view)
    yield from _orders(view)
    if view.elsewhere:
        yield (f"{len(view.elsewhere)} for another log: p 2", "warn")


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
    unable = [order for order in mine if not order.ended and _unable(order)]
    nobody = sum(_unable(order) == len(order.to) for order in unable)
    record = sum(order.on_record is not None for order in mine)
    unread = sum(view.unread(order, view.centre) for order in view.to_me)
    for count, words, look in (
        (record, "CONFLICT ON RECORD", "alarm"),
        (wrong, "MISMATCH", "alarm"),
        (nobody, "ALL UNABLE", "alarm"),
        (len(unable) - nobody, "UNABLE", "bad"),
        (len(view.proposals), "proposed", "info"),
        (unread, "TO READ BACK: k", "warn"),
    ):
        if count:
            yield (f"{count} {words}", look)


def _unable(order: Order) -> int:
    return sum(report.answer == "unable" for report in order.reports.values())


def flash(view: View) -> set[int]:
    """FLASH traffic that nobody here has touched."""
    desk = {message.seq for message in view.queue if message.precedence == "FLASH"}
    mine = {message.seq for message in view.inbox if message.precedence == "FLASH" and not view.acknowledged(message)}
    return desk | mine

"""A review's own rows: the state at a moment in short, the entry it stands at, what had reached somebody. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from coordinator.incident.entries import Entry
from coordinator.incident.projections import in_force, unconfirmed
from coordinator.incident.queues import desk as queue
from coordinator.review.book import happened
from coordinator.tui.past_view import PastView
from coordinator.tui.rows import board, orders, tell
from coordinator.tui.rows.duty import away
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, Span, exact, fit, hour, plain, span, wrapped

FAR = 100_000
"""Rows: further than any list is long."""
REACHED = 12
"""Columns of what had reached somebody."""


def line(entry: Entry) -> Line:
    """An entry as the log has it; a late one with the time at which it happened, and when it was written."""
    if not entry.found.late:
        return tell.line(entry)
    told = tell.line(replace(entry, at=happened(entry)))
    written = f"LATE, written {exact(entry.at)} "
    return tuple((written if text == "LATE " else text, look) for text, look in told)


def log(entries: Iterable[Entry], digit: int, seq: int) -> Listing:
    """LOG: what had happened last."""
    rows = tuple(Row(f"e{entry.seq}", line(entry), Spot("entry", str(entry.seq))) for entry in entries)
    return Listing(f"{digit} LOG up to #{seq}", rows, "nothing that could be seen yet", " t goes to the entry --")


# The state in short


def state_at(view: PastView) -> Listing:
    """1 STATE: who held the desks, what lay there, centres in trouble, orders, roll calls."""
    rows = (*_desks(view), *_centres(view), *_calls(view), *_orders(view))
    return Listing(f"1 STATE AT {exact(view.now)}Z", rows)


def _desks(view: PastView) -> Iterator[Row]:
    for desk in view.desks:
        holder = plain(view.name(desk.holder)) if desk.holder else "UNHELD"
        words: Span = (f"{holder} (term {desk.term})", "" if desk.holder else "bad")
        yield Row(
            f"d{desk.scope}",
            (("POC ", ""), (f"{plain(desk.scope)}: ", "strong"), words),
            Spot("scope", desk.scope),
        )
        if gone := away(view, desk):
            yield Row(f"g{desk.scope}", ((gone, "bad"),))
        if desk.scope in view.my_desks:
            lying = queue(view.state, desk.scope)
            late = sum(view.overdue(message) for message in lying)
            said = f"  inbound {len(lying)}" + (f" ({late} overdue)" if late else "")
            yield Row(f"q{desk.scope}", ((said, "warn" if late else ""),))


def _centres(view: PastView) -> Iterator[Row]:
    rows = {row.key: row for row in board.centres(view).rows}
    odd = [one for one in view.board if one.state != "OPERATIONAL" or not one.up]
    yield Row("odd", ((f"{len(view.board)} centres, {len(odd)} not up or operational", ""),))
    yield from (rows[f"k{one.centre}"] for one in odd if one.said_at is not None or one.up)


def _calls(view: PastView) -> Iterator[Row]:
    for call in view.called:
        said = f"ROLL CALL {call.number}: {len(call.confirmed)} of {len(call.centres)} confirmed"
        yield Row(f"c{call.seq}", ((said, "warn"),), Spot("rollcall", str(call.seq)))


def _orders(view: PastView) -> Iterator[Row]:
    standing, loose = in_force(view.state, view.now), unconfirmed(view.state, view.now)
    yield Row("orders", ((f"{len(standing)} orders in force, {len(loose)} unconfirmed", "warn" if loose else ""),))
    yield from orders.standing(view).rows


# The entry


def entry(view: PastView, found: Entry | None, answer: tuple[int, str] | None, width: int) -> Listing:
    """2 ENTRY: what was written at the moment at which the review stands."""
    heading = f"2 ENTRY #{view.shown}"
    if found is None:
        hidden = "its line is not here" if view.whole else f"not for {plain(view.name(view.me))}, or not yet"
        return Listing(heading, (), hidden)
    lines = [*_entry(view, found, width), *_fate(answer)]
    return Listing(heading, tuple(Row(f"t{place}", one, Spot("entry", str(found.seq)) if not place else None)
                                  for place, one in enumerate(lines)))  # fmt: skip


def _entry(view: PastView, found: Entry, width: int) -> Iterator[Line]:
    who = f"{view.name(found.by)}, {found.centre}" if found.centre else view.name(found.by)
    kind = found.kind.upper().replace("_", " ")
    yield ((f"{kind} ", tell.KIND_LOOKS.get(found.kind, "strong") or "strong"), (plain(found.found.number), "strong"))
    yield ((f"{plain(who)}{f' by {plain(found.means)}' if found.means else ''} at {exact(found.at)}Z", ""),)
    if found.found.late:
        yield ((f"LATE: it happened at {exact(happened(found))}Z", "warn"),)
    yield from (((part, ""),) for part in wrapped(tell.told(found), max(width - 2, 20)))
    if found.words:
        yield from (((part, ""),) for part in wrapped(f'in the words: "{found.words}"', max(width - 2, 20)))


def _fate(answer: tuple[int, str] | None) -> Iterator[Line]:
    if answer is not None:
        yield ((f"answered by #{answer[0]} after {answer[1]}", ""),)


def after(asked: Entry, answered: Entry) -> tuple[int, str]:
    """The entry that answered one, and how long that took."""
    return answered.seq, span(answered.at - asked.at)


# What had reached somebody


class Reached(NamedTuple):
    """When it was on a screen of theirs, and when it was opened there; None: not by then."""

    delivered: datetime | None = None
    seen: datetime | None = None


def reached(view: PastView, spot: Spot | None) -> Reached | None:
    """Whether a message or an order had reached the centre that is looked at; None where it was not for that centre."""
    if spot is None or view.whole:
        return None
    message, order = view.state.messages.get(spot.seq), view.state.orders.get(spot.seq)
    if message is not None and any(view.centre in relay.to for relay in message.relays):
        mark = message.marks.get(view.centre)
        return Reached(mark.delivered, mark.seen) if mark is not None else Reached()
    if order is not None and view.centre in order.to:
        report = order.reports.get(view.centre)
        return Reached(report.delivered, report.seen) if report is not None else Reached()
    return None


def with_reached(view: PastView, listing: Listing) -> Listing:
    """A list whose rows say first what had reached the centre that is looked at."""
    found = [reached(view, row.spot) for row in listing.rows]
    if not any(found):
        return listing
    rows = tuple(
        row._replace(line=(_column(one), *row.line)) for row, one in zip(listing.rows, found, strict=True)
    )
    return listing._replace(rows=rows)


def _column(found: Reached | None) -> Span:
    if found is None:
        return " " * REACHED, ""
    if found.seen is not None:
        return fit(f"seen {hour(found.seen)}", REACHED), ""
    if found.delivered is not None:
        return fit(f"there {hour(found.delivered)}", REACHED), "warn"
    return fit("NOT THERE", REACHED), "bad"


def reach_line(view: PastView, spot: Spot) -> tuple[Row, ...]:
    """The same in a whole line, for one thing."""
    found = reached(view, spot)
    if found is None:
        return ()
    if found.seen is not None:
        words: Span = (f"had it on the screen, and opened it at {exact(found.seen)}Z", "")
    elif found.delivered is not None:
        words = (f"had it on the screen since {exact(found.delivered)}Z, and had not opened it", "warn")
    else:
        words = ("did not have it on any screen", "bad")
    return (Row("reached", ((f"{plain(view.centre)} ", "strong"), words)),)

"""Orders and proposals as rows: in force, reserved, unconfirmed, and what is proposed side by side."""

from datetime import timedelta

from coordinator.incident.claims import stands
from coordinator.incident.state import Order, Proposal
from coordinator.tui.rows.words import what
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, Span, coarse, fit, hour, joined, plain
from coordinator.tui.view import View

UNDELIVERED_AFTER = timedelta(seconds=60)


def standing(view: View) -> Listing:
    """3 ORDERS: what is in force or to come, and what is over but not yet confirmed as over."""
    shown = [order for order in view.orders if matters(view, order)]
    loose = sum(any(view.unread(order, centre) for centre in order.to) for order in shown)
    rows = tuple(_row(view, order) for order in shown)
    return Listing(f"3 ORDERS {len(shown)}" + (f" ({loose} unconfirmed)" if loose else ""), rows, "no order in force")


def matters(view: View, order: Order) -> bool:
    """Whether an order stands, is on record as a conflict, or somebody has still to read it back."""
    return (
        stands(order, view.now)
        or order.on_record is not None
        or (order.ended != "window" and any(view.unread(order, centre) for centre in order.to))
    )


def _row(view: View, order: Order) -> Row:
    state = fate(view, order)
    line: Line = ((fit(order.number, 5), "strong"), (fit(short(order), 16), ""), (" ", ""), state)
    return Row(f"r{order.seq}", line, Spot("order", str(order.seq)))


def short(order: Order) -> str:
    """An order in half a line: the verb and the last part of what it is about."""
    return plain(f"{order.verb} {order.subject.rpartition('/')[2]}")


def over_row(view: View, order: Order) -> Row:
    """An order that is over, in one line."""
    line: Line = (
        (fit(order.number, 6), "strong"),
        (fit(window(order), 14), ""),
        (fit(what(order), 30), ""),
        (" ", ""),
        fate(view, order),
        (f"  to {plain(joined(order.to))}", ""),
    )
    return Row(f"r{order.seq}", line, Spot("order", str(order.seq)))


def window(order: Order) -> str:
    """`14:40-15:00Z`, or `from 14:40Z`."""
    return f"{hour(order.start)}-{hour(order.until)}Z" if order.until is not None else f"from {hour(order.start)}Z"


def fate(view: View, order: Order) -> Span:
    """Where an order is in its life, in a few words."""
    done, of = view.read_back(order)
    unable = [centre for centre, report in order.reports.items() if report.answer == "unable"]
    if order.on_record is not None:
        return ("CONFLICT ON RECORD", "alarm")
    if order.ended:
        told = "told" if done == of else f"told {done}/{of}"
        return (f"{order.ended} {told}", "" if done == of else "warn")
    if unable:
        return (f"UNABLE {plain(joined(sorted(unable)))}", "bad")
    if any(report.readback for report in order.reports.values()):
        return (f"MISMATCH {done}/{of}", "bad")
    if done < of:
        late = view.now - order.at > UNDELIVERED_AFTER and any(_undelivered(order, centre) for centre in order.to)
        return (f"{'NOT DELIVERED' if late else 'unconfirmed'} {done}/{of}", "bad" if late else "warn")
    carried = sum(report.answer == "completed" for report in order.reports.values())
    prefix = "RESERVED " if order.start > view.now else ""
    return (f"{prefix}read back {done}/{of}" + (f", done {carried}" if carried else ""), "")


def _undelivered(order: Order, centre: str) -> bool:
    report = order.reports.get(centre)
    return report is None or (report.delivered is None and report.readback is None)


def undelivered(view: View, order: Order) -> list[str]:
    """Addressees whom the order has not reached after a minute, with how else to reach them."""
    if order.ended or view.now - order.at <= UNDELIVERED_AFTER:
        return []
    return [f"{centre}: {reach(view, centre)}" for centre in order.to if _undelivered(order, centre)]


def reach(view: View, centre: str) -> str:
    """How a centre can be reached by voice."""
    found = view.centre_of(centre)
    ways = [way for way in (found.phone, found.callsign, found.bridge) if way] if found is not None else []
    return plain(" / ".join(ways)) or "no phone on the roster"


def proposals(view: View) -> Listing:
    """Proposals on my desks; those that clash with each other stand side by side."""
    rows = tuple(_proposal(view, one) for one in view.proposals)
    return Listing(f"2 PROPOSALS {len(rows)}", rows, "no proposal on your desk")


def _proposal(view: View, one: Proposal) -> Row:
    rivals = [view.number(seq) for seq in one.clashes]
    clash: Span = (
        (f"CLASHES {joined(rivals)}  ", "bad") if rivals else (("" if not one.verdict else one.verdict) + " ", "warn")
    )
    line: Line = (
        (fit(one.number, 6), "strong"),
        (fit(plain(one.centre), 10), ""),
        (f"{coarse(view.now - one.at):>4} ", ""),
        (what(one.order), ""),
        ("  ", ""),
        clash,
    )
    return Row(f"p{one.seq}", line, Spot("proposal", str(one.seq)))

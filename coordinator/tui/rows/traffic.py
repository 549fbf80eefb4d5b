"""Messages as rows: the desk's queue, and what it still follows up."""

from coordinator.incident.deadlines import addressees
from coordinator.incident.state import Message, Proposal
from coordinator.tui.rows.words import gist, till, what
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import MARKERS, Line, Span, coarse, fit, hour, joined, plain, until
from coordinator.tui.view import View

CENTRE = 11
DUE = 14


def inbound(view: View) -> Listing:
    """1 INBOUND: the queue of my desks, then what still waits for an answer elsewhere."""
    late = sum(view.overdue(message) for message in (*view.queue, *view.awaited))
    heading = f"1 INBOUND {len(view.queue)}" + (f" ({late} overdue)" if late else "")
    rows = [_desk_row(view, message) for message in view.queue]
    rows += [proposed(view, one) for one in view.proposals]
    rows += [_awaited_row(view, message) for message in view.awaited]
    note = f" {len(view.awaited)} waiting elsewhere " if view.awaited else ""
    return Listing(heading, tuple(rows), "nothing waits on your desk", note)


def _desk_row(view: View, message: Message) -> Row:
    due, look = until(view.due(message), view.now)
    if message.asked_at is not None:
        due, look = f"asked {coarse(view.now - message.asked_at)}", ""
    held = view.held_acts.get(message.seq)
    return _row(message, MARKERS[message.precedence], (due, look), f"[{held} HELD] " * bool(held) + gist(message))


def _awaited_row(view: View, message: Message) -> Row:
    due, look = until(view.due(message), view.now)
    where = {"assigned": f"with {message.owner}", "held": f"held to {till(message)}"}.get(
        message.place, f"relayed to {joined(addressees(message))}"
    )
    return _row(
        message, ("    " + fit(message.precedence.lower(), 9), ""), (due, look), f"[{plain(where)}] {gist(message)}"
    )


def proposed(view: View, one: Proposal) -> Row:
    """A proposal in the desk's queue: it is somebody's request as well."""
    rivals = [view.number(seq) for seq in one.clashes]
    clash: Span = (f"  CLASHES {joined(rivals)}", "bad") if rivals else (f"  {one.verdict}", "warn")
    line: Line = (
        ("    PROPOSAL ", "info"),
        (" ", ""),
        (fit(plain(one.centre), CENTRE), ""),
        (" ", ""),
        (fit(f"since {hour(one.at)}", DUE), ""),
        (" ", ""),
        (f"{one.number} ", "strong"),
        (what(one.order), ""),
        clash,
    )
    return Row(f"p{one.seq}", line, Spot("proposal", str(one.seq)))


def _row(message: Message, marker: Span, due: Span, gist: str) -> Row:
    line: Line = (
        marker,
        (" ", ""),
        (fit(plain(message.centre), CENTRE), ""),
        (" ", ""),
        (fit(due[0], DUE), due[1]),
        (" ", ""),
        (f"{message.number} ", "strong"),
        (gist, ""),
    )
    return Row(f"m{message.seq}", line, Spot("message", str(message.seq)))

"""A post's side of traffic: what waits for my centre, and where what it sent is now."""

from datetime import datetime

from coordinator.incident import queues
from coordinator.incident.deadlines import expects
from coordinator.incident.state import Message, Order
from coordinator.session.waiting import Waiting
from coordinator.tui.rows.words import gist, said, what
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import MARKERS, Line, Span, fit, hour, plain, until
from coordinator.tui.view import View

CENTRE = 11
DUE = 14


def for_you(view: View) -> Listing:
    """FOR YOU: orders to read back, offers, roll calls, and what was relayed to my centre; what needs an act first."""
    rows = [*_calls(view), *_offers(view), *(_order_row(view, order) for order in view.to_me), *_relayed(view)]
    pressing = sorted(rows, key=lambda row: row.key.startswith("z"))
    need = sum(not row.key.startswith("z") for row in rows)
    return Listing(f"1 FOR YOU {need}", tuple(pressing), "nothing waits for you")


def _calls(view: View) -> list[Row]:
    return [
        Row(
            f"c{call.seq}",
            (
                ("ROLL CALL   ", "warn"),
                (f"{call.number} ", "strong"),
                _due(call.deadline, view),
                (f"  confirm your status (s) {plain(call.text)}", ""),
            ),
            Spot("rollcall", str(call.seq)),
        )
        for call in view.called
        if view.centre in call.centres and view.centre not in call.confirmed
    ]


def _due(deadline: datetime, view: View) -> Span:
    text, look = until(deadline, view.now)
    return fit(text, DUE), look


def _offers(view: View) -> list[Row]:
    return [
        Row(
            f"o{desk.offer.seq}",
            (
                ("HANDOVER    ", "warn"),
                (f"{view.name(desk.holder)} offers you the {plain(desk.scope)} desk: T takes it", ""),
            ),
            Spot("offer", str(desk.offer.seq)),
        )
        for desk in view.desks
        if desk.offer is not None and desk.offer.to == view.me
    ]


def _order_row(view: View, order: Order) -> Row:
    pressing = view.unread(order, view.centre)
    report = order.reports.get(view.centre)
    if order.ended:
        word: Span = (f"{order.ended.upper()}: READ BACK", "warn") if pressing else (order.ended, "")
    elif pressing:
        word = ("READ BACK AGAIN", "bad") if report is not None and report.readback else ("READ BACK", "warn")
    else:
        word = ((report.answer if report is not None else "") or "read back", "")
    if order.seq in view.held_acts:
        word = (f"HELD: {view.held_acts[order.seq]}", "warn")
    line: Line = (
        ("ORDER       ", "strong"),
        (f"{order.number} ", "strong"),
        (fit(word[0], 21), word[1]),
        (" ", ""),
        (what(order), ""),
    )
    return Row(f"{'' if pressing else 'z'}r{order.seq}", line, Spot("order", str(order.seq)))


def _relayed(view: View) -> list[Row]:
    return [_inbox_row(view, message) for message in reversed(view.inbox) if message.place != "closed"]


def _inbox_row(view: View, message: Message) -> Row:
    done = view.acknowledged(message)
    wants = expects(message) and message.centre != view.centre
    state: Span = ("acknowledged" if done else "NEW: acknowledge", "" if done else "warn")
    if wants and done:
        state = ("wants an answer", "warn")
    if message.answered is not None:
        state = ("answered", "")
    if message.seq in view.held_acts:
        state = (f"HELD: {view.held_acts[message.seq]}", "warn")
    marker = MARKERS[message.precedence]
    line: Line = (
        (marker[0][:13], marker[1] if not done else ""),
        (" ", ""),
        (fit(plain(message.centre), CENTRE), ""),
        (" ", ""),
        (fit(state[0], 17), state[1]),
        (f"{message.number} ", "strong"),
        (gist(message), ""),
    )
    pressing = not done or wants
    return Row(f"{'' if pressing else 'z'}m{message.seq}", line, Spot("message", str(message.seq)))


def sent(view: View) -> Listing:
    """2 SENT: what waits in the outbox first, then where my requests are, and with whom the ball lies."""
    rows = [_waiting_row(view, waiting) for waiting in (*view.waiting, *view.elsewhere)]
    rows += [_sent_row(view, message) for message in view.sent[:50]]
    held = f" {len(view.waiting)} held safely " if view.waiting else ""
    return Listing("2 SENT", tuple(rows), "nothing sent yet: m writes a message", held)


def _waiting_row(view: View, waiting: Waiting) -> Row:
    command = waiting.command
    if waiting.id in view.doubtful:
        word: Span = ("STILL WANTED? Enter", "warn")
    elif waiting in view.elsewhere:
        word = ("FOR ANOTHER LOG: Enter", "warn")
    elif view.link.sends:
        word = ("SENDING", "")
    elif view.link.up:
        word = ("HELD (the hub takes nothing now)", "warn")
    else:
        word = ("HELD (sends when the link returns)", "warn")
    line: Line = (
        (fit(command.do, 12), "strong"),
        (f"{hour(waiting.queued_at)} ", ""),
        word,
        ("  " + said(command), ""),
    )
    return Row(f"w{waiting.id}", line, Spot("waiting", waiting.id))


def _sent_row(view: View, message: Message) -> Row:
    line: Line = (
        (fit(message.number, 6), "strong"),
        (fit(message.precedence, 10), MARKERS[message.precedence][1]),
        (fit(_ball(view, message), 34), _ball_look(view, message)),
        (" ", ""),
        (gist(message), ""),
    )
    return Row(f"m{message.seq}", line, Spot("message", str(message.seq)))


def _ball_look(view: View, message: Message) -> str:
    return "warn" if message.asked_at is not None or (expects(message) and view.overdue(message)) else ""


def _ball(view: View, message: Message) -> str:
    """Where a message is, and with whom the ball lies."""
    due = view.due(message) if expects(message) else None
    when = f", due {hour(due)}" if due is not None else f" since {hour(message.at)}"
    if message.asked_at is not None:
        return f"ASKED BACK: you, since {hour(message.asked_at)}"
    words = {
        "answered": "ANSWERED",
        "closed": f"closed: {plain(message.closed)}",
        "elsewhere": "not ours: Enter says where it belongs",
    }
    return words.get(message.place, f"with {plain(queues.ball(view.state, message))}{when}")

"""One thing in full: all that may be known of a message, an order, a proposal, a centre or an entry."""

from collections.abc import Callable

from msgspec import to_builtins

from coordinator.incident.entries import Entry
from coordinator.incident.state import Message, Rollcall
from coordinator.tui.rows import tell
from coordinator.tui.rows.board import contact
from coordinator.tui.rows.duty import charter
from coordinator.tui.rows.facts import pair, text
from coordinator.tui.rows.neighbours import neighbours
from coordinator.tui.rows.order_detail import order_detail, proposal_detail
from coordinator.tui.rows.orders import reach
from coordinator.tui.rows.resources import resource_detail
from coordinator.tui.rows.words import said, what
from coordinator.tui.spots import Row, Spot
from coordinator.tui.texts import MARKERS, Line, Span, exact, hour, joined, plain, until
from coordinator.tui.view import View


def of(view: View, spot: Spot, width: int) -> tuple[Row, ...]:
    """Everything about what the cursor is on."""
    teller = _TELLERS.get(spot.kind)
    lines = teller(view, spot, max(width - 2, 20)) if teller is not None else []
    return tuple(Row(f"t{place}", line) for place, line in enumerate(lines))


def seqs(view: View, spot: Spot) -> tuple[int, ...]:
    """The entries that are opened with a thing."""
    message = view.state.messages.get(spot.seq)
    return message.entries if message is not None else (spot.seq,) if spot.seq else ()


def _message(view: View, spot: Spot, width: int) -> list[Line]:
    message = view.state.messages.get(spot.seq)
    if message is None:
        return [((f"#{spot.ref} is not for your eyes, or not here yet", ""),)]
    marker = MARKERS[message.precedence]
    head: list[Span] = [marker, (f"  {message.number}  ", "strong"), (f"#{message.seq}  ", "")]
    head.append(until(view.due(message), view.now) if message.place == "desk" or message.answered is None else ("", ""))
    who = f"{message.centre} ({view.name(message.by)}) at {exact(message.at)}Z"
    if message.means:
        who += f", by {message.means}" + (f", said at {exact(message.said_at)}Z" if message.said_at else "")
    lines: list[Line] = [tuple(head)]
    lines += pair("From", who, width)
    lines += pair("To", joined(message.to, "the POC decides"), width)
    lines += pair("Topic", message.topic, width)
    lines += pair("Subject", message.subject, width)
    lines += pair("Wants", "an answer" if message.wants_reply else "", width)
    lines += [((" ", ""),), *text(message.text, width), ((" ", ""),)]
    if message.form is not None:
        for name, value in message.form.fields.items():
            lines += pair(name, value, width)
    lines += _thread(view, message, width)
    lines += neighbours(view, message, width)
    return lines


def _thread(view: View, message: Message, width: int) -> list[Line]:
    events: list[tuple[int, str, str]] = []
    for relay in message.relays:
        how = "UNFILTERED relay" if relay.unfiltered else "summarised" if relay.text else "relayed"
        events.append((relay.seq, f"{hour(relay.at)} {how} to {joined(relay.to)}", relay.text))
    for one in message.said:
        held = " (desk only)" if one.held else ""
        events.append(
            (one.seq, f"{hour(one.at)} {one.kind.upper()} by {one.centre} ({view.name(one.by)}){held}", one.text)
        )
    lines: list[Line] = []
    for _, heading, body in sorted(events):
        lines.append(((plain(heading), "strong"),))
        lines += [(("  ", ""), *line) for line in text(body, width - 2)] if body else []
    lines += _marks(view, message, width)
    if message.place == "held" and message.held_until is not None:
        lines += pair("Held until", f"{hour(message.held_until)}Z", width)
    lines += pair("Owner", message.owner, width)
    lines += pair("Closed", message.closed, width)
    return lines


def _marks(view: View, message: Message, width: int) -> list[Line]:
    lines: list[Line] = []
    for centre in dict.fromkeys(centre for relay in message.relays for centre in relay.to):
        mark = message.marks.get(centre)
        if mark is None:
            lines += pair(plain(centre), f"not delivered; {reach(view, centre)}", width, "warn")
            continue
        facts = [
            f"{word} {hour(at)}"
            for word, at in (("delivered", mark.delivered), ("seen", mark.seen), ("ACKNOWLEDGED", mark.acknowledged))
            if at is not None
        ]
        facts += [f"DECLINED: {mark.declined}"] if mark.declined else []
        lines += pair(plain(centre), joined(facts, "nothing yet"), width)
    return lines


def _centre(view: View, spot: Spot, width: int) -> list[Line]:
    centre = view.centre_of(spot.ref)
    if centre is None:
        return []
    report = view.state.statuses.get(centre.id)
    lines: list[Line] = [((f"{plain(centre.id)}  ", "strong"), (plain(f"{centre.name} ({centre.kind})"), ""))]
    lines += pair("Status", view.status(centre.id), width)
    if report is not None:
        lines += pair("Said", f"{report.state} at {exact(report.at)}Z by {view.name(report.by)}: {report.text}", width)
        lines += pair("People", str(report.headcount) if report.headcount is not None else "", width)
    lines += pair("Contact", contact(view, centre.id)[0], width)
    lines += pair("Voice", reach(view, centre.id), width)
    lines += pair("Bridge", centre.bridge, width)
    lines += pair("Wishes", centre.preferences, width)
    people = [
        f"{one.name} ({one.role})" for one in view.state.roster.operators if one.centre == centre.id and not one.retired
    ]
    lines += pair("Operators", joined(people), width)
    lines += pair(
        "Orders", joined(f"{o.number} {what(o)}" for o in view.orders if centre.id in o.to and not o.ended), width
    )
    return lines


def _offer(view: View, spot: Spot, width: int) -> list[Line]:
    for desk in view.desks:
        if desk.offer is not None and desk.offer.seq == spot.seq:
            head = f"{view.name(desk.holder)} offers the {desk.scope} desk to {view.name(desk.offer.to)}"
            return [((plain(head), "strong"),), ((" ", ""),), *text(desk.offer.briefing or "no briefing", width)]
    return [(("this offer no longer stands", ""),)]


def _rollcall(view: View, spot: Spot, width: int) -> list[Line]:
    call = view.state.rollcalls.get(spot.seq)
    if call is None:
        return []
    lines: list[Line] = [((f"{call.number}  ", "strong"), until(call.deadline, view.now))]
    lines += pair("Asks", call.text or "confirm your status", width)
    for centre in call.centres:
        done = centre in call.confirmed
        said = f"confirmed{_people(call, centre)}" if done else f"OUTSTANDING; {reach(view, centre)}"
        lines += pair(plain(centre), said, width, "" if done and not _missing(call, centre) else "warn")
    return lines


def _people(call: Rollcall, centre: str) -> str:
    heads, expected = call.heads.get(centre), call.expected.get(centre)
    if heads is None:
        return f", no headcount ({expected} expected)" if expected is not None else ""
    return f", {heads} people" + (f" of {expected}" if expected is not None else "")


def _missing(call: Rollcall, centre: str) -> bool:
    """Whether fewer answered than are expected there."""
    heads, expected = call.heads.get(centre), call.expected.get(centre)
    return heads is not None and expected is not None and heads < expected


def _waiting(view: View, spot: Spot, width: int) -> list[Line]:
    for one in (*view.waiting, *view.elsewhere):
        if one.id == spot.ref:
            return [
                ((f"{one.command.do}, written at {exact(one.queued_at)}Z, not decided yet", "strong"),),
                *text(said(one.command), width),
            ]
    return [(("this has been decided; see the log", ""),)]


def _scope(view: View, spot: Spot, width: int) -> list[Line]:
    return [((plain(part), ""),) for part in charter(view, spot.ref, width)]


_TELLERS: dict[str, Callable[[View, Spot, int], list[Line]]] = {
    "message": _message,
    "order": order_detail,
    "proposal": proposal_detail,
    "centre": _centre,
    "offer": _offer,
    "rollcall": _rollcall,
    "waiting": _waiting,
    "scope": _scope,
    "resource": resource_detail,
}


def entry(found: Entry | None, width: int) -> tuple[Row, ...]:
    """An entry as it stands in the log, field by field."""
    if found is None:
        return ()
    lines: list[Line] = [tell.line(found), ((" ", ""),)]
    fields: dict[str, object] = to_builtins(found)
    body, marks = fields.pop("body"), fields.pop("found", {})
    for part in (fields, body, marks):
        if isinstance(part, dict):
            for name, value in part.items():
                lines += pair(str(name), str(value), width)
    return tuple(Row(f"t{place}", line) for place, line in enumerate(lines))

"""Resources as rows: who has what, where, until when; and what became of each request for one. Pure."""

from collections.abc import Iterator

from coordinator.incident import holdings, queues
from coordinator.incident.holdings import Holding, Use
from coordinator.incident.state import Message
from coordinator.tui.rows.facts import pair
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, clock, fit, hour, joined, plain
from coordinator.tui.view import View

LOOKS = {"Out of service": "bad", "Assigned": "strong", "Reserved": "info"}


def resources(view: View) -> Listing:
    """1 RESOURCES: each with its home, what is free of it, and every order that holds some."""
    found = holdings.holdings(view.state, view.now)
    taken = sum(one.state == "Assigned" for one in found)
    out = sum(one.state == "Out of service" for one in found)
    counts = f" ({taken} assigned, {out} out of service)" if found else ""
    rows = tuple(row for one in found for row in _rows(one))
    return Listing(f"1 RESOURCES {len(found)}{counts}", rows, "no resource on the roster")


def _rows(one: Holding) -> Iterator[Row]:
    name = one.subject.removeprefix("resource/")
    where = f"{plain(one.where)} since {hour(one.where_at)}" if one.where and one.where_at is not None else ""
    head: Line = (
        (fit(plain(name), 17), "strong"),
        (fit(plain(one.home), 10), ""),
        (fit(f"{one.free}/{one.capacity} free", 11), ""),
        (fit(one.state, 15), LOOKS.get(one.state, "")),
    )
    if not one.uses:
        yield Row(f"u{name}", (*head, (where, "")), Spot("resource", one.subject))
    for place, use in enumerate(one.uses):
        first: Line = head if not place else ((" " * 53, ""),)
        yield Row(f"u{name}-{use.seq}", (*first, *_use(use), (f"  {where}", "")), Spot("resource", one.subject))


def _use(use: Use) -> Line:
    begins = f" from {clock(use.start)}" if use.reserved else ""
    ends = f" until {clock(use.until)}" if use.until is not None else ""
    return ((f"{use.quantity} {plain(use.object or joined(use.to))}{begins}{ends} ", ""), (use.order, "strong"))


def requests(view: View) -> Listing:
    """2 REQUESTS: what was asked for, and what was proposed and ordered because of it."""
    rows = tuple(_request(view, message) for message in holdings.requests(view.state))
    return Listing(f"2 REQUESTS {len(rows)}", rows, "nobody has asked for a resource: M r writes a request")


def _request(view: View, message: Message) -> Row:
    proposals, orders = holdings.done_about(view.state, message.seq)
    done = [f"{one.number} {one.end or 'proposed'}" for one in proposals]
    done += [f"{one.number} {one.ended or 'in force'}" for one in orders]
    fields = message.form.fields if message.form is not None else {}
    what = " ".join(value for name in ("quantity", "kind", "type") if (value := fields.get(name, ""))) or message.text
    line: Line = (
        (fit(message.number, 6), "strong"),
        (fit(plain(message.centre), 11), ""),
        (fit(plain(what), 30), ""),
        (" ", ""),
        (plain(joined(done)) or f"with {plain(queues.ball(view.state, message))}", "" if done else "warn"),
    )
    return Row(f"m{message.seq}", line, Spot("message", str(message.seq)))


def resource_detail(view: View, spot: Spot, width: int) -> list[Line]:
    """Everything about a resource."""
    one = next((one for one in holdings.holdings(view.state, view.now) if one.subject == spot.ref), None)
    if one is None:
        return []
    lines: list[Line] = [((f"{plain(one.name)}  ", "strong"), (one.state, LOOKS.get(one.state, "")))]
    lines += pair("Kind", one.kind, width)
    lines += pair("Home", one.home, width)
    lines += pair("Free", f"{one.free} of {one.capacity}", width)
    lines += pair("Declared", f"{one.where} at {clock(one.where_at)}" if one.where_at is not None else "", width)
    for use in one.uses:
        lines += pair(use.order, "".join(text for text, _ in _use(use)), width)
        lines += pair("", joined(use.said), width)
    return lines

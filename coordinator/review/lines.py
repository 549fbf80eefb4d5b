"""One entry as one line, for logs, refusals and reports: number, time, who, what. Everything from outside is plain."""

from datetime import datetime

from coordinator.incident import acts, hubacts
from coordinator.incident.entries import Entry
from coordinator.incident.times import stamp


def told(entry: Entry) -> str:
    """`#9066 O-12 14:12:05Z dana@eoc ORDER SHELTER area/north to icp`."""
    number = f"{entry.found.number} " if entry.found.number else ""
    late = f" (said {clock(entry.said_at)})" if entry.said_at is not None and entry.found.late else ""
    means = f" by {plain(entry.means)}" if entry.means else ""
    return f"#{entry.seq} {number}{clock(entry.at)} {who(entry)} {what(entry)}{means}{late}"


def clock(at: datetime) -> str:
    """The time of day, in UTC."""
    return f"{at:%H:%M:%S}Z"


def who(entry: Entry) -> str:
    """The author, and the centre that it is said for."""
    hand = f"/{plain(entry.hand)}" if entry.hand else ""
    return f"{entry.by}{hand}@{entry.centre}" if entry.centre else f"{entry.by}{hand}"


def what(entry: Entry) -> str:
    """The kind, and what people would look for in it, on one line."""
    kind = entry.kind.upper().replace("_", " ")
    said = plain(_said(entry))
    return f"{kind} {said}" if said else kind


def plain(text: str) -> str:
    """Text from outside, on one line, and nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))


def shown(line: str) -> str:
    """A line as it was laid out, and nothing in it that a terminal would obey."""
    return line if line.isprintable() else "".join(char if char.isprintable() else " " for char in line)


def _said(entry: Entry) -> str:
    body = entry.body
    if isinstance(body, hubacts.Refusal):
        return f"of {body.do}: {entry.found.code}: {entry.found.message}"
    if isinstance(body, acts.Order):
        return _order(body)
    if isinstance(body, hubacts.Open):
        return f"{body.roster.operation.name} ({body.roster.operation.kind})"
    if isinstance(body, hubacts.Link):
        return f"{body.operator} {body.state} since {stamp(body.since)}"
    ref = f"#{entry.ref}" if entry.ref is not None else ""
    parts = (ref, *(_part(getattr(body, name, None)) for name in _TOLD))
    return " ".join(part for part in parts if part)


_TOLD = (
    "precedence", "verb", "subject", "resource", "scope", "operator", "state", "headcount", "what", "centres", "to",
    "owner", "cancelled", "reason", "alternative", "text", "briefing", "rationale",
)
"""The fields that are told, in the order in which they are read."""


def _part(value: object) -> str:
    if value is True:
        return "cancelled"
    if isinstance(value, tuple):
        return f"to {','.join(map(str, value))}" if value else ""
    return "" if value is None or value is False else str(value)


def _order(order: acts.Order) -> str:
    parts = [order.verb, order.subject]
    if order.excepted:
        parts.append(f"except {','.join(order.excepted)}")
    if order.quantity is not None:
        parts.append(f"x{order.quantity}")
    if order.object:
        parts.append(f"for {order.object}")
    parts.append(f"to {','.join(order.to)}")
    if order.window.start is not None:
        parts.append(f"from {stamp(order.window.start)}")
    if order.window.until is not None:
        parts.append(f"until {stamp(order.window.until)}")
    return " ".join([*parts, order.text])

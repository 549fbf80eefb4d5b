"""An entry of the log in one line: when, number, who, what kind, and what it says. One table from kind to words."""

from collections.abc import Callable

from coordinator.incident import acts, hubacts
from coordinator.incident.entries import Entry
from coordinator.incident.roster import HUB
from coordinator.tui.spots import Row, Spot
from coordinator.tui.texts import Line, exact, fit, joined, plain

KIND_LOOKS = {"refusal": "warn", "alarm": "bad", "due": "warn", "order": "strong", "link": ""}
ROUTINE_KINDS = frozenset("receipts snapshot presence clock".split())
"""What the log holds for the record alone; the log screen shows them, the log's tail on the desk does not."""


def line(entry: Entry) -> Line:
    """One entry."""
    who = entry.centre or (entry.by if entry.by != HUB else "hub")
    late = "LATE " if entry.found.late else ""
    means = f"({entry.means}) " if entry.means else ""
    return (
        (f"{exact(entry.at)} ", ""),
        (f"#{entry.seq:<5}", ""),
        (" ", ""),
        (fit(plain(who), 9), ""),
        (" ", ""),
        (fit(entry.kind.upper(), 10), KIND_LOOKS.get(entry.kind, "")),
        (" ", ""),
        (late, "warn"),
        (plain(means + told(entry)), ""),
    )


def row(entry: Entry) -> Row:
    """One entry as a row of a list."""
    return Row(f"e{entry.seq}", line(entry), Spot("entry", str(entry.seq)))


def told(entry: Entry) -> str:
    """What an entry says, in one line."""
    number = f"{entry.found.number} " if entry.found.number else ""
    if not number and entry.ref is not None:
        number = f"on #{entry.ref} "
    teller = _TELLERS.get(entry.kind)
    return number + (teller(entry) if teller is not None else _general(entry.body))


def _general(body: acts.Act) -> str:
    """The fields that people write, whatever the kind."""
    fields = ("precedence", "state", "subject", "scope", "to", "operator", "reason", "text")
    words = []
    for field in fields:
        value = getattr(body, field, None)
        if value:
            words.append(joined(map(str, value)) if isinstance(value, tuple) else str(value))
    return " ".join(words)


def _order(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, acts.Order)
    words = [body.verb, body.subject]
    words += [f"except {joined(body.excepted)}"] if body.excepted else []
    words += [f"for {body.object}"] if body.object else []
    words += [f"to {joined(body.to)}"]
    words += [f"because: {body.rationale}"] if body.rationale else []
    return " ".join(words)


def _refusal(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Refusal)
    words = [str(body.said.get(name)) for name in ("verb", "subject", "text") if body.said.get(name)]
    return f"{body.do} {' '.join(words)}: {entry.found.code}: {entry.found.message}"


def _readback(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, acts.Readback)
    if body.cancelled:
        return "cancelled"
    verdict = f"MISMATCH in {joined(entry.found.differs)}" if entry.found.differs else "match"
    return f"{body.verb} {body.subject}: {verdict}"


def _open(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Open)
    return f"{body.roster.operation.name} ({body.roster.operation.kind})"


def _link(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Link)
    return f"{body.operator} {body.state}" + (f" (last heard {exact(body.since)})" if body.state == "down" else "")


def _receipts(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Receipts)
    return joined(f"{one.centre}: {len(one.delivered)} delivered, {len(one.seen)} seen" for one in body.receipts)


def _package(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, acts.Package)
    return f"{len(body.orders)} orders as one step"


def _due(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Due)
    return f"{body.text or body.what}"


def _alarm(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, hubacts.Alarm)
    return f"{body.what.replace('-', ' ').upper()} {body.scope}: {body.text}"


_TELLERS: dict[str, Callable[[Entry], str]] = {
    "order": _order,
    "propose": _order,
    "refusal": _refusal,
    "readback": _readback,
    "open": _open,
    "link": _link,
    "receipts": _receipts,
    "package": _package,
    "due": _due,
    "alarm": _alarm,
    "start": lambda _: "the hub runs again",
    "acknowledge": lambda _: "received and understood",
    "take": lambda entry: f"{entry.found.scope}: {entry.by} holds it now",
}

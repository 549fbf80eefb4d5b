"""The situation report that the system drafts and the POC edits and sends as a brief. DESIGN 6, FIELD "Forms".

A brief is seen by everybody, so the draft says only what everybody may see anyway: status, orders, facts, roll calls,
resources, desks; of messages, how many wait.
"""

from collections.abc import Iterator
from datetime import datetime

from coordinator.incident import claims, queues
from coordinator.incident.briefing import fitted, unread
from coordinator.incident.consistency import DECLARED
from coordinator.incident.holdings import holdings
from coordinator.incident.queues import UNCONFIRMED, UNKNOWN
from coordinator.incident.roster import PRECEDENCES
from coordinator.incident.ruling import number
from coordinator.incident.state import Order, State
from coordinator.incident.times import stamp

WELL = "OPERATIONAL"


def situation(state: State, now: datetime) -> str:
    """The common operating picture in plain lines; cut with a count where it would be too long."""
    operation = state.roster.operation
    head = f"{operation.kind.upper()}: {operation.name}. Situation report {number(state, 'B')}, {stamp(now)}"
    return fitted([head, *_body(state, now)], "see the board and the orders for the rest")


def _body(state: State, now: datetime) -> Iterator[str]:
    yield from _section("Points of contact", _desks(state))
    yield from _section("Centres that are not operational", _centres(state, now))
    yield from _section("Roll calls outstanding", _calls(state))
    yield from _section("Orders in force", _orders(state, now))
    yield from _section("Facts declared", _facts(state))
    yield from _section("Resources committed", _resources(state, now))
    yield f"Requests open: {_requests(state) or 'none'}"
    yield "Next: "


def _section(title: str, rows: Iterator[str]) -> Iterator[str]:
    lines = [f"  {row}" for row in rows]
    yield f"{title}: {len(lines) or 'none'}"
    yield from lines


def _desks(state: State) -> Iterator[str]:
    for scope in state.roster.scopes:
        desk = state.desks.get(scope.id)
        holder = state.roster.ground.operators.get(desk.holder) if desk is not None else None
        yield f"{scope.name}: {holder.name if holder is not None else 'UNHELD'}"


def _centres(state: State, now: datetime) -> Iterator[str]:
    for row in queues.board(state, now):
        if row.state == WELL:
            continue
        last = f", last {row.said} at {stamp(row.said_at)}" if row.state == UNCONFIRMED and row.said_at else ""
        said = f": {row.text}" if row.text else ""
        heads = f", {row.headcount} people" if row.headcount is not None else ""
        yield f"{row.name} {row.state}{last}{heads}{said}" if row.state != UNKNOWN else f"{row.name} never confirmed"


def _calls(state: State) -> Iterator[str]:
    for call in sorted(state.rollcalls.values(), key=lambda one: one.seq):
        missing = queues.outstanding(state, call.seq)
        if missing:
            yield f"{call.number}, due {stamp(call.deadline)}: {', '.join(missing)}"


def _orders(state: State, now: datetime) -> Iterator[str]:
    for order in sorted(claims.live(state), key=lambda one: one.seq):
        if claims.in_force(order, now) and not order.subject.startswith("resource/"):
            until = f" until {stamp(order.claim.until)}" if order.claim and order.claim.until else ""
            yield f"{_order(order)}{until}{_heard(order)}"


def _order(order: Order) -> str:
    without = f" except {', '.join(order.excepted)}" if order.excepted else ""
    return f"{order.number} {order.verb} {order.subject}{without}"


def _heard(order: Order) -> str:
    silent = unread(order)
    return f", UNCONFIRMED by {', '.join(silent)}" if silent else ""


def _facts(state: State) -> Iterator[str]:
    for name, fact in sorted(state.facts.items()):
        if fact.state != "AVAILABLE":
            yield f"{name.removeprefix(DECLARED)} {fact.state} since {stamp(fact.at)} {fact.text}".rstrip()


def _resources(state: State, now: datetime) -> Iterator[str]:
    for one in holdings(state, now):
        for use in one.uses:
            until = f" until {stamp(use.until)}" if use.until is not None else ""
            yield f"{use.quantity} of {one.capacity} {one.name}: {use.verb} {use.object} ({use.order}){until}"


def _requests(state: State) -> str:
    found = [one.precedence for one in queues.open_requests(state)]
    counts = ((precedence, found.count(precedence)) for precedence in PRECEDENCES)
    return ", ".join(f"{count} {precedence}" for precedence, count in counts if count)

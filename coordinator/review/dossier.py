"""Everything with one centre, in one place: how to reach it, how it is, what is open between it and the desks."""

from collections.abc import Iterator
from datetime import datetime

from coordinator.incident import projections, queues
from coordinator.incident.state import Message, Order, State
from coordinator.incident.times import stamp


def dossier(state: State, centre: str, now: datetime) -> Iterator[str]:
    """A centre's dossier. Raises KeyError for a centre that is not on the roster."""
    found = state.roster.ground.centres[centre]
    yield f"{found.name} ({found.id}, {found.kind})"
    for label, value in (("call sign", found.callsign), ("phone", found.phone), ("bridge", found.bridge)):
        yield f"  {label:10} {value or '-'}"
    for label, value in (("wishes", found.preferences), ("people", str(found.headcount or ""))):
        if value:
            yield f"  {label:10} {value}"
    yield from _people(state, centre)
    yield from _status(state, centre, now)
    yield from _section("In their inbox", (_message(state, one) for one in queues.inbox(state, centre)))
    yield from _section("Sent by them", (_message(state, one) for one in queues.sent(state, centre)))
    yield from _section("Orders to them", (_order(one, centre, now) for one in _orders(state, centre)))
    yield from _section("Proposed by them", _proposals(state, centre))
    yield from _section("Resources at home there", _resources(state, centre, now))


def _section(title: str, rows: Iterator[str]) -> Iterator[str]:
    lines = [f"  {row}" for row in rows]
    yield f"{title}: {len(lines) or 'none'}"
    yield from lines


def _people(state: State, centre: str) -> Iterator[str]:
    for operator in state.roster.operators:
        if operator.centre == centre and not operator.retired:
            contact = state.contacts.get(operator.id)
            here = "here" if contact is not None and contact.up else "not connected"
            yield f"  operator   {operator.name} ({operator.id}) {operator.callsign} {here}".rstrip()


def _status(state: State, centre: str, now: datetime) -> Iterator[str]:
    report = state.statuses.get(centre)
    shown = queues.shown_state(state, centre, now)
    said = f", said {report.state} at {stamp(report.at)} {report.text}".rstrip() if report is not None else ""
    heads = f", {report.headcount} heads" if report is not None and report.headcount is not None else ""
    yield f"  status     {shown}{said}{heads}"


def _message(state: State, message: Message) -> str:
    said = message.subject or message.text.splitlines()[0]
    return f"{message.number} {stamp(message.at)} {message.precedence} {said[:50]}: {queues.ball(state, message)}"


def _orders(state: State, centre: str) -> list[Order]:
    return sorted((order for order in state.orders.values() if centre in order.to), key=lambda order: order.seq)


def _order(order: Order, centre: str, now: datetime) -> str:
    report = order.reports.get(centre)
    read = "not read back" if report is None or report.readback is None else "read back"
    if report is not None and report.readback:
        read = f"read back otherwise ({', '.join(report.readback)})"
    said = f", {report.answer}" if report is not None and report.answer else ""
    return f"{order.number} {order.verb} {order.subject}: {projections.fate(order, now)}, {read}{said}"


def _proposals(state: State, centre: str) -> Iterator[str]:
    for proposal in state.proposals.values():
        if proposal.centre == centre:
            order = proposal.order
            yield f"{proposal.number} {order.verb} {order.subject} {order.object}: {proposal.end or 'open'}".rstrip()


def _resources(state: State, centre: str, now: datetime) -> Iterator[str]:
    held = projections.in_force(state, now)
    for resource in state.roster.subjects.resources:
        if resource.home != centre or resource.retired:
            continue
        ref = f"resource/{resource.id}"
        fact = state.facts.get(ref)
        uses = ", ".join(
            f"{order.claim.quantity} {order.verb} {order.object} ({order.number})".replace("  ", " ")
            for order in held
            if order.subject == ref and order.claim is not None
        )
        service = "out of service" if fact is not None and fact.state == "OUT" else "available"
        yield f"{resource.name} ({resource.id}), {resource.capacity} in all: {uses or service}"

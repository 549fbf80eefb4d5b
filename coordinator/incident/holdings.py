"""Resources: who has what, where, until when; and what became of each request for one. DESIGN 7.

A request is a message; the proposals and orders that name it in `request` are what was done about it. That a resource
has arrived is a fact declared of it; its release ends the claim.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from coordinator.incident import claims
from coordinator.incident.consistency import DECLARED
from coordinator.incident.roster import Resource
from coordinator.incident.state import Fact, Message, Order, Proposal, State

REQUEST = "ICS-213RR"
"""The form of a resource request."""


class Use(Struct, frozen=True, kw_only=True):
    """One order that holds some of a resource, now or from later on."""

    order: str
    seq: int
    verb: str
    object: str
    quantity: int
    reserved: bool
    start: datetime
    until: datetime | None
    to: tuple[str, ...]
    said: tuple[str, ...]
    """What its addressees reported: `staging accepted`."""
    request: int | None


class Holding(Struct, frozen=True, kw_only=True):
    """One resource as everyone sees it."""

    subject: str
    name: str
    kind: str
    home: str
    capacity: int
    free: int
    state: str
    """Available, Assigned, Reserved or Out of service."""
    where: str = ""
    """What was last declared of it."""
    where_at: datetime | None = None
    uses: tuple[Use, ...] = ()


def holdings(state: State, now: datetime) -> list[Holding]:
    """Every live resource, in the roster's order."""
    uses = _uses(state, now)
    live = [resource for resource in state.roster.subjects.resources if not resource.retired]
    return [_holding(state, resource, tuple(uses.get(f"resource/{resource.id}", ()))) for resource in live]


def _holding(state: State, resource: Resource, uses: tuple[Use, ...]) -> Holding:
    subject = f"resource/{resource.id}"
    service, declared = state.facts.get(subject), state.facts.get(DECLARED + subject)
    held = sum(use.quantity for use in uses if not use.reserved)
    return Holding(
        subject=subject,
        name=resource.name,
        kind=resource.kind,
        home=resource.home,
        capacity=resource.capacity,
        free=max(resource.capacity - held, 0),
        state=_state(service, uses, held),
        where=declared.state if declared is not None else "",
        where_at=declared.at if declared is not None else None,
        uses=uses,
    )


def _state(service: Fact | None, uses: tuple[Use, ...], held: int) -> str:
    if service is not None and service.state == "OUT":
        return "Out of service"
    if held:
        return "Assigned"
    return "Reserved" if uses else "Available"


def _uses(state: State, now: datetime) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for order in sorted(claims.live(state), key=lambda one: one.seq):
        held, later = claims.in_force(order, now), claims.reserved(order, now)
        if order.subject.startswith("resource/") and order.claim is not None and (held or later):
            found.setdefault(order.subject, []).append(_use(order, reserved=later))
    return found


def _use(order: Order, *, reserved: bool) -> Use:
    claim = order.claim
    assert claim is not None
    return Use(
        order=order.number,
        seq=order.seq,
        verb=order.verb,
        object=order.object,
        quantity=claim.quantity,
        reserved=reserved,
        start=claim.start,
        until=claim.until,
        to=order.to,
        said=tuple(f"{centre} {report.answer}" for centre, report in sorted(order.reports.items()) if report.answer),
        request=order.request,
    )


def done_about(state: State, message: int) -> tuple[list[Proposal], list[Order]]:
    """What was proposed and ordered because that message asked for it, oldest first."""
    proposals = [one for _, one in sorted(state.proposals.items()) if one.order.request == message]
    return proposals, [one for _, one in sorted(state.orders.items()) if one.request == message]


def requests(state: State) -> Iterator[Message]:
    """The messages that ask for resources, oldest first: by their form, or because an order names them."""
    named = {one.request for one in state.orders.values()} | {one.order.request for one in state.proposals.values()}
    for seq, message in sorted(state.messages.items()):
        if seq in named or (message.form is not None and message.form.name.upper() == REQUEST):
            yield message

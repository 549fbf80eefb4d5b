"""What screens, the command line, reports and drills read of a state. Pure; nothing here decides.

Traffic and status are in queues.py; here are orders, proposals and duty. A name of FORMATS' check table means
here what it means there.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from coordinator.incident import claims
from coordinator.incident.briefing import unread
from coordinator.incident.queues import BoardRow, ball, board, deadline, desk, inbox, outstanding, overdue, sent
from coordinator.incident.roster import DIRECT
from coordinator.incident.state import Order, Proposal, State

__all__ = [
    "BoardRow",
    "DutyRow",
    "ball",
    "board",
    "cancelled_unread",
    "deadline",
    "desk",
    "duty",
    "fate",
    "held_quantity",
    "idle_since",
    "in_force",
    "inbox",
    "on_record",
    "open_proposals",
    "outstanding",
    "overdue",
    "reserved",
    "sent",
    "unconfirmed",
    "unread",
]


class DutyRow(Struct, frozen=True, kw_only=True):
    """A scope and who holds its desk; `holder` is empty while it is unheld."""

    scope: str
    name: str
    holder: str
    term: int
    since: datetime
    offered_to: str = ""
    last_key: datetime | None = None
    """When the holder, who is connected, last pressed a key; only where that is long ago."""


def duty(state: State) -> list[DutyRow]:
    """Who holds each desk, in the roster's order."""
    return [
        DutyRow(
            scope=scope.id,
            name=scope.name,
            holder=held.holder,
            term=held.term,
            since=held.since,
            offered_to=held.offer.to if held.offer is not None else "",
            last_key=idle_since(state, held.holder),
        )
        for scope in state.roster.scopes
        if (held := state.desks.get(scope.id)) is not None
    ]


def idle_since(state: State, operator: str) -> datetime | None:
    """Since when a holder who is connected has pressed no key; None: not long ago, or that is not known."""
    contact = state.contacts.get(operator)
    return contact.idle_since if contact is not None and contact.up else None


def in_force(state: State, now: datetime) -> list[Order]:
    """Orders that hold a claim now, oldest first."""
    return sorted((order for order in claims.live(state) if claims.in_force(order, now)), key=_age)


def reserved(state: State, now: datetime) -> list[Order]:
    """Orders whose claim lies in a window still to come, by its start."""
    found = (order for order in claims.live(state) if claims.reserved(order, now))
    return sorted(found, key=lambda order: (order.start, order.seq))


def on_record(state: State) -> list[Order]:
    """Given orders that are conflicts on record, not yet resolved."""
    return sorted((order for order in state.orders.values() if order.on_record is not None), key=_age)


def held_quantity(order: Order, now: datetime) -> int:
    """What an order's claim still holds of a resource."""
    if order.claim is None or not (claims.in_force(order, now) or claims.reserved(order, now)):
        return 0
    return order.claim.quantity


def unconfirmed(state: State, now: datetime) -> list[Order]:
    """Orders and cancellations that some addressee, not unable, has not read back rightly (FORMATS `unconfirmed`)."""
    return sorted((order for order in state.orders.values() if _unconfirmed(state, order, now)), key=_age)


def _unconfirmed(state: State, order: Order, now: datetime) -> bool:
    told = (
        claims.in_force(order, now) or claims.reserved(order, now) or order.releasing or claims.open_direct(order, now)
    )
    return (told and bool(unread(order))) or bool(cancelled_unread(state, order))


def cancelled_unread(state: State, order: Order) -> list[str]:
    """Addressees, not unable, of a superseded or rescinded order who have not read back that it is cancelled.

    Reading back an order that supersedes it, rightly, is that (DESIGN 8 "Un-telling").
    """
    if order.ended not in ("superseded", "rescinded"):
        return []
    return [centre for centre in order.to if not _is_unable(order, centre) and not told(state, order, centre)]


def _is_unable(order: Order, centre: str) -> bool:
    report = order.reports.get(centre)
    return report is not None and report.answer == "unable"


def told(state: State, order: Order, centre: str) -> bool:
    """Whether an addressee has read back that the order is cancelled, or, rightly, an order that supersedes it."""
    report = order.reports.get(centre)
    if report is not None and report.told:
        return True
    return any(
        (successor := state.orders.get(seq)) is not None
        and centre in successor.to
        and (read := successor.reports.get(centre)) is not None
        and read.readback == ()
        for seq in order.ended_by_orders
    )


def open_proposals(state: State, scope: str = "") -> list[Proposal]:
    """Proposals open on that desk (or on any), oldest first."""
    return [
        proposal
        for proposal in sorted(state.proposals.values(), key=lambda one: one.seq)
        if not proposal.end and scope in ("", proposal.scope)
    ]


def fate(order: Order, now: datetime) -> str:
    """One word or two for where an order stands."""
    return next(word for word, true in _fates(order, now) if true)


def _fates(order: Order, now: datetime) -> Iterator[tuple[str, bool]]:
    yield "on record", order.on_record is not None
    yield "in force", claims.in_force(order, now)
    yield "reserved", claims.reserved(order, now)
    yield order.ended, bool(order.ended)
    yield "releasing", order.releasing
    yield "UNCHECKED", order.verb == DIRECT and claims.open_direct(order, now)
    yield "over", True


def _age(order: Order) -> int:
    return order.seq

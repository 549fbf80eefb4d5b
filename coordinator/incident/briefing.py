"""The handover briefing that the system drafts and the outgoing POC edits. DESIGN 5.

From it alone the next holder can answer: what is open, with whom, until when. Fields after the transfer of
command practice (FIELD): objectives and orders, assignments, requests, constraints, next deadlines.
"""

from collections.abc import Iterator
from datetime import datetime

from coordinator.incident import claims, queues
from coordinator.incident.state import Order, State
from coordinator.incident.times import duration, stamp

LONGEST = 4096
"""Characters: the limit of a body text."""


def briefing(state: State, scope: str, now: datetime) -> str:
    """The state of a desk in plain lines, the most urgent first; cut with a count where it would be too long."""
    lines = [f"Handover of the {scope} desk, {stamp(now)}", *_body(state, scope, now)]
    while len("\n".join(lines)) > LONGEST - 80:
        lines.pop()
        lines[-1] = "(longer than a briefing may be: see the desk and the log for the rest)"
    return "\n".join(lines)


def _body(state: State, scope: str, now: datetime) -> Iterator[str]:
    for title, rows in (
        ("Open requests and messages", _open(state, scope)),
        ("Proposals", _proposals(state, scope)),
        ("Orders in force", _orders(state, scope, now)),
        ("Conflicts on record", _on_record(state, scope)),
        ("Centres not confirmed", _unconfirmed(state, now)),
    ):
        lines = [f"  {row}" for row in rows]
        yield f"{title}: {len(lines) or 'none'}"
        yield from lines


def _open(state: State, scope: str) -> Iterator[str]:
    messages = (state.messages[seq] for seq in state.open_messages if seq in state.messages)
    mine = [message for message in messages if message.scope == scope]
    for message in sorted(mine, key=queues.in_order):
        limit = queues.deadline(state, message)
        due = f", due {stamp(limit[1])}" if limit is not None else ""
        said = message.subject or message.text
        with_whom = queues.ball(state, message)
        yield f"{message.number} {message.precedence} from {message.centre}: {said[:60]!r}, with {with_whom}{due}"


def _proposals(state: State, scope: str) -> Iterator[str]:
    for proposal in state.proposals.values():
        if proposal.scope == scope and not proposal.end:
            order = proposal.order
            yield f"{proposal.number} by {proposal.by}: {order.verb} {order.subject} {order.object}".rstrip()


def _orders(state: State, scope: str, now: datetime) -> Iterator[str]:
    for order in sorted(claims.live(state), key=lambda one: one.seq):
        if order.scope != scope or not (claims.in_force(order, now) or claims.reserved(order, now)):
            continue
        silent = unread(order)
        until = f" until {stamp(order.claim.until)}" if order.claim and order.claim.until else ""
        heard = f", not read back by {', '.join(silent)}" if silent else ", read back"
        yield f"{order.number} {order.verb} {order.subject} {order.object}".rstrip() + until + heard


def unread(order: Order) -> list[str]:
    """Addressees, not unable, who have not read the order back rightly."""
    return [
        centre
        for centre in order.to
        if (report := order.reports.get(centre)) is None or (report.answer != "unable" and report.readback != ())
    ]


def _on_record(state: State, scope: str) -> Iterator[str]:
    for order in state.orders.values():
        if order.scope == scope and order.on_record is not None:
            yield f"{order.number} {order.verb} {order.subject}, given elsewhere; stands against {order.on_record}"


def _unconfirmed(state: State, now: datetime) -> Iterator[str]:
    every = duration(state.roster.settings.confirm_every)
    for centre in state.roster.centres:
        report = state.statuses.get(centre.id)
        if not centre.retired and (report is None or now - report.at > every):
            yield f"{centre.id}, last {report.state} at {stamp(report.at)}" if report else f"{centre.id}, never"

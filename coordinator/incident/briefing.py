"""The handover briefing that the system drafts and the outgoing POC edits. DESIGN 5.

From it alone the next holder can answer: what is open, with whom, until when. Fields after the transfer of
command practice (FIELD): objectives and orders, assignments, requests, constraints, next deadlines.
"""

from collections.abc import Iterator
from datetime import datetime

from coordinator.incident import claims, queues
from coordinator.incident.consistency import DECLARED
from coordinator.incident.state import Order, State
from coordinator.incident.status import outstanding as not_confirmed
from coordinator.incident.times import duration, stamp

LONGEST = 4096
"""Characters: the limit of a body text."""


def briefing(state: State, scope: str, now: datetime) -> str:
    """The state of a desk in plain lines, the most urgent first; cut with a count where it would be too long."""
    head = f"Handover of the {scope} desk, {stamp(now)}"
    return fitted([head, *_body(state, scope, now)], "see the desk and the log for the rest")


def fitted(lines: list[str], rest: str) -> str:
    """The lines as one text that a command can carry; what is cut off is counted, and `rest` says where it is."""
    said = len("\n".join(lines))
    if said <= LONGEST:
        return "\n".join(lines)
    kept = list(lines)
    while len("\n".join(kept)) > LONGEST - 120:
        kept.pop()
    return "\n".join([*kept, f"({len(lines) - len(kept)} lines more than fit here: {rest})"])


def _body(state: State, scope: str, now: datetime) -> Iterator[str]:
    for title, rows in (
        ("Open requests and messages", _open(state, scope)),
        ("Next deadlines", _deadlines(state, scope, now)),
        ("Proposals", _proposals(state, scope)),
        ("Orders in force", _orders(state, scope, now)),
        ("Cancelled, and not all have read it back", _cancelled(state, scope)),
        ("Conflicts on record", _on_record(state, scope)),
        ("Roll calls outstanding", _calls(state)),
        ("Centres not confirmed", _unconfirmed(state, now)),
        ("Facts declared", _facts(state)),
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


NEXT = 8
"""How many of the next deadlines a briefing names."""


def _deadlines(state: State, scope: str, now: datetime) -> Iterator[str]:
    """What comes next by itself: answers due, windows that end, held messages that return, roll calls."""
    rows: list[tuple[datetime, str]] = []
    for seq in state.open_messages:
        message = state.messages.get(seq)
        if message is None or message.scope != scope:
            continue
        limit = queues.deadline(state, message)
        if limit is not None:
            rows.append((limit[1], f"{message.number} {limit[0]} ({queues.ball(state, message)})"))
        if message.place == "held" and message.held_until is not None:
            rows.append((message.held_until, f"{message.number} comes back to the desk"))
    for order in claims.live(state):
        if order.scope == scope and order.claim is not None:
            if claims.reserved(order, now):
                rows.append((order.claim.start, f"{order.number} {order.verb} {order.subject} begins"))
            if order.claim.until is not None:
                rows.append((order.claim.until, f"{order.number} {order.verb} {order.subject} ends"))
    rows += [
        (call.deadline, f"{call.number} roll call") for call in state.rollcalls.values() if not_confirmed(call)
    ]
    for at, what in sorted(rows)[:NEXT]:
        yield f"{stamp(at)} {what}{' OVERDUE' if at < now else ''}"


def _cancelled(state: State, scope: str) -> Iterator[str]:
    for order in sorted(state.orders.values(), key=lambda one: one.seq):
        if order.scope == scope and order.ended in ("superseded", "rescinded", "released"):
            silent = [centre for centre in order.to if not _knows(state, order, centre)]
            if silent:
                yield f"{order.number} {order.verb} {order.subject}, {order.ended}: {', '.join(silent)}"


def _knows(state: State, order: Order, centre: str) -> bool:
    """Whether an addressee read back that it is cancelled, or rightly an order that says so."""
    report = order.reports.get(centre)
    if report is not None and (report.told or report.answer in ("unable", "completed")):
        return True
    heirs = (state.orders.get(seq) for seq in order.ended_by_orders)
    return any(
        heir is not None and (read := heir.reports.get(centre)) is not None and read.readback == () for heir in heirs
    )


def _calls(state: State) -> Iterator[str]:
    for call in sorted(state.rollcalls.values(), key=lambda one: one.seq):
        missing = not_confirmed(call)
        if missing:
            yield f"{call.number}, due {stamp(call.deadline)}: {', '.join(missing)}"


def _facts(state: State) -> Iterator[str]:
    for name, fact in sorted(state.facts.items()):
        if fact.state != "AVAILABLE":
            yield f"{name.removeprefix(DECLARED)} {fact.state} since {stamp(fact.at)} {fact.text}".rstrip()


def _proposals(state: State, scope: str) -> Iterator[str]:
    for proposal in state.proposals.values():
        if proposal.scope == scope and not proposal.end:
            order = proposal.order
            verdict = f"; it would meet {proposal.verdict}" if proposal.verdict else ""
            yield f"{proposal.number} by {proposal.by}: {order.verb} {order.subject} {order.object}".rstrip() + verdict


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

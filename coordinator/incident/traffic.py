"""Traffic: which rule each act has, and what falls due for a message. DESIGN 6.

The rules stand in correspondence.py (any centre) and deskwork.py (the desk); what an act then does to the message in
threads.py; its clocks in deadlines.py; where a new one goes in routing.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from coordinator.incident import acts, correspondence, deadlines, deskwork, hubacts, saturation, threads
from coordinator.incident.acts import Act
from coordinator.incident.deadlines import addressees, unique
from coordinator.incident.entries import Entry, Found
from coordinator.incident.messages import hub_relay
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft
from coordinator.incident.state import Message, State

STEPS = threads.STEPS
desk_due = saturation.desk_due
desk_fire = saturation.desk_fire


def alarm_step(state: State, entry: Entry) -> State:
    """An alarm of a desk's queue, or one on a message."""
    return threads.rang_step(saturation.alarm_step(state, entry), entry)


LATE_AFTER = timedelta(minutes=1)
"""A deadline written longer than this after it passed is marked late: the hub was down."""

RULES: dict[type[Act], Callable[[Case], list[Draft]]] = {
    acts.Message: correspondence.message,
    acts.Relay: deskwork.relay,
    acts.Reply: correspondence.reply,
    acts.Answer: deskwork.answer,
    acts.Ask: deskwork.ask,
    acts.Triage: deskwork.triage,
    acts.Join: deskwork.join,
    acts.Assign: deskwork.assign,
    acts.Escalate: deskwork.escalate,
    acts.Redirect: deskwork.redirect,
    acts.Hold: deskwork.hold,
    acts.Reopen: correspondence.reopen,
    acts.Acknowledge: correspondence.acknowledge,
    acts.Broadcast: deskwork.broadcast,
    acts.Brief: deskwork.brief,
}


def fire(state: State, seq: int, now: datetime) -> list[Draft]:
    """What fell due next for a message, and what the hub does about it."""
    message = state.messages[seq]
    row = next(iter(deadlines.unfired(state, message)), None)
    if row is None or row.at > now:
        return []
    body = hubacts.Due(
        ref=seq,
        what=row.what,
        to=deadlines.rings_at(state, message, row),
        text=deadlines.sentence(message, row),
    )
    found = Found(scope=message.scope, due=row.limit, late=now - row.at > LATE_AFTER)
    drafts = [Draft(kind="due", body=body, ref=seq, by=HUB, found=found)]
    if row.what == "acknowledge-overdue" and message.precedence == "FLASH" and message.handled_at is None:
        drafts.extend(_unfiltered(state, message))
    return drafts


def _unfiltered(state: State, message: Message) -> list[Draft]:
    """A FLASH that nobody touched goes to its named addressees and the deputies' centres; it stays on the desk."""
    ground = state.roster.ground
    deputies = (ground.operator(name) for name in ground.scopes[message.scope].deputies)
    centres = unique([*message.to, *(deputy.centre for deputy in deputies if deputy is not None)])
    to = tuple(centre for centre in centres if centre != message.centre and centre not in addressees(message))
    return [hub_relay(message.seq, message.scope, to, unfiltered=True)] if to else []

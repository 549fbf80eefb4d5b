"""Advisories: what the author of an order should know although it refuses nothing. DESIGN 8."""

from datetime import datetime

from coordinator.incident.claims import subjects_overlap
from coordinator.incident.roster import Centre
from coordinator.incident.state import Order, State
from coordinator.incident.times import stamp
from coordinator.incident.wish import Wish

CALM = ("OPERATIONAL", "UNKNOWN")


def for_order(wish: Wish) -> tuple[str, ...]:
    """Addressees who are in trouble or out of reach, and facts declared about the subject."""
    state = wish.state
    centres = [centre for id in wish.act.to if (centre := state.roster.ground.centre(id)) is not None]
    return (
        *(line for centre in centres for line in _trouble(state, centre)),
        *_declared(wish),
    )


def _trouble(state: State, centre: Centre) -> list[str]:
    lines = []
    status = state.statuses.get(centre.id)
    if status is not None and status.state not in CALM:
        lines.append(f"{centre.id} is {status.state}")
    reach = f": phone {centre.phone}" if centre.phone else f": call {centre.callsign}" if centre.callsign else ""
    crew = [operator.id for operator in state.roster.operators if operator.centre == centre.id and not operator.retired]
    contacts = [state.contacts[id] for id in crew if id in state.contacts]
    if not crew:
        lines.append(f"{centre.id} is reached by voice only{reach}")
    elif not any(contact.up for contact in contacts):
        was_here = any(one.ever for one in contacts)
        lines.append(f"{centre.id}'s link is lost{reach}" if was_here else f"{centre.id} is not connected{reach}")
    return lines


def _declared(wish: Wish) -> list[str]:
    if wish.direct:
        return []
    return [
        f"{subject} was declared {fact.state} at {stamp(fact.at)}"
        for subject, fact in sorted(wish.state.facts.items())
        if fact.state != "AVAILABLE" and subjects_overlap(subject, (), wish.act.subject, wish.act.excepted)
    ]


def gaps(state: State, old: Order, now: datetime) -> tuple[str, ...]:
    """Rescinding a superseding order before its start restores nothing: which orders still end, and when.

    In force or still to come: a superseded reservation leaves the same gap.
    """
    if old.start <= now:
        return ()
    cut = (one for one in state.orders.values() if one.ended == "superseded" and old.seq in one.ended_by_orders)
    return tuple(line for one in cut if (line := _gap(one, now)))


def _gap(cut: Order, now: datetime) -> str:
    """What a superseded order does not hold any more; empty where its end is past, or its own window was over first."""
    claim = cut.claim
    if claim is None or cut.ended_at is None or claim.until != cut.ended_at or cut.ended_at <= now:
        return ""
    ends = f"still ends at {stamp(cut.ended_at)}" if claim.start < cut.ended_at else "does not begin any more"
    return f"{cut.number} {cut.verb} {cut.subject} {ends}; nothing follows it"

"""What the hub writes by itself besides deadlines: starts and stops, links, presence, receipts, snapshots."""

from datetime import datetime

from msgspec.structs import replace

from coordinator.incident import claims, duty
from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Alarm, Clock, Link, Open, Presence, Receipt, Receipts, Snapshot, Start, Stop
from coordinator.incident.roster import Roster
from coordinator.incident.ruling import Case, Draft, Rule, Step, on_desk
from coordinator.incident.state import Contact, Mark, Message, Order, Report, State
from coordinator.incident.times import utc


def told(case: Case) -> list[Draft]:
    """The hub's word is the entry."""
    return [Draft(kind=case.command.do, body=case.command.act)]


def opening(roster: Roster, now: datetime, continues: str = "") -> Entry:
    """The first entry of a log."""
    return Entry(seq=1, at=utc(now), kind="open", by="hub", body=Open(roster=roster, continues=continues))


# What entries mean


def started(state: State, entry: Entry) -> State:
    """The hub was down: every link with it, and the time that it was down counts against nobody."""
    body = entry.body
    assert isinstance(body, Start)
    away = max(entry.at - utc(body.down_since), entry.at - entry.at)
    contacts = state.contacts
    for operator, contact in contacts.items():
        since = entry.at if contact.up else contact.since + away
        unpainted = None if contact.unpainted_since is None else contact.unpainted_since + away
        contacts = contacts.set(operator, replace(contact, up=False, since=since, unpainted_since=unpainted))
    return replace(state, contacts=contacts, started_at=entry.at)


def linked(state: State, entry: Entry) -> State:
    """A link regained, or lost since."""
    body = entry.body
    assert isinstance(body, Link)
    before = state.contacts.get(body.operator)
    up = body.state == "up"
    contact = Contact(
        up=up,
        since=utc(body.since),
        ever=up or (before is not None and before.ever),
        version=body.version,
        unpainted_since=None if before is None or up else before.unpainted_since,
    )
    state = replace(state, contacts=state.contacts.set(body.operator, contact))
    return duty.back_in_contact(state, body.operator) if up else state


def painted(state: State, entry: Entry) -> State:
    """An operator's screens stopped being painted, or are again; a holder's keyboard is left alone, or not any more."""
    body = entry.body
    assert isinstance(body, Presence)
    contact = state.contacts.get(body.operator)
    if contact is None:
        return state
    changed = replace(contact, unpainted_since=body.unpainted_since, idle_since=body.idle_since)
    state = replace(state, contacts=state.contacts.set(body.operator, changed))
    back = contact.unpainted_since is not None and body.unpainted_since is None
    return duty.back_in_contact(state, body.operator) if back else state


def received(state: State, entry: Entry) -> State:
    """Messages and orders that reached their addressees' screens, or were opened there."""
    body = entry.body
    assert isinstance(body, Receipts)
    for receipt in body.receipts:
        for seq in receipt.delivered:
            state = _marked(state, seq, receipt, delivered=entry.at)
        for seq in receipt.seen:
            state = _marked(state, seq, receipt, delivered=entry.at, seen=entry.at)
        for operator, seqs in receipt.opened.items():
            for seq in seqs:
                state = _opened(state, seq, operator, entry.at)
    return state


def _opened(state: State, seq: int, operator: str, at: datetime) -> State:
    message = state.messages.get(seq)
    if message is None or operator in message.opened:
        return state
    message = replace(message, opened=message.opened.set(operator, at))
    return replace(state, messages=state.messages.set(seq, message))


def _marked(
    state: State, seq: int, receipt: Receipt, *, delivered: datetime | None = None, seen: datetime | None = None
) -> State:
    message, order = state.messages.get(seq), state.orders.get(seq)
    if message is not None:
        mark = message.marks.get(receipt.centre, Mark())
        mark = replace(mark, delivered=mark.delivered or delivered, seen=mark.seen or seen)
        return replace(
            state,
            messages=state.messages.set(seq, replace(message, marks=message.marks.set(receipt.centre, mark))),
        )
    if order is not None:
        report = order.reports.get(receipt.centre, Report())
        report = replace(report, delivered=report.delivered or delivered, seen=report.seen or seen)
        return claims.kept(state, replace(order, reports=order.reports.set(receipt.centre, report)))
    return state


def awaits_receipt(state: State, seq: int, centre: str) -> bool:
    """Whether a receipt of that entry from that centre would tell anything: it is an addressee's message or order."""
    thing: Message | Order | None = state.messages.get(seq) or state.orders.get(seq)
    if isinstance(thing, Message):
        return thing.broadcast or any(centre in relay.to for relay in thing.relays)
    return thing is not None and centre in thing.to


def awaits_opening(state: State, seq: int, operator: str) -> bool:
    """Whether it would tell the desk anything that this operator has opened that: an open message on their desk."""
    message = state.messages.get(seq)
    if message is None or seq not in state.open_messages or operator in message.opened:
        return False
    return on_desk(state, operator, message.scope)


def unchanged(state: State, entry: Entry) -> State:
    """An entry that tells, and changes nothing."""
    del entry
    return state


RULES: dict[type[Act], Rule] = dict.fromkeys((Start, Stop, Clock, Link, Presence, Receipts, Snapshot, Alarm), told)
STEPS: dict[str, Step] = {
    "start": started,
    "stop": unchanged,
    "clock": unchanged,
    "link": linked,
    "presence": painted,
    "receipts": received,
    "snapshot": unchanged,
    "refusal": unchanged,
}

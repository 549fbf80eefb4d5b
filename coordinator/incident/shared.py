"""Acts and entries that more than one room of the core knows: here each goes to the room of its thing."""

from coordinator.incident import correspondence, deskwork, duty, orders, proposals, reports, status, threads, traffic
from coordinator.incident.acts import Accept, Act, Close, Decline
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Due
from coordinator.incident.ruling import Case, Draft, Misuse, Rule, Step, named
from coordinator.incident.state import State


def accept(case: Case) -> list[Draft]:
    """An order by its addressee; an assigned message by its owner."""
    act = case.command.act
    assert isinstance(act, Accept)
    seq = named(case, act.ref)
    return reports.accept(case, seq) if seq in case.state.orders else correspondence.accept(case)


def decline(case: Case) -> list[Draft]:
    """Proposals by their holder; a message by its addressee or owner."""
    act = case.command.act
    assert isinstance(act, Decline)
    if bool(act.refs) == (act.ref is not None):
        raise Misuse("decline one message with ref, or proposals with refs")
    return proposals.decline(case) if act.refs else correspondence.decline(case)


def close(case: Case) -> list[Draft]:
    """A conflict on record, resolved; or a message."""
    act = case.command.act
    assert isinstance(act, Close)
    seq = named(case, act.ref)
    return orders.close(case, seq) if seq in case.state.orders else deskwork.close(case)


def accepted(state: State, entry: Entry) -> State:
    """An order or a message accepted."""
    return (reports.reported if entry.ref in state.orders else threads.accepted_step)(state, entry)


def declined(state: State, entry: Entry) -> State:
    """Proposals or a message declined."""
    body = entry.body
    assert isinstance(body, Decline)
    return (proposals.declined if body.refs else threads.declined_step)(state, entry)


def closed(state: State, entry: Entry) -> State:
    """A conflict on record or a message closed."""
    return (orders.endings if entry.ref in state.orders else threads.closed_step)(state, entry)


def fell_due(state: State, entry: Entry) -> State:
    """A deadline of an order, a roll call or a message."""
    body = entry.body
    assert isinstance(body, Due)
    if body.ref in state.orders:
        return orders.warned(state, body.ref)
    return (status.due_step if body.ref in state.rollcalls else threads.due_step)(state, entry)


def alarmed(state: State, entry: Entry) -> State:
    """An alarm: of the queue, on a message, or of duty."""
    return duty.alarmed(traffic.alarm_step(state, entry), entry)


RULES: dict[type[Act], Rule] = {Accept: accept, Decline: decline, Close: close}
STEPS: dict[str, Step] = {
    "accept": accepted,
    "decline": declined,
    "close": closed,
    "due": fell_due,
    "alarm": alarmed,
}

"""`evolve(state, entry) -> state`: what an entry means. The same in the hub, in a client and in replay.

Law: no I/O, no clock, no chance; never refuses and never fails on an entry that a viewer's partial log
holds, whatever was hidden from that viewer. All that it needs stands in the entry.
"""

from datetime import datetime

from msgspec.structs import replace

from coordinator.incident import (
    agenda,
    archive,
    duty,
    hubwork,
    log,
    orders,
    proposals,
    reports,
    shared,
    status,
    traffic,
)
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Open
from coordinator.incident.ruling import Step
from coordinator.incident.state import State

STEPS: dict[str, Step] = {
    **traffic.STEPS,
    **status.STEPS,
    **orders.STEPS,
    **proposals.STEPS,
    **reports.STEPS,
    **shared.STEPS,
    **duty.STEPS,
    **log.STEPS,
    **hubwork.STEPS,
    **archive.STEPS,
}


def opened(entry: Entry) -> State:
    """The state after the first entry of a log."""
    if not isinstance(entry.body, Open):
        raise TypeError("a log begins with an open entry")
    state = duty.seated(entry)
    return replace(state, desk_due=duty.next_due(state))


def evolve(state: State, entry: Entry) -> State:
    """The state after one entry more. Entries that were hidden come later, by their own number."""
    before, state = state, duty.heard(STEPS[entry.kind](state, entry), entry)
    top = agenda.clean(state.agenda, lambda thing: due(state, thing))
    numbers, counts = state.numbers, state.counts
    if entry.found.number:
        letter, _, count = entry.found.number.partition("-")
        numbers = numbers.set(entry.found.number, entry.seq)
        counts = counts.set(letter, max(counts.get(letter, 0), int(count)))
    return replace(
        state,
        seq=max(state.seq, entry.seq),
        at=max(state.at, entry.at),
        agenda=top,
        numbers=numbers,
        counts=counts,
        desk_due=duty.next_due(state) if duty.touched(before, state) else state.desk_due,
    )


def due(state: State, thing: int) -> datetime | None:
    """When time alone will next matter to a message, order or roll call; None: never, or no such thing."""
    found = state.messages.get(thing) or state.orders.get(thing) or state.rollcalls.get(thing)
    return found.due if found is not None else None

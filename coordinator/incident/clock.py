"""When time alone will matter, and what it then does. A tick is a command like any other."""

from collections.abc import Callable
from datetime import datetime

from coordinator.incident import duty, orders, status, traffic
from coordinator.incident.entries import Command, Entry
from coordinator.incident.evolve import evolve
from coordinator.incident.hubacts import Tick
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Draft, sealed
from coordinator.incident.state import State

TICK = Command(by=HUB, act=Tick())


def next_due(state: State) -> datetime | None:
    """The first instant at which a tick would write something, if time alone will ever matter."""
    thing, desk = state.agenda.at if state.agenda is not None else None, state.desk_due
    return desk if thing is None else thing if desk is None else min(thing, desk)


def tick(state: State, now: datetime) -> tuple[Entry, ...]:
    """Everything that fell due up to now, in the order of its deadlines, each exactly once."""
    made: list[Entry] = []
    while (at := next_due(state)) is not None and at <= now:
        entries = sealed(state, now, _fired(state, now, at), TICK)
        for entry in entries:
            state = evolve(state, entry)
        made.extend(entries)
        if next_due(state) == at and not entries:
            raise AssertionError(f"what fell due at {at} changed nothing")
    return tuple(made)


def _fired(state: State, now: datetime, at: datetime) -> list[Draft]:
    if state.agenda is None or state.agenda.at > at:
        return duty.fire(state, now)
    thing = state.agenda.thing
    fire: Callable[[State, int, datetime], list[Draft]]
    if thing in state.messages:
        fire = traffic.fire
    elif thing in state.orders:
        fire = orders.fire
    else:
        fire = status.fire
    return fire(state, thing, now)

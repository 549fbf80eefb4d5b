"""Budget 9: what deciding an order costs with 100,000 claims in force, against 100."""

import time
from datetime import timedelta

from benchmarks.common import ROUNDS, STARTS, Figure, interleaved, roster, tell
from coordinator.incident.acts import Act, Order, Window
from coordinator.incident.decide import decide
from coordinator.incident.entries import Accepted, Command, Entry, Refused
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.roster import HUB
from coordinator.incident.state import State

FEW, MANY = 100, 100_000
DECISIONS = 300


def claimed(claims: int) -> State:
    """A state in which so many orders are in force: areas in a hierarchy, and resources in shares, for a day each."""
    areas = claims // 2
    units = claims // 10
    made = roster(operators=20, areas=areas, resources=units)
    first = Entry(seq=1, at=STARTS, kind="open", by=HUB, body=Open(roster=made))
    state = opened(first)
    until = Window(until=STARTS + timedelta(days=1))
    for number in range(claims):
        if number < areas:
            act = Order(verb="EVACUATE", subject=f"area/a{number}/z", to=("c1", "c2"), window=until)
        else:
            unit, place = f"resource/u{number % units}", f"c{number % 10}"
            act = Order(verb="ASSIGN", subject=unit, object=place, to=("c1",), window=until)
        state = done(state, act)
    return state


def done(state: State, act: Act) -> State:
    """The state after an order that is accepted."""
    decision = decide(state, Command(by="op0", act=act), STARTS)
    assert isinstance(decision.reply, Accepted), decision.reply
    for entry in decision.entries:
        state = evolve(state, entry)
    return state


ORDERS: tuple[tuple[Act, type], ...] = (
    (Order(verb="SHELTER", subject="area/a3", to=("c1",)), Refused),  # above a claim
    (Order(verb="SHELTER", subject="area/a3/z", to=("c1",)), Refused),  # on a claim
    (Order(verb="EVACUATE", subject="area/a4", to=("c1",)), Accepted),
    (Order(verb="ASSIGN", subject="resource/u3", object="c1", quantity=2, to=("c1",)), Accepted),
    (Order(verb="ASSIGN", subject="resource/u3", object="c1", quantity=1000, to=("c1",)), Refused),
    (Order(verb="CLOSE", subject="route/r1", to=("c1",)), Refused),  # in tension with one of a pair
    (Order(verb="OPEN", subject="route/r2", to=("c1",)), Accepted),
)
"""Decided over and over on the same state: hierarchy, windows, capacity and pairs."""


def each(state: State) -> float:
    """Microseconds to decide and evolve one of those orders."""
    began = time.perf_counter()
    for _ in range(DECISIONS // len(ORDERS)):
        for act, expected in ORDERS:
            decision = decide(state, Command(by="op0", act=act), STARTS)
            assert isinstance(decision.reply, expected), (act, decision.reply)
            after = state
            for entry in decision.entries:
                after = evolve(after, entry)
    return (time.perf_counter() - began) / (DECISIONS // len(ORDERS) * len(ORDERS)) * 1e6


def run() -> None:
    """The figure."""
    few, many = claimed(FEW), claimed(MANY)
    pair = interleaved(ROUNDS, lambda: each(few), lambda: each(many))
    tell(
        Figure(
            n="9", what=f"deciding an order with {MANY:,} claims in force", measured=f"{pair.measured:.0f} us",
            yardstick=f"{FEW} claims {pair.yardstick:.0f} us", ratio=pair.said(f"{FEW}"), budget="<= 2x",
            met=pair.met(most=2.0),
        )
    )


if __name__ == "__main__":
    run()

"""A briefing to hand over on paper, with the code that pins it to the log.

Law: who holds the sheet can show later what it stood on: the code is of the log's head when it was made.
"""

from collections.abc import Iterator
from datetime import datetime

from coordinator.incident.briefing import briefing
from coordinator.incident.state import State
from coordinator.incident.times import stamp
from coordinator.journal.code import short

RULE = "-" * 78
UNKNOWN = "_" * 20


def sheet(state: State, scope: str, now: datetime, head: tuple[int, str] | None) -> Iterator[str]:
    """A desk's handover sheet: its offer's briefing, or one that is drafted now. `head`: number and digest."""
    operation, desk = state.roster.operation, state.desks[scope]
    yield f"HANDOVER SHEET   {operation.kind.upper()}   {operation.name}   {scope} desk, term {desk.term}"
    if head is not None:
        yield f"Log up to entry {head[0]}, code {short(head[1])}, printed {stamp(now)}"
    yield RULE
    offered = desk.offer.briefing if desk.offer is not None else ""
    yield from (offered or briefing(state, scope, now)).splitlines()
    yield RULE
    for label, operator in (("From", desk.holder), ("To", desk.offer.to if desk.offer is not None else "")):
        yield f"{label:5} {_name(state, operator):28} signed {UNKNOWN}  time ________"


def _name(state: State, operator: str) -> str:
    person = state.roster.ground.operators.get(operator)
    return person.name if person is not None else UNKNOWN

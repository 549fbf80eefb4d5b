"""What fell due while the hub was down: one summary for each desk, right after the start. DESIGN 6 "Clocks".

Each deadline still fires once, as an entry of its own at the hub's first tick; the summary comes before them, is
marked late, and is what rings.
"""

from collections import defaultdict
from datetime import datetime

from coordinator.incident.clock import tick
from coordinator.incident.deadlines import staff
from coordinator.incident.entries import Entry, Found
from coordinator.incident.evolve import evolve
from coordinator.incident.hubacts import Alarm, Due, Start
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, sealed
from coordinator.incident.state import State
from coordinator.incident.times import utc

WHILE_DOWN = "while-down"
LONGEST = 500
"""Characters of a summary."""


def summary(case: Case) -> list[Draft]:
    """After a start: what its first tick will find overdue, desk by desk; after anything else nothing."""
    act = case.command.act
    if not isinstance(act, Start):
        return []
    (start,) = sealed(case.state, case.now, [Draft(kind="start", body=act)], case.command)
    state = evolve(case.state, start)
    fired: dict[str, list[Entry]] = defaultdict(list)
    for entry in tick(state, case.now):
        scope = _scope(state, entry)
        if scope in state.desks:
            fired[scope].append(entry)
    return [_alarm(state, scope, entries, case.now, utc(act.down_since)) for scope, entries in fired.items()]


def _alarm(state: State, scope: str, entries: list[Entry], now: datetime, since: datetime) -> Draft:
    refs = tuple(dict.fromkeys(entry.ref for entry in entries if entry.ref is not None))
    head = f"the hub was down for {_long(now, since)}; {len(entries)} fell due meanwhile: "
    text, rows = head, [_row(state, entry) for entry in entries]
    for place, row in enumerate(rows):
        if len(text) + len(row) > LONGEST - 20:
            text += f"and {len(rows) - place} more"
            break
        text += row + ("; " if place + 1 < len(rows) else "")
    body = Alarm(what=WHILE_DOWN, scope=scope, to=tuple(staff(state, scope)), text=text)
    return Draft(kind="alarm", by=HUB, body=body, found=Found(scope=scope, refs=refs, late=True))


def _long(now: datetime, since: datetime) -> str:
    seconds = max(int((now - since).total_seconds()), 0)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004  # two minutes read better so


def _row(state: State, entry: Entry) -> str:
    ref = entry.ref or 0
    thing = state.messages.get(ref) or state.orders.get(ref) or state.rollcalls.get(ref)
    what = entry.body.what if isinstance(entry.body, Due | Alarm) else entry.kind
    return f"{thing.number} {what}" if thing is not None else what


def _scope(state: State, entry: Entry) -> str:
    body = entry.body
    if isinstance(body, Alarm):
        return body.scope
    if entry.found.scope:
        return entry.found.scope
    thing = state.messages.get(entry.ref or 0) or state.orders.get(entry.ref or 0)
    return thing.scope if thing is not None else ""

"""Notices beyond the screen: what of the log is worth waking somebody for, and whom.

Law: a notice says only what its entry says, and bears an id made of the log and the entry, so that whoever gets one
twice can tell. No message's text leaves the operation: a notice names its number.
"""

from datetime import datetime

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Alarm, Due
from coordinator.incident.roster import Roster

KINDS = ("due", "alarm")
"""The kinds of entries that can make a notice."""
URGENT = ("-overdue", "-escalation-", "rollcall-again", "rollcall-contact")
"""Parts of a due entry's `what` that are worth it: half time and due time are for the screen."""


class Person(Struct, frozen=True, kw_only=True):
    """One who is to be told, and how else they are reached."""

    id: str
    name: str
    callsign: str = ""
    phone: str = ""


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to tell some people."""

    id: str
    seq: int
    at: datetime
    operation: str
    exercise: bool
    what: str
    text: str
    to: tuple[Person, ...]

    @property
    def title(self) -> str:
        """The one line that a pager shows."""
        return f"{'EXERCISE' if self.exercise else 'ACTUAL'} {self.operation}: {self.what}"


def notice(entry: Entry, log: str, roster: Roster) -> Notice | None:
    """What an entry has to tell beyond the screen; None: nothing, or nobody."""
    body = entry.body
    if not isinstance(body, Due | Alarm) or not body.to:
        return None
    if isinstance(body, Due) and not any(part in body.what for part in URGENT):
        return None
    return Notice(
        id=f"{log[:16]}-{entry.seq}",
        seq=entry.seq,
        at=entry.at,
        operation=roster.operation.name,
        exercise=roster.operation.kind == "exercise",
        what=body.what,
        text=body.text or f"entry {entry.ref or entry.seq}",
        to=tuple(_person(roster, operator) for operator in body.to),
    )


def _person(roster: Roster, operator: str) -> Person:
    found = roster.ground.operators.get(operator)
    if found is None:
        return Person(id=operator, name=operator)
    centre = roster.ground.centres.get(found.centre)
    return Person(
        id=operator, name=found.name, callsign=found.callsign, phone=centre.phone if centre is not None else ""
    )

"""The activity log (ICS-214) of each centre: what it did, and what it was told.

Law: a file's name is ours; of a centre's it has letters and digits at most.
"""

import re
from collections.abc import Iterator

from coordinator.incident.entries import Entry
from coordinator.incident.times import stamp
from coordinator.review.book import Book, happened, written
from coordinator.review.dealings import SAID, touches
from coordinator.review.lines import told
from coordinator.review.sheets import Row, Sheet

NOTABLE = SAID | frozenset(
    "accept readback assign rollcall take assume stand_down broadcast rescind escalate hold redirect reopen".split()
)


def ics214(book: Book) -> Iterator[Sheet]:
    """What each centre did and was told."""
    entries = list(book.entries())
    for place, centre in enumerate(_centres(book, entries), start=1):
        rows: list[Row] = [
            (stamp(happened(entry)), told(entry), written(entry))
            for entry in entries if entry.kind in NOTABLE and touches(entry, centre)
        ]  # fmt: skip
        if rows:
            name = f"ics-214-{place:02}-{_safe(centre)}".rstrip("-")
            head = ("Date/Time", "Notable activities", "Late, written")
            facts = tuple(_blocks(book, centre))
            yield Sheet(name, f"Activity log (ICS-214): {centre}", head, rows, facts)


def _centres(book: Book, entries: list[Entry]) -> list[str]:
    if book.roster is not None:
        return [centre.id for centre in book.roster.centres]
    return sorted({entry.centre for entry in entries} - {""})


def _blocks(book: Book, centre: str) -> Iterator[tuple[str, str]]:
    found = book.centre(centre)
    yield "1 Incident name", book.operation
    yield "2 Operational period", book.bounds
    yield "3 Name", found.name if found is not None else centre
    yield "4 ICS position", f"{found.kind} {found.callsign}".strip() if found is not None else "-"
    yield "5 Home agency (and unit)", (found.parent if found is not None else "") or centre
    for member in book.roster.operators if book.roster is not None else ():
        if member.centre == centre:
            yield "6 Resources assigned", f"{member.name}, {member.role}, {centre}"
    for resource in book.roster.subjects.resources if book.roster is not None else ():
        if resource.home == centre:
            yield "6 Resources assigned", f"{resource.name}, {resource.kind}, {centre}"
    yield "8 Prepared by", f"drafted from {book.basis}; signed ____________________"


def _safe(name: str) -> str:
    """A name as part of a file's: letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]

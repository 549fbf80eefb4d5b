"""The reports of an operation: one table, and the log itself as the last of them.

Law: a report tells what the log's lines say, and nothing that is not in them.
"""

from collections.abc import Callable, Iterator

from coordinator.incident.entries import Entry
from coordinator.incident.times import stamp
from coordinator.journal.withheld import Withheld
from coordinator.review.activity import ics214
from coordinator.review.book import Book, happened, written
from coordinator.review.communications import ics309
from coordinator.review.decisionlog import decisions
from coordinator.review.lines import what
from coordinator.review.sheets import Row, Sheet


def log(book: Book) -> Sheet:
    """Every entry, where what it tells happened."""
    head = ("Entry", "Number", "Date/Time", "Late, written", "By", "Hand", "For", "Means", "Kind", "About", "What")
    rows = [_withheld(one.record) if isinstance(one.record, Withheld) else _entry(book, one.record)
            for one in book.placed()]  # fmt: skip
    return Sheet("log", "The log", head, rows)


def _withheld(record: Withheld) -> Row:
    entries = str(record.seq) if record.count == 1 else f"{record.begins} to {record.seq}"
    return (entries, *[""] * 7, "withheld", "", record.reason)


def _entry(book: Book, entry: Entry) -> Row:
    return (
        str(entry.seq), entry.found.number, stamp(happened(entry)), written(entry), entry.by, entry.hand, entry.centre,
        entry.means, entry.kind, book.number(entry.ref), f"{what(entry)}{f' [{entry.words}]' if entry.words else ''}",
    )


REPORTS: tuple[Callable[[Book], Iterator[Sheet]], ...] = (
    lambda book: iter((decisions(book),)),
    lambda book: iter((ics309(book),)),
    ics214,
    lambda book: iter((log(book),)),
)
"""In the order in which they are read."""


def sheets(book: Book) -> Iterator[Sheet]:
    """Every report."""
    return (sheet for report in REPORTS for sheet in report(book))

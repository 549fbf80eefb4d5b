"""An export: what a log's lines are, whose head they come to, who was on the roster, and the reports made from them.

Law: everything in it is made from the lines that it holds (DESIGN 14); what is withheld there stands in no other file.
The same log with the same wishes makes the same bytes; only the signature is new.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from coordinator.incident.plain import plain
from coordinator.incident.roster import Roster
from coordinator.incident.times import stamp
from coordinator.journal import verify
from coordinator.journal.code import short
from coordinator.journal.errors import BrokenChain
from coordinator.journal.sources import EXPORTED, source
from coordinator.review import folder, history, reports, signing, thinning
from coordinator.review.book import Book, Period
from coordinator.review.history import History
from coordinator.review.sheets import as_csv, page

HEAD = "head.json"
ROSTERS = ("rosters/start.json", "rosters/end.json")
REPORTS = "reports"


class Wishes(Struct, frozen=True, kw_only=True):
    """What an export should be."""

    redact: dict[str, str] = {}
    """Entries to redact, by number or short number, with the reason."""
    viewer: str = ""
    """Only what this operator may see, at the log's end."""
    period: Period = Period()
    """What the reports tell of; the log is whole in any case."""
    reports: bool = True
    key: Path | None = None
    """The private SSH key to sign with."""
    identity: str = "exporter"
    """As whom."""


class Head(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`head.json`: which log this is, and where it ends."""

    log: str
    """Its id: the digest of its first line; empty where nobody knows it."""
    seq: int
    digest: str
    code: str
    """The digest as it is printed on paper."""
    at: str
    """The time of the last entry that is here."""
    operation: dict[str, str] = {}
    withheld: int = 0
    """Entries that stand as digests."""


class Exported(Struct, frozen=True, kw_only=True):
    """What was exported."""

    head: Head
    withheld: dict[str, int]
    """How many lines stand as digests, by the reason."""
    repeated: tuple[int, ...]
    """Entries that were redacted because they hold words of those that should be."""


def export(log: Path, to: Path, wishes: Wishes) -> Exported:
    """Write an export of a journal, a copy or another export.

    Raises NotAJournal, BrokenChain, thinning.Refused, folder.CannotWrite, signing.CannotSign.
    """
    with source(log) as found:
        whole = history.read([raw[0] for raw in found.raws()], found.beside())
    asked = thinning.numbers(whole, wishes.redact)
    redacted = thinning.redacted(whole, asked)
    hidden = thinning.hidden(whole, wishes.viewer) if wishes.viewer else {}
    shown = history.read(thinning.thinned(whole, {**redacted, **hidden}), whole.beside)
    withheld: dict[str, int] = {}

    def fill(beside: Path) -> None:
        for name, data in _files(shown, wishes):
            folder.put(beside, name, data)
        withheld.update(_proved(beside))
        _seal(beside, wishes)

    folder.made(to, fill)
    return Exported(head=head(shown), withheld=withheld, repeated=tuple(sorted(redacted.keys() - asked.keys())))


def head(shown: History) -> Head:
    """Where a history ends."""
    seq, digest = shown.head
    operation = shown.roster.operation if shown.roster is not None else None
    return Head(
        log=shown.log, seq=seq, digest=digest, code=short(digest), at=stamp(shown.at),
        operation=msgspec.to_builtins(operation) if operation is not None else {},
        withheld=seq - len(shown.entries),
    )


def _files(shown: History, wishes: Wishes) -> Iterator[tuple[str, bytes]]:
    yield EXPORTED, b"".join(line + b"\n" for line in shown.lines)
    yield HEAD, _json(head(shown))
    began = shown.began.roster if shown.began is not None else None
    for name, roster in zip(ROSTERS, (began, shown.roster), strict=True):
        if roster is not None:
            yield name, _json(_document(roster))
    if wishes.reports:
        yield from _reports(Book(shown, wishes.period))


def _reports(book: Book) -> Iterator[tuple[str, bytes]]:
    sheets = list(reports.sheets(book))
    for sheet in sheets:
        yield f"{REPORTS}/{sheet.name}.csv", as_csv(sheet).encode("utf-8", "replace")
    facts = (("Operation", book.operation), ("Operational period", book.bounds), ("Made from", book.basis))
    yield f"{REPORTS}/report.html", page(book.operation, facts, sheets).encode("utf-8", "replace")


def _document(roster: Roster) -> dict[str, object]:
    """The roster as a document."""
    found: dict[str, object] = msgspec.to_builtins(roster, enc_hook=plain)
    return found


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def _proved(beside: Path) -> dict[str, int]:
    """What is not whole does not get its name."""
    report = verify.replay(beside)
    if report.fault is not None:
        raise BrokenChain(report.fault.seq, report.fault.what)
    return report.withheld


def _seal(beside: Path, wishes: Wishes) -> None:
    """The digests of all files, and the signatures. Whoever changes the head, or any file, breaks one of them."""
    if wishes.key is not None:
        folder.put(beside, signing.SIGNERS, signing.signers(wishes.identity, wishes.key).encode())
        signing.sign(beside / HEAD, wishes.key)
    folder.put(beside, folder.SUMS, folder.sums(beside))
    if wishes.key is not None:
        signing.sign(beside / folder.SUMS, wishes.key)

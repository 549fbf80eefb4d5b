"""The reports of an operation, each a sheet made from the book: ICS-309, ICS-214, the decision log, the whole log.

Law: a report tells what the log's lines say, and nothing that is not in them.
"""

import re
from collections.abc import Callable, Iterator

from coordinator.incident import acts, projections
from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Refusal
from coordinator.incident.roster import HUB
from coordinator.incident.state import Message
from coordinator.incident.times import stamp
from coordinator.journal.withheld import Withheld
from coordinator.review.book import Book, happened, written
from coordinator.review.dealings import SAID, touches
from coordinator.review.lines import told, what
from coordinator.review.sheets import Row, Sheet

# The communications log

ALL = "all"
"""To whom a broadcast goes."""


def ics309(book: Book) -> Sheet:
    """Who said what to whom, one row for each addressee. Its first columns are ICS-309's, and `late` reads it."""
    head = ("Date/Time", "From", "Origin ID", "To", "Destination ID", "Subject", "Message", "Precedence", "Means",
            "Late, written", "Entry")  # fmt: skip
    return Sheet("ics-309", "Communications log (ICS-309)", head, list(_traffic(book)))


def _traffic(book: Book) -> Iterator[Row]:
    for entry in book.entries():
        if entry.kind not in _SAYING:
            continue
        message = _message(book, entry)
        to, text = _SAYING[entry.kind](entry.body, message)
        own = book.number(entry.seq)
        origin, answers = (book.number(entry.ref), "") if entry.kind == "relay" else (own, book.number(entry.ref))
        subject = message.subject if message is not None else getattr(entry.body, "subject", "")
        centre = entry.centre or (message.centre if message is not None else HUB)
        precedence = getattr(entry.body, "precedence", "") or (message.precedence if message is not None else "")
        for one in to or ("",):
            yield (
                stamp(happened(entry)), centre, origin, one, answers, subject, text or f"({entry.kind} of {origin})",
                precedence, entry.means, written(entry), str(entry.seq),
            )


def _message(book: Book, entry: Entry) -> Message | None:
    """The message that an entry is, or is about."""
    if book.state is None:
        return None
    found = book.state.messages.get(entry.seq)
    return found if found is not None else book.state.messages.get(entry.ref or 0)


Saying = Callable[[Act, Message | None], tuple[tuple[str, ...], str]]


def _submitted(body: Act, _: Message | None) -> tuple[tuple[str, ...], str]:
    assert isinstance(body, acts.Message)
    fields = "; ".join(f"{name}: {value}" for name, value in body.form.fields.items()) if body.form is not None else ""
    return body.to, f"{body.text} ({fields})" if fields else body.text


def _relayed(body: Act, message: Message | None) -> tuple[tuple[str, ...], str]:
    assert isinstance(body, acts.Relay)
    return body.to, body.text or (message.text if message is not None else "")


def _back(body: Act, message: Message | None) -> tuple[tuple[str, ...], str]:
    return ((message.centre,) if message is not None else ()), str(getattr(body, "text", ""))


def _to_all(body: Act, _: Message | None) -> tuple[tuple[str, ...], str]:
    return (ALL,), str(getattr(body, "text", ""))


def _ordered(body: Act, _: Message | None) -> tuple[tuple[str, ...], str]:
    assert isinstance(body, acts.Order)
    return body.to, " ".join(part for part in (body.verb, body.subject, body.object, body.text) if part)


_SAYING: dict[str, Saying] = {
    "message": _submitted, "relay": _relayed, "reply": _back, "answer": _back, "ask": _back,
    "broadcast": _to_all, "brief": _to_all, "order": _ordered,
}  # fmt: skip
"""The kinds that go from one to another: to whom, and what is said."""

# The decision log

DECIDED = frozenset(
    "decision order package rescind refusal propose decline offer take assume stand_down withdraw roster end_operation"
    " escalate redirect close".split()
)
DUTY = frozenset(("take", "assume", "stand_down"))
REASONS = ("rationale", "reason")
REFUSED = {"refusal": "refused"}


def decisions(book: Book) -> Sheet:
    """What was decided, by whom, when, and why; what was refused, and why. JESIP."""
    head = ("Entry", "Number", "Date/Time", "Late, written", "By", "Hand", "For", "Decision", "Reason", "Options",
            "Authority", "Instead of", "In spite of", "Outcome")  # fmt: skip
    rows = [_decided(book, entry) for entry in book.entries() if entry.kind in DECIDED]
    return Sheet("decisions", "Decision log", head, rows)


def _decided(book: Book, entry: Entry) -> Row:
    body = entry.body
    said = body.said if isinstance(body, Refusal) else {}
    reasons = (str(getattr(body, one, "") or said.get(one, "")) for one in REASONS)
    return (
        str(entry.seq), entry.found.number, stamp(happened(entry)), written(entry), book.person(entry.by), entry.hand,
        entry.centre, _decision(entry), next(filter(None, reasons), ""), " | ".join(getattr(body, "options", ())),
        book.person(getattr(body, "authority", "") or ""), _named(book, getattr(body, "supersedes", ())),
        _named(book, entry.found.despite), _outcome(book, entry),
    )  # fmt: skip


def _decision(entry: Entry) -> str:
    body, found = entry.body, entry.found
    if isinstance(body, acts.DecisionNote):
        return body.text
    if entry.kind in DUTY:
        return f"{what(entry)} ({found.scope or getattr(body, 'scope', '')} desk: {found.holder or 'unheld'})"
    return _refused(body) if isinstance(body, Refusal) else what(entry)


def _refused(refusal: Refusal) -> str:
    """What was to be done, in the words of the command that was refused."""
    parts = (refusal.said.get(name) for name in ("ref", "verb", "subject", "object", "scope", "to", "text", "reason"))
    said = (",".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts if part)
    return " ".join(("REFUSED", refusal.do.upper(), *said))


def _named(book: Book, refs: tuple[acts.Ref, ...]) -> str:
    return ", ".join(book.number(ref) if isinstance(ref, int) else ref for ref in refs)


def _outcome(book: Book, entry: Entry) -> str:
    """How an order stands at the log's end; why a command was refused, and what a given order conflicts with."""
    fate = _fate(book, entry.seq)
    if entry.found.code is None:
        return fate
    clashes = _named(book, entry.found.clashes)
    why = f"{entry.found.code}: {entry.found.message}{f' (against {clashes})' if clashes else ''}"
    return "; ".join(filter(None, (fate or REFUSED.get(entry.kind, ""), why)))


def _fate(book: Book, seq: int) -> str:
    order = book.state.orders.get(seq) if book.state is not None else None
    if order is not None:
        return projections.fate(order, book.history.at)
    proposal = book.state.proposals.get(seq) if book.state is not None else None
    return (proposal.end or "open") if proposal is not None else ""


# The activity log of each centre

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
    if book.state is not None:
        return [centre.id for centre in book.state.roster.centres]
    return sorted({entry.centre for entry in entries} - {""})


def _blocks(book: Book, centre: str) -> Iterator[tuple[str, str]]:
    found = book.centre(centre)
    yield "1 Incident name", book.operation
    yield "2 Operational period", book.bounds
    yield "3 Name", found.name if found is not None else centre
    yield "4 ICS position", f"{found.kind} {found.callsign}".strip() if found is not None else "-"
    yield "5 Home agency (and unit)", (found.parent if found is not None else "") or centre
    for member in book.state.roster.operators if book.state is not None else ():
        if member.centre == centre:
            yield "6 Resources assigned", f"{member.name}, {member.role}, {centre}"
    for resource in book.state.roster.subjects.resources if book.state is not None else ():
        if resource.home == centre:
            yield "6 Resources assigned", f"{resource.name}, {resource.kind}, {centre}"
    yield "8 Prepared by", f"drafted from {book.basis}; signed ____________________"


def _safe(name: str) -> str:
    """A name as part of a file's: letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]


# The whole log


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

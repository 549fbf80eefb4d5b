"""The decision log (JESIP): what was decided, by whom, when and why; what was refused, and why; and what came of it."""

from coordinator.incident import acts, projections
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Refusal
from coordinator.incident.times import stamp
from coordinator.review.book import Book, happened, written
from coordinator.review.lines import what
from coordinator.review.sheets import Row, Sheet

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

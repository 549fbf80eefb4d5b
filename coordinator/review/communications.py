"""The communications log (ICS-309): who said what to whom, and when.

Law: a row for each addressee, its first columns those of the form, so that `coordinator late` reads it back.
"""

from collections.abc import Callable, Iterator

from coordinator.incident import acts
from coordinator.incident.entries import Entry
from coordinator.incident.roster import HUB
from coordinator.incident.times import stamp
from coordinator.review.book import Book, happened, written
from coordinator.review.sheets import Row, Sheet

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
        message = book.message(entry)
        to, text = _SAYING[entry.kind](entry, message)
        own = book.number(entry.seq)
        origin, answers = (book.number(entry.ref), "") if entry.kind == "relay" else (own, book.number(entry.ref))
        subject, precedence = (_of(entry, message, name) for name in ("subject", "precedence"))
        centre = entry.centre or (message.centre if message is not None else HUB)
        for one in to or ("",):
            yield (
                stamp(happened(entry)), centre, origin, one, answers, subject, text or f"({entry.kind} of {origin})",
                precedence, entry.means, written(entry), str(entry.seq),
            )


def _of(entry: Entry, message: Entry | None, name: str) -> str:
    """A field of an entry, or else of the message that it is about."""
    return str(getattr(entry.body, name, "") or (getattr(message.body, name, "") if message is not None else ""))


Saying = Callable[[Entry, Entry | None], tuple[tuple[str, ...], str]]


def _submitted(entry: Entry, _: Entry | None) -> tuple[tuple[str, ...], str]:
    body = entry.body
    assert isinstance(body, acts.Message)
    fields = "; ".join(f"{name}: {value}" for name, value in body.form.fields.items()) if body.form is not None else ""
    return body.to, f"{body.text} ({fields})" if fields else body.text


def _relayed(entry: Entry, message: Entry | None) -> tuple[tuple[str, ...], str]:
    body = entry.body
    assert isinstance(body, acts.Relay)
    return body.to, body.text or (str(getattr(message.body, "text", "")) if message is not None else "")


def _back(entry: Entry, message: Entry | None) -> tuple[tuple[str, ...], str]:
    """To the originator; from the originator, to the desk."""
    to = (message.centre,) if message is not None and message.centre != entry.centre else ()
    return to, str(getattr(entry.body, "text", ""))


def _to_all(entry: Entry, _: Entry | None) -> tuple[tuple[str, ...], str]:
    return (ALL,), str(getattr(entry.body, "text", ""))


def _ordered(entry: Entry, _: Entry | None) -> tuple[tuple[str, ...], str]:
    body = entry.body
    assert isinstance(body, acts.Order)
    return body.to, " ".join(part for part in (body.verb, body.subject, body.object, body.text) if part)


_SAYING: dict[str, Saying] = {
    "message": _submitted, "relay": _relayed, "reply": _back, "answer": _back, "ask": _back,
    "broadcast": _to_all, "brief": _to_all, "order": _ordered,
}  # fmt: skip
"""The kinds that go from one to another: to whom, and what is said."""

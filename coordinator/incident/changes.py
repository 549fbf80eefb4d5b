"""What each kind of entry does to the message that it is about: one change a kind, in a table.

Law: a change needs nothing but the message and the entry.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from coordinator.incident import acts, hubacts
from coordinator.incident.deadlines import RETURNED, WAITING_PLACES, addressees
from coordinator.incident.entries import Entry
from coordinator.incident.roster import HUB
from coordinator.incident.state import Mark, Message, Place, Relayed, Said
from coordinator.incident.times import MILLISECOND

Change = Callable[[Message, Entry], Message]


def said(message: Message, entry: Entry, text: str, *, kind: str = "", held: bool = False) -> Message:
    """The message with words that were said of it. `kind`: what they are, if the entry is something else."""
    kind = kind or entry.kind
    words = Said(seq=entry.seq, at=entry.at, kind=kind, by=entry.by, centre=entry.centre, text=text, held=held)
    return replace(message, said=(*message.said, words))


def _marked(message: Message, centre: str, mark: Mark) -> Message:
    return replace(message, marks=message.marks.set(centre, mark))


def resumed(message: Message, at: datetime) -> Message:
    """The message with its clocks running on, after its originator had the ball."""
    if message.asked_at is None:
        return message
    stood = at - message.asked_at
    due = message.owner_due + stood if message.owner_due is not None else None
    since = message.owner_since + stood if message.owner_since is not None else None
    paused = message.paused + stood // MILLISECOND
    return replace(message, asked_at=None, paused=paused, owner_due=due, owner_since=since)


def placed(message: Message, place: Place) -> Message:
    """The message in another place: what belonged to the old one is gone."""
    if place != "held":
        message = replace(message, held_until=None)
    if place != "assigned":
        message = replace(message, owner="", owner_since=None, owner_due=None, owner_accepted=False)
    return replace(message, place=place)


# Kind by kind


def _relayed(message: Message, entry: Entry) -> Message:
    body, unfiltered = entry.body, entry.found.unfiltered
    assert isinstance(body, acts.Relay)
    relay = Relayed(
        seq=entry.seq, at=entry.at, to=body.to, text=body.text, hold_replies=body.hold_replies, unfiltered=unfiltered
    )
    message = replace(message, relays=(*message.relays, relay))
    if unfiltered:
        return message
    if entry.by == HUB and message.handled_at is None:
        message = replace(message, handled_at=entry.at)
    return placed(message, "relayed") if message.place in ("desk", "held") else message


def _replied(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Reply)
    held = _keeps_replies(message, entry.centre)
    message = said(message, entry, body.text, held=held)
    if entry.centre not in (*addressees(message), message.owner) or entry.centre == message.centre:
        return resumed(message, entry.at)
    waits = message.wants_reply and message.answered is None and message.place in WAITING_PLACES
    return _answered_by(message, entry) if waits and not held else message


def _keeps_replies(message: Message, centre: str) -> bool:
    """Whether what that centre replies is for the desk alone: the last relay to it said so."""
    return next((relay.hold_replies for relay in reversed(message.relays) if centre in relay.to), False)


def _answered_by(message: Message, entry: Entry) -> Message:
    return placed(replace(resumed(message, entry.at), answered=entry.seq), "answered")


def _answered(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Answer)
    message = said(message, entry, body.text)
    return message if message.answered is not None else _answered_by(message, entry)


def _asked(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Ask)
    return replace(said(message, entry, body.text), asked_at=message.asked_at or entry.at)


def _triaged(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Triage)
    topic = message.topic if body.topic is None else body.topic
    return replace(message, precedence=body.precedence or message.precedence, topic=topic)


def _assigned(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Assign)
    message = placed(message, "assigned")
    return replace(message, owner=body.owner, owner_since=entry.at, owner_due=body.due, owner_accepted=False)


def _escalated(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Escalate)
    return replace(said(message, entry, body.reason), escalated=message.escalated + 1)


def _redirected(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Redirect)
    return replace(placed(said(message, entry, body.reason), "desk"), scope=body.to, redirected_by=entry.seq)


def _held(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Hold)
    return replace(placed(said(message, entry, body.reason), "held"), held_until=body.until)


def _closed(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Close)
    message = said(resumed(message, entry.at), entry, body.reason)
    return replace(placed(message, "closed"), closed=body.reason, over_by=entry.seq)


def _reopened(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Reopen)
    return replace(
        placed(said(message, entry, body.reason), "desk"),
        answered=None,
        closed="",
        over_by=None,
        joined_to=None,
        asked_at=None,
        paused=0,
        reopened_at=entry.at,
        handled_at=None,
    )


def _acknowledged(message: Message, entry: Entry) -> Message:
    mark = message.marks.get(entry.centre, Mark())
    if message.place == "desk" and message.handled_at is None and entry.centre not in addressees(message):
        message = replace(message, handled_at=entry.at)
    return message if mark.acknowledged else _marked(message, entry.centre, replace(mark, acknowledged=entry.at))


def _accepted(message: Message, _: Entry) -> Message:
    return replace(message, owner_accepted=True)


def _declined(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, acts.Decline)
    message = said(message, entry, body.reason)
    if message.place == "assigned" and entry.centre == message.owner:
        return placed(message, "desk")
    return _marked(message, entry.centre, replace(message.marks.get(entry.centre, Mark()), declined=body.reason))


def _fell_due(message: Message, entry: Entry) -> Message:
    body = entry.body
    assert isinstance(body, hubacts.Due)
    if body.what == RETURNED:
        return placed(message, "desk") if message.place == "held" else message
    return replace(message, fired=(*message.fired, body.what))


def _as_it_was(message: Message, _: Entry) -> Message:
    return message


CHANGES: dict[str, Change] = {
    "relay": _relayed,
    "reply": _replied,
    "answer": _answered,
    "ask": _asked,
    "triage": _triaged,
    "assign": _assigned,
    "escalate": _escalated,
    "redirect": _redirected,
    "hold": _held,
    "close": _closed,
    "reopen": _reopened,
    "acknowledge": _acknowledged,
    "accept": _accepted,
    "decline": _declined,
    "due": _fell_due,
    "elsewhere": _as_it_was,
    "alarm": _as_it_was,
}

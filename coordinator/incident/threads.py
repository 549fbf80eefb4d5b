"""What each entry does to the messages of the state: those that begin, change (`changes`), and are joined.

`desk` → relayed | answered | assigned | held | closed | joined; a message outside every mandate is `elsewhere`.
A step needs nothing but the message and the entry, is taken once, and passes over a message it does not know.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from coordinator.incident import acts, agenda, saturation
from coordinator.incident.changes import CHANGES, Change, placed, resumed, said
from coordinator.incident.deadlines import expects, next_limit, scheduled
from coordinator.incident.entries import Entry
from coordinator.incident.roster import HUB
from coordinator.incident.state import Message, Relayed, State

Step = Callable[[State, Entry], State]

HANDLING = frozenset("relay answer ask triage join assign escalate redirect hold close".split())
"""The acts of a desk: the first of them on a message is when somebody first touched it."""

SAID_TO_ALL = frozenset("answer reply ask close".split())
"""What is said on a row concerns the originators of the messages that were joined to it as well."""

SHARED = frozenset("accept decline close due alarm".split())
"""Kinds that are about other things too: `shared` decides whose step is taken."""

OPEN_PLACES = frozenset(("desk", "assigned", "held"))


def is_open(message: Message) -> bool:
    """Whether it lies with a desk or an owner, or an answer is still awaited."""
    return message.place in OPEN_PLACES or expects(message)


def put(state: State, message: Message, at: datetime) -> State:
    """The state with that message as it is after a change at that time."""
    before = state.messages.get(message.seq)
    message = scheduled(state, message, at)
    opened, rows = state.open_messages, state.agenda
    if is_open(message):
        opened = opened.set(message.seq, True)
    elif message.seq in opened:
        opened = opened.delete(message.seq)
    if message.due is not None and (before is None or before.due != message.due):
        rows = agenda.push(rows, message.due, message.seq)
    state = replace(state, messages=state.messages.set(message.seq, message), open_messages=opened, agenda=rows)
    return saturation.counted(state, before, message, at)


def rescheduled(state: State) -> State:
    """The state with every message on the agenda: after a restore, and when charters or the end moved deadlines."""
    for seq, message in state.messages.items():
        if message.due is not None or seq in state.open_messages:
            changed = scheduled(state, message, state.at)
            rows = state.agenda if changed.due is None else agenda.push(state.agenda, changed.due, seq)
            state = replace(state, messages=state.messages.set(seq, changed), agenda=rows)
    return state


def on_thread(change: Change) -> Step:
    """A step that changes the message which the entry is about."""

    def step(state: State, entry: Entry) -> State:
        message = _known(state, entry.ref)
        if message is None:
            return _joined_too(state, _joined_known(state, entry.ref), entry, entry.seq)
        if entry.seq in message.entries:
            return state
        changed = change(replace(message, entries=(*message.entries, entry.seq)), entry)
        if changed.handled_at is None and entry.kind in HANDLING and entry.by != HUB:
            changed = replace(changed, handled_at=entry.at)
        state = put(state, changed, entry.at)
        said_held = bool(changed.said) and changed.said[-1].seq == entry.seq and changed.said[-1].held
        return state if said_held else _joined_too(state, changed.joined, entry, changed.answered)

    return step


def _joined_known(state: State, row: int | None) -> tuple[int, ...]:
    """The messages that a viewer knows to be joined to a row which they may not see."""
    return () if row is None else tuple(one.seq for one in state.messages.values() if one.joined_to == row)


def _joined_too(state: State, joined: tuple[int, ...], entry: Entry, answered: int | None) -> State:
    """What is said to the originator of a row is said to those of the messages that were joined to it."""
    if entry.kind not in SAID_TO_ALL:
        return state
    for seq in joined:
        message = state.messages.get(seq)
        if message is not None and message.joined_to == entry.ref and entry.seq not in message.entries:
            first = answered if message.answered is None and entry.kind in ("answer", "reply") else message.answered
            message = replace(said(message, entry, _words(entry)), answered=first)
            state = put(state, replace(message, entries=(*message.entries, entry.seq)), entry.at)
    return state


def _words(entry: Entry) -> str:
    body = entry.body
    assert isinstance(body, acts.Answer | acts.Reply | acts.Ask | acts.Close)
    return body.reason if isinstance(body, acts.Close) else body.text


# The beginning of a message


def submitted(state: State, entry: Entry) -> State:
    """A message: on a desk, elsewhere, or (its author holds the desk) relayed from the start."""
    body, found = entry.body, entry.found
    assert isinstance(body, acts.Message)
    if entry.seq in state.messages:
        return state
    relays = (Relayed(seq=entry.seq, at=entry.at, to=found.to),) if found.to else ()
    message = Message(
        seq=entry.seq,
        at=entry.at,
        number=found.number,
        by=entry.by,
        centre=entry.centre,
        precedence=body.precedence,
        text=body.text,
        topic=body.topic,
        to=body.to,
        subject=body.subject,
        wants_reply=body.wants_reply or body.reply_by is not None,
        reply_by=body.reply_by,
        ref=body.ref if isinstance(body.ref, int) else None,
        form=body.form,
        said_at=entry.said_at,
        means=entry.means,
        scope=found.scope,
        place=("relayed" if relays else "desk") if found.scope else "elsewhere",
        over_by=None if found.scope else entry.seq,
        relays=relays,
        handled_at=entry.at if relays else None,
        entries=(entry.seq,),
    )
    return put(state, message, entry.at)


def announced(state: State, entry: Entry) -> State:
    """A broadcast or a brief: told to every centre, on no desk."""
    body, found = entry.body, entry.found
    assert isinstance(body, acts.Broadcast | acts.Brief)
    if entry.seq in state.messages:
        return state
    message = Message(
        seq=entry.seq,
        at=entry.at,
        number=found.number,
        by=entry.by,
        centre=entry.centre,
        precedence=body.precedence if isinstance(body, acts.Broadcast) else "ROUTINE",
        text=body.text,
        broadcast=True,
        scope=found.scope,
        place="relayed",
        relays=(Relayed(seq=entry.seq, at=entry.at, to=found.to),) if found.to else (),
        handled_at=entry.at,
        entries=(entry.seq,),
    )
    return put(state, message, entry.at)


def joined(state: State, entry: Entry) -> State:
    """Duplicates become one row: its answer is theirs, and it is due when the first of them is."""
    body = entry.body
    assert isinstance(body, acts.Join)
    row = _known(state, entry.ref)
    others = [one for ref in body.refs if ref != entry.ref and (one := _known(state, ref)) is not None]
    more = [seq for other in others for seq in (other.seq, *other.joined)]
    if row is not None and entry.seq not in row.entries:
        changed = replace(
            row,
            joined=tuple(dict.fromkeys((*row.joined, *more))),
            handled_at=row.handled_at or entry.at,
            entries=(*row.entries, entry.seq),
        )
        for other in others:
            changed = _waits_as_long(state, changed, other)
        state = put(state, changed, entry.at)
    for seq in more:
        message = _known(state, seq)
        if message is not None and entry.seq not in message.entries:
            state = put(state, _joined_to(message, entry), entry.at)
    return state


def _known(state: State, ref: acts.Ref | None) -> Message | None:
    return state.messages.get(ref) if isinstance(ref, int) else None


def _joined_to(message: Message, entry: Entry) -> Message:
    """The message in another row. Where that has been answered, so is this: its originator never saw the row."""
    answer = entry.found.answer
    if answer:
        message = said(message, entry, answer, kind="answer")
    return replace(
        placed(resumed(message, entry.at), "joined"),
        joined_to=entry.ref,
        joined=(),
        answered=entry.seq if answer else None,
        over_by=entry.seq,
        handled_at=message.handled_at or entry.at,
        entries=(*message.entries, entry.seq),
    )


def _waits_as_long(state: State, row: Message, other: Message) -> Message:
    """The row wants an answer if one that was joined to it does, and no later."""
    if not expects(other) or row.answered is not None:
        return row
    theirs, mine = _answer_limit(state, other), _answer_limit(state, row) if expects(row) else None
    if theirs is None or (mine is not None and mine <= theirs):
        return replace(row, wants_reply=True)
    return replace(row, wants_reply=True, reply_by=theirs - timedelta(milliseconds=row.paused))


def _answer_limit(state: State, message: Message) -> datetime | None:
    plain = replace(message, asked_at=None, place="relayed")
    limit = next_limit(state, plain)
    return None if limit is None else limit[1]


_ON_ONE: dict[str, Step] = {kind: on_thread(change) for kind, change in CHANGES.items()}

STEPS: dict[str, Step] = {
    "message": submitted,
    "broadcast": announced,
    "brief": announced,
    "join": joined,
    **{kind: step for kind, step in _ON_ONE.items() if kind not in SHARED},
}

accepted_step = _ON_ONE["accept"]
declined_step = _ON_ONE["decline"]
closed_step = _ON_ONE["close"]
due_step = _ON_ONE["due"]
rang_step = _ON_ONE["alarm"]

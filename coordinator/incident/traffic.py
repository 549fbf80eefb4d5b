"""The rules of traffic: who may do what with a message, and when it is too late. DESIGN 6.

What each act then does to the message stands in threads.py; its clocks in deadlines.py; where a new one goes
in routing.py. A message is the thing that `ref` names; what is over is refused with the entry that ended it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from coordinator.incident import acts, deadlines, routing, saturation, threads
from coordinator.incident.acts import Act, Ref
from coordinator.incident.deadlines import addressees, called, staff, unique
from coordinator.incident.entries import Entry, Found, Remedy
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import (
    Case,
    Draft,
    Misuse,
    Refuse,
    holds,
    missing,
    named,
    need_desk,
    number,
    on_any_desk,
    on_desk,
)
from coordinator.incident.state import Message, State
from coordinator.incident.times import stamp, utc

STEPS = threads.STEPS
accepted_step = threads.accepted_step
declined_step = threads.declined_step
closed_step = threads.closed_step
due_step = threads.due_step
desk_due = saturation.desk_due
desk_fire = saturation.desk_fire
rescheduled = threads.rescheduled


def alarm_step(state: State, entry: Entry) -> State:
    """An alarm of a desk's queue, or one on a message."""
    return threads.rang_step(saturation.alarm_step(state, entry), entry)


LATE_AFTER = timedelta(minutes=1)
"""A deadline written longer than this after it passed is marked late: the hub was down."""

OVER = frozenset(("closed", "joined", "elsewhere"))
"""Nothing more is done with these, but by their originator."""

ANSWERED_TOO = OVER | {"answered"}


# What every rule asks


def message_of(case: Case, ref: Ref | None) -> Message:
    """The message that a ref names. Refuses a ref to anything else."""
    if ref is None:
        raise Misuse("say which message with `ref`")
    seq = named(case, ref)
    found = case.state.messages.get(seq)
    if found is None:
        raise missing(f"{ref} is no message")
    return found


def worked(case: Case, ref: Ref, over: Iterable[str] = OVER) -> Message:
    """A message whose desk the author works at, and with which something can still be done."""
    message = message_of(case, ref)
    if message.place == "elsewhere":
        raise is_over(case.state, message)
    need_desk(case, message.scope)
    if message.place in over:
        raise is_over(case.state, message)
    return message


def is_over(state: State, message: Message) -> Refuse:
    """The refusal of an act on a message that is over: what ended it, and the way out."""
    row = state.messages.get(message.joined_to or 0)
    why, remedy = {
        "closed": ("was closed", Remedy(text="its originator may reopen it", do="reopen")),
        "answered": ("has been answered", Remedy(text="its originator may reopen it", do="reopen")),
        "joined": (
            f"was joined to {row.number if row is not None else 'another'}",
            Remedy(text="act on that one", changes={"ref": row.number if row is not None else ""}),
        ),
        "elsewhere": (
            "lies outside every mandate and was sent elsewhere",
            Remedy(text="send it again without its topic", do="message", changes={"topic": ""}),
        ),
    }[message.place]
    by = message.answered if message.place == "answered" else message.over_by
    return Refuse(
        "precondition",
        f"{message.number} {why}",
        clashes=() if by is None else (by,),
        remedies=(remedy, Remedy(text="write it as a note", do="note")),
        scope=message.scope,
    )


def known_centres(case: Case, names: Iterable[str], what: str = "to") -> tuple[str, ...]:
    """Centres by their ids, each once. Refuses one that is not on the roster."""
    names = tuple(unique(names))
    unknown = [name for name in names if case.state.roster.ground.centre(name) is None]
    if unknown:
        known = [name for name in names if name not in unknown]
        raise Refuse(
            "precondition",
            f"there is no centre {', '.join(unknown)} on the roster",
            remedies=(
                Remedy(text="send it without that name" if known else "let the POC decide", changes={what: [*known]}),
                Remedy(text="write it as a note", do="note"),
            ),
        )
    return names


def speaks_for(case: Case, scope: str) -> bool:
    """Whether the author may speak for the case's centre: their own, or any when they work at the desk."""
    return not case.on_behalf or on_desk(case.state, case.command.by, scope)


def not_yours(case: Case, message: Message, who: str) -> Refuse:
    """The refusal of somebody who is not who may."""
    return Refuse(
        "no-authority",
        f"only {who} may do that with {message.number}; you speak for {case.centre}",
        remedies=(Remedy(text="send a message that refers to it", do="message", changes={"ref": message.number}),),
        scope=message.scope,
    )


def _term(case: Case, scope: str) -> int | None:
    return case.state.desks[scope].term if holds(case.state, case.command.by, scope) else None


def _on(case: Case, message: Message, body: Act) -> list[Draft]:
    """The entry of an act of the desk on a message."""
    return [
        Draft(
            kind=case.command.do,
            body=body,
            ref=message.seq,
            term=_term(case, message.scope),
            found=Found(scope=message.scope),
        )
    ]


def _said(case: Case, message: Message, body: Act) -> list[Draft]:
    """The entry of somebody's word on a message, in no duty of theirs."""
    return [Draft(kind=case.command.do, body=body, ref=message.seq, found=Found(scope=message.scope))]


# Any centre


def message(case: Case) -> list[Draft]:
    """A message: to a desk, elsewhere, or through at once where the desk's holder or the charter says so."""
    act = case.command.act
    assert isinstance(act, acts.Message)
    act = replace(
        act,
        to=known_centres(case, act.to),
        ref=None if act.ref is None else named(case, act.ref),
        reply_by=None if act.reply_by is None else utc(act.reply_by),
    )
    way, seq = routing.route(case, act), case.state.seq + 1
    found = Found(number=number(case.state, "M"), scope=way.scope, to=way.relayed)
    term = _term(case, way.scope) if way.relayed else None
    drafts = [Draft(kind="message", body=act, found=found, term=term)]
    if way.elsewhere:
        drafts.append(Draft(kind="elsewhere", body=acts.Elsewhere(ref=seq, text=way.elsewhere), ref=seq, by=HUB))
    if way.at_once:
        drafts.append(_hub_relay(seq, way.scope, way.at_once, unfiltered=way.stays))
    return drafts


def _hub_relay(seq: int, scope: str, to: tuple[str, ...], *, unfiltered: bool) -> Draft:
    body = acts.Relay(ref=seq, to=to)
    return Draft(kind="relay", body=body, ref=seq, by=HUB, found=Found(scope=scope, unfiltered=unfiltered))


def reply(case: Case) -> list[Draft]:
    """A word back, from an addressee or the owner; from the originator once they were asked. Never too late."""
    act = case.command.act
    assert isinstance(act, acts.Reply)
    message = message_of(case, act.ref)
    row = case.state.messages.get(message.joined_to or 0, message)
    asked = any(said.kind == "ask" for said in row.said)
    originators = {message.centre, row.centre} if asked else set()
    may = case.centre in originators or case.centre in (*addressees(row), row.owner)
    if not may or not speaks_for(case, row.scope):
        raise not_yours(case, message, "an addressee, or its originator once asked,")
    return _said(case, row, replace(act, ref=row.seq))


def reopen(case: Case) -> list[Draft]:
    """The originator is not content: back to the desk, and the clocks run anew."""
    act = case.command.act
    assert isinstance(act, acts.Reopen)
    message = message_of(case, act.ref)
    if message.centre != case.centre or not speaks_for(case, message.scope):
        raise not_yours(case, message, "its originator")
    if message.place not in ("answered", "closed", "joined"):
        raise missing(f"{message.number} is not over", scope=message.scope)
    return _said(case, message, replace(act, ref=message.seq))


def acknowledge(case: Case) -> list[Draft]:
    """Received and understood: by an addressee for itself; by the desk for what lies there."""
    act = case.command.act
    assert isinstance(act, acts.Acknowledge)
    message = message_of(case, act.ref)
    on_it = on_desk(case.state, case.command.by, message.scope) and not case.on_behalf and message.place == "desk"
    if not on_it:
        _need_addressee(case, message)
    return _said(case, message, replace(act, ref=message.seq))


def _need_addressee(case: Case, message: Message) -> None:
    told = addressees(message)
    everyone = message.broadcast and case.state.roster.ground.centre(case.centre) is not None
    may_speak = on_any_desk(case.state, case.command.by) if message.broadcast else speaks_for(case, message.scope)
    if not (case.centre in told or everyone) or (case.on_behalf and not may_speak):
        raise not_yours(case, message, "an addressee")


def accept(case: Case) -> list[Draft]:
    """The owner takes what was assigned to them."""
    act = case.command.act
    assert isinstance(act, acts.Accept)
    message = message_of(case, act.ref)
    _need_owner(case, message)
    return _said(case, message, replace(act, ref=message.seq))


def _need_owner(case: Case, message: Message) -> None:
    if message.place in ANSWERED_TOO:
        raise is_over(case.state, message)
    if message.place != "assigned":
        raise missing(f"{message.number} is assigned to nobody", scope=message.scope)
    if case.centre != message.owner or not speaks_for(case, message.scope):
        raise not_yours(case, message, f"its owner, {message.owner},")


def decline(case: Case) -> list[Draft]:
    """An addressee cannot, and says why; the owner's word sends it back to the desk."""
    act = case.command.act
    assert isinstance(act, acts.Decline)
    message = message_of(case, act.ref)
    owner = message.place == "assigned" and case.centre == message.owner and speaks_for(case, message.scope)
    if not owner:
        _need_addressee(case, message)
    return _said(case, message, replace(act, ref=message.seq))


# The desk


def relay(case: Case) -> list[Draft]:
    """Passed on to its addressees, as it came or with a summary beside it."""
    act = case.command.act
    assert isinstance(act, acts.Relay)
    if not act.to:
        raise Misuse("name at least one centre in `to`")
    message = worked(case, act.ref)
    return _on(case, message, replace(act, ref=message.seq, to=known_centres(case, act.to)))


def answer(case: Case) -> list[Draft]:
    """One answer: the same words again are no harm, other words are a correction and refused."""
    act = case.command.act
    assert isinstance(act, acts.Answer)
    message = message_of(case, act.ref)
    if message.owner and case.centre == message.owner and not case.on_behalf:
        if message.place in OVER:
            raise is_over(case.state, message)
    else:
        message = worked(case, act.ref)
    first = next((said for said in message.said if said.seq == message.answered), None)
    if message.answered is not None and (first is None or first.text.strip() != act.text.strip()):
        raise _already_answered(message)
    return _on(case, message, replace(act, ref=message.seq))


def _already_answered(message: Message) -> Refuse:
    assert message.answered is not None
    return Refuse(
        "already-answered",
        f"{message.number} has been answered; a change to an answer is a correction",
        clashes=(message.answered,),
        remedies=(
            Remedy(text="correct the first answer", do="correct", changes={"ref": message.answered}),
            Remedy(text="let its originator reopen it", do="reopen"),
        ),
        scope=message.scope,
    )


def ask(case: Case) -> list[Draft]:
    """Back to the originator with a question; no clock runs until they reply."""
    act = case.command.act
    assert isinstance(act, acts.Ask)
    message = worked(case, act.ref, ANSWERED_TOO)
    return _on(case, message, replace(act, ref=message.seq))


def triage(case: Case) -> list[Draft]:
    """Another precedence, another topic."""
    act = case.command.act
    assert isinstance(act, acts.Triage)
    if act.precedence is None and act.topic is None:
        raise Misuse("say the precedence or the topic that it should have")
    message = worked(case, act.ref)
    return _on(case, message, replace(act, ref=message.seq))


def join(case: Case) -> list[Draft]:
    """Duplicates become one row of the desk: the first that is named."""
    act = case.command.act
    assert isinstance(act, acts.Join)
    if len(act.refs) < 2:  # noqa: PLR2004 - a pair is the least that can be joined
        raise Misuse("name at least two messages; the first stays as the row")
    row, *others = [worked(case, ref, OVER if place == 0 else ANSWERED_TOO) for place, ref in enumerate(act.refs)]
    seqs = tuple(unique_seqs((row, *others)))
    if len(seqs) < 2:  # noqa: PLR2004 - the same one twice is no pair
        raise Misuse("a message cannot be joined to itself")
    if any(other.scope != row.scope for other in others):
        raise missing("they lie on different desks; redirect one of them first", scope=row.scope)
    return _on(case, row, acts.Join(refs=seqs))


def unique_seqs(messages: Iterable[Message]) -> list[int]:
    """Entry numbers, each once, in order."""
    return list(dict.fromkeys(message.seq for message in messages))


def assign(case: Case) -> list[Draft]:
    """To an owner, who accepts it or sends it back."""
    act = case.command.act
    assert isinstance(act, acts.Assign)
    message = worked(case, act.ref, ANSWERED_TOO)
    known_centres(case, (act.owner,), "owner")
    due = None if act.due is None else _to_come(case, act.due, "due")
    return _on(case, message, replace(act, ref=message.seq, due=due))


def _to_come(case: Case, moment: datetime, what: str) -> datetime:
    moment = utc(moment)
    if moment <= case.now:
        raise missing(f"`{what}` is {stamp(moment)}, which is past; give a time still to come")
    return moment


def escalate(case: Case) -> list[Draft]:
    """Up the escalation path by hand, one step each time."""
    act = case.command.act
    assert isinstance(act, acts.Escalate)
    message = worked(case, act.ref, ANSWERED_TOO)
    path = case.state.roster.ground.scopes[message.scope].escalation
    step = path[min(message.escalated, len(path) - 1)].to if path else ""
    to = called(case.state, step) if step else staff(case.state, message.scope)
    rings = acts.Alarm(
        what="escalated",
        scope=message.scope,
        ref=message.seq,
        to=tuple(to),
        text=f"{message.number} {message.precedence} escalated: {act.reason}"[:512],
    )
    drafts = _on(case, message, replace(act, ref=message.seq))
    return [*drafts, Draft(kind="alarm", body=rings, ref=message.seq, by=HUB)]


def redirect(case: Case) -> list[Draft]:
    """To another scope's desk, once: nothing goes round in circles."""
    act = case.command.act
    assert isinstance(act, acts.Redirect)
    message = worked(case, act.ref, ANSWERED_TOO)
    if act.to not in case.state.roster.ground.scopes:
        raise missing(f"there is no scope {act.to} on the roster", scope=message.scope)
    if act.to == message.scope:
        raise missing(f"{message.number} lies on the {act.to} desk already", scope=message.scope)
    if message.redirected_by is not None:
        raise missing(
            f"{message.number} was redirected once; answer it, assign it or close it",
            clashes=(message.redirected_by,),
            scope=message.scope,
        )
    return _on(case, message, replace(act, ref=message.seq))


def hold(case: Case) -> list[Draft]:
    """Off the desk until a time; then it is back in its place."""
    act = case.command.act
    assert isinstance(act, acts.Hold)
    message = worked(case, act.ref, ANSWERED_TOO)
    return _on(case, message, replace(act, ref=message.seq, until=_to_come(case, act.until, "until")))


def close(case: Case) -> list[Draft]:
    """The POC ends it, with a reason."""
    act = case.command.act
    assert isinstance(act, acts.Close)
    message = worked(case, act.ref)
    return _on(case, message, replace(act, ref=message.seq))


# From a desk to everyone


def own_desk(case: Case) -> str:
    """The scope in whose name somebody at a desk speaks to everyone: one they hold, else one they work at."""
    state, author = case.state, case.command.by
    scopes = [scope.id for scope in state.roster.scopes]
    mine = [scope for scope in scopes if holds(state, author, scope)]
    mine += [scope for scope in scopes if on_desk(state, author, scope)]
    scope = mine[0] if mine else _believed(case)
    need_desk(case, scope)
    return scope


def _believed(case: Case) -> str:
    """The scope that the author believed to hold, so that a term which ended is told as that."""
    scopes = case.state.roster.ground.scopes
    return next((scope for scope in case.command.term if scope in scopes), case.state.roster.ground.default.id)


def broadcast(case: Case) -> list[Draft]:
    """To every centre."""
    scope = own_desk(case)
    to = routing.others(case.state.roster.ground, case.centre)
    found = Found(number=number(case.state, "M"), scope=scope, to=to)
    return [Draft(kind="broadcast", body=case.command.act, found=found, term=_term(case, scope))]


def brief(case: Case) -> list[Draft]:
    """A numbered situation report, for all to read."""
    scope = own_desk(case)
    found = Found(number=number(case.state, "B"), scope=scope)
    return [Draft(kind="brief", body=case.command.act, found=found, term=_term(case, scope))]


RULES: dict[type[Act], Callable[[Case], list[Draft]]] = {
    acts.Message: message,
    acts.Relay: relay,
    acts.Reply: reply,
    acts.Answer: answer,
    acts.Ask: ask,
    acts.Triage: triage,
    acts.Join: join,
    acts.Assign: assign,
    acts.Escalate: escalate,
    acts.Redirect: redirect,
    acts.Hold: hold,
    acts.Reopen: reopen,
    acts.Acknowledge: acknowledge,
    acts.Broadcast: broadcast,
    acts.Brief: brief,
}


# Time


def fire(state: State, seq: int, now: datetime) -> list[Draft]:
    """What fell due next for a message, and what the hub does about it."""
    message = state.messages[seq]
    row = next(iter(deadlines.unfired(state, message)), None)
    if row is None or row.at > now:
        return []
    body = acts.Due(
        ref=seq,
        what=row.what,
        to=deadlines.rings_at(state, message, row),
        text=deadlines.sentence(message, row),
    )
    found = Found(scope=message.scope, due=row.limit, late=now - row.at > LATE_AFTER)
    drafts = [Draft(kind="due", body=body, ref=seq, by=HUB, found=found)]
    if row.what == "acknowledge-overdue" and message.precedence == "FLASH" and message.handled_at is None:
        drafts.extend(_unfiltered(state, message))
    return drafts


def _unfiltered(state: State, message: Message) -> list[Draft]:
    """A FLASH that nobody touched goes to its named addressees and the deputies' centres; it stays on the desk."""
    ground = state.roster.ground
    deputies = (ground.operator(name) for name in ground.scopes[message.scope].deputies)
    centres = unique([*message.to, *(deputy.centre for deputy in deputies if deputy is not None)])
    to = tuple(centre for centre in centres if centre != message.centre and centre not in addressees(message))
    return [_hub_relay(message.seq, message.scope, to, unfiltered=True)] if to else []

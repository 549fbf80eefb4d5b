"""The work of a desk: relay, answer, ask, triage, join, assign, escalate, redirect, hold, close; broadcast and brief.

Who may: the holder, the designated POC and the deputies. DESIGN 5, 6.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from coordinator.incident import acts, hubacts, routing
from coordinator.incident.deadlines import called, staff
from coordinator.incident.entries import Found, Remedy
from coordinator.incident.messages import (
    ANSWERED_TOO,
    OVER,
    desk_act,
    held_term,
    is_over,
    known_centres,
    message_of,
    worked,
)
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, holds, missing, need_desk, number, on_desk
from coordinator.incident.state import Message
from coordinator.incident.times import stamp, utc


def relay(case: Case) -> list[Draft]:
    """Passed on to its addressees, as it came or with a summary beside it."""
    act = case.command.act
    assert isinstance(act, acts.Relay)
    if not act.to:
        raise Misuse("name at least one centre in `to`")
    message = worked(case, act.ref)
    return desk_act(case, message, replace(act, ref=message.seq, to=known_centres(case, act.to)))


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
    return desk_act(case, message, replace(act, ref=message.seq))


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
    return desk_act(case, message, replace(act, ref=message.seq))


def triage(case: Case) -> list[Draft]:
    """Another precedence, another topic."""
    act = case.command.act
    assert isinstance(act, acts.Triage)
    if act.precedence is None and act.topic is None:
        raise Misuse("say the precedence or the topic that it should have")
    message = worked(case, act.ref)
    return desk_act(case, message, replace(act, ref=message.seq))


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
    (draft,) = desk_act(case, row, acts.Join(refs=seqs))
    return [replace(draft, found=replace(draft.found, answer=_answer_of(row)))]


def _answer_of(message: Message) -> str:
    """The words that answered a request; empty where nothing has yet."""
    return next((said.text for said in message.said if said.seq == message.answered), "")


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
    return desk_act(case, message, replace(act, ref=message.seq, due=due))


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
    rings = hubacts.Alarm(
        what="escalated",
        scope=message.scope,
        ref=message.seq,
        to=tuple(to),
        text=f"{message.number} {message.precedence} escalated: {act.reason}"[:512],
    )
    drafts = desk_act(case, message, replace(act, ref=message.seq))
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
    return desk_act(case, message, replace(act, ref=message.seq))


def hold(case: Case) -> list[Draft]:
    """Off the desk until a time; then it is back in its place."""
    act = case.command.act
    assert isinstance(act, acts.Hold)
    message = worked(case, act.ref, ANSWERED_TOO)
    return desk_act(case, message, replace(act, ref=message.seq, until=_to_come(case, act.until, "until")))


def close(case: Case) -> list[Draft]:
    """The POC ends it, with a reason."""
    act = case.command.act
    assert isinstance(act, acts.Close)
    message = worked(case, act.ref)
    return desk_act(case, message, replace(act, ref=message.seq))


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
    return [Draft(kind="broadcast", body=case.command.act, found=found, term=held_term(case, scope))]


def brief(case: Case) -> list[Draft]:
    """A numbered situation report, for all to read."""
    scope = own_desk(case)
    found = Found(number=number(case.state, "B"), scope=scope)
    return [Draft(kind="brief", body=case.command.act, found=found, term=held_term(case, scope))]

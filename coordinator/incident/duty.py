"""Duty: who holds each desk, and how it passes on. DESIGN 5.

A desk has exactly one holder or is visibly unheld; each holding is a term whose number only grows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from immutables import Map
from msgspec.structs import replace

from coordinator.incident import traffic
from coordinator.incident.acts import Act, Assume, Offer, StandDown, Take, Withdraw
from coordinator.incident.briefing import briefing
from coordinator.incident.entries import Entry, Found, Remedy
from coordinator.incident.hubacts import Alarm, Open
from coordinator.incident.roster import HUB, Scope
from coordinator.incident.ruling import Case, Draft, Refuse, Rule, Step, missing, named, need_holder, no_authority
from coordinator.incident.state import Contact, Desk, Standing, State, Term
from coordinator.incident.times import MILLISECOND, duration

GRACE = timedelta(seconds=60)
"""For so long after the hub's start nothing is automatic (DESIGN 5)."""


# The rules


def offer(case: Case) -> list[Draft]:
    """The holder offers the desk, with a briefing, to any operator but a reviewer."""
    act = case.command.act
    assert isinstance(act, Offer)
    desk = _desk(case, act.scope)
    need_holder(case, act.scope)
    receiver = case.state.roster.ground.operator(act.to)
    if receiver is None or receiver.role == "reviewer" or act.to == desk.holder:
        raise missing(f"{act.to} cannot take the desk; offer it to another operator on the roster", scope=act.scope)
    text = act.briefing or briefing(case.state, act.scope, case.now)
    body = replace(act, briefing=text)
    return [Draft(kind="offer", body=body, term=desk.term, found=Found(scope=act.scope, to=(receiver.centre,)))]


def take(case: Case) -> list[Draft]:
    """The one offered takes the desk: the term grows here."""
    act = case.command.act
    assert isinstance(act, Take)
    seq, desk, standing = _standing(case, act.ref)
    if standing.to != case.command.by:
        raise Refuse("no-authority", f"the offer is to {standing.to}, not to you", scope=desk.scope)
    return [_seating("take", replace(act, ref=seq), case.command.by, desk, ref=seq)]


def withdraw(case: Case) -> list[Draft]:
    """The holder takes an offer back."""
    act = case.command.act
    assert isinstance(act, Withdraw)
    seq, desk, _ = _standing(case, act.ref)
    need_holder(case, desk.scope)
    return [Draft(kind="withdraw", body=replace(act, ref=seq), ref=seq, term=desk.term, found=Found(scope=desk.scope))]


def assume(case: Case) -> list[Draft]:
    """The designated POC or a deputy takes a desk that is unheld, or whose holder is out of contact for too long."""
    act = case.command.act
    assert isinstance(act, Assume)
    desk = _desk(case, act.scope)
    scope = case.state.roster.ground.scopes[act.scope]
    if case.command.by not in scope.staff:
        raise no_authority(case.state, act.scope, "may not assume; you are no deputy of")
    if desk.holder and not (_abandoned(case.state, desk, case.now) and _next_in_line(case, scope, desk)):
        raise _held(case, desk)
    return [_seating("assume", act, case.command.by, desk)]


def stand_down(case: Case) -> list[Draft]:
    """The holder leaves the desk unheld."""
    act = case.command.act
    assert isinstance(act, StandDown)
    desk = _desk(case, act.scope)
    need_holder(case, act.scope)
    return [Draft(kind="stand_down", body=act, term=desk.term, found=Found(scope=act.scope))]


def _desk(case: Case, scope: str) -> Desk:
    desk = case.state.desks.get(scope)
    if desk is None:
        raise missing(f"there is no scope {scope} on the roster")
    return desk


def _standing(case: Case, ref: int | str) -> tuple[int, Desk, Standing]:
    seq = named(case, ref)
    scope = case.state.offers.get(seq)
    if scope is None:
        raise missing(f"{ref} is no offer of a desk")
    desk = case.state.desks[scope]
    if desk.offer is None or desk.offer.seq != seq:
        raise missing(f"the offer {ref} has lapsed", (desk.terms[-1].seq,), scope=scope)
    return seq, desk, desk.offer


def _seating(kind: str, body: Take | Assume, holder: str, desk: Desk, ref: int | None = None, by: str = "") -> Draft:
    return Draft(kind=kind, body=body, ref=ref, by=by, term=desk.term + 1, found=Found(scope=desk.scope, holder=holder))


def _held(case: Case, desk: Desk) -> Refuse:
    holder = case.state.roster.ground.operators[desk.holder]
    text = f"{case.author.name} asks for the {desk.scope} desk: please offer it."
    ask = Remedy(
        text=f"ask {holder.name} for handover",
        do="message",
        changes={"precedence": "IMMEDIATE", "to": [holder.centre], "text": text},
    )
    message = f"{holder.name} holds the {desk.scope} desk (term {desk.term}), and it is not yours to assume now"
    return Refuse("duty-held", message, clashes=(desk.terms[-1].seq,), remedies=(ask,), scope=desk.scope)


# Contact


def out_since(state: State, operator: str) -> datetime | None:
    """Since when an operator is out of contact; None: in contact. DESIGN 5."""
    contact = state.contacts.get(operator)
    if contact is None or not contact.up:
        return contact.since if contact is not None else state.opened_at
    ignored = [
        desk.rang_at
        for desk in state.desks.values()
        if desk.holder == operator and desk.rang_at is not None and desk.ignored
    ]
    return min((at for at in (contact.unpainted_since, *ignored) if at is not None), default=None)


def _abandoned(state: State, desk: Desk, now: datetime) -> bool:
    """Whether the holder is out of contact for longer than `assume_after`."""
    gone = out_since(state, desk.holder)
    return gone is not None and now - gone > _assume_after(state, desk)


def _assume_after(state: State, desk: Desk) -> timedelta:
    return duration(state.roster.ground.scopes[desk.scope].assume_after)


def _next_in_line(case: Case, scope: Scope, desk: Desk) -> bool:
    """The designated POC always is; of the deputies, the first one in contact (whoever speaks is)."""
    by = case.command.by
    return (
        by == scope.poc
        or next(deputy for deputy in scope.deputies if deputy == by or _may_be_called(case.state, deputy, desk)) == by
    )


def _may_be_called(state: State, operator: str, desk: Desk) -> bool:
    """In contact, and not who holds the desk or has just stood down from it: nobody succeeds themselves."""
    return operator != desk.terms[-1].holder and out_since(state, operator) is None


def successor(state: State, desk: Desk) -> str:
    """The first deputy in contact, to whom the desk would pass; empty: none."""
    scope = state.roster.ground.scopes[desk.scope]
    return next((deputy for deputy in scope.deputies if _may_be_called(state, deputy, desk)), "")


# When time alone matters


def next_due(state: State) -> datetime | None:
    """The next instant at which a desk passes on, rings, or has been ignored."""
    if state.closed is not None:
        return None
    return min((at for desk in state.desks.values() for at, _ in _dues(state, desk)), default=None)


def touched(before: State, after: State) -> bool:
    """Whether anything changed that `next_due` looks at."""
    return (
        after.desks is not before.desks
        or after.contacts is not before.contacts
        or after.roster is not before.roster
        or after.started_at is not before.started_at
        or after.closed != before.closed
    )


def fire(state: State, now: datetime) -> list[Draft]:
    """The first thing that fell due at a desk."""
    dues = [(at, desk.scope, what) for desk in state.desks.values() for at, what in _dues(state, desk)]
    _, scope, what = min(dues)
    desk = state.desks[scope]
    if what == "queue":
        return traffic.desk_fire(state, scope, now)
    if what == "ignored":
        return [_alarm("alarm-ignored", desk, successor(state, desk), "no act of the holder since the queue alarm")]
    deputy = successor(state, desk)
    if what == "assume":
        return [_seating("assume", Assume(scope=scope), deputy, desk, by=HUB)]
    return [_alarm("holder-out-of-contact", desk, deputy, "the desk may be assumed")]


def _dues(state: State, desk: Desk) -> Iterator[tuple[datetime, str]]:
    queue = traffic.desk_due(state, desk.scope)
    if queue is not None:
        yield queue, "queue"
    earliest = state.started_at + GRACE
    if desk.rang_at is not None and not desk.heeded and not desk.ignored and desk.holder:
        yield max(desk.rang_at + duration(state.roster.settings.attention_within) + MILLISECOND, earliest), "ignored"
    deputy = successor(state, desk)
    if not deputy:
        return
    automatic = state.roster.ground.scopes[desk.scope].assume == "automatic"
    gone = desk.since if not desk.holder else out_since(state, desk.holder)
    if gone is None or (not automatic and desk.called):
        return
    wait = timedelta() if not desk.holder else _assume_after(state, desk) + MILLISECOND
    yield max(gone + wait, earliest), "assume" if automatic else "call"


def _alarm(what: str, desk: Desk, to: str, text: str) -> Draft:
    names = (to,) if to else ()
    return Draft(kind="alarm", by=HUB, body=Alarm(what=what, scope=desk.scope, to=names, text=text))


# What entries mean


def seated(entry: Entry) -> State:
    """The state after the first entry: each scope's POC holds its desk (term 1), and nobody has connected yet."""
    body = entry.body
    assert isinstance(body, Open)
    roster = body.roster
    desks = {
        scope.id: Desk(
            scope=scope.id,
            holder=scope.poc,
            since=entry.at,
            terms=(Term(term=1, holder=scope.poc, seq=entry.seq),),
        )
        for scope in roster.scopes
    }
    contacts = {operator.id: Contact(up=False, since=entry.at) for operator in roster.operators}
    return State(
        roster=roster,
        seq=entry.seq,
        at=entry.at,
        opened_at=entry.at,
        started_at=entry.at,
        desks=Map(desks),
        contacts=Map(contacts),
    )


def offered(state: State, entry: Entry) -> State:
    """An offer stands; an earlier one has lapsed."""
    body = entry.body
    assert isinstance(body, Offer)
    desk = state.desks[body.scope]
    standing = Standing(seq=entry.seq, to=body.to, briefing=body.briefing)
    return replace(_with(state, replace(desk, offer=standing)), offers=state.offers.set(entry.seq, body.scope))


def withdrawn(state: State, entry: Entry) -> State:
    """The offer no longer stands."""
    return _with(state, replace(state.desks[entry.found.scope], offer=None))


def passed(state: State, entry: Entry) -> State:
    """The desk has a new holder, and a new term."""
    desk = state.desks[entry.found.scope]
    holder = entry.found.holder
    term = Term(term=entry.term or desk.term + 1, holder=holder, seq=entry.seq)
    return _with(
        state,
        _reseated(desk, holder, entry, (*desk.terms, term)),
    )


def vacated(state: State, entry: Entry) -> State:
    """The desk is unheld; the term stays, and grows when somebody takes it."""
    desk = state.desks[entry.found.scope]
    return _with(state, _reseated(desk, "", entry, desk.terms))


def _reseated(desk: Desk, holder: str, entry: Entry, terms: tuple[Term, ...]) -> Desk:
    """Whoever comes is taken to heed an alarm that rings already; the queue and its alarm stay."""
    return replace(
        desk, holder=holder, since=entry.at, terms=terms, offer=None, heeded=True, ignored=False, called=False
    )


def heard(state: State, entry: Entry) -> State:
    """An entry by an operator: their desks' alarms are no longer ignored."""
    for desk in state.desks.values():
        if desk.holder == entry.by and desk.rang_at is not None and not desk.heeded:
            state = _with(state, replace(desk, heeded=True, ignored=False))
    return state


def alarmed(state: State, entry: Entry) -> State:
    """What a duty alarm changes: it rings once."""
    body = entry.body
    assert isinstance(body, Alarm)
    desk = state.desks.get(body.scope)
    if desk is None:
        return state
    if body.what == "alarm-ignored":
        return _with(state, replace(desk, ignored=True))
    if body.what == "holder-out-of-contact":
        return _with(state, replace(desk, called=True))
    return state


def back_in_contact(state: State, operator: str) -> State:
    """The holder is heard again: the next absence rings anew."""
    for desk in state.desks.values():
        if desk.holder == operator and desk.called:
            state = _with(state, replace(desk, called=False))
    return state


def _with(state: State, desk: Desk) -> State:
    return replace(state, desks=state.desks.set(desk.scope, desk))


RULES: dict[type[Act], Rule] = {Offer: offer, Take: take, Withdraw: withdraw, Assume: assume, StandDown: stand_down}
STEPS: dict[str, Step] = {
    "offer": offered,
    "take": passed,
    "withdraw": withdrawn,
    "assume": passed,
    "stand_down": vacated,
}

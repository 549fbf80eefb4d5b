"""Centres' status, roll calls and declared facts. DESIGN 7.

What is said counts from when it was said, and the last said is shown. A fact is never refused for what it
says; one that disagrees with an order in force rings at the desk.
"""

from collections.abc import Callable
from datetime import datetime

from immutables import Map
from msgspec.structs import replace

from coordinator.incident import acts, agenda, consistency, hubacts
from coordinator.incident.acts import Act
from coordinator.incident.consistency import DECLARED
from coordinator.incident.deadlines import HALF_FROM, at_desk, operators_of, staff, unique
from coordinator.incident.deskwork import own_desk
from coordinator.incident.entries import Entry, Found, Remedy
from coordinator.incident.messages import known_centres
from coordinator.incident.roster import HUB, Resource
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, holds, missing, named, number, on_any_desk
from coordinator.incident.state import CentreReport, Fact, Rollcall, State
from coordinator.incident.times import MILLISECOND, duration, stamp, utc, when
from coordinator.incident.traffic import LATE_AFTER

RESOURCE = "resource/"

HALF, DUE, AGAIN, CONTACT = "rollcall-half", "rollcall-due", "rollcall-again", "rollcall-contact"
WORDS = {
    HALF: "half of the roll call's time has passed, and some have not confirmed",
    DUE: "the roll call's time is up",
    AGAIN: "the roll call is overdue: those outstanding are called again",
    CONTACT: "still outstanding: reach them by phone and callsign, in contact order",
}
"""What each kind of due entry on a roll call means."""


# Rules


def status(case: Case) -> list[Draft]:
    """How a centre is: said by itself, or by a desk that heard it."""
    act = case.command.act
    assert isinstance(act, acts.Status)
    if case.on_behalf and not on_any_desk(case.state, case.command.by):
        raise _only(case, "the centre itself or a desk may say its status")
    calls = _calls_answered(case, act)
    ref = calls[0] if act.ref is not None else None
    said = Draft(kind="status", body=replace(act, ref=ref), ref=ref, found=Found(refs=calls))
    return [said, *_missing_people(case, act, calls)]


def _missing_people(case: Case, act: acts.Status, calls: tuple[int, ...]) -> list[Draft]:
    """One alarm where fewer answer a roll call than are expected there."""
    for seq in calls:
        call = case.state.rollcalls[seq]
        expected = call.expected.get(case.centre)
        if expected is not None and act.headcount is not None and act.headcount < expected:
            text = f"{call.number}: {case.centre} has {act.headcount} of {expected}"
            to = tuple(staff(case.state, call.scope))
            body = hubacts.Alarm(what="headcount", scope=call.scope, ref=seq, to=to, text=text)
            return [Draft(kind="alarm", by=HUB, ref=seq, body=body)]
    return []


def _only(case: Case, who: str) -> Refuse:
    return Refuse(
        "no-authority",
        f"only {who}; you speak for {case.author.centre}",
        remedies=(Remedy(text="write it as a note", do="note"), Remedy(text="tell the desk", do="message")),
    )


def _calls_answered(case: Case, act: acts.Status) -> tuple[int, ...]:
    """The roll call that a status names; else every one that called the centre before it was said."""
    calls = case.state.rollcalls
    if act.ref is not None:
        seq = named(case, act.ref)
        if seq not in calls:
            raise missing(f"{act.ref} is no roll call")
        return (seq,)
    return tuple(seq for seq, call in sorted(calls.items()) if case.centre in call.centres and call.at <= case.said_at)


def rollcall(case: Case) -> list[Draft]:
    """The desk asks centres to confirm by a time."""
    act = case.command.act
    assert isinstance(act, acts.Rollcall)
    if not act.centres:
        raise Misuse("name the centres to call in `centres`")
    scope = own_desk(case)
    body = replace(act, centres=known_centres(case, act.centres, "centres"))
    desk = case.state.desks[scope]
    return [
        Draft(
            kind="rollcall",
            body=body,
            term=desk.term if holds(case.state, case.command.by, scope) else None,
            found=Found(number=number(case.state, "C"), scope=scope, to=body.centres, due=_deadline(case, act.due)),
        )
    ]


def _deadline(case: Case, due: str) -> datetime:
    try:
        return case.said_at + duration(due)
    except ValueError:
        pass
    try:
        moment = when(due)
    except ValueError:
        raise Misuse(f"'{due}' is neither a duration (5m) nor a time (2026-11-22T13:05:00Z)") from None
    if moment <= case.said_at:
        raise missing(f"`due` is {stamp(moment)}, which is past; give a time still to come")
    return moment


def declare(case: Case) -> list[Draft]:
    """The state of a subject, as a fact."""
    act = case.command.act
    assert isinstance(act, acts.Declare)
    if case.state.roster.ground.subject(act.subject) is None:
        raise missing(f"there is no {act.subject} on the roster")
    fact = Draft(kind="declare", body=act)
    return [fact, *_disagreeing(case, act.subject, act.state)]


def resource(case: Case) -> list[Draft]:
    """In service or out of it: said by its home centre, or a desk."""
    act = case.command.act
    assert isinstance(act, acts.ResourceState)
    name = RESOURCE + act.resource.removeprefix(RESOURCE)
    found = case.state.roster.ground.subject(name)
    if not isinstance(found, Resource):
        raise missing(f"there is no {name} on the roster")
    if (case.centre != found.home or case.on_behalf) and not on_any_desk(case.state, case.command.by):
        raise _only(case, f"its home, {found.home}, or a desk may say the state of {name}")
    fact = Draft(kind="resource", body=replace(act, resource=name))
    return [fact, *(_disagreeing(case, name, act.state) if act.state == "OUT" else [])]


def _disagreeing(case: Case, subject: str, said: str) -> list[Draft]:
    """One alarm for each order in force that a fact does not fit."""
    return [
        Draft(
            kind="alarm",
            by=HUB,
            ref=order.seq,
            body=hubacts.Alarm(
                what="fact",
                scope=order.scope,
                ref=order.seq,
                to=tuple(staff(case.state, order.scope)),
                text=f"{subject} is {said}, but {order.number} {order.verb} {order.subject} is in force"[:512],
            ),
        )
        for order in consistency.disagreeing(case.state, subject, said, case.now)
    ]


RULES: dict[type[Act], Callable[[Case], list[Draft]]] = {
    acts.Status: status,
    acts.Rollcall: rollcall,
    acts.Declare: declare,
    acts.ResourceState: resource,
}


# Steps


def _said_at(entry: Entry) -> datetime:
    return entry.at if entry.said_at is None else min(utc(entry.said_at), entry.at)


def reported(state: State, entry: Entry) -> State:
    """The status of a centre; the last said is shown."""
    body, said_at = entry.body, _said_at(entry)
    assert isinstance(body, acts.Status)
    last = state.statuses.get(entry.centre)
    if last is None or (last.at, last.seq) < (said_at, entry.seq):
        report = CentreReport(
            seq=entry.seq, at=said_at, state=body.state, by=entry.by, headcount=body.headcount, text=body.text
        )
        state = replace(state, statuses=state.statuses.set(entry.centre, report))
    for seq in entry.found.refs:
        call = state.rollcalls.get(seq)
        if call is not None and entry.centre in call.centres:
            state = put(state, _answered(call, entry.centre, entry.seq, body.headcount))
    return state


def _answered(call: Rollcall, centre: str, seq: int, headcount: int | None) -> Rollcall:
    """The call with a centre's answer: its first one confirms, its latest headcount counts."""
    confirmed = call.confirmed if centre in call.confirmed else call.confirmed.set(centre, seq)
    return replace(call, confirmed=confirmed, heads=_known(call.heads, centre, headcount))


def _known(heads: Map[str, int], centre: str, headcount: int | None) -> Map[str, int]:
    return heads if headcount is None else heads.set(centre, headcount)


def called(state: State, entry: Entry) -> State:
    """A roll call begins."""
    body, found = entry.body, entry.found
    assert isinstance(body, acts.Rollcall)
    if entry.seq in state.rollcalls or found.due is None:
        return state
    call = Rollcall(
        seq=entry.seq,
        number=found.number,
        at=_said_at(entry),
        scope=found.scope,
        centres=body.centres,
        deadline=found.due,
        text=body.text,
        confirmed=Map(),
        expected=Map({centre: heads for centre in body.centres if (heads := _people(state, centre)) is not None}),
    )
    return put(state, call)


def _people(state: State, centre: str) -> int | None:
    """How many should be at a centre: as the roster has it, else as it last said; None: nobody knows."""
    found, report = state.roster.ground.centres.get(centre), state.statuses.get(centre)
    if found is not None and found.headcount is not None:
        return found.headcount
    return report.headcount if report is not None else None


def declared(state: State, entry: Entry) -> State:
    """A fact about a subject; the last said is shown."""
    body = entry.body
    assert isinstance(body, acts.Declare)
    key = DECLARED + body.subject if body.subject.startswith(RESOURCE) else body.subject
    return _fact(state, entry, key, body.state, body.text)


def in_service(state: State, entry: Entry) -> State:
    """A resource in service, or out of it."""
    body = entry.body
    assert isinstance(body, acts.ResourceState)
    return _fact(state, entry, RESOURCE + body.resource.removeprefix(RESOURCE), body.state, body.text)


def _fact(state: State, entry: Entry, key: str, said: str, text: str) -> State:
    at, last = _said_at(entry), state.facts.get(key)
    if last is not None and (last.at, last.seq) > (at, entry.seq):
        return state
    return replace(state, facts=state.facts.set(key, Fact(seq=entry.seq, at=at, state=said, by=entry.by, text=text)))


STEPS: dict[str, Callable[[State, Entry], State]] = {
    "status": reported,
    "rollcall": called,
    "declare": declared,
    "resource": in_service,
}


def due_step(state: State, entry: Entry) -> State:
    """A deadline of a roll call has fired."""
    body = entry.body
    assert isinstance(body, hubacts.Due)
    call = state.rollcalls.get(body.ref)
    if call is None or body.what in call.fired:
        return state
    return put(state, replace(call, fired=(*call.fired, body.what)))


# The clocks of a roll call


def outstanding(call: Rollcall) -> list[str]:
    """The centres that a roll call named and that have not confirmed since."""
    return [centre for centre in call.centres if centre not in call.confirmed]


def _deadlines(state: State, call: Rollcall) -> list[tuple[datetime, str]]:
    if state.closed is not None or not outstanding(call):
        return []
    whole, past = call.deadline - call.at, call.deadline + MILLISECOND
    again_after = duration(state.roster.settings.roll_call_within)
    half = [(call.at + whole // 2, HALF)] if whole >= HALF_FROM else []
    rows = [*half, (call.deadline, DUE), (past, AGAIN), (past + again_after, CONTACT)]
    return [row for row in rows if row[1] not in call.fired]


def put(state: State, call: Rollcall) -> State:
    """The state with that roll call as it now is."""
    before = state.rollcalls.get(call.seq)
    due = min((at for at, _ in _deadlines(state, call)), default=None)
    rows = state.agenda
    if due is not None and (before is None or before.due != due):
        rows = agenda.push(rows, due, call.seq)
    return replace(state, rollcalls=state.rollcalls.set(call.seq, replace(call, due=due)), agenda=rows)


def rescheduled(state: State) -> State:
    """The state with every roll call on the agenda: after a restore, and when settings or the end moved deadlines."""
    for call in state.rollcalls.values():
        due = min((at for at, _ in _deadlines(state, call)), default=None)
        rows = state.agenda if due is None else agenda.push(state.agenda, due, call.seq)
        state = replace(state, rollcalls=state.rollcalls.set(call.seq, replace(call, due=due)), agenda=rows)
    return state


def fire(state: State, seq: int, now: datetime) -> list[Draft]:
    """What fell due next for a roll call."""
    call = state.rollcalls[seq]
    at, what = min(_deadlines(state, call), default=(None, ""))
    if at is None or at > now:
        return []
    body = hubacts.Due(ref=seq, what=what, to=_rings_at(state, call, what), text=_sentence(state, call, what))
    found = Found(scope=call.scope, due=call.deadline, late=now - at > LATE_AFTER)
    return [Draft(kind="due", body=body, ref=seq, by=HUB, found=found)]


def _rings_at(state: State, call: Rollcall, what: str) -> tuple[str, ...]:
    desk = at_desk(state, call.scope)
    return tuple(unique([*desk, *(operators_of(state, outstanding(call)) if what == AGAIN else ())]))


def _sentence(state: State, call: Rollcall, what: str) -> str:
    names = in_contact_order(state, outstanding(call))
    listed = [_reach(state, name) for name in names] if what == CONTACT else names
    many = f"{len(names)} of {len(call.centres)} outstanding"
    return f"{call.number}: {many}, due {stamp(call.deadline)}: {', '.join(listed)}"[:512]


def in_contact_order(state: State, centres: list[str]) -> list[str]:
    """Centres in the order in which the roster has them called; those that it does not list come last."""
    order = {centre: place for place, centre in enumerate(state.roster.contact_order)}
    return sorted(centres, key=lambda centre: order.get(centre, len(order)))


def _reach(state: State, name: str) -> str:
    centre = state.roster.ground.centres.get(name)
    ways = {} if centre is None else {"phone": centre.phone, "callsign": centre.callsign}
    said = ", ".join(f"{way} {value}" for way, value in ways.items() if value)
    return f"{name} ({said or 'no phone, no callsign'})"

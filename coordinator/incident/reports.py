"""What addressees say of an order: read back, accepted, unable, carried out. DESIGN 8 "Life, per addressee".

Reports are facts: they are taken at any time, in any order, from those who may give them.
"""

from typing import Literal

from msgspec.structs import replace

from coordinator.incident import claims
from coordinator.incident.acts import Accept, Act, Complete, Readback, Unable, Window
from coordinator.incident.entries import Ending, Entry, Found
from coordinator.incident.orders import order_named, ring
from coordinator.incident.ruling import Case, Draft, Refuse, Rule, Step, no_authority, on_desk
from coordinator.incident.state import Order, Report, State
from coordinator.incident.times import utc

CANCELLED = ("superseded", "rescinded", "released")


def readback(case: Case) -> list[Draft]:
    """The addressee restates the order, or its end; the hub compares it field by field."""
    act = case.command.act
    assert isinstance(act, Readback)
    order = order_named(case, act.ref)
    need_addressee(case, order)
    differs = cancelled_wrongly(order) if act.cancelled else differences(order, act)
    drafts = [
        Draft(
            kind="readback",
            body=replace(act, ref=order.seq),
            ref=order.seq,
            found=Found(scope=order.scope, to=(case.centre,), differs=differs),
        )
    ]
    if differs:
        text = f"{case.centre}: {', '.join(differs)}"
        drafts.append(ring(case.state, "readback-mismatch", order.scope, order.seq, text))
    return drafts


def cancelled_wrongly(order: Order) -> tuple[str, ...]:
    """Empty when the order is cancelled indeed."""
    return () if order.ended in CANCELLED else ("cancelled",)


def differences(order: Order, said: Readback) -> tuple[str, ...]:
    """The fields that a read-back restates otherwise than the order states them; an omission is a difference."""
    return tuple(name for name, same in _compared(order, said).items() if not same)


def _compared(order: Order, said: Readback) -> dict[str, bool]:
    quantity_unsaid = 1 if not order.releasing else None
    return {
        "verb": said.verb.upper() == order.verb.upper(),
        "subject": said.subject.split() == order.subject.split(),
        "except": set(said.excepted) == set(order.excepted),
        "object": said.object == order.object,
        "quantity": said.quantity in ({order.quantity} if order.quantity is not None else {None, quantity_unsaid}),
        "window": _window(said.window) == _window(order.said) or _window(said.window) == _in_full(order),
    }


def _window(window: Window) -> tuple[object, object]:
    return (
        None if window.start is None else utc(window.start),
        None if window.until is None else utc(window.until),
    )


def _in_full(order: Order) -> tuple[object, object]:
    """The window as decided: whoever restates the start that the decision gave it has not misheard."""
    return (order.start, order.until)


def accept(case: Case, seq: int) -> list[Draft]:
    """An addressee accepts an order."""
    order = case.state.orders[seq]
    need_addressee(case, order)
    assert isinstance(case.command.act, Accept)
    return [_report("accept", case, order, replace(case.command.act, ref=seq))]


def complete(case: Case) -> list[Draft]:
    """An addressee has carried an order out; where its control says so, the last one's word ends the claim."""
    act = case.command.act
    assert isinstance(act, Complete)
    order = order_named(case, act.ref)
    need_addressee(case, order)
    return [_report("complete", case, order, replace(act, ref=order.seq))]


def unable(case: Case) -> list[Draft]:
    """An addressee cannot: with the reason. When none can, it rings and the claim stays until the POC decides."""
    act = case.command.act
    assert isinstance(act, Unable)
    order = order_named(case, act.ref)
    need_addressee(case, order)
    drafts = [_report("unable", case, order, replace(act, ref=order.seq))]
    if all(_answer(order, centre, case.centre, "unable") == "unable" for centre in order.to):
        drafts.append(ring(case.state, "all-unable", order.scope, order.seq, act.reason))
    return drafts


def need_addressee(case: Case, order: Order) -> None:
    """Refuse unless it is said for an addressee: by its own operator, or by the order's desk on its behalf."""
    if case.centre not in order.to:
        raise Refuse(
            "no-authority",
            f"{order.number} is addressed to {', '.join(order.to)}, not to {case.centre}",
            scope=order.scope,
        )
    if case.on_behalf and not on_desk(case.state, case.command.by, order.scope):
        raise no_authority(case.state, order.scope, "speak for others at")


ANSWERS: dict[str, Literal["accepted", "unable", "completed"]] = {
    "accept": "accepted",
    "unable": "unable",
    "complete": "completed",
}


def _report(kind: str, case: Case, order: Order, body: Accept | Complete | Unable) -> Draft:
    ending = _completion(case, order, ANSWERS[kind])
    return Draft(kind=kind, body=body, ref=order.seq, found=Found(scope=order.scope, to=(case.centre,), ended=ending))


def _completion(case: Case, order: Order, said: str) -> tuple[Ending, ...]:
    """The end of the claim, if its control ends on completion and every addressee that is not unable has completed."""
    control = case.state.roster.doctrine.controls.get(order.claim.control) if order.claim is not None else None
    standing = claims.in_force(order, case.now) or claims.reserved(order, case.now)
    if control is None or not control.ends_on_completion or not standing:
        return ()
    answers = {_answer(order, centre, case.centre, said) for centre in order.to}
    if answers in ({"completed"}, {"completed", "unable"}):
        return (Ending(order=order.seq, at=case.now, why="completed"),)
    return ()


def _answer(order: Order, centre: str, speaker: str, said: str) -> str:
    if centre == speaker:
        return said
    report = order.reports.get(centre)
    return report.answer if report is not None else ""


# What entries mean


def reported(state: State, entry: Entry) -> State:
    """An addressee's word on an order."""
    order = state.orders.get(entry.ref or 0)
    if order is None:
        return state
    for centre in entry.found.to:
        order = replace(order, reports=order.reports.set(centre, _noted(order.reports.get(centre, Report()), entry)))
    state = claims.kept(state, order)
    for ending in entry.found.ended:
        state = claims.ended(state, entry, ending)
    return state


def _noted(report: Report, entry: Entry) -> Report:
    body = entry.body
    if isinstance(body, Readback):
        if body.cancelled and not entry.found.differs:
            return replace(report, told=True)
        return replace(report, readback=entry.found.differs)
    if isinstance(body, Unable):
        return replace(report, answer="unable", reason=body.reason, alternative=body.alternative)
    return replace(report, answer=ANSWERS[entry.kind])


RULES: dict[type[Act], Rule] = {Readback: readback, Complete: complete, Unable: unable}
STEPS: dict[str, Step] = {"readback": reported, "complete": reported, "unable": reported}

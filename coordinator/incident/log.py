"""Notes, decisions, corrections; changes of the roster; the end of the operation. DESIGN 4, 6, 9."""

from msgspec.structs import replace

from coordinator.incident import claims, status, threads
from coordinator.incident.acts import Act, Correct, DecisionNote, EndOperation, Note, RosterSteps
from coordinator.incident.entries import Entry, Found
from coordinator.incident.hubacts import OpenRequests
from coordinator.incident.roster import HUB
from coordinator.incident.rosterchange import NoStep, Unfit, checked, replayed
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, Rule, Step, missing, named, on_any_desk
from coordinator.incident.state import State


def note(case: Case) -> list[Draft]:
    """Anything that happened, in anyone's words."""
    return [Draft(kind=case.command.do, body=case.command.act)]


def correct(case: Case) -> list[Draft]:
    """A correction names the entry it corrects; nothing is edited. By that entry's author, or a desk."""
    act = case.command.act
    assert isinstance(act, Correct)
    seq = named(case, act.ref)
    old = case.named
    if old is None or old.seq != seq:
        raise missing(f"#{seq} cannot be corrected")
    if old.by != case.command.by and not on_any_desk(case.state, case.command.by):
        raise Refuse("no-authority", f"#{seq} is {old.by}'s to correct, or a desk's")
    things = (case.state.messages, case.state.orders)
    root = old.ref if old.ref is not None and any(old.ref in kind for kind in things) else seq
    found = Found(scope=old.found.scope, to=(old.centre,) if old.centre else (), corrects=old.kind)
    return [Draft(kind="correct", body=replace(act, ref=seq), ref=root, found=found)]


def change_roster(case: Case) -> list[Draft]:
    """Typed steps that commute, by the liaison, or by the hub for its owner; refused when claims would conflict."""
    act = case.command.act
    assert isinstance(act, RosterSteps)
    if case.command.by != HUB:
        _need_liaison(case, "changes the roster")
    try:
        checked(case.state, act.steps)
    except NoStep as none:
        raise Misuse(str(none)) from None
    except Unfit as unfit:
        raise missing(str(unfit), unfit.clashes) from None
    return [Draft(kind="roster", body=act)]


def end_operation(case: Case) -> list[Draft]:
    """The liaison ends the operation; the hub names each request still open. The end changes no claim."""
    act = case.command.act
    _need_liaison(case, "ends the operation")
    still_open = tuple(
        message.seq
        for seq in sorted(case.state.open_messages)
        if (message := case.state.messages.get(seq)) is not None and message.wants_reply and message.answered is None
    )
    numbers = ", ".join(case.state.messages[seq].number for seq in still_open)
    return [
        Draft(kind="end_operation", body=act),
        Draft(
            kind="open_requests",
            by=HUB,
            ref=case.state.seq + 1,
            body=OpenRequests(text=f"requests still open: {numbers}"[:4096] if numbers else "no request is open"),
            found=Found(refs=still_open),
        ),
    ]


def _need_liaison(case: Case, what: str) -> None:
    if case.author.role != "liaison":
        raise Refuse("no-authority", f"the liaison {what}; you are {case.author.role}")


def roster_changed(state: State, entry: Entry) -> State:
    """The roster as it is from here on. Changing a scope's `poc` moves no desk."""
    body = entry.body
    assert isinstance(body, RosterSteps)
    changed = claims.reindexed(replace(state, roster=replayed(state.roster, body.steps)))
    return status.rescheduled(threads.rescheduled(changed))


def over(state: State, entry: Entry) -> State:
    """The operation has ended."""
    return status.rescheduled(threads.rescheduled(replace(state, closed=entry.seq)))


def unchanged(state: State, entry: Entry) -> State:
    """An entry that tells, and changes nothing."""
    del entry
    return state


RULES: dict[type[Act], Rule] = {
    Note: note,
    DecisionNote: note,
    Correct: correct,
    RosterSteps: change_roster,
    EndOperation: end_operation,
}
STEPS: dict[str, Step] = {
    "note": unchanged,
    "decision": unchanged,
    "correct": threads.rang_step,
    "roster": roster_changed,
    "end_operation": over,
    "open_requests": unchanged,
}

"""Roll calls that the doctrine calls by itself: on a change of strategy, on somebody in distress. DESIGN 7.

An order whose verb the doctrine's `rollcall_on` names has its addressees confirm status and headcount within the
roster's `roll_call_within`; a message whose form it names (MAYDAY, WITHDRAW) has every centre do so.
"""

from collections.abc import Iterable

from coordinator.incident.acts import Message, Order, Rollcall
from coordinator.incident.entries import Found
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, number
from coordinator.incident.times import duration


def called_by(case: Case, drafts: Iterable[Draft]) -> list[Draft]:
    """The roll call that these entries bring about: one for all of them, of everybody whom they concern."""
    state = case.state
    words = state.roster.doctrine.rollcall_on
    if not words or case.command.by == HUB:
        return []
    centres: dict[str, str] = {}
    cause: tuple[int, Draft] | None = None
    for seq, draft in enumerate(drafts, start=state.seq + 1):
        concerned = _concerned(case, draft, words)
        if concerned and cause is None:
            cause = seq, draft
        centres |= dict.fromkeys(concerned, "")
    if cause is None:
        return []
    ref, first = cause
    within = state.roster.settings.roll_call_within
    scope = first.found.scope or state.roster.ground.default.id
    body = Rollcall(centres=tuple(centres), due=within, text=f"PAR: {first.found.number} {_said(first)}")
    found = Found(number=number(state, "C"), scope=scope, to=body.centres, due=case.now + duration(within))
    return [Draft(kind="rollcall", by=HUB, ref=ref, body=body, found=found)]


def _concerned(case: Case, draft: Draft, words: tuple[str, ...]) -> tuple[str, ...]:
    body = draft.body
    if draft.kind == "order" and isinstance(body, Order):
        return body.to if body.verb in words and not body.given else ()
    if draft.kind == "message" and isinstance(body, Message) and body.form is not None:
        everyone = (centre.id for centre in case.state.roster.centres if not centre.retired)
        return tuple(everyone) if body.form.name.upper() in words else ()
    return ()


def _said(draft: Draft) -> str:
    body = draft.body
    if isinstance(body, Order):
        return f"{body.verb} {body.subject}"
    return body.form.name.upper() if isinstance(body, Message) and body.form is not None else ""

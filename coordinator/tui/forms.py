"""What each command asks for on the screen: one form a command, its fields named as everywhere else.

Law: a form adds nothing to a command. Fields, their kinds and what is needed come from the words that the command
line uses; here stands only which are shown, in which order, and what they begin with.
"""

from collections.abc import Callable
from datetime import datetime
from typing import get_args

from msgspec import Struct, field

from coordinator.incident.acts import Act, CentreState
from coordinator.incident.briefing import briefing
from coordinator.incident.duty import out_since
from coordinator.incident.entries import OnRecord
from coordinator.incident.situation import situation
from coordinator.session import saying
from coordinator.session.words import Slot, slot
from coordinator.tui import composing
from coordinator.tui.choices import MEANS
from coordinator.tui.spots import Spot
from coordinator.tui.texts import plain
from coordinator.tui.view import View

RECORD = ("means", "centre", "said_at", "words")
YES, NO = "yes", "no"


class Form(Struct, frozen=True):
    """One command's form."""

    title: str
    fields: tuple[str, ...]
    about: str = ""
    """The field that the thing under the cursor fills."""
    long: tuple[str, ...] = ()
    """Texts of several lines, where Enter begins a new one."""
    defaults: dict[str, str] = field(default_factory=dict)
    begins: Callable[[View, Spot], dict[str, str]] | None = None
    """What more it begins with."""


def _relay(view: View, spot: Spot) -> dict[str, str]:
    message = view.state.messages.get(spot.seq)
    return {"to": ",".join(message.to)} if message is not None else {}


def _triage(view: View, spot: Spot) -> dict[str, str]:
    message = view.state.messages.get(spot.seq)
    return {"precedence": message.precedence, "topic": message.topic} if message is not None else {}


def _on_my_scope(view: View, _: Spot) -> dict[str, str]:
    return {"scope": view.held[0]} if view.held else {}


def _offer(view: View, spot: Spot) -> dict[str, str]:
    scope = spot.ref if spot.kind == "scope" else (view.held[0] if view.held else "")
    charter = view.scope(scope)
    others = [one for one in charter.staff if one != view.me] if charter is not None else []
    to = next((one for one in others if out_since(view.state, one) is None), others[0] if others else "")
    return {"scope": scope, "to": to, "briefing": briefing(view.state, scope, view.now) if scope else ""}


def _brief(view: View, _: Spot) -> dict[str, str]:
    return {"text": situation(view.state, view.now)}


def _everyone(view: View, _: Spot) -> dict[str, str]:
    return {
        "centres": ",".join(one.id for one in view.state.roster.centres if not one.retired and one.id != view.centre)
    }


def _assume(view: View, spot: Spot) -> dict[str, str]:
    free = [desk.scope for desk in view.desks if desk.scope in view.my_desks and desk.holder != view.me]
    return {"scope": spot.ref if spot.kind == "scope" else (free[0] if free else "")}


def _join(view: View, spot: Spot) -> dict[str, str]:
    message = view.state.messages.get(spot.seq)
    return {"refs": f"{message.number}," if message is not None else ""}


def _declined(view: View, spot: Spot) -> dict[str, str]:
    if spot.kind != "proposal":
        return {"ref": spot.ref}
    proposal = view.state.proposals.get(spot.seq)
    rivals = proposal.clashes if proposal is not None else ()
    open_rivals = [seq for seq in rivals if seq in view.state.proposals and not view.state.proposals[seq].end]
    return {"refs": ",".join(view.number(seq) for seq in (spot.seq, *open_rivals))}


def _resource(view: View, spot: Spot) -> dict[str, str]:
    order = view.state.orders.get(spot.seq)
    subject = order.subject if order is not None else spot.ref if spot.kind == "resource" else ""
    return {"resource": subject.partition("/")[2]} if subject.startswith("resource/") else {}


def _heard(view: View, spot: Spot) -> dict[str, str]:
    order = view.state.orders.get(spot.seq)
    silent = [one for one in order.to if one != view.centre] if order is not None else []
    return {"centre": silent[0] if silent else "", "means": "radio"}


_ORDER = (
    "verb",
    "subject",
    "to",
    "except",
    "object",
    "quantity",
    "from",
    "until",
    "rationale",
    "text",
    "supersedes",
    "despite",
)

FORMS: dict[str, Form] = {
    "message": Form(
        "MESSAGE to the Point of Contact",
        ("text", "precedence", "to", "topic", "wants_reply", "reply_by", "subject"),
        defaults={"precedence": "ROUTINE"},
    ),
    "relay": Form("RELAY", ("to", "text", "hold_replies"), "ref", begins=_relay),
    "reply": Form("REPLY to the originator, copied to the desk", ("text",), "ref"),
    "answer": Form("ANSWER to the originator", ("text",), "ref"),
    "ask": Form("ASK BACK: the clock pauses until they reply", ("text",), "ref"),
    "triage": Form("TRIAGE", ("precedence", "topic"), "ref", begins=_triage),
    "join": Form("JOIN duplicates; the first stays as the row", ("refs",), begins=_join),
    "assign": Form("ASSIGN to a centre", ("owner", "due"), "ref"),
    "escalate": Form("ESCALATE", ("reason",), "ref"),
    "redirect": Form("REDIRECT to another desk, once", ("to", "reason"), "ref"),
    "hold": Form("HOLD until a time", ("until", "reason"), "ref", defaults={"until": "+30m"}),
    "close": Form("CLOSE with a reason", ("reason",), "ref"),
    "reopen": Form("REOPEN: the answer does not serve", ("reason",), "ref"),
    "decline": Form("DECLINE with a reason", ("refs", "reason"), begins=_declined),
    "broadcast": Form("BROADCAST to every centre", ("text", "precedence"), defaults={"precedence": "PRIORITY"}),
    "brief": Form("BRIEF: a numbered situation report to all", ("text",), long=("text",), begins=_brief),
    "status": Form("STATUS of my centre", ("state", "headcount", "text")),
    "rollcall": Form("ROLL CALL", ("centres", "due", "text"), defaults={"due": "5m"}, begins=_everyone),
    "declare": Form("FACT: the state of a subject", ("subject", "state", "text")),
    "order": Form("ORDER", _ORDER),
    "propose": Form("PROPOSE an order to whoever may issue it", _ORDER),
    "issue": Form("ISSUE a proposal", ("rationale", "supersedes", "despite"), "ref"),
    "readback": Form(
        "READ-BACK as heard",
        ("verb", "subject", "except", "object", "quantity", "from", "until", "cancelled"),
        "ref",
        begins=_heard,
    ),
    "unable": Form("UNABLE to carry it out", ("reason", "alternative"), "ref"),
    "rescind": Form("RESCIND an order", ("reason",), "ref"),
    "resource": Form("RESOURCE in or out of service", ("resource", "state", "text"), begins=_resource),
    "offer": Form("HAND OVER the desk", ("scope", "to", "briefing"), long=("briefing",), begins=_offer),
    "assume": Form("ASSUME a desk", ("scope",), begins=_assume),
    "stand_down": Form("STAND DOWN: the desk is then unheld", ("scope", "reason"), begins=_on_my_scope),
    "note": Form("NOTE for the log", ("text",)),
    "decision": Form("DECISION and why", ("text", "rationale", "options")),
    "correct": Form("CORRECT an entry; the old one stays", ("ref", "text"), "ref"),
    "end_operation": Form("END THE OPERATION", ("reason",)),
    **{name: Form(one.title, one.fields, defaults=one.defaults) for name, one in composing.COMPOSED.items()},
}

LABELS = {
    "means": "Said by",
    "centre": "On behalf of",
    "wants_reply": "Wants answer",
    "reply_by": "Answer by",
    "hold_replies": "Hold replies",
    "said_at": "Said at",
    "from": "From",
    "until": "Until",
    "refs": "Which",
}
HINTS = {
    "to": "empty: the POC decides",
    "topic": "empty: the default desk",
    "reply_by": "+30m, or a time",
    "until": "+2h, or a time",
    "from": "empty: now; +30m, or a time",
    "due": "+20m, or 5m",
    "except": "subjects below it",
    "said_at": "+0m, or a time",
    "supersedes": "O-12, …",
    "despite": "O-12, … (both stand, say why)",
    "quantity": "a number",
    "object": "a centre or a subject",
}


def label(name: str) -> str:
    """A field as people read it."""
    return LABELS.get(name, name.removeprefix(composing.OWN).replace("_", " ").capitalize())


def begun(view: View, do: str, spot: Spot) -> dict[str, str]:
    """The values that a form begins with, for the thing under the cursor."""
    form = FORMS[do]
    values = dict(form.defaults)
    if form.about and spot.seq:
        values[form.about] = spot.ref
    if form.begins is not None:
        values |= form.begins(view, spot)
    return {name: plain(value, newlines=True) for name, value in values.items() if value}


def place(do: str, name: str) -> Slot:
    """What kind of field that is; the on-record ones belong to every command."""
    if name == "means":
        return Slot(name=name, kind="choice", choices=("here", *MEANS))
    if name in RECORD:
        return Slot(name=name, kind="moment" if name == "said_at" else "text")
    if do in composing.COMPOSED:
        return composing.place(name)
    if (do, name) == ("status", "state"):
        return Slot(name=name, kind="choice", required=True, choices=get_args(CentreState))
    return slot(do, name)


def act_of(do: str, values: dict[str, str], now: datetime) -> Act:
    """The act that a filled form makes. Raises saying.Usage, with a sentence for the operator."""
    given: dict[str, list[str]] = {}
    for name, value in values.items():
        if name in RECORD or not value.strip() or name.startswith(composing.OWN):
            continue
        kind = place(do, name).kind
        if kind == "flag":
            if value == YES:
                given[name] = ["true"]
        else:
            given[name] = [value.strip()]
    if do in ("message", "broadcast") and values.get("text", "").startswith("!"):
        given |= {"text": [values["text"][1:].strip()], "precedence": ["FLASH"]}
    if do in composing.COMPOSED:
        return saying.build("message", (), given | composing.spelled(do, values), now)
    return saying.build(do, (), given, now)


def record_of(values: dict[str, str], now: datetime) -> OnRecord:
    """What a form says about where the words were said. Raises saying.Usage."""
    named = {name: values[name].strip() for name in RECORD if values.get(name, "").strip()}
    if named.get("means") == "here":
        del named["means"]
    return saying.record(named, now)

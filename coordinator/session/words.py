"""The words of the command line and of the command bar: for each `do`, its main fields, its help, an example.

Everything else (options, their types, which are needed) is read off the acts themselves, so that a field
added to an act is a word at once.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import msgspec.inspect as shape
from msgspec import Struct

from coordinator.incident.acts import ACTS

Kind = Literal["text", "texts", "names", "ref", "refs", "count", "flag", "moment", "choice", "json"]


class Word(Struct, frozen=True):
    """One verb: what it is called, which fields stand without a name, and what to tell people."""

    main: tuple[str, ...]
    help: str
    example: str
    defaults: Mapping[str, str] = {}


class Slot(Struct, frozen=True, kw_only=True):
    """One field of an act, as people give it."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    within: str = ""
    """The field that holds this one: from and until lie in `window`."""

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


NAME = 128
"""Lists of names may be written with commas; lists of sentences are repeated."""
ROUTINE = {"precedence": "ROUTINE"}

WORDS: dict[str, Word] = {
    "message": Word(
        ("text",), "Send a message to the Point of Contact. A leading ! makes it FLASH.",
        'message "River gauge at 4.1 m" --precedence IMMEDIATE --topic ops/water --to south --wants-reply', ROUTINE,
    ),
    "relay": Word(("ref", "to", "text"), "Pass a message on, as it is or summarised.", "relay M-12 --to south,icp"),
    "reply": Word(("ref", "text"), "Reply to what was relayed or asked.", 'reply M-12 "Two boats on the way"'),
    "answer": Word(("ref", "text"), "Answer a request.", 'answer M-12 "Use the mill road"'),
    "ask": Word(("ref", "text"), "Ask the originator back; the clock pauses.", 'ask M-12 "Which bank?"'),
    "triage": Word(("ref", "precedence"), "Set a message's precedence or topic.", "triage M-12 FLASH"),
    "join": Word(("refs",), "Join duplicates; the first stays as the row.", "join M-12 M-14"),
    "assign": Word(("ref", "owner"), "Give a message to a centre to own.", "assign M-12 icp --due +20m"),
    "escalate": Word(("ref", "reason"), "Take a message up the escalation path.", 'escalate M-12 "no boats left"'),
    "redirect": Word(
        ("ref", "to", "reason"), "Send a message to another scope's desk, once.", 'redirect M-12 medical "a casualty"'
    ),
    "hold": Word(("ref", "until", "reason"), "Put a message off until a time.", 'hold M-12 +30m "tide turns"'),
    "close": Word(("ref", "reason"), "Close a message, with a reason.", 'close M-12 "answered by voice"'),
    "reopen": Word(("ref", "reason"), "Reopen an answered request of yours.", 'reopen M-12 "the road is shut"'),
    "acknowledge": Word(("ref",), "Received and understood.", "acknowledge M-12"),
    "decline": Word(
        ("refs",), "Decline a message, or one or more proposals with one reason.", 'decline P-3 P-4 --reason "no boats"'
    ),
    "broadcast": Word(("text",), "Tell every centre.", 'broadcast "Levee holds" --precedence PRIORITY', ROUTINE),
    "brief": Word(("text",), "Issue a numbered situation report.", 'brief "Situation at 14:00: …"'),
    "status": Word(
        ("state", "text"), "Report your centre's status.", 'status DEGRADED "generator only" --headcount 14'
    ),
    "rollcall": Word(("centres", "due"), "Ask centres to confirm their status by a time.", "rollcall north,south 5m"),
    "declare": Word(("subject", "state"), "Record the state of a subject as a fact.", "declare route/route-9 down"),
    "order": Word(
        ("verb", "subject"), "Issue an order: in force for everybody, or refused with a way out.",
        'order EVACUATE area/north/zone-4 --to north,icp --until 2026-11-22T15:00:00Z --rationale "Gauge above 4 m"',
    ),
    "package": Word(("orders",), "Issue orders as one step, all or none (a JSON file, or -).", "package orders.json"),
    "propose": Word(
        ("verb", "subject"), "Propose an order to whoever may issue it.", "propose CLOSE route/route-9 --to icp"
    ),
    "issue": Word(("ref",), "Issue a proposal, as it is or changed.", "issue P-3 --to north,icp"),
    "readback": Word(
        ("ref", "verb", "subject"), "Read an order back, or that it is cancelled.",
        "readback O-17 EVACUATE area/north/zone-4",
    ),
    "accept": Word(("ref",), "Accept an order, or a message assigned to you.", "accept O-17"),
    "complete": Word(("ref",), "Report an order carried out.", "complete O-17"),
    "unable": Word(("ref", "reason"), "Say that you cannot carry an order out.", 'unable O-17 "no transport"'),
    "rescind": Word(("ref", "reason"), "Cancel an order.", 'rescind O-17 "levee holds"'),
    "resource": Word(("resource", "state"), "Set a resource AVAILABLE or OUT of service.", "resource engine-3 OUT"),
    "offer": Word(("scope", "to"), "Offer your desk to an operator.", "offer ops dana"),
    "take": Word(("ref",), "Take the desk that was offered to you.", "take 214"),
    "withdraw": Word(("ref",), "Withdraw your offer of a desk.", "withdraw 214"),
    "assume": Word(("scope",), "Assume a desk whose holder is out of contact.", "assume ops"),
    "stand_down": Word(("scope", "reason"), "Leave your desk unheld.", 'stand-down ops "end of shift"'),
    "note": Word(("text",), "Write a note into the log.", 'note "Sandbags arrived"'),
    "decision": Word(
        ("text",), "Record a decision and why.",
        'decision "Hold the bridge" --rationale "deck sound" --options "close it"',
    ),
    "correct": Word(("ref", "text"), "Correct an entry; the old one stays.", 'correct M-12 "4.1 m, not 1.4"'),
    "roster": Word(("steps",), "Change the roster by typed steps (JSON, or -).", 'roster steps.json --reason "relief"'),
    "end_operation": Word(("reason",), "End the operation.", 'end-operation "all areas returned"'),
}


@lru_cache
def slots(do: str) -> tuple[Slot, ...]:
    """The fields of a `do`, in the order of FORMATS, with `window` as its two ends."""
    found: list[Slot] = []
    for field in _fields(ACTS[do]):
        if field.encode_name == "window":
            found += [Slot(name=end, kind="moment", within="window") for end in ("from", "until")]
        else:
            kind, choices = _kind(do, field.encode_name, field.type)
            found.append(Slot(name=field.encode_name, kind=kind, required=field.required, choices=choices))
    return tuple(found)


def spoken(do: str) -> tuple[Slot, ...]:
    """The fields of a `do` and the words that stand for a part of one: `--field NAME=TEXT` for a form's."""
    return (*slots(do), *([FIELD] if do == "message" else []))


FIELD = Slot(name="field", kind="texts")


def slot(do: str, name: str) -> Slot:
    """One field of a `do`."""
    return next(slot for slot in slots(do) if slot.name == name)


def called(do: str) -> str:
    """How a `do` is called at the command line."""
    return do.replace("_", "-")


def meant(word: str) -> str | None:
    """The `do` that a word names, if it names one."""
    do = word.replace("-", "_").lower()
    return do if do in WORDS else None


def _fields(act: type) -> tuple[shape.Field, ...]:
    seen = shape.type_info(act)
    assert isinstance(seen, shape.StructType)
    return seen.fields


def _kind(do: str, name: str, seen: shape.Type) -> tuple[Kind, tuple[str, ...]]:
    if name in ("ref", "request"):
        return "ref", ()
    if (do, name) in (("package", "orders"), ("roster", "steps"), ("message", "form")):
        return "json", ()
    options = [part for part in (seen.types if isinstance(seen, shape.UnionType) else (seen,)) if _says(part)]
    only = options[0]
    if isinstance(only, shape.VarTupleType):
        return _listed(only.item_type), ()
    if isinstance(only, shape.LiteralType):
        return "choice", tuple(str(value) for value in only.values)
    return _SIMPLE[type(only)], ()


def _listed(item: shape.Type) -> Kind:
    if isinstance(item, shape.UnionType):
        return "refs"
    return "names" if isinstance(item, shape.StrType) and item.max_length == NAME else "texts"


def _says(part: shape.Type) -> bool:
    return not isinstance(part, shape.NoneType)


_SIMPLE: dict[type[shape.Type], Kind] = {
    shape.StrType: "text",
    shape.IntType: "count",
    shape.BoolType: "flag",
    shape.DateTimeType: "moment",
}

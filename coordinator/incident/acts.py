"""What can be done: one type for each `do` of FORMATS "Commands", and for each thing the hub does itself.

An act is what an author said, no more. The same type is the command's fields on the wire and the
entry's `body` in the log; there, every ref has become an entry number. What the hub found out while
deciding stands beside it in the entry, in `found` (see entries.py).
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from coordinator.incident.roster import Precedence

Ref = int | Annotated[str, Meta(max_length=40)]
"""An entry number, or a number of its kind: `M-12`, `O-17`."""
Text = Annotated[str, Meta(max_length=4096)]
Line = Annotated[str, Meta(max_length=512)]
Name = Annotated[str, Meta(max_length=128)]
Names = Annotated[tuple[Name, ...], Meta(max_length=256)]
Refs = Annotated[tuple[Ref, ...], Meta(max_length=256)]
Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
if TYPE_CHECKING:
    Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
else:  # msgspec knows no type that contains itself; what lies deeper is checked where it is used
    Json = None | bool | int | str | list | dict

CentreState = Literal["OPERATIONAL", "DEGRADED", "LIMITED", "OUT", "EVACUATED", "UNKNOWN"]


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Something done. Subclasses name their `do` in ACTS or HUB_ACTS."""


class Window(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename={"start": "from"}
):
    """[from, until) in UTC; an open end is None."""

    start: Moment | None = None
    until: Moment | None = None


class Form(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A filled form: its fields stay fields (FIELD "Forms")."""

    name: Name
    fields: dict[Name, Text] = field(default_factory=dict)


# Traffic (DESIGN 6)


class Message(Act, frozen=True, kw_only=True):
    precedence: Precedence
    text: Text
    topic: Name = ""
    to: Names = ()
    subject: Line = ""
    wants_reply: bool = False
    reply_by: Moment | None = None
    ref: Ref | None = None
    form: Form | None = None


class Relay(Act, frozen=True, kw_only=True):
    ref: Ref
    to: Names
    text: Text = ""
    hold_replies: bool = False


class Reply(Act, frozen=True, kw_only=True):
    ref: Ref
    text: Text


class Answer(Act, frozen=True, kw_only=True):
    ref: Ref
    text: Text


class Ask(Act, frozen=True, kw_only=True):
    ref: Ref
    text: Text


class Triage(Act, frozen=True, kw_only=True):
    ref: Ref
    precedence: Precedence | None = None
    topic: Name | None = None


class Join(Act, frozen=True, kw_only=True):
    refs: Refs


class Assign(Act, frozen=True, kw_only=True):
    ref: Ref
    owner: Name
    due: Moment | None = None


class Escalate(Act, frozen=True, kw_only=True):
    ref: Ref
    reason: Text


class Redirect(Act, frozen=True, kw_only=True):
    ref: Ref
    to: Name
    reason: Text


class Hold(Act, frozen=True, kw_only=True):
    ref: Ref
    until: Moment
    reason: Text


class Close(Act, frozen=True, kw_only=True):
    """Closes a message; or a given order that is a conflict on record, which then is resolved."""

    ref: Ref
    reason: Text


class Reopen(Act, frozen=True, kw_only=True):
    ref: Ref
    reason: Text


class Acknowledge(Act, frozen=True, kw_only=True):
    ref: Ref


class Decline(Act, frozen=True, kw_only=True):
    """One `ref`: a message, by its addressee or the owner it was assigned to. `refs`: proposals, by the holder."""

    reason: Text
    ref: Ref | None = None
    refs: Refs = ()


class Broadcast(Act, frozen=True, kw_only=True):
    precedence: Precedence
    text: Text


class Brief(Act, frozen=True, kw_only=True):
    text: Text


# Status (DESIGN 7)


class Status(Act, frozen=True, kw_only=True):
    state: CentreState
    headcount: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    text: Text = ""
    ref: Ref | None = None


class Rollcall(Act, frozen=True, kw_only=True):
    """`due` is a duration (`5m`) or a time."""

    centres: Names
    due: Name
    text: Text = ""


class Declare(Act, frozen=True, kw_only=True):
    subject: Name
    state: Line
    text: Text = ""


class ResourceState(Act, frozen=True, kw_only=True):
    resource: Name
    state: Literal["AVAILABLE", "OUT"]
    text: Text = ""


# Orders (DESIGN 8)


class Order(Act, frozen=True, kw_only=True, rename={"excepted": "except"}):
    verb: Name
    subject: Line
    to: Names
    excepted: Names = ()
    object: Name = ""
    quantity: Count | None = None
    window: Window = field(default_factory=Window)
    text: Text = ""
    rationale: Text = ""
    authority: Line = ""
    supersedes: Refs = ()
    despite: Refs = ()
    request: Ref | None = None
    """The message that asked for it."""
    given: bool = False


class Package(Act, frozen=True, kw_only=True):
    orders: Annotated[tuple[Order, ...], Meta(min_length=1, max_length=64)]
    supersedes: Refs = ()


class Propose(Order, frozen=True, kw_only=True, rename={"excepted": "except"}):
    """The same fields as an order; `given` has no meaning here."""


class Issue(Act, frozen=True, kw_only=True, rename={"excepted": "except"}):
    """Issues a proposal; a field that is not None changes the proposal's."""

    ref: Ref
    verb: Name | None = None
    subject: Line | None = None
    to: Names | None = None
    excepted: Names | None = None
    object: Name | None = None
    quantity: Count | None = None
    window: Window | None = None
    text: Text | None = None
    rationale: Text | None = None
    authority: Line | None = None
    supersedes: Refs | None = None
    despite: Refs | None = None
    request: Ref | None = None


class Readback(Act, frozen=True, kw_only=True, rename={"excepted": "except"}):
    ref: Ref
    verb: Name = ""
    subject: Line = ""
    excepted: Names = ()
    object: Name = ""
    quantity: Count | None = None
    window: Window = field(default_factory=Window)
    cancelled: bool = False


class Accept(Act, frozen=True, kw_only=True):
    """An addressee accepts an order; or an owner a message assigned to them."""

    ref: Ref


class Complete(Act, frozen=True, kw_only=True):
    ref: Ref


class Unable(Act, frozen=True, kw_only=True):
    ref: Ref
    reason: Text
    alternative: Text = ""


class Rescind(Act, frozen=True, kw_only=True):
    ref: Ref
    reason: Text


# Duty (DESIGN 5)


class Offer(Act, frozen=True, kw_only=True):
    scope: Name
    to: Name
    briefing: Text = ""


class Take(Act, frozen=True, kw_only=True):
    ref: Ref


class Withdraw(Act, frozen=True, kw_only=True):
    ref: Ref


class Assume(Act, frozen=True, kw_only=True):
    scope: Name


class StandDown(Act, frozen=True, kw_only=True):
    scope: Name
    reason: Text


# Log (DESIGN 9)


class Note(Act, frozen=True, kw_only=True):
    text: Text


class DecisionNote(Act, frozen=True, kw_only=True):
    text: Text
    rationale: Text
    options: Annotated[tuple[Text, ...], Meta(max_length=32)] = ()


class Correct(Act, frozen=True, kw_only=True):
    ref: Ref
    text: Text


class RosterSteps(Act, frozen=True, kw_only=True):
    """Typed steps: {"add": kind, …}, {"retire": kind, "id": …}, {"set": field, "id": …, "value": …}."""

    steps: Annotated[tuple[dict[str, Json], ...], Meta(min_length=1, max_length=64)]
    reason: Text


class EndOperation(Act, frozen=True, kw_only=True):
    reason: Text


ACTS: dict[str, type[Act]] = {
    "message": Message,
    "relay": Relay,
    "reply": Reply,
    "answer": Answer,
    "ask": Ask,
    "triage": Triage,
    "join": Join,
    "assign": Assign,
    "escalate": Escalate,
    "redirect": Redirect,
    "hold": Hold,
    "close": Close,
    "reopen": Reopen,
    "acknowledge": Acknowledge,
    "decline": Decline,
    "broadcast": Broadcast,
    "brief": Brief,
    "status": Status,
    "rollcall": Rollcall,
    "declare": Declare,
    "resource": ResourceState,
    "order": Order,
    "package": Package,
    "propose": Propose,
    "issue": Issue,
    "readback": Readback,
    "accept": Accept,
    "complete": Complete,
    "unable": Unable,
    "rescind": Rescind,
    "offer": Offer,
    "take": Take,
    "withdraw": Withdraw,
    "assume": Assume,
    "stand_down": StandDown,
    "note": Note,
    "decision": DecisionNote,
    "correct": Correct,
    "roster": RosterSteps,
    "end_operation": EndOperation,
}
"""What operators do: the word on the wire, at the command line and in the log, and its fields."""

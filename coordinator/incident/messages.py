"""What every rule of traffic asks of a message, and the entries that all of them make. DESIGN 6.

A message is the thing that `ref` names; what is over is refused with the entry that ended it.
"""

from collections.abc import Iterable

from coordinator.incident import acts
from coordinator.incident.acts import Act, Ref
from coordinator.incident.deadlines import unique
from coordinator.incident.entries import Found, Remedy
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, holds, missing, named, need_desk, on_desk
from coordinator.incident.state import Message, State

OVER = frozenset(("closed", "joined", "elsewhere"))
"""Nothing more is done with these, but by their originator."""

ANSWERED_TOO = OVER | {"answered"}


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


def held_term(case: Case, scope: str) -> int | None:
    """The term under which the author holds the desk; None: they do not."""
    return case.state.desks[scope].term if holds(case.state, case.command.by, scope) else None


def desk_act(case: Case, message: Message, body: Act) -> list[Draft]:
    """The entry of an act of the desk on a message."""
    return [
        Draft(
            kind=case.command.do,
            body=body,
            ref=message.seq,
            term=held_term(case, message.scope),
            found=Found(scope=message.scope),
        )
    ]


def word(case: Case, message: Message, body: Act) -> list[Draft]:
    """The entry of somebody's word on a message, in no duty of theirs."""
    return [Draft(kind=case.command.do, body=body, ref=message.seq, found=Found(scope=message.scope))]


def hub_relay(seq: int, scope: str, to: tuple[str, ...], *, unfiltered: bool) -> Draft:
    """A relay that the hub makes by itself."""
    body = acts.Relay(ref=seq, to=to)
    return Draft(kind="relay", body=body, ref=seq, by=HUB, found=Found(scope=scope, unfiltered=unfiltered))

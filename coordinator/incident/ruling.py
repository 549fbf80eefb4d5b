"""What the rules of every room share: the case before them, and the ways in which it can end.

A rule returns the drafts of the entries that an accepted command makes, or raises `Refuse` (an
intention that conflicts: an entry says so) or `Misuse` (a command that makes no sense: no entry).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.acts import Act, Ref
from coordinator.incident.entries import Code, Command, Entry, Found, Remedy
from coordinator.incident.roster import HUB, Operator
from coordinator.incident.state import Desk, State

LATE_AFTER = timedelta(minutes=1)
"""A command said longer ago than this is marked late."""


class Draft(Struct, frozen=True, kw_only=True, gc=False):
    """An entry to be: the first one of a command carries its envelope, later ones only what they say here."""

    kind: str
    body: Act
    ref: int | None = None
    found: Found = Found()
    term: int | None = None
    by: str = ""
    """Who, when it is not the command's author: the hub."""


class Refuse(Exception):
    """The command is refused: with a stable code, its clashes, and a way out."""

    def __init__(
        self,
        code: Code,
        message: str,
        clashes: Iterable[int] = (),
        remedies: Iterable[Remedy] = (),
        scope: str = "",
        then: Iterable[Draft] = (),
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.clashes = tuple(sorted(set(clashes)))
        self.remedies = tuple(remedies)
        self.scope = scope
        self.then = tuple(then)
        """Entries after the refusal: the proposal that an order without authority becomes."""


class Misuse(Exception):
    """The command makes no sense whatever the state: a usage error."""


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """A command before its rule."""

    state: State
    command: Command
    now: datetime
    named: Entry | None = None
    """The entry that the command's ref names, where it is no live thing of the state."""

    @property
    def author(self) -> Operator:
        """The operator who acts. Admission sees to it that there is one."""
        return self.state.roster.ground.operators[self.command.by]

    @property
    def centre(self) -> str:
        """The centre it is said for: the author's own, or the one on whose behalf it is."""
        if self.command.by == HUB:
            return ""
        return self.command.record.centre or self.author.centre

    @property
    def on_behalf(self) -> bool:
        """Whether it is said for a centre that is not the author's own."""
        return self.command.by != HUB and self.centre != self.author.centre

    @property
    def said_at(self) -> datetime:
        """When it was said: never later than now."""
        said = self.command.record.said_at
        return self.now if said is None else min(said, self.now)


Rule = Callable[[Case], list[Draft]]
Step = Callable[[State, Entry], State]


def resolve(state: State, ref: Ref) -> int | None:
    """The entry number that a ref names: a number as it is, `M-12` by its kind; None if there is none such."""
    if isinstance(ref, int):
        number = ref
    elif ref.isascii() and ref.isdigit():
        number = int(ref)
    else:
        return state.numbers.get(ref.upper())
    return state.from_refusals.get(number, number)


def number(state: State, letter: str) -> str:
    """The next short number of a kind: `M-48`."""
    return f"{letter}-{state.counts.get(letter, 0) + 1}"


def holds(state: State, operator: str, scope: str) -> bool:
    """Whether that operator holds the scope's desk."""
    desk = state.desks.get(scope)
    return desk is not None and desk.holder == operator


def on_desk(state: State, operator: str, scope: str) -> bool:
    """Whether that operator may do the desk's work: its holder, designated POC and deputies (FORMATS *desk*)."""
    roster_scope = state.roster.ground.scopes.get(scope)
    return holds(state, operator, scope) or (roster_scope is not None and operator in roster_scope.staff)


def sealed(state: State, now: datetime, drafts: Iterable[Draft], command: Command) -> list[Entry]:
    """Drafts as numbered entries after the state's last one; the first carries the command's envelope."""
    record, said_at = command.record, command.record.said_at
    late = said_at is not None and now - said_at > LATE_AFTER
    made: list[Entry] = []
    for place, draft in enumerate(drafts, start=1):
        by, first = draft.by or command.by, place == 1
        made.append(
            Entry(
                seq=state.seq + place,
                at=now,
                kind=draft.kind,
                by=by,
                body=draft.body,
                ref=draft.ref,
                term=draft.term,
                found=replace(draft.found, late=True) if first and late else draft.found,
                centre=_centre(state, by, record.centre),
                id=command.id if first else "",
                basis=command.basis if first else None,
                hand=record.hand if first else "",
                said_at=said_at if first else None,
                means=record.means if first else "",
                words=record.words if first else "",
            )
        )
    return made


def _centre(state: State, by: str, on_behalf_of: str) -> str:
    if by == HUB:
        return ""
    return on_behalf_of or state.roster.ground.operators[by].centre


def term_of(state: State, scope: str) -> int | None:
    """The number of the scope's present (or, unheld, last) term."""
    desk = state.desks.get(scope)
    return desk.term if desk is not None else None


def on_any_desk(state: State, operator: str) -> bool:
    """Whether that operator may do some desk's work."""
    return any(on_desk(state, operator, scope.id) for scope in state.roster.scopes)


def need_term(case: Case, scope: str) -> None:
    """Refuse a command that was written under a term of duty in that scope that has ended (DESIGN 5).

    A term that its author never held there is ignored.
    """
    believed = case.command.term.get(scope)
    desk = case.state.desks.get(scope)
    if believed is None or desk is None or (desk.term == believed and desk.holder):
        return
    if any(term.term == believed and term.holder == case.command.by for term in desk.terms):
        raise Refuse(
            "stale-term",
            f"your term {believed} at the {scope} desk has ended; {_held_by(case.state, desk)}. Decide again",
            clashes=(desk.terms[-1].seq,) if desk.holder else (),
            remedies=(Remedy(text="propose it to the holder, or take the desk and send it again", do="propose"),),
            scope=scope,
        )


def need_desk(case: Case, scope: str) -> None:
    """Refuse unless the author may do the desk's work, in a term that has not ended."""
    need_term(case, scope)
    if not on_desk(case.state, case.command.by, scope):
        raise no_authority(case.state, scope, "do the work of")


def need_holder(case: Case, scope: str) -> None:
    """Refuse unless the author holds the desk, in a term that has not ended."""
    need_term(case, scope)
    if not holds(case.state, case.command.by, scope):
        raise no_authority(case.state, scope, "hold")


def no_authority(state: State, scope: str, what: str) -> Refuse:
    """The refusal of somebody who may not."""
    desk = state.desks.get(scope)
    held = _held_by(state, desk) if desk is not None else "it has no desk"
    return Refuse(
        "no-authority",
        f"you do not {what} the {scope} desk; {held}",
        remedies=(Remedy(text=f"send it to the {scope} desk as a message", do="message"),),
        scope=scope,
    )


def need_open(case: Case) -> None:
    """Refuse when the operation has ended (FORMATS lists what is taken after that)."""
    if case.state.closed is not None:
        raise Refuse(
            "precondition",
            "the operation has ended; write a note, or record what was given elsewhere",
            clashes=(case.state.closed,),
            remedies=(Remedy(text="record it as a note", do="note"),),
        )


def named(case: Case, ref: Ref) -> int:
    """The entry that a ref names. Refuses one that names none."""
    found = resolve(case.state, ref)
    if found is None or not 0 < found <= case.state.seq:
        raise missing(f"there is no {ref} in the log")
    return found


def missing(message: str, clashes: Iterable[int] = (), scope: str = "") -> Refuse:
    """A `precondition` refusal: a ref to nothing, to the wrong kind, or to something that is over."""
    return Refuse(
        "precondition", message, clashes=clashes, remedies=(Remedy(text="write it as a note", do="note"),), scope=scope
    )


def _held_by(state: State, desk: Desk) -> str:
    if not desk.holder:
        return "nobody holds it"
    holder = state.roster.ground.operators.get(desk.holder)
    return f"{holder.name if holder else desk.holder} holds it (term {desk.term})"

"""How an order becomes a proposal: on which desk, and with what verdict. DESIGN 8 "Proposals"."""

from collections.abc import Callable
from typing import Literal

from msgspec.structs import asdict, replace

from coordinator.incident import claims
from coordinator.incident.acts import Propose, Ref, Window
from coordinator.incident.claims import end_of, subjects_overlap
from coordinator.incident.conflict import VERDICT, first_failure
from coordinator.incident.entries import Code, Entry, Found
from coordinator.incident.roster import Resource
from coordinator.incident.ruling import Draft, number
from coordinator.incident.state import Order, State
from coordinator.incident.wish import Wish


def proposal_of(wish: Wish, scope: str, *, refusal: int | None = None) -> Draft:
    """The entry of a proposal on that scope's desk. Its verdict is logged; it refuses nothing."""
    verdict = first_failure(wish, VERDICT)
    rivals = {
        proposal.seq: code
        for proposal in wish.state.proposals.values()
        if not proposal.end and (code := _clash(wish, proposal.order)) is not None
    }
    fields = {**asdict(wish.act), "given": False, "supersedes": wish.superseded, "despite": wish.despite}
    return Draft(
        kind="propose",
        body=Propose(**fields),
        ref=refusal,
        found=Found(
            number=number(wish.state, "P"),
            scope=scope,
            window=Window(start=wish.start, until=wish.until),
            code=verdict.code if verdict else next(iter(rivals.values()), None),
            message=verdict.message if verdict else "another open proposal stands against it" if rivals else "",
            clashes=(*(verdict.clashes if verdict else ()), *rivals),
        ),
    )


def settled(state: State, entry: Entry, ref: Ref, end: Literal["issued", "declined"], reason: str = "") -> State:
    """The state in which a proposal is issued or declined."""
    proposal = state.proposals.get(ref) if isinstance(ref, int) else None
    if proposal is None:
        return state
    done = replace(proposal, end=end, end_by=entry.seq, reason=reason)
    return replace(state, proposals=state.proposals.set(proposal.seq, done))


def _clash(wish: Wish, other: Order) -> Code | None:
    """Why this order and another proposed one could not both be issued; None: they could."""
    verbs = wish.ground.control_of
    if wish.direct or wish.releasing or other.releasing or other.verb not in verbs or wish.act.verb not in verbs:
        return None
    if max(wish.start, other.start) >= min(end_of(wish.until), end_of(other.until)):
        return None
    return next((code for code, clashes in _PAIRWISE.items() if clashes(wish, other)), None)


def _contradict(wish: Wish, other: Order) -> bool:
    control = wish.ground.control_of[other.verb]
    if control != wish.control_name or wish.control.of == "resource":
        return False
    theirs = f"{other.verb} {other.object}" if wish.control.by_object else other.verb
    return theirs != wish.value and subjects_overlap(wish.act.subject, wish.act.excepted, other.subject, other.excepted)


def _overcommit(wish: Wish, other: Order) -> bool:
    resource = wish.ground.subject(wish.act.subject)
    if not isinstance(resource, Resource) or wish.act.subject != other.subject:
        return False
    held = sum(
        order.claim.quantity
        for order in claims.at(wish.state, wish.control_name, wish.act.subject)
        if order.claim is not None and claims.windows_overlap(wish.start, wish.until, order.claim)
    )
    return held + wish.quantity + (other.quantity or 1) > resource.capacity


def _tense(wish: Wish, other: Order) -> bool:
    ground, act = wish.ground, wish.act
    return any(
        claims.matches_side(ground, one, act.verb, act.subject, act.excepted)
        and claims.matches_side(ground, two, other.verb, other.subject, other.excepted)
        for pair in wish.state.roster.doctrine.incompatible
        for one, two in (pair, pair[::-1])
    )


_PAIRWISE: dict[Code, Callable[[Wish, Order], bool]] = {
    "contradiction": _contradict,
    "double-commitment": _overcommit,
    "tension": _tense,
}

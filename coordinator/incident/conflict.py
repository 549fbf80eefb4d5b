"""The rules that an order must pass, in the order of the table in DESIGN 8; the first that fails refuses.

Each rule looks at a `Wish` and changes nothing. The two groups of preconditions stand in preconditions.py.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from coordinator.incident import claims, remedies
from coordinator.incident.claims import end_of, subjects_overlap, windows_overlap
from coordinator.incident.preconditions import facts, known_names
from coordinator.incident.roster import Resource
from coordinator.incident.ruling import Refuse, holds, need_term
from coordinator.incident.state import Order
from coordinator.incident.wish import Wish


def current_term(wish: Wish) -> None:
    """`stale-term`: issued under a term of duty that has ended, in the scope concerned."""
    scopes = [wish.scope] if wish.scope else [scope.id for scope in wish.state.roster.scopes] if wish.direct else []
    for scope in scopes:
        need_term(wish.case, scope)


def authority(wish: Wish) -> None:
    """`no-authority`: the mandate's scope, or that of an order to be superseded, is not the author's."""
    author = wish.case.command.by
    others = foreign(wish)
    mine = bool(wish.scope) and holds(wish.state, author, wish.scope)
    if wish.authorised or (mine and not others):
        return
    desk = wish.scope or wish.ground.default.id if not mine else others[0].scope
    refusal = wish.refusal("no-authority", _whose(wish, desk), others, remedies.propose(wish, desk))
    refusal.scope = desk
    raise refusal


def foreign(wish: Wish) -> list[Order]:
    """The orders to be superseded that are of another scope than this one's, which the author does not hold."""
    orders = (wish.state.orders[seq] for seq in wish.replaced if seq in wish.state.orders)
    author = wish.case.command.by
    return [order for order in orders if order.scope != wish.scope and not holds(wish.state, author, order.scope)]


def _whose(wish: Wish, scope: str) -> str:
    desk = wish.state.desks.get(scope)
    holder = desk.holder if desk is not None else ""
    operator = wish.ground.operators.get(holder)
    who = f"{operator.name} holds it" if operator else "nobody holds it"
    return f"this is for the {scope} desk to order; {who}"


def current_basis(wish: Wish) -> None:
    """`stale-basis`: what this order is about, or supersedes, has changed since its author last looked."""
    basis = wish.case.command.basis
    if basis is None:
        return
    changed = {*_changed_ground(wish, basis), *_changed_orders(wish, basis)}
    if changed:
        raise Refuse(
            "stale-basis",
            "what you are ordering about has changed since you last looked",
            clashes=changed,
            remedies=remedies.again(wish),
            scope=wish.scope,
        )


def _changed_ground(wish: Wish, basis: int) -> Iterator[int]:
    """Entries that touched claims of this order's control on subjects that overlap its own."""
    if wish.direct:
        return
    for event in claims.since(wish.state, wish.control_name, basis, wish.case.command.by):
        if subjects_overlap(event.subject, event.excepted, wish.act.subject, wish.act.excepted):
            yield event.seq


def _changed_orders(wish: Wish, basis: int) -> Iterator[int]:
    """Entries that touched the claims which this order supersedes."""
    for seq in wish.replaced:
        order = wish.state.orders.get(seq)
        if order is not None and order.claim is not None:
            events = claims.since(wish.state, order.claim.control, basis, wish.case.command.by)
            yield from (event.seq for event in events if event.order == seq)


def not_yet_in_force(wish: Wish) -> None:
    """`already-in-force`: one order with the same value already says all of this to all of these."""
    if wish.direct or wish.releasing or wish.control.of == "resource":
        return
    same = [
        order
        for order in _near(wish, like=wish.value)
        if claims.covers(order, wish.act.subject, wish.act.excepted)
        and order.claim is not None
        and order.claim.start <= wish.start
        and end_of(wish.until) <= end_of(order.claim.until)
        and set(wish.act.to) <= set(order.to)
    ]
    if same:
        raise wish.refusal(
            "already-in-force", f"{same[0].number} already says so", same, remedies.ring_again(wish, same)
        )


def no_contradiction(wish: Wish) -> None:
    """`contradiction`: overlapping subjects and windows, another value."""
    if wish.direct or wish.releasing or wish.control.of == "resource":
        return
    against = [order for order in _near(wish, unlike=wish.value) if _overlaps(wish, order)]
    if against:
        first = min(against, key=lambda order: order.seq)
        raise wish.refusal(
            "contradiction",
            f"{first.number} {first.verb} {first.subject} stands against it",
            against,
            remedies.contradiction(wish, against),
        )


def within_capacity(wish: Wish) -> None:
    """`double-commitment`: at some instant more would be claimed than there is."""
    if wish.direct or wish.releasing or wish.control.of != "resource":
        return
    resource = wish.ground.subject(wish.act.subject)
    if not isinstance(resource, Resource):
        return
    if claims.committed(wish.state, wish.control_name, wish.act.subject) + wish.quantity <= resource.capacity:
        return  # there is room even if all of it were wanted at once
    rivals = [order for order in claims.at(wish.state, wish.control_name, wish.act.subject) if _free(wish, order)]
    over = overcommitted(rivals, wish.start, wish.until, wish.quantity, resource.capacity)
    if over is None:
        return
    raise wish.refusal(
        "double-commitment",
        f"{resource.name}: {wish.quantity} wanted, {resource.capacity} in all, the rest is committed",
        over,
        remedies.double_commitment(wish, rivals, over),
    )


def overcommitted(
    rivals: Iterable[Order], start: datetime, until: datetime | None, quantity: int, capacity: int
) -> list[Order] | None:
    """The claims at the instants of [start, until) at which that much more would exceed the capacity; None: none do."""
    within = [(order, order.claim) for order in rivals if order.claim and windows_overlap(start, until, order.claim)]
    changes = [(max(claim.start, start), claim.quantity) for _, claim in within]
    changes += [(end_of(claim.until), -claim.quantity) for _, claim in within]
    spans: list[tuple[datetime, datetime]] = []
    used, since = quantity, start
    for at, change in sorted(changes):
        if used > capacity and at > since:
            spans.append((since, min(at, end_of(until))))
        used, since = used + change, at
    if quantity > capacity:
        spans.append((start, end_of(until)))
    if not spans:
        return None
    return [
        order
        for order, claim in within
        if any(claim.start < last and first < end_of(claim.until) for first, last in spans)
    ]


def no_tension(wish: Wish) -> None:
    """`tension`: the doctrine lists the pair as incompatible, and nobody has said why both stand."""
    if wish.direct or wish.releasing:
        return
    excused = set(wish.despite) if wish.act.rationale else set()
    against = {
        order.seq: order
        for pair, side in _sides(wish)
        for order in claims.on_side(wish.state, pair, 1 - side)
        if order.seq not in excused and _overlaps_in_time(wish, order)
    }
    if against:
        first = against[min(against)]
        raise wish.refusal(
            "tension",
            f"the doctrine holds it incompatible with {first.number} {first.verb} {first.subject}",
            against.values(),
            remedies.tension(wish, list(against.values())),
        )


def tensions_excused(wish: Wish) -> tuple[int, ...]:
    """The orders that `despite` names and that this one indeed is in tension with."""
    if wish.direct or wish.releasing:
        return ()
    near = {
        order.seq
        for pair, side in _sides(wish)
        for order in claims.on_side(wish.state, pair, 1 - side)
        if _overlaps_in_time(wish, order)
    }
    return tuple(seq for seq in wish.despite if seq in near)


def _sides(wish: Wish) -> Iterator[tuple[int, int]]:
    for pair, sides in enumerate(wish.state.roster.doctrine.incompatible):
        for number, side in enumerate(sides):
            if claims.matches_side(wish.ground, side, wish.act.verb, wish.act.subject, wish.act.excepted):
                yield pair, number


def _near(wish: Wish, *, like: str | None = None, unlike: str | None = None) -> Iterator[Order]:
    found = claims.touching(wish.state, wish.control_name, wish.act.subject, unlike=unlike, like=like)
    return (order for order in found if _free(wish, order))


def _free(wish: Wish, order: Order) -> bool:
    return order.seq not in wish.replaced


def _overlaps(wish: Wish, order: Order) -> bool:
    return _overlaps_in_time(wish, order) and subjects_overlap(
        order.subject, order.excepted, wish.act.subject, wish.act.excepted
    )


def _overlaps_in_time(wish: Wish, order: Order) -> bool:
    return _free(wish, order) and order.claim is not None and windows_overlap(wish.start, wish.until, order.claim)


Rule = Callable[[Wish], None]

TABLE: tuple[Rule, ...] = (
    known_names,
    current_term,
    authority,
    current_basis,
    facts,
    not_yet_in_force,
    no_contradiction,
    within_capacity,
    no_tension,
)
"""DESIGN 8, from the top."""

CONFLICTS: tuple[Rule, ...] = (no_contradiction, within_capacity, no_tension)
"""What an order given elsewhere is still held against, to be marked."""

VERDICT: tuple[Rule, ...] = (known_names, facts, not_yet_in_force, no_contradiction, within_capacity, no_tension)
"""What a proposal is told it would meet."""


def first_failure(wish: Wish, table: Iterable[Rule]) -> Refuse | None:
    """The refusal of the first rule that fails; None when all pass."""
    for rule in table:
        try:
            rule(wish)
        except Refuse as refusal:
            return refusal
    return None

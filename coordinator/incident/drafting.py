"""An order before the rules, and the entry of one that passed them. DESIGN 8.

`wish_for` reads what the author said; `draft` writes what the hub made of it: number, scope, window, claim,
what it supersedes or releases, and what its author should know.
"""

from msgspec.structs import asdict, replace

from coordinator.incident import advice, claims
from coordinator.incident.acts import Order as OrderAct
from coordinator.incident.acts import Ref, Window
from coordinator.incident.claims import end_of
from coordinator.incident.conflict import tensions_excused
from coordinator.incident.entries import Ending, Found
from coordinator.incident.globs import encloses
from coordinator.incident.roster import DIRECT
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, holds, number, on_desk, resolve, term_of
from coordinator.incident.state import State
from coordinator.incident.times import utc
from coordinator.incident.wish import Wish


def wish_for(case: Case, act: OrderAct, *, siblings: tuple[int, ...] = (), authorised: bool = False) -> Wish:
    """The order ready for the rules, its refs resolved and its window begun. Raises Misuse for a malformed one."""
    act = _asked_for(case, _tidy(act))
    start = case.now if act.window.start is None else max(utc(act.window.start), case.now)
    return Wish(
        case=case,
        act=act,
        scope=_scope(case, act),
        start=start,
        until=act.window.until,
        superseded=tuple(dict.fromkeys(numbers(case.state, act.supersedes))),
        despite=tuple(seq for seq in dict.fromkeys(numbers(case.state, act.despite)) if seq in case.state.orders),
        siblings=siblings,
        authorised=authorised,
    )


def _tidy(act: OrderAct) -> OrderAct:
    window = Window(
        start=None if act.window.start is None else utc(act.window.start),
        until=None if act.window.until is None else utc(act.window.until),
    )
    if window.start is not None and window.until is not None and window.until <= window.start:
        raise Misuse("the window ends at or before its start; give an end that is later")
    if not act.to:
        raise Misuse("an order needs at least one addressee; name centres in `to`")
    for hole in act.excepted:
        if hole == act.subject or not encloses(act.subject, hole):
            raise Misuse(f"{hole} does not lie below {act.subject}; an exception must")
    return replace(act, window=window, to=tuple(dict.fromkeys(act.to)), excepted=tuple(dict.fromkeys(act.excepted)))


def _asked_for(case: Case, act: OrderAct) -> OrderAct:
    if act.request is None:
        return act
    seq = resolve(case.state, act.request)
    if seq not in case.state.messages:
        raise Misuse(f"{act.request} is no message; name the one that asked for it in `request`, or none")
    return replace(act, request=seq)


def numbers(state: State, refs: tuple[Ref, ...]) -> list[int]:
    """Refs as entry numbers; one that names nothing becomes 0, which is no order."""
    return [resolve(state, ref) or 0 for ref in refs]


def _scope(case: Case, act: OrderAct) -> str:
    state, author = case.state, case.command.by
    if act.verb != DIRECT:
        scope = state.roster.ground.scope_of_order(act.verb, act.subject)
        return scope.id if scope is not None else ""
    mine = [scope.id for scope in state.roster.scopes if holds(state, author, scope.id)]
    if act.given:
        mine += [scope.id for scope in state.roster.scopes if on_desk(state, author, scope.id)]
    return mine[0] if mine else ""


def draft(wish: Wish, *, proposal: int | None = None, scope: str = "", clash: Refuse | None = None) -> Draft:
    """The entry of an order that passed; or, with `clash`, of a given one that stands against what is in force."""
    now, until = wish.case.now, wish.until
    open_ended = end_of(until) > now
    claim = clash is None and open_ended and not wish.direct and not wish.releasing
    return Draft(
        kind="order",
        body=plain(wish),
        ref=proposal,
        term=term_of(wish.state, wish.scope or scope),
        found=Found(
            number=number(wish.state, "O"),
            scope=wish.scope or scope,
            window=Window(start=wish.start, until=until),
            claim=claim,
            proposal=proposal,
            despite=tensions_excused(wish) if claim else (),
            ended=(*_superseding(wish), *_releasing(wish)),
            code=clash.code if clash else None,
            message=clash.message if clash else "",
            clashes=clash.clashes if clash else (),
            advisories=advice.for_order(wish),
        ),
    )


def plain(wish: Wish) -> OrderAct:
    """The order as it stands in the log: an order, whatever it came from, with its refs as entry numbers."""
    fields = {name: value for name, value in asdict(wish.act).items() if name in OrderAct.__struct_fields__}
    return OrderAct(**{**fields, "supersedes": wish.superseded, "despite": wish.despite})


def _superseding(wish: Wish) -> list[Ending]:
    return [
        Ending(order=seq, at=wish.start, why="superseded")
        for seq in wish.superseded
        if seq in wish.state.orders and claims.stands(wish.state.orders[seq], wish.case.now)
    ]


def _releasing(wish: Wish) -> list[Ending]:
    """What a releasing order ends: claims in force now, those for its object, as many as it says, oldest first."""
    if not wish.releasing:
        return []
    now, left = wish.case.now, wish.act.quantity
    endings: list[Ending] = []
    held = claims.at(wish.state, wish.control_name, wish.act.subject)
    for order in sorted(held, key=lambda one: one.seq):
        claim = order.claim
        if claim is None or not claims.in_force(order, now) or order.seq in wish.replaced:
            continue
        if wish.act.object and order.object != wish.act.object:
            continue
        if left is not None and left < claim.quantity:
            if left:
                endings.append(Ending(order=order.seq, at=now, why="released", quantity=left))
            break
        endings.append(Ending(order=order.seq, at=now, why="released"))
        left = None if left is None else left - claim.quantity
    return endings

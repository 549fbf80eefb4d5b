"""Orders: issued, superseded, rescinded, released, packed, recorded as given; and read back. DESIGN 8.

The rules that may refuse an order stand in conflict.py; what an order's claim goes through, in claims.py;
what its addressees report, in reports.py.
"""

from datetime import datetime

from msgspec.structs import replace

from coordinator.incident import advice, claims
from coordinator.incident.acts import Act, Package, Ref, Rescind, Window
from coordinator.incident.acts import Order as OrderAct
from coordinator.incident.claims import WARNED, end_of
from coordinator.incident.conflict import CONFLICTS, TABLE, first_failure
from coordinator.incident.drafting import draft, numbers, plain, wish_for
from coordinator.incident.entries import Ending, Entry, Found
from coordinator.incident.hubacts import Alarm, Due, Lapse
from coordinator.incident.preconditions import known_names, known_places
from coordinator.incident.proposing import proposal_of, settled
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import (
    Case,
    Draft,
    Misuse,
    Refuse,
    Rule,
    Step,
    missing,
    named,
    need_desk,
    need_holder,
    no_authority,
    on_desk,
    sealed,
    term_of,
)
from coordinator.incident.state import Claim, Order, State
from coordinator.incident.wish import Wish

# The rules


def order(case: Case) -> list[Draft]:
    """One order: issued by the holder; proposed by itself by anyone else; or recorded as given elsewhere."""
    act = case.command.act
    assert isinstance(act, OrderAct)
    wish = wish_for(case, act)
    if act.given:
        return given(wish)
    refusal = first_failure(wish, TABLE)
    if refusal is None:
        return [draft(wish)]
    if refusal.code == "no-authority" and case.state.closed is None:
        refusal.then = (proposal_of(wish, refusal.scope, refusal=case.state.seq + 1),)
    raise refusal


def given(wish: Wish) -> list[Draft]:
    """An order given elsewhere is a fact: only its names and the desk are checked, and a clash is marked."""
    known_names(wish)
    scope = wish.scope or wish.ground.default.id
    if not on_desk(wish.state, wish.case.command.by, scope):
        refusal = no_authority(wish.state, scope, "do the work of")
        refusal.message += "; write what you know of it as a note"
        raise refusal
    known_places(wish)
    clash = _clash(wish) if end_of(wish.until) > wish.case.now else None
    drafts = [draft(wish, scope=scope, clash=clash)]
    if clash is not None:
        drafts.append(ring(wish.state, "conflict-on-record", scope, wish.state.seq + 1, clash.message))
    return drafts


def _clash(wish: Wish) -> Refuse | None:
    failed = [refusal for rule in CONFLICTS if (refusal := first_failure(wish, (rule,))) is not None]
    if not failed:
        return None
    clashes = [seq for refusal in failed for seq in refusal.clashes]
    return Refuse(failed[0].code, failed[0].message, clashes=clashes, scope=wish.scope)


def ring(state: State, what: str, scope: str, ref: int, text: str) -> Draft:
    """An alarm about an order, at its desk's holder."""
    desk = state.desks.get(scope)
    to = (desk.holder,) if desk is not None and desk.holder else ()
    return Draft(kind="alarm", by=HUB, ref=ref, body=Alarm(what=what, scope=scope, ref=ref, to=to, text=text))


def package(case: Case) -> list[Draft]:
    """Several orders as one step, all or none, each against the state that the ones before it leave.

    What the package as a whole supersedes clashes with none of them; it ends at their earliest start.
    """
    from coordinator.incident.evolve import evolve  # evolve's table names this room

    act = case.command.act
    assert isinstance(act, Package)
    if any(one.given for one in act.orders):
        raise Misuse("a package issues orders; record one that was given elsewhere by itself")
    swept = tuple(dict.fromkeys(numbers(case.state, act.supersedes)))
    wishes = [wish_for(case, one) for one in act.orders]
    drafts = [_package(act, wishes, swept)]
    state, first = case.state, case.state.seq + 1
    for place, one in enumerate(act.orders, start=1):
        wish = wish_for(replace(case, state=state), one, siblings=tuple(range(first + 1, first + len(drafts))))
        wish = replace(wish, swept=swept, superseded=tuple(seq for seq in wish.superseded if seq not in swept))
        refusal = first_failure(wish, TABLE)
        if refusal is not None:
            refusal.clashes = tuple(seq for seq in refusal.clashes if seq <= case.state.seq)
            refusal.message = f"order {place} of {len(act.orders)}, {one.verb} {one.subject}: {refusal.message}"
            raise refusal
        drafts.append(replace(draft(wish), ref=first))
        state = evolve(state, sealed(case.state, case.now, drafts, case.command)[-1])
    advisories = dict.fromkeys(line for one in drafts[1:] for line in one.found.advisories)
    drafts[0] = replace(drafts[0], found=replace(drafts[0].found, advisories=tuple(advisories)))
    return drafts


def _package(act: Package, wishes: list[Wish], swept: tuple[int, ...]) -> Draft:
    earliest = min(wish.start for wish in wishes)
    return Draft(
        kind="package",
        body=replace(act, supersedes=swept, orders=tuple(plain(wish) for wish in wishes)),
        term=term_of(wishes[0].state, wishes[0].scope),
        found=Found(
            scope=wishes[0].scope,
            ended=tuple(Ending(order=seq, at=earliest, why="superseded") for seq in swept),
        ),
    )


def rescind(case: Case) -> list[Draft]:
    """The holder takes an order back; everybody who had it is told."""
    act = case.command.act
    assert isinstance(act, Rescind)
    old = order_named(case, act.ref)
    need_holder(case, old.scope)
    if not claims.stands(old, case.now):
        raise over(old)
    ending = Ending(order=old.seq, at=case.now, why="rescinded")
    return [
        Draft(
            kind="rescind",
            body=replace(act, ref=old.seq),
            ref=old.seq,
            term=term_of(case.state, old.scope),
            found=Found(scope=old.scope, to=old.to, ended=(ending,), advisories=advice.gaps(case.state, old, case.now)),
        )
    ]


def close(case: Case, seq: int) -> list[Draft]:
    """A conflict on record is resolved with a reason: the order stays given, and holds no claim."""
    act = case.command.act
    old = case.state.orders[seq]
    need_desk(case, old.scope)
    if old.on_record is None:
        was = (old.ended_by,) if old.ended_by is not None and old.given and old.claim is None else ()
        raise missing(f"{old.number} is no conflict on record", was, scope=old.scope)
    ending = Ending(order=seq, at=case.now, why="closed")
    body = replace(act, ref=seq)
    return [Draft(kind="close", body=body, ref=seq, found=Found(scope=old.scope, ended=(ending,)))]


def order_named(case: Case, ref: Ref) -> Order:
    """The order that a ref names; refuses anything else."""
    seq = named(case, ref)
    found = case.state.orders.get(seq)
    if found is None:
        raise missing(f"{ref} is no order")
    return found


def over(old: Order) -> Refuse:
    """The refusal to act on an order that no longer stands."""
    clashes = () if old.ended_by is None else (old.ended_by,)
    return missing(f"{old.number} is over ({old.ended or 'its window has passed'})", clashes, scope=old.scope)


# What entries mean


def issued(state: State, entry: Entry) -> State:
    """A new order: what it supersedes or releases ends, and its claim begins."""
    act = entry.body
    assert isinstance(act, OrderAct)
    for ending in entry.found.ended:
        state = claims.ended(state, entry, ending, told_by=(entry.seq,))
    new = as_order(state, entry, act)
    state = claims.kept(state, new)
    if entry.found.proposal is not None:
        state = settled(state, entry, entry.found.proposal, "issued")
    return claims.created(state, entry, new)


def as_order(state: State, entry: Entry, act: OrderAct) -> Order:
    """The order as the state keeps it."""
    found = entry.found
    window = found.window or Window()
    start = window.start or entry.at
    ground = state.roster.ground
    claim = None
    if found.claim:
        control = ground.control(act.verb)
        claim = Claim(
            control=ground.control_of[act.verb],
            value=f"{act.verb} {act.object}" if control.by_object else act.verb,
            start=start,
            until=window.until,
            quantity=act.quantity or 1,
        )
    return Order(
        seq=entry.seq,
        number=found.number,
        at=entry.at,
        by=entry.by,
        centre=entry.centre,
        scope=found.scope,
        verb=act.verb,
        subject=act.subject,
        to=act.to,
        excepted=act.excepted,
        object=act.object,
        quantity=act.quantity,
        said=act.window,
        start=start,
        until=window.until,
        text=act.text,
        rationale=act.rationale,
        authority=act.authority,
        supersedes=tuple(ref for ref in act.supersedes if isinstance(ref, int)),
        despite=found.despite,
        package=entry.ref if found.proposal is None else None,
        proposal=found.proposal,
        request=act.request if isinstance(act.request, int) else None,
        given=act.given,
        said_at=entry.said_at,
        releasing=ground.releases(act.verb),
        on_record=found.clashes if act.given and found.code else None,
        claim=claim,
    )


def packed(state: State, entry: Entry) -> State:
    """A package: what it supersedes ends; its orders follow as entries of their own."""
    act = entry.body
    assert isinstance(act, Package)
    orders = tuple(range(entry.seq + 1, entry.seq + 1 + len(act.orders)))
    for ending in entry.found.ended:
        state = claims.ended(state, entry, ending, told_by=orders)
    return state


def endings(state: State, entry: Entry) -> State:
    """An entry whose whole effect on orders is to end claims: rescind, close."""
    for ending in entry.found.ended:
        state = claims.ended(state, entry, ending)
    return state


def lapsed(state: State, entry: Entry) -> State:
    """A claim's time came: its window ended now, or an earlier supersession takes effect."""
    body = entry.body
    assert isinstance(body, Lapse)
    if body.why == "superseded":
        return claims.lapsed(state, body.ref)
    return endings(state, entry)


def warned(state: State, seq: int) -> State:
    """The end of the order's window was announced."""
    old = state.orders[seq]
    return claims.kept(state, replace(old, fired=(*old.fired, WARNED)))


# What falls due


def fire(state: State, seq: int, now: datetime) -> list[Draft]:
    """The end of a claim, or the warning of it."""
    old = state.orders[seq]
    claim = old.claim
    assert claim is not None
    if end_of(claim.until) > now:
        desk = state.desks.get(old.scope)
        to = (desk.holder,) if desk is not None and desk.holder else ()
        return [Draft(kind="due", by=HUB, ref=seq, body=Due(ref=seq, what="window-ends", to=to))]
    cut = old.ended == "superseded"
    ending = () if old.ended else (Ending(order=seq, at=end_of(claim.until), why="window"),)
    return [
        Draft(
            kind="lapse",
            by=HUB,
            ref=seq,
            body=Lapse(ref=seq, why="superseded" if cut else "window"),
            found=Found(ended=ending),
        )
    ]


RULES: dict[type[Act], Rule] = {OrderAct: order, Package: package, Rescind: rescind}
STEPS: dict[str, Step] = {"order": issued, "package": packed, "rescind": endings, "lapse": lapsed}

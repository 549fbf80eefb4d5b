"""Claims: what orders in force hold, where they lie, and what happened to them. DESIGN 8.

The index answers "which claims could touch this subject" without looking at all of them: a claim lies *at*
its own subject and *below* each subject above it, by value; and on the sides of the doctrine's pairs that
it matches. It is derived from the orders and rebuilt when the roster changes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from immutables import Map
from msgspec.structs import replace

from coordinator.incident import agenda
from coordinator.incident.entries import Ending, Entry
from coordinator.incident.globs import encloses, matches
from coordinator.incident.roster import DIRECT, HUB, Ground, Side
from coordinator.incident.state import Claim, ClaimEvent, Order, State
from coordinator.incident.times import FOREVER

Index = Map[str, Map[str, Map[int, bool]]]

LIVE = "live"
"""The index key under which every claim that has not ended is found."""


# What overlaps


def subjects_overlap(one: str, without: Iterable[str], other: str, other_without: Iterable[str]) -> bool:
    """Whether one path equals or encloses the other, and the inner is not within an `except` of the outer."""
    return _reaches(one, without, other) or _reaches(other, other_without, one)


def _reaches(outer: str, without: Iterable[str], inner: str) -> bool:
    return encloses(outer, inner) and not any(encloses(hole, inner) for hole in without)


def covers(claim: Order, subject: str, excepted: Iterable[str]) -> bool:
    """Whether an order's ground has all the ground of that subject less its exceptions."""
    return _reaches(claim.subject, claim.excepted, subject) and all(
        any(encloses(mine, hole) for mine in excepted) for hole in claim.excepted if encloses(subject, hole)
    )


def end_of(until: datetime | None) -> datetime:
    """A window's end as an instant that can be compared."""
    return FOREVER if until is None else until


def windows_overlap(start: datetime, until: datetime | None, claim: Claim) -> bool:
    """Whether [start, until) and the claim's window share an instant."""
    return max(start, claim.start) < min(end_of(until), end_of(claim.until))


def matches_side(ground: Ground, side: Side, verb: str, subject: str, excepted: Iterable[str]) -> bool:
    """Whether an order matches one side of an incompatible pair (DESIGN 8)."""
    if verb != side.verb:
        return False
    return any(
        matches(side.subject, below)
        for below in ground.below(subject)
        if not any(encloses(hole, below) for hole in excepted)
    )


# What is in force


def in_force(order: Order, now: datetime) -> bool:
    """Whether the order holds a claim at this instant."""
    claim = order.claim
    return claim is not None and claim.start <= now < end_of(claim.until)


def reserved(order: Order, now: datetime) -> bool:
    """Whether the order's claim lies in a window still to come."""
    claim = order.claim
    return claim is not None and now < claim.start < end_of(claim.until)


def open_direct(order: Order, now: datetime) -> bool:
    """Whether this is a DIRECT order that has not ended and whose window is not over."""
    return order.verb == DIRECT and now < min(end_of(order.until), end_of(order.ended_at))


def stands(order: Order, now: datetime) -> bool:
    """Whether it can be superseded and rescinded: in force, reserved, on record, or an open DIRECT."""
    return in_force(order, now) or reserved(order, now) or order.on_record is not None or open_direct(order, now)


def live(state: State) -> Iterator[Order]:
    """Every order whose claim has not ended."""
    return (state.orders[seq] for seq in _seqs(state.claims, LIVE))


def in_force_on(state: State, subject: str, now: datetime) -> list[Order]:
    """The orders in force on a subject, whatever their control, oldest first."""
    return sorted(
        (
            order
            for order in live(state)
            if in_force(order, now) and subjects_overlap(order.subject, order.excepted, subject, ())
        ),
        key=lambda order: order.seq,
    )


# The index


def touching(
    state: State, control: str, subject: str, unlike: str | None = None, like: str | None = None
) -> Iterator[Order]:
    """Orders with a claim of that control at, above or below the subject; `unlike` or `like` narrow it by value."""
    for key in (*_at_and_above(control, subject), f"{control}<{subject}"):
        for value, seqs in state.claims.get(key, _NO_VALUES).items():
            if value != unlike and (like is None or value == like):
                for seq in seqs:
                    yield state.orders[seq]


def on_side(state: State, pair: int, side: int) -> Iterator[Order]:
    """Orders whose claim matches that side of the doctrine's pair."""
    return (state.orders[seq] for seq in _seqs(state.claims, f"pair{pair}.{side}"))


def at(state: State, control: str, subject: str) -> Iterator[Order]:
    """Orders with a claim of that control on exactly that subject."""
    return (state.orders[seq] for seq in _seqs(state.claims, f"{control}@{subject}"))


_NO_VALUES: Map[str, Map[int, bool]] = Map()


def _seqs(index: Index, key: str) -> Iterator[int]:
    return (seq for seqs in index.get(key, _NO_VALUES).values() for seq in seqs)


def _at_and_above(control: str, subject: str) -> Iterator[str]:
    path = subject
    while "/" in path:
        yield f"{control}@{path}"
        path = path.rpartition("/")[0]


def _keys(ground: Ground, order: Order, claim: Claim) -> Iterator[str]:
    yield LIVE
    yield f"{claim.control}@{order.subject}"
    path = order.subject.rpartition("/")[0]
    while "/" in path:
        yield f"{claim.control}<{path}"
        path = path.rpartition("/")[0]
    for pair, sides in enumerate(ground.roster.doctrine.incompatible):
        for number, side in enumerate(sides):
            if matches_side(ground, side, order.verb, order.subject, order.excepted):
                yield f"pair{pair}.{number}"


def indexed(index: Index, ground: Ground, order: Order) -> Index:
    """The index with that order's claim in it."""
    claim = order.claim
    if claim is None:
        return index
    for key in _keys(ground, order, claim):
        values = index.get(key, _NO_VALUES)
        index = index.set(key, values.set(claim.value, values.get(claim.value, Map()).set(order.seq, True)))
    return index


def _unindexed(index: Index, ground: Ground, order: Order) -> Index:
    claim = order.claim
    if claim is None or order.seq not in index.get(LIVE, _NO_VALUES).get(claim.value, Map()):
        return index
    for key in _keys(ground, order, claim):
        values = index[key]
        seqs = values[claim.value].delete(order.seq)
        values = values.set(claim.value, seqs) if seqs else values.delete(claim.value)
        index = index.set(key, values) if values else index.delete(key)
    return index


def reindexed(state: State) -> State:
    """The state with its index and sums made anew: after a restore, or when the roster changed."""
    state = replace(state, claims=Map(), committed=Map())
    for order in state.orders.values():
        if order.claim is not None and (not order.ended or end_of(order.ended_at) > state.at):
            state = _laid(state, order)
    return state


def _laid(state: State, order: Order) -> State:
    """The state with that order's claim in the index and the sums."""
    state = replace(state, claims=indexed(state.claims, state.roster.ground, order))
    return _summed(state, order, order.claim.quantity if order.claim is not None else 0)


def _taken_up(state: State, order: Order) -> State:
    """The state without that order's claim in the index and the sums; as it is, if it was not there."""
    index = _unindexed(state.claims, state.roster.ground, order)
    if index is state.claims or order.claim is None:
        return state
    return _summed(replace(state, claims=index), order, -order.claim.quantity)


def _summed(state: State, order: Order, quantity: int) -> State:
    if order.claim is None:
        return state
    key = f"{order.claim.control}@{order.subject}"
    return replace(state, committed=state.committed.set(key, state.committed.get(key, 0) + quantity))


def committed(state: State, control: str, subject: str) -> int:
    """The quantity of all claims of a control on a subject that have not ended, whenever their windows are."""
    return state.committed.get(f"{control}@{subject}", 0)


# What happens to claims


def created(state: State, entry: Entry, order: Order) -> State:
    """The state in which a new order's claim lies in the index."""
    if order.claim is None:
        return state
    return happened(_laid(state, order), entry, order)


def happened(state: State, entry: Entry, order: Order) -> State:
    """Note that an entry created, cut or ended this order's claim."""
    if order.claim is None:
        return state
    events = state.events.get(order.claim.control, Map())
    event = ClaimEvent(seq=entry.seq, by=entry.by, order=order.seq, subject=order.subject, excepted=order.excepted)
    return replace(state, events=state.events.set(order.claim.control, events.set(len(events), event)))


def since(state: State, control: str, basis: int, author: str) -> Iterator[ClaimEvent]:
    """What happened to claims of a control after entry `basis`, by others than the author and the hub; newest first."""
    events = state.events.get(control, Map())
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if event.seq <= basis:
            return
        if event.by not in (author, HUB):
            yield event


def ended(state: State, entry: Entry, ending: Ending, told_by: tuple[int, ...] = ()) -> State:
    """The state after an entry ended an order's claim, cut its window, or took a part of its quantity.

    `told_by` are the orders whose reading back tells the addressees of the old one.
    """
    order = state.orders.get(ending.order)
    if order is None:
        return state
    if ending.quantity is not None:
        changed = _lessened(order, ending.quantity)
        state = _summed(state, order, -ending.quantity)
    else:
        changed = _ended(order, entry, ending, told_by)
    if LAPSED in changed.fired:
        state = _taken_up(state, order)
    return happened(kept(state, changed), entry, order)


def _lessened(order: Order, quantity: int) -> Order:
    if order.claim is None:
        return order
    return replace(order, claim=replace(order.claim, quantity=order.claim.quantity - quantity))


def _ended(order: Order, entry: Entry, ending: Ending, told_by: tuple[int, ...]) -> Order:
    at = min(ending.at, end_of(order.ended_at))
    claim = order.claim
    if claim is not None:
        claim = replace(claim, until=min(at, end_of(claim.until)))
    return replace(
        order,
        claim=claim,
        ended=ending.why,
        ended_at=at,
        ended_by=entry.seq,
        ended_by_orders=order.ended_by_orders + told_by,
        on_record=None,
        fired=(*order.fired, LAPSED) if at <= entry.at and LAPSED not in order.fired else order.fired,
    )


def lapsed(state: State, seq: int) -> State:
    """The state after a claim's time came, for one that an earlier entry had cut already."""
    order = state.orders.get(seq)
    if order is None:
        return state
    return kept(_taken_up(state, order), replace(order, fired=(*order.fired, LAPSED)))


# When time alone will matter

LAPSED = "lapsed"
WARNED = "warned"
WARN_BEFORE = timedelta(minutes=15)
"""DESIGN 8: the end of a window is warned of this long ahead, unless the window was shorter from the start."""


def kept(state: State, order: Order) -> State:
    """The state with that order in it, and on the agenda for when time will next matter to it."""
    due = _due(order)
    rows = state.agenda
    if due is not None and due != order.due:
        rows = agenda.push(rows, due, order.seq)
    return replace(state, orders=state.orders.set(order.seq, replace(order, due=due)), agenda=rows)


def rescheduled(state: State) -> State:
    """The state with every order on the agenda: after a restore."""
    for order in state.orders.values():
        if order.due is not None:
            state = replace(state, agenda=agenda.push(state.agenda, order.due, order.seq))
    return state


def _due(order: Order) -> datetime | None:
    claim = order.claim
    if claim is None or claim.until is None or LAPSED in order.fired:
        return None
    warn_at = claim.until - WARN_BEFORE
    if order.ended or WARNED in order.fired or warn_at <= order.at:
        return claim.until
    return warn_at

"""What is settled leaves the working state, so that an operation of any length starts, answers and fits as a short one.

An `archive` entry lets go of what was settled before a number; the journal keeps each such thing as it was. When
somebody takes an old matter up again, the hub first writes a `recall` entry that carries it, so that every replay
and every client that may see it has it again at the same point. Nothing of this changes what any command means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple, TypeVar

import msgspec
from immutables import Map
from msgspec.structs import replace

from coordinator.incident import claims, status, threads, visibility
from coordinator.incident.acts import Act, Issue, Package, Ref
from coordinator.incident.briefing import unread
from coordinator.incident.claims import LAPSED
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Archive, Recall
from coordinator.incident.plain import mapped, plain
from coordinator.incident.projections import cancelled_unread, told
from coordinator.incident.reports import CANCELLED
from coordinator.incident.ruling import Case, Draft, Rule, Step, resolve
from coordinator.incident.state import ClaimEvent, Message, Order, Proposal, Report, Rollcall, State

Kept = Message | Order | Proposal | Rollcall
K = TypeVar("K")
T = TypeVar("T")

KINDS: dict[str, type[Kept]] = {"message": Message, "order": Order, "proposal": Proposal, "rollcall": Rollcall}
"""The kinds of things that are archived, by the word that the journal keeps them under."""

EVENTS_KEPT = 10_000
"""Claim events that are remembered for each control: a basis older than these has long been asked about again."""


class Thing(NamedTuple):
    """A settled thing on its way to the journal: canonical JSON under its entry number and its short one."""

    seq: int
    number: str
    kind: str
    text: str


# What is settled


def _settled(state: State, before: int) -> dict[str, frozenset[int]]:
    """The numbers of what was settled before an entry, by kind."""
    told_by = {seq for order in state.orders.values() if _open(state, order) for seq in order.ended_by_orders}
    return {
        "message": _numbers(
            state.messages,
            before,
            {
                *state.open_messages,
                *(one.seq for one in state.messages.values() if one.due is not None or _row_open(state, one)),
            },
        ),
        "order": _numbers(
            state.orders, before, {*told_by, *(one.seq for one in state.orders.values() if _open(state, one))}
        ),
        "proposal": _numbers(state.proposals, before, {one.seq for one in state.proposals.values() if not one.end}),
        "rollcall": _numbers(
            state.rollcalls, before, {one.seq for one in state.rollcalls.values() if one.due is not None}
        ),
    }


def _row_open(state: State, message: Message) -> bool:
    """Whether its answer is still to come, on the row that it was joined to."""
    return message.joined_to is not None and message.joined_to in state.open_messages


def _numbers(things: Map[int, T], before: int, live: set[int]) -> frozenset[int]:
    return frozenset(seq for seq in things if seq < before and seq not in live)


def _open(state: State, order: Order) -> bool:
    """Whether an order still holds, reserves, rings, or waits for somebody to read it back."""
    if order.claim is not None and LAPSED not in order.fired:
        return True
    if order.on_record is not None or cancelled_unread(state, order):
        return True
    return claims.open_direct(order, state.at) or (order.releasing and bool(unread(order)))


def dropped(state: State, entry: Entry) -> State:
    """The state without what was settled before the entry that `archive` names."""
    body = entry.body
    assert isinstance(body, Archive)
    settled = _settled(state, body.before)
    gone = frozenset().union(*settled.values())
    kept_orders = _without(state.orders, settled["order"])
    for seq, order in kept_orders.items():
        if not settled["order"].isdisjoint(order.ended_by_orders):
            kept_orders = kept_orders.set(seq, _as_told(state, order))
    return replace(
        state,
        messages=_without(state.messages, settled["message"]),
        orders=kept_orders,
        proposals=_without(state.proposals, settled["proposal"]),
        rollcalls=_without(state.rollcalls, settled["rollcall"]),
        numbers=_without(state.numbers, {name for name, seq in state.numbers.items() if seq in gone}),
        from_refusals=_without(state.from_refusals, {ref for ref, seq in state.from_refusals.items() if seq in gone}),
        offers=_without(state.offers, {seq for seq, scope in state.offers.items() if not _stands(state, seq, scope)}),
        events=Map({control: _newest(events) for control, events in state.events.items()}),
    )


def _as_told(state: State, order: Order) -> Order:
    """The order with what its addressees know of its end in their own reports, so that it needs no successor for it."""
    reports = order.reports
    for centre in order.to:
        report = reports.get(centre, Report())
        if order.ended in CANCELLED and not report.told and told(state, order, centre):
            reports = reports.set(centre, replace(report, told=True))
    return replace(order, reports=reports)


def _without(things: Map[K, T], gone: Iterable[K]) -> Map[K, T]:
    rest = things.mutate()
    for key in gone:
        del rest[key]
    return rest.finish()


def _stands(state: State, seq: int, scope: str) -> bool:
    desk = state.desks.get(scope)
    return desk is not None and desk.offer is not None and desk.offer.seq == seq


def _newest(events: Map[int, ClaimEvent]) -> Map[int, ClaimEvent]:
    """The newest events, numbered from 0 again."""
    if len(events) <= EVENTS_KEPT:
        return events
    return Map({place: events[old] for place, old in enumerate(range(len(events) - EVENTS_KEPT, len(events)))})


# To the journal and back


def departed(before: State, after: State) -> Iterator[Thing]:
    """What left the state between the two, as the journal keeps it."""
    for kind, old in _by_kind(before).items():
        now = _by_kind(after)[kind]
        for seq, thing in old.items():
            if seq not in now:
                text = _ENCODER.encode(_as_told(before, thing) if isinstance(thing, Order) else thing).decode()
                yield Thing(seq, thing.number, kind, text)
                if isinstance(thing, Proposal) and thing.refusal is not None:
                    yield Thing(thing.refusal, "", kind, text)


def _by_kind(state: State) -> dict[str, Mapping[int, Kept]]:
    return {
        "message": state.messages,
        "order": state.orders,
        "proposal": state.proposals,
        "rollcall": state.rollcalls,
    }


def missing(state: State, act: Act) -> Iterator[int | str]:
    """The refs of an act that name nothing in the state, perhaps because it is archived: entry or short numbers."""
    for ref in _refs(state, act):
        seq = resolve(state, ref)
        if seq is None and isinstance(ref, str):
            yield ref.upper()
        elif (
            seq is not None
            and seq not in state.offers
            and not any(seq in things for things in _by_kind(state).values())
        ):
            yield seq


def _refs(state: State, act: Act) -> Iterator[Ref]:
    for part in (act, *act.orders) if isinstance(act, Package) else (act,):
        for name in _naming(type(part)):
            named: Ref | tuple[Ref, ...] | None = getattr(part, name)
            if isinstance(named, tuple):
                yield from named
            elif named is not None:
                yield named
    if isinstance(act, Issue):
        seq = resolve(state, act.ref)
        proposal = state.proposals.get(seq) if seq is not None else None
        yield from proposal.order.supersedes if proposal is not None else ()


@cache
def _naming(act: type[Act]) -> tuple[str, ...]:
    """The fields in which an act of that type names things."""
    return tuple(name for name in ("ref", "request", "refs", "supersedes") if name in act.__struct_fields__)


def recall_of(thing: Thing) -> Recall:
    """The hub's act that takes a settled thing up again."""
    return Recall(what=thing.kind, seq=thawed(thing.kind, thing.text).seq, thing=thing.text)


def thawed(kind: str, text: str) -> Kept:
    """A thing as the journal kept it."""
    return _DECODERS[kind].decode(text)


def recalled(state: State, thing: Kept) -> State:
    """The state with an archived thing in it again."""
    numbers = state.numbers.set(thing.number, thing.seq) if thing.number else state.numbers
    state = replace(state, numbers=numbers)
    if isinstance(thing, Message):
        return threads.put(state, thing, state.at)
    if isinstance(thing, Order):
        return claims.kept(state, thing)
    if isinstance(thing, Rollcall):
        return status.put(state, thing)
    refusals = state.from_refusals if thing.refusal is None else state.from_refusals.set(thing.refusal, thing.seq)
    return replace(state, proposals=state.proposals.set(thing.seq, thing), from_refusals=refusals)


_ENCODER = msgspec.json.Encoder(order="sorted", enc_hook=plain)
_DECODERS: dict[str, msgspec.json.Decoder[Kept]] = {
    kind: msgspec.json.Decoder(type_, dec_hook=mapped, strict=False) for kind, type_ in KINDS.items()
}


def with_root(state: State, entry: Entry, archived: Callable[[int], Thing | None]) -> State:
    """The state in which an old entry's audience can be told: with what it is about, archived or not."""
    seq = visibility.root(state, entry)
    if not visibility.narrow(entry) or seq in state.messages:
        return state
    thing = archived(seq)
    found = thawed(thing.kind, thing.text) if thing is not None else None
    if isinstance(found, Proposal):
        return replace(state, proposals=state.proposals.set(seq, found))
    return replace(state, messages=state.messages.set(seq, found)) if isinstance(found, Message) else state


# The hub's words


def said(case: Case) -> list[Draft]:
    """Letting go of what is settled, or having a thing again: the entry says it all."""
    act = case.command.act
    return [Draft(kind=case.command.do, body=act, ref=act.seq if isinstance(act, Recall) else None)]


def taken_up(state: State, entry: Entry) -> State:
    """An archived thing is in the state again."""
    body = entry.body
    assert isinstance(body, Recall)
    if any(body.seq in things for things in _by_kind(state).values()):
        return state
    return recalled(state, thawed(body.what, body.thing))


RULES: dict[type[Act], Rule] = {Archive: said, Recall: said}
STEPS: dict[str, Step] = {"archive": dropped, "recall": taken_up}

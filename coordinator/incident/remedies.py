"""The ways out of a refusal, with real content: every refusal has at least one that sends now. DESIGN 8.

A remedy with `do="order"` is the refused order again with `changes` to its fields; with another `do`, the
command to send instead, `changes` being its fields. Nothing here decides anything.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import json

from coordinator.incident import claims
from coordinator.incident.acts import Json
from coordinator.incident.claims import windows_overlap
from coordinator.incident.entries import Remedy
from coordinator.incident.globs import encloses
from coordinator.incident.roster import DIRECT, Resource
from coordinator.incident.state import Order
from coordinator.incident.times import stamp
from coordinator.incident.wish import Wish

NAMED = 3
"""A sentence names no more orders or subjects than this."""

SHOWN = 50
"""No remedy lists more orders or subjects than this; the wire shows as many clashes."""


def _refs(orders: Iterable[Order]) -> list[Json]:
    return [order.seq for order in sorted(orders, key=lambda order: order.seq)]


def _names(orders: Iterable[Order]) -> str:
    numbers = [order.number for order in sorted(orders, key=lambda order: order.seq)]
    more = len(numbers) - NAMED
    return ", ".join(numbers[:NAMED]) + (f" and {more} more" if more > 0 else "")


def as_direct(wish: Wish) -> tuple[Remedy, ...]:
    """Say it in free text: unchecked, and it holds no claim."""
    words = f"{wish.act.verb} {wish.act.subject}"
    text = f"{words}. {wish.act.text}".strip() if wish.act.verb != DIRECT else wish.act.text
    changes: dict[str, Json] = {"verb": DIRECT, "text": text, "except": [], "object": "", "quantity": None}
    return (
        Remedy(text="send it as DIRECT: unchecked, holds no claim", do="order", changes=changes),
        Remedy(text=f"have the liaison add {wish.act.subject} to the roster, then send it again", do="roster"),
    )


def as_note(wish: Wish) -> tuple[Remedy, ...]:
    """Write down what was wanted."""
    text: dict[str, Json] = {"text": f"{wish.act.verb} {wish.act.subject} to {', '.join(wish.act.to)}"}
    return (Remedy(text="write it as a note", do="note", changes=text),)


def propose(wish: Wish, scope: str) -> tuple[Remedy, ...]:
    """What somebody without the authority can do; the hub has proposed it already."""
    desk = wish.state.desks.get(scope)
    holder = wish.ground.operators.get(desk.holder) if desk is not None else None
    who = f"{holder.name} ({holder.callsign or holder.centre})" if holder is not None else "nobody yet"
    message: dict[str, Json] = {
        "precedence": "IMMEDIATE",
        "text": f"Please order {wish.act.verb} {wish.act.subject}. {wish.act.rationale}".strip(),
        "subject": f"Proposal: {wish.act.verb} {wish.act.subject}"[:512],
    }
    return (
        Remedy(text=f"it lies as a proposal on the {scope} desk; its holder is {who}"),
        Remedy(text=f"ring the {scope} desk about it", do="message", changes=message),
    )


def again(wish: Wish) -> tuple[Remedy, ...]:
    """Send the same order on what is known now."""
    return (Remedy(text="send it again, having seen what changed", do="order", changes={"basis": wish.state.seq}),)


def without_addressees(wish: Wish, strangers: list[str]) -> tuple[Remedy, ...]:
    """Send to those who are on the roster."""
    known: list[Json] = [centre for centre in wish.act.to if centre not in strangers]
    if not known:
        return as_note(wish)
    without = Remedy(text=f"send it without {', '.join(strangers)}", do="order", changes={"to": known})
    return (without, *as_note(wish))


def without_superseding(wish: Wish, seq: int) -> tuple[Remedy, ...]:
    """Send it without naming what is over."""
    rest: list[Json] = [other for other in wish.superseded if other != seq]
    return (Remedy(text="send it without superseding that", do="order", changes={"supersedes": rest}), *as_note(wish))


def open_window() -> tuple[Remedy, ...]:
    """Send it from now on, until further notice; or record that it was given then."""
    return (
        Remedy(text="send it from now, until further notice", do="order", changes={"window": {}}),
        Remedy(text="record it as given elsewhere", do="order", changes={"given": True}),
    )


def back_in_service(wish: Wish) -> tuple[Remedy, ...]:
    """Return a resource to service first."""
    fields: dict[str, Json] = {"resource": wish.act.subject.partition("/")[2], "state": "AVAILABLE"}
    return (Remedy(text=f"return {wish.act.subject} to service, then send it again", do="resource", changes=fields),)


def ring_again(wish: Wish, same: list[Order]) -> tuple[Remedy, ...]:
    """Ring those who have not read the order back."""
    order = min(same, key=lambda one: one.seq)
    silent = [centre for centre in order.to if not _confirmed(order, centre)] or list(wish.act.to)
    fields: dict[str, Json] = {
        "precedence": "IMMEDIATE",
        "to": list[Json](silent),
        "text": f"Read back {order.number}: {order.verb} {order.subject}.",
        "subject": f"Read back {order.number}",
        "ref": order.seq,
    }
    return (Remedy(text=f"ring {', '.join(silent)} to read back {order.number}", do="message", changes=fields),)


def _confirmed(order: Order, centre: str) -> bool:
    report = order.reports.get(centre)
    return report is not None and report.readback == ()


def supersede(wish: Wish, against: list[Order]) -> tuple[Remedy, ...]:
    """Replace every clashing order, in one step."""
    if len(against) > SHOWN or any(order.seq in wish.siblings for order in against):
        return ()
    refs = sorted({*wish.superseded, *(order.seq for order in against)})
    return (Remedy(text=f"supersede {_names(against)}", do="order", changes={"supersedes": list[Json](refs)}),)


def contradiction(wish: Wish, against: list[Order]) -> tuple[Remedy, ...]:
    """Supersede; leave out what clashes, or cut it out of the wider order; or wait for a free window."""
    return (
        *supersede(wish, against),
        *_exception(wish, against),
        *_package(wish, against),
        *_free_window(wish, lambda start, until: _contradicted(wish, start, until), _rival_ends(against)),
        *_fallback(wish),
    )


def _exception(wish: Wish, against: list[Order]) -> tuple[Remedy, ...]:
    below = sorted({order.subject for order in against})
    if len(below) > SHOWN or not all(encloses(wish.act.subject, one) and one != wish.act.subject for one in below):
        return ()
    excepted = list[Json](dict.fromkeys((*wish.act.excepted, *below)))
    return (Remedy(text=f"leave out {', '.join(below[:NAMED])}", do="order", changes={"except": excepted}),)


def _package(wish: Wish, against: list[Order]) -> tuple[Remedy, ...]:
    """The wider order again, less this subject, and this order: evacuate the north, but shelter the hospital."""
    if len(against) != 1:
        return ()
    (wider,) = against
    if wider.seq in wish.siblings or not encloses(wider.subject, wish.act.subject) or wider.subject == wish.act.subject:
        return ()
    if claims.reserved(wider, wish.case.now):
        return ()
    mine: dict[str, Json] = {
        **_fields(wish.act),
        "supersedes": [],
        "window": _window(wish.start, wish.until, wish.case.now),
    }
    rest: dict[str, Json] = {
        "verb": wider.verb,
        "subject": wider.subject,
        "except": [*wider.excepted, wish.act.subject],
        "object": wider.object,
        "quantity": wider.quantity,
        "to": list(wider.to),
        "window": _window(wish.case.now, wider.claim.until if wider.claim else None, wish.case.now),
        "text": wider.text,
        "rationale": wider.rationale,
        "despite": list(wider.despite),
    }
    orders: list[Json] = [_without_empty(rest), _without_empty(mine)]
    text = f"{wider.verb} {wider.subject} except {wish.act.subject}, and {wish.act.verb} that: one package"
    return (Remedy(text=text, do="package", changes={"supersedes": [wider.seq, *wish.superseded], "orders": orders}),)


def _fields(act: object) -> dict[str, Json]:
    fields: dict[str, Json] = json.decode(json.encode(act))
    return fields


def _without_empty(fields: dict[str, Json]) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _window(start: datetime, until: datetime | None, now: datetime) -> dict[str, Json]:
    window: dict[str, Json] = {}
    if start > now:
        window["from"] = stamp(start)
    if until is not None:
        window["until"] = stamp(until)
    return window


def _contradicted(wish: Wish, start: datetime, until: datetime | None) -> bool:
    found = claims.touching(wish.state, wish.control_name, wish.act.subject, unlike=wish.value)
    return any(
        order.claim is not None
        and order.seq not in wish.replaced
        and windows_overlap(start, until, order.claim)
        and claims.subjects_overlap(order.subject, order.excepted, wish.act.subject, wish.act.excepted)
        for order in found
    )


def _rival_ends(against: Iterable[Order]) -> list[datetime]:
    ends = {order.claim.until for order in against if order.claim is not None and order.claim.until is not None}
    return sorted(ends)[:SHOWN]


def _free_window(
    wish: Wish, taken: Callable[[datetime, datetime | None], bool], ends: list[datetime]
) -> tuple[Remedy, ...]:
    """The earliest window of the same length that nothing clashes with; or, with an open end, a shorter one now."""
    length = None if wish.until is None else wish.until - wish.start
    for start in ends:
        until = None if length is None else start + length
        if start >= wish.start and not taken(start, until):
            window = _window(start, until, wish.case.now)
            return (Remedy(text=f"from {stamp(start)}, when it is free", do="order", changes={"window": window}),)
    return ()


def _fallback(wish: Wish) -> tuple[Remedy, ...]:
    return (Remedy(text="drop it, and note why it was wanted", do="note", changes=as_note(wish)[0].changes),)


def double_commitment(wish: Wish, rivals: list[Order], over: list[Order]) -> tuple[Remedy, ...]:
    """Another resource of the kind, a later window, superseding, or releasing first."""
    ends = _rival_ends(rivals)
    resource = wish.ground.subject(wish.act.subject)
    capacity = resource.capacity if isinstance(resource, Resource) else 1

    def full(start: datetime, until: datetime | None) -> bool:
        return _committed(rivals, start, until) + wish.quantity > capacity

    return (
        *others_of_kind(wish),
        *(_free_window(wish, full, ends) if wish.quantity <= capacity else ()),
        *(supersede(wish, over) if wish.quantity <= capacity and over else ()),
        *_release(wish, over),
        *_fallback(wish),
    )


def _committed(rivals: Iterable[Order], start: datetime, until: datetime | None) -> int:
    """At most how much is claimed in a window: the sum of all that touch it."""
    return sum(order.claim.quantity for order in rivals if order.claim and windows_overlap(start, until, order.claim))


def others_of_kind(wish: Wish) -> tuple[Remedy, ...]:
    """Resources of the same kind that are free and in service for the whole window."""
    wanted = wish.ground.subject(wish.act.subject)
    if not isinstance(wanted, Resource):
        return ()
    others = [
        resource
        for resource in wish.state.roster.subjects.resources
        if resource.kind == wanted.kind and resource.id != wanted.id and _has_room(wish, resource)
    ]
    return tuple(
        Remedy(text=f"{other.name} instead ({other.home})", do="order", changes={"subject": f"resource/{other.id}"})
        for other in others[:NAMED]
    )


def _has_room(wish: Wish, resource: Resource) -> bool:
    subject = f"resource/{resource.id}"
    fact = wish.state.facts.get(subject)
    if resource.retired or (fact is not None and fact.state == "OUT"):
        return False
    if claims.committed(wish.state, wish.control_name, subject) + wish.quantity <= resource.capacity:
        return True  # room for all of it at once: no need to look at each window
    rivals = claims.at(wish.state, wish.control_name, subject)
    return _committed(rivals, wish.start, wish.until) + wish.quantity <= resource.capacity


def _release(wish: Wish, over: list[Order]) -> tuple[Remedy, ...]:
    verbs = wish.control.releases
    if not verbs or not any(claims.in_force(order, wish.case.now) for order in over):
        return ()
    fields: dict[str, Json] = {"verb": verbs[0], "subject": wish.act.subject, "to": list[Json](wish.act.to)}
    return (Remedy(text=f"{verbs[0]} {wish.act.subject} first", do="release", changes=fields),)


def tension(wish: Wish, against: list[Order]) -> tuple[Remedy, ...]:
    """Both stand, because …; a later window; supersede, never as the first key."""
    both = sorted({*wish.despite, *(order.seq for order in against)})
    excused = [order for order in against if order.seq not in wish.siblings]
    changes: dict[str, Json] = {"despite": list[Json](both)}
    if not wish.act.rationale:
        changes["rationale"] = None
    return (
        Remedy(text=f"both stand, because … ({_names(excused or against)})", do="order", changes=changes),
        *_free_window(wish, lambda start, until: _tense(against, start, until), _rival_ends(against)),
        *supersede(wish, against),
        *_fallback(wish),
    )


def _tense(against: Iterable[Order], start: datetime, until: datetime | None) -> bool:
    return any(order.claim is not None and windows_overlap(start, until, order.claim) for order in against)

"""Views of the operation at this moment: what the hub's state says, read through the core's projections."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import click
from msgspec import Struct

from coordinator.cli import charter, common
from coordinator.cli.ends import Usage
from coordinator.cli.options import hub_options
from coordinator.cli.table import table
from coordinator.incident import projections, queues
from coordinator.incident.state import Message, Order, Proposal, State
from coordinator.incident.times import stamp
from coordinator.review.lines import clock, shown
from coordinator.session.head import Head


class Seen(Struct, frozen=True):
    """The state as the viewer may see it, at a moment, for one thing where one was named."""

    state: State
    operator: str
    now: datetime
    of: str
    everything: bool
    head: Head | None = None
    """The last entry that this state has in it."""


class View(Struct, frozen=True):
    """How a view is made: as data, and as lines."""

    help: str
    data: Callable[[Seen], object]
    text: Callable[[Seen], Iterator[str]]
    of: str = ""
    """What may be named as its argument."""
    whole: str = ""
    """What --all adds."""
    markdown: Callable[[Seen], Iterator[str]] | None = None
    """The same to be pinned up: what --format md prints."""


def _board(seen: Seen) -> Iterator[str]:
    rows = [
        (row.centre, row.state, row.said if row.said != row.state else "", ago(row.age), _link(row, seen.now),
         "" if row.headcount is None else str(row.headcount), str(row.open or ""), row.callsign or row.phone, row.text)
        for row in queues.board(seen.state, seen.now)
    ]
    head = ("CENTRE", "STATE", "LAST SAID", "AGE", "LINK", "HEADS", "OPEN", "REACH", "REMARKS")
    yield from table(head, rows, "no centres")
    for call in sorted(seen.state.rollcalls.values(), key=lambda one: one.seq):
        missing = queues.outstanding(seen.state, call.seq)
        if missing:
            yield f"roll call {call.number} due {clock(call.deadline)}: outstanding {', '.join(missing)}"


def _link(row: queues.BoardRow, now: datetime) -> str:
    if row.up:
        return "up"
    return "voice only" if row.since is None else f"lost {ago(now - row.since)}"


def _orders(seen: Seen) -> Iterator[str]:
    waiting = {order.seq for order in projections.unconfirmed(seen.state, seen.now)}
    rows = [
        (order.number, projections.fate(order, seen.now), order.verb,
         order.subject + (f" except {','.join(order.excepted)}" if order.excepted else ""),
         _window(order), _read_back(seen.state, order, waiting))
        for order in _chosen(seen)
    ]
    yield from table(("ORDER", "FATE", "VERB", "SUBJECT", "WINDOW", "READ BACK"), rows, "no orders")


def _chosen(seen: Seen) -> list[Order]:
    if seen.everything:
        return sorted(seen.state.orders.values(), key=lambda order: order.seq)
    now = seen.now
    groups = (
        projections.in_force(seen.state, now), projections.reserved(seen.state, now), projections.on_record(seen.state),
        projections.unconfirmed(seen.state, now),
    )
    return sorted({order.seq: order for group in groups for order in group}.values(), key=lambda order: order.seq)


def _read_back(state: State, order: Order, waiting: set[int]) -> str:
    if order.seq not in waiting:
        return "all"
    missing = projections.unread(order) if not order.ended else projections.cancelled_unread(state, order)
    return f"{len(order.to) - len(missing)}/{len(order.to)} not {','.join(missing)}" if missing else "all"


def _window(order: Order) -> str:
    until = order.ended_at or order.until
    return f"{clock(order.start)}-{clock(until) if until else 'open'}"


def _orders_data(seen: Seen) -> object:
    state, now = seen.state, seen.now
    shown = {
        "in_force": projections.in_force(state, now), "reserved": projections.reserved(state, now),
        "on_record": projections.on_record(state), "unconfirmed": projections.unconfirmed(state, now),
    }
    if seen.everything:
        shown["all"] = _chosen(seen)
    return {
        name: [{**common.builtins(order), "fate": projections.fate(order, now)} for order in orders]
        for name, orders in shown.items()
    }


def _desks(seen: Seen) -> list[str]:
    scopes = [scope.id for scope in seen.state.roster.scopes]
    if not seen.of:
        return scopes
    if seen.of not in scopes:
        raise Usage(f"there is no scope '{seen.of}'; there are {', '.join(scopes)}")
    return [seen.of]


def _desk(seen: Seen) -> Iterator[str]:
    late = {message.seq for message in queues.overdue(seen.state, seen.now)}
    for scope in _desks(seen):
        held = seen.state.desks[scope]
        yield f"{scope} desk: {held.holder or 'UNHELD'} (term {held.term}) since {clock(held.since)}"
        rows = [
            (message.number, message.precedence, "OVERDUE" if message.seq in late else _due(seen, message),
             message.centre, message.topic, message.subject or message.text)
            for message in queues.desk(seen.state, scope)
        ]
        yield from table(("NUMBER", "PRECEDENCE", "DUE", "FROM", "TOPIC", "TEXT"), rows, "nothing waits")
        yield from (_proposal(one) for one in projections.open_proposals(seen.state, scope))


def _due(seen: Seen, message: Message) -> str:
    found = queues.deadline(seen.state, message)
    return "" if found is None else clock(found[1])


def _proposal(one: Proposal) -> str:
    verdict = f"; {one.verdict}" if one.verdict else ""
    return f"proposal {one.number} by {one.by}: {one.order.verb} {one.order.subject}{verdict}"


def _desk_data(seen: Seen) -> object:
    return {
        scope: {
            "holder": seen.state.desks[scope].holder,
            "messages": queues.desk(seen.state, scope),
            "overdue": [one.seq for one in queues.overdue(seen.state, seen.now) if one.scope == scope],
            "proposals": projections.open_proposals(seen.state, scope),
        }
        for scope in _desks(seen)
    }


def _duty(seen: Seen) -> Iterator[str]:
    found = projections.duty(seen.state)
    rows = [
        (row.scope, row.name, row.holder or "UNHELD", str(row.term), stamp(row.since), row.offered_to) for row in found
    ]
    yield from table(("SCOPE", "NAME", "HOLDER", "TERM", "SINCE", "OFFERED TO"), rows, "no scopes")
    for row in found:
        if row.last_key is not None:  # a connected session is not a person
            yield f"{row.scope}: {row.holder} is connected, last key {ago(seen.now - row.last_key)} ago"


def _centre(seen: Seen) -> str:
    ground = seen.state.roster.ground
    mine = ground.operators.get(seen.operator)
    centre = seen.of or (mine.centre if mine is not None else "")
    if centre not in ground.centres:
        raise Usage(f"there is no centre '{centre}'; there are {', '.join(ground.centres)}")
    return centre


def _inbox(seen: Seen) -> Iterator[str]:
    centre = _centre(seen)
    rows = [
        (one.number, one.precedence, _mark(one, centre), one.centre, one.topic, one.subject or one.text)
        for one in queues.inbox(seen.state, centre)
    ]
    yield from table(("NUMBER", "PRECEDENCE", "MARK", "FROM", "TOPIC", "TEXT"), rows, f"nothing for {centre}")
    for order in sorted(seen.state.orders.values(), key=lambda order: order.seq):
        if centre in projections.unread(order) and not order.ended:
            yield f"{order.number} {order.verb} {order.subject}: READ BACK"


def _mark(message: Message, centre: str) -> str:
    mark = message.marks.get(centre)
    if mark is None:
        return "new"
    if mark.declined:
        return "declined"
    return "acknowledged" if mark.acknowledged else "seen" if mark.seen else "delivered"


def ago(age: timedelta | None) -> str:
    """How long, in the largest unit that says enough."""
    if age is None:
        return ""
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


VIEWS: dict[str, View] = {
    "board": View("Centres with status, age and contact.", lambda seen: queues.board(seen.state, seen.now), _board),
    "orders": View(
        "Orders in force, reserved, on record and unconfirmed.", _orders_data, _orders,
        whole="Every order, with its fate.",
    ),
    "desk": View("What waits at a desk for its Point of Contact.", _desk_data, _desk, of="SCOPE"),
    "duty": View("Who holds which desk, since when.", lambda seen: projections.duty(seen.state), _duty),
    "inbox": View(
        "What was relayed to a centre (yours), and orders to read back.",
        lambda seen: queues.inbox(seen.state, _centre(seen)), _inbox, of="CENTRE",
    ),
    "charter": View(
        "What each scope is for, who holds it, and what belongs elsewhere.",
        lambda seen: charter.data(seen.state, _desks(seen)), lambda seen: charter.text(seen.state, _desks(seen)),
        of="SCOPE", markdown=lambda seen: charter.markdown(seen.state, _desks(seen), seen.now),
    ),
}


def _show(
    view: View, hub: str | None, as_: str | None, wait: float | None, as_json: bool, of: str, whole: bool,
    style: str,
) -> None:
    to = common.to(hub, as_, wait)

    async def look() -> Seen:
        async with common.session(to, snapshot=True) as session:
            await session.ready(to.wait)
            assert session.state is not None
            return Seen(session.state, session.operator, session.now(), of, whole, session.place.head)

    seen = common.run(look)
    if as_json:
        common.put_json(view.data(seen))
        return
    lines = view.markdown(seen) if style == "md" and view.markdown is not None else view.text(seen)
    for line in lines:
        click.echo(shown(line))


def as_command(name: str, view: View) -> click.Command:
    """The view as a command."""
    params = hub_options()
    if view.of:
        params.insert(0, click.Argument(["of"], required=False, default="", metavar=f"[{view.of}]"))
    if view.whole:
        params.insert(0, click.Option(["--all", "whole"], is_flag=True, help=view.whole))
    if view.markdown is not None:
        styles = click.Choice(("text", "md"))
        params.insert(0, click.Option(["--format", "style"], type=styles, default="text", help="md: to pin up."))
    return click.Command(
        name, params=params, help=view.help, epilog=f"Example:  coordinator {name} --json",
        callback=lambda hub, as_, wait, as_json, of="", whole=False, style="text": _show(
            view, hub, as_, wait, as_json, of, whole, style
        ),
    )


COMMANDS = {name: as_command(name, view) for name, view in VIEWS.items()}

"""The clocks of a message: what falls due when, and whom it rings at. DESIGN 6 "Clocks".

Three clocks: how long it may lie on the desk (`acknowledge`), when its answer is due (`answer`), and when
an assigned one is (`owner`). Each gives up to four kinds of deadline; each deadline fires once. A deadline
that a change moved into the future is a new one. While the ball is with the originator no clock runs.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.roster import Scope
from coordinator.incident.state import Message, Relayed, State
from coordinator.incident.times import MILLISECOND, duration, stamp

HALF_FROM = timedelta(minutes=10)
"""A shorter clock gives no warning at half time."""

RETURNED = "returned"
NUDGE = "unacknowledged"

WORDS = {
    "half": "half of its time has passed",
    "due": "its time is up",
    "overdue": "it is past its time",
    "escalation": "it is still past its time, and goes up the escalation path",
    NUDGE: "a relay that some addressees have not acknowledged",
    RETURNED: "a held message is back on the desk",
}
"""What the `what` of a due entry is made of: `acknowledge-half`, `owner-escalation-1`, `unacknowledged-47`."""

WAITING_PLACES = frozenset(("desk", "relayed", "assigned", "held"))
"""Where a message can still be waiting for an answer."""


class Clock(Struct, frozen=True, gc=False):
    """A charter time that runs: from its start to its limit, which is passed strictly later."""

    name: str
    start: datetime
    limit: datetime


class Deadline(Struct, frozen=True, gc=False):
    """An instant at which the hub writes a due entry."""

    at: datetime
    what: str
    limit: datetime
    clock: str = ""
    step: str = ""
    """Which kind of deadline of its clock: half, due, overdue, escalation."""
    to: str = ""
    """Of an escalation: whom the charter names."""
    relay: Relayed | None = None
    """Of a nudge: the relay that waits."""


def expects(message: Message) -> bool:
    """Whether somebody still waits for an answer to it."""
    wanted = message.wants_reply or (message.place == "assigned" and message.owner_due is not None)
    return wanted and message.answered is None and message.place in WAITING_PLACES


def clocks(message: Message, scope: Scope) -> Iterator[Clock]:
    """The clocks that run for a message now."""
    if message.asked_at is not None:
        return
    start = (message.reopened_at or message.at) + timedelta(milliseconds=message.paused)
    if message.place == "desk":
        yield Clock("acknowledge", start, start + duration(scope.acknowledge_within[message.precedence]))
    if expects(message):
        yield _answer_clock(message, scope, start)


def _answer_clock(message: Message, scope: Scope, start: datetime) -> Clock:
    if message.place == "assigned" and message.owner_due is not None:
        return Clock("owner", message.owner_since or start, message.owner_due)
    if message.reply_by is not None and message.reply_by > (message.reopened_at or message.at):
        return Clock("answer", start, message.reply_by + timedelta(milliseconds=message.paused))
    return Clock("answer", start, start + duration(scope.respond_within[message.precedence]))


def deadlines(state: State, message: Message) -> list[Deadline]:
    """Every deadline of the clocks that run, fired or not."""
    scope = state.roster.ground.scopes.get(message.scope)
    if scope is None or state.closed is not None:
        return []
    rows = [row for clock in clocks(message, scope) for row in _rows(clock, scope)]
    rows.extend(_nudges(message, scope))
    if message.place == "held" and message.held_until is not None:
        rows.append(Deadline(message.held_until, RETURNED, message.held_until))
    return rows


def _rows(clock: Clock, scope: Scope) -> Iterator[Deadline]:
    name, limit = clock.name, clock.limit
    whole = limit - clock.start
    if whole >= HALF_FROM:
        yield Deadline(clock.start + whole // 2, f"{name}-half", limit, name, "half")
    yield Deadline(limit, f"{name}-due", limit, name, "due")
    past = limit + MILLISECOND
    yield Deadline(past, f"{name}-overdue", limit, name, "overdue")
    for place, step in enumerate(scope.escalation, start=1):
        yield Deadline(past + duration(step.after), f"{name}-escalation-{place}", limit, name, "escalation", step.to)


def _nudges(message: Message, scope: Scope) -> Iterator[Deadline]:
    if message.place not in WAITING_PLACES:
        return
    within = duration(scope.acknowledge_within[message.precedence])
    for relay in message.relays:
        if silent(message, relay):
            limit = relay.at + within
            yield Deadline(limit + MILLISECOND, f"{NUDGE}-{relay.seq}", limit, step=NUDGE, relay=relay)


def silent(message: Message, relay: Relayed) -> list[str]:
    """The addressees of a relay who have neither acknowledged nor declined nor said anything since."""
    spoke = {said.centre for said in message.said}
    return [
        centre
        for centre in relay.to
        if centre not in spoke
        and ((mark := message.marks.get(centre)) is None or (mark.acknowledged is None and not mark.declined))
    ]


def unfired(state: State, message: Message) -> list[Deadline]:
    """What is still to fire, soonest first."""
    rows = (row for row in deadlines(state, message) if row.what not in message.fired)
    return sorted(rows, key=lambda row: row.at)


def scheduled(state: State, message: Message, at: datetime) -> Message:
    """The message with what has fired, and what is next due, as they stand after a change at that time."""
    rows = deadlines(state, message)
    fired = message.fired
    if fired:
        moved = {row.what for row in rows if row.at > at}
        fired = tuple(what for what in fired if what not in moved)
    due = min((row.at for row in rows if row.what not in fired), default=None)
    return replace(message, fired=fired, due=due)


def passed(state: State, message: Message, now: datetime) -> Clock | None:
    """The clock of a message that is past its limit at that time, if there is one."""
    scope = state.roster.ground.scopes.get(message.scope)
    if scope is None:
        return None
    return next((clock for clock in clocks(message, scope) if now > clock.limit), None)


def next_limit(state: State, message: Message) -> tuple[str, datetime] | None:
    """The charter time that comes next for a message, and which clock it is of; passed ones too."""
    scope = state.roster.ground.scopes.get(message.scope)
    if scope is None:
        return None
    clock = min(clocks(message, scope), key=lambda one: one.limit, default=None)
    return None if clock is None else (clock.name, clock.limit)


# Whom it rings at


def operators_of(state: State, centres: Iterable[str]) -> list[str]:
    """Those who sit at these centres: all but reviewers and the retired."""
    wanted = set(centres)
    return [
        operator.id
        for operator in state.roster.operators
        if operator.centre in wanted and operator.role != "reviewer" and not operator.retired
    ]


def at_desk(state: State, scope: str) -> list[str]:
    """Who does the desk's work now: its holder; while it is unheld, its POC and deputies."""
    desk = state.desks.get(scope)
    if desk is not None and desk.holder:
        return [desk.holder]
    return staff(state, scope)


def staff(state: State, scope: str) -> list[str]:
    """The holder, the designated POC and the deputies of a scope."""
    desk, charter = state.desks.get(scope), state.roster.ground.scopes.get(scope)
    holder = [desk.holder] if desk is not None and desk.holder else []
    return unique([*holder, *(charter.staff if charter is not None else ())])


def called(state: State, name: str) -> list[str]:
    """The operators whom a step of an escalation path names: an operator, a centre's, or a scope's."""
    ground = state.roster.ground
    if name in ground.operators:
        return [name]
    return operators_of(state, [name]) if name in ground.centres else staff(state, name)


def rings_at(state: State, message: Message, deadline: Deadline) -> tuple[str, ...]:
    """The operators at whom a deadline rings."""
    if deadline.relay is not None:
        return tuple(operators_of(state, silent(message, deadline.relay)))
    to = at_desk(state, message.scope)
    if deadline.clock == "owner":
        to += operators_of(state, [message.owner])
    if deadline.clock == "answer" and message.place == "relayed":
        to += operators_of(state, addressees(message))
    if deadline.step in ("overdue", "escalation"):
        to += staff(state, message.scope)
    if deadline.to:
        to += called(state, deadline.to)
    return tuple(unique(to))


def addressees(message: Message) -> tuple[str, ...]:
    """Every centre that the message was relayed to, in order."""
    return tuple(dict.fromkeys(centre for relay in message.relays for centre in relay.to))


def unique(names: Iterable[str]) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(names))


# What it says

_PHRASES = {
    "acknowledge": "on the {scope} desk, limit {limit}",
    "answer": "wants an answer by {limit}",
    "owner": "assigned to {owner}, due {limit}",
}


def sentence(message: Message, deadline: Deadline) -> str:
    """What a due entry says in one line."""
    head = f"{message.number} {message.precedence}"
    if deadline.relay is not None:
        return f"{head}: not acknowledged by {', '.join(silent(message, deadline.relay))}"[:512]
    if deadline.what == RETURNED:
        return f"{head}: back on the {message.scope} desk, held until {stamp(deadline.limit)}"
    where = _PHRASES[deadline.clock].format(scope=message.scope, owner=message.owner, limit=stamp(deadline.limit))
    ends = f" ({deadline.to})" if deadline.to else ""
    return f"{head} {where}: {WORDS[deadline.step]}{ends}"

"""The queue alarm: when too many messages wait on a desk, or one has waited too long. DESIGN 5 "Saturation".

Kept as two counts on the desk, so that asking costs nothing however many wait. One saturation lasts until
neither holds any more; the alarm and each step of the escalation path ring once in it.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from coordinator.incident.deadlines import called, staff, unique
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Alarm
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Draft
from coordinator.incident.state import Desk, Message, State
from coordinator.incident.times import MILLISECOND, duration

QUEUE = "queue"
QUEUE_STEP = "queue-escalation-"


def waits(message: Message) -> bool:
    """Whether a message lies on its desk with the ball at the desk."""
    return message.place == "desk" and message.asked_at is None


def late(message: Message) -> bool:
    """Whether it has done so for too long."""
    return waits(message) and "acknowledge-overdue" in message.fired


def counted(state: State, before: Message | None, after: Message, at: datetime) -> State:
    """The state with its desks' counts as they are after one message changed."""
    old = (before.scope, waits(before), late(before)) if before is not None else ("", False, False)
    new = (after.scope, waits(after), late(after))
    if old == new or not (old[1] or new[1]):
        return state
    desks = state.desks
    for (scope, waiting, overdue), sign in ((old, -1), (new, +1)):
        desk = desks.get(scope)
        if desk is not None and waiting:
            desks = desks.set(scope, replace(desk, waiting=desk.waiting + sign, late=desk.late + sign * overdue))
    for scope in {old[0], new[0]} & set(desks):
        desks = desks.set(scope, _marked(state, desks[scope], at))
    return replace(state, desks=desks)


def _marked(state: State, desk: Desk, at: datetime) -> Desk:
    charter = state.roster.ground.scopes.get(desk.scope)
    saturated = charter is not None and (desk.waiting > charter.queue_alarm or desk.late > 0)
    if not saturated and desk.saturated_at is not None:
        return replace(desk, saturated_at=None, rang_at=None, rang=(), heeded=False, ignored=False)
    return replace(desk, saturated_at=at) if saturated and desk.saturated_at is None else desk


def _steps(state: State, scope: str) -> Iterator[tuple[datetime, str, list[str]]]:
    """What has not rung yet: when, what, and whom besides the desk."""
    desk, charter = state.desks.get(scope), state.roster.ground.scopes.get(scope)
    if desk is None or desk.saturated_at is None or charter is None or state.closed is not None:
        return
    if QUEUE not in desk.rang:
        yield desk.saturated_at, QUEUE, []
    for place, step in enumerate(charter.escalation, start=1):
        what = f"{QUEUE_STEP}{place}"
        if what not in desk.rang:
            yield desk.saturated_at + duration(step.after) + MILLISECOND, what, called(state, step.to)


def desk_due(state: State, scope: str) -> datetime | None:
    """When a desk's queue alarm, or the next step of it, rings; None: never as things stand."""
    return min((at for at, _, _ in _steps(state, scope)), default=None)


def desk_fire(state: State, scope: str, now: datetime) -> list[Draft]:
    """The next alarm of a desk's queue that has fallen due."""
    at, what, more = min(_steps(state, scope), key=lambda row: row[0], default=(None, "", []))
    if at is None or at > now:
        return []
    desk = state.desks[scope]
    text = f"{desk.waiting} wait on the {scope} desk, {desk.late} of them too long"
    to = tuple(unique([*staff(state, scope), *more]))
    return [Draft(kind="alarm", body=Alarm(what=what, scope=scope, to=to, text=text), by=HUB)]


def alarm_step(state: State, entry: Entry) -> State:
    """An alarm that rang: a queue's is remembered, so that it rings once."""
    body = entry.body
    assert isinstance(body, Alarm)
    desk = state.desks.get(body.scope)
    if desk is None or body.what in desk.rang or not body.what.startswith(QUEUE):
        return state
    desk = replace(desk, rang=(*desk.rang, body.what))
    if body.what == QUEUE:
        desk = replace(desk, rang_at=entry.at, heeded=False, ignored=False)
    return replace(state, desks=state.desks.set(body.scope, desk))

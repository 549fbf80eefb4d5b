"""One immutable picture of everything a screen may show: the state, the link, the time, and who is looking.

Law: screens get Views and emit acts; nothing here does I/O, and a View never changes.
"""

from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct

from coordinator.incident import claims, projections, queues
from coordinator.incident.queues import BoardRow
from coordinator.incident.roster import Centre, Ground, Operator, Scope
from coordinator.incident.ruling import holds, on_desk, resolve
from coordinator.incident.state import Desk, Message, Order, Proposal, Rollcall, State
from coordinator.incident.times import duration
from coordinator.session.client import Session
from coordinator.session.link import Link
from coordinator.session.waiting import Waiting

FRESH = timedelta(seconds=12)
"""A hub heard within this time is simply there."""


class View(Struct, frozen=True, dict=True, kw_only=True):
    """What one operator's screens show, now."""

    now: datetime
    me: str
    state: State
    link: Link
    waiting: tuple[Waiting, ...] = ()
    doubtful: frozenset[str] = frozenset()
    elsewhere: tuple[Waiting, ...] = ()
    """What I wrote for other logs, and waits for a word."""

    @property
    def ground(self) -> Ground:
        return self.state.roster.ground

    @property
    def operator(self) -> Operator | None:
        return self.ground.operators.get(self.me)

    @property
    def centre(self) -> str:
        """My centre."""
        return self.operator.centre if self.operator is not None else ""

    @property
    def writes(self) -> bool:
        """Reviewers read and write nothing."""
        return self.operator is not None and self.operator.role != "reviewer"

    @cached_property
    def desks(self) -> tuple[Desk, ...]:
        """Every desk, in the roster's order."""
        return tuple(self.state.desks[scope.id] for scope in self.state.roster.scopes if scope.id in self.state.desks)

    @cached_property
    def my_desks(self) -> tuple[str, ...]:
        """Scopes whose desk's work I may do."""
        return tuple(scope.id for scope in self.state.roster.scopes if on_desk(self.state, self.me, scope.id))

    @cached_property
    def held(self) -> tuple[str, ...]:
        """Scopes whose desk I hold."""
        return tuple(scope.id for scope in self.state.roster.scopes if holds(self.state, self.me, scope.id))

    def name(self, operator: str) -> str:
        """An operator as people call them: the hub by what it is."""
        found = self.ground.operators.get(operator)
        return found.name if found is not None else operator or "nobody"

    def scope(self, id: str) -> Scope | None:
        return self.ground.scopes.get(id)

    def centre_of(self, id: str) -> Centre | None:
        return self.ground.centres.get(id)

    # Traffic

    @cached_property
    def queue(self) -> tuple[Message, ...]:
        """What lies on my desks, in the order in which it wants to be worked."""
        found = [message for scope in self.my_desks for message in queues.desk(self.state, scope)]
        return tuple(sorted(found, key=queues.in_order))

    @cached_property
    def awaited(self) -> tuple[Message, ...]:
        """What my desks still follow up though it left the queue, soonest due first."""
        found = [message for scope in self.my_desks for message in queues.followed(self.state, scope)]
        return tuple(sorted(found, key=lambda message: (self.due(message) or message.at, message.seq)))

    @cached_property
    def inbox(self) -> tuple[Message, ...]:
        """What was relayed to my centre, or is assigned to it; newest first."""
        found = (*queues.inbox(self.state, self.centre), *queues.owned(self.state, self.centre))
        return tuple({message.seq: message for message in reversed(found)}.values())  # a form cannot be hashed

    @cached_property
    def sent(self) -> tuple[Message, ...]:
        """What my centre sent, newest first."""
        return tuple(queues.sent(self.state, self.centre))

    def due(self, message: Message) -> datetime | None:
        """The charter time that comes next for a message."""
        limit = queues.deadline(self.state, message)
        return limit[1] if limit is not None else None

    def overdue(self, message: Message) -> bool:
        due = self.due(message)
        return due is not None and self.now > due

    def acknowledged(self, message: Message) -> bool:
        """Whether my centre has answered for itself: acknowledged, declined or replied."""
        mark = message.marks.get(self.centre)
        said = any(said.centre == self.centre for said in message.said)
        return said or (mark is not None and (mark.acknowledged is not None or bool(mark.declined)))

    @cached_property
    def held_acts(self) -> dict[int, str]:
        """Message or order: what I said about it that is held here while there is no link."""
        if self.link.sends:
            return {}
        commands = [waiting.command for waiting in self.waiting]
        about = ((resolve(self.state, getattr(one.act, "ref", None) or 0), one.do) for one in commands)
        return {seq: do for seq, do in about if seq}

    # Orders

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """Every order, newest first."""
        return tuple(sorted(self.state.orders.values(), key=lambda order: -order.seq))

    @cached_property
    def to_me(self) -> tuple[Order, ...]:
        """Orders to my centre that stand or that I have not confirmed, newest first."""
        return tuple(
            order
            for order in self.orders
            if self.centre in order.to
            and (self.unread(order, self.centre) or (standing(order, self.now) and not self._done(order)))
        )

    def _done(self, order: Order) -> bool:
        report = order.reports.get(self.centre)
        return report is not None and report.answer == "completed"

    @cached_property
    def _unread(self) -> dict[int, frozenset[str]]:
        """Order: the addressees that still have to read back it, or its cancellation."""
        return {order.seq: frozenset(self._silent(order)) for order in self.state.orders.values()}

    def _silent(self, order: Order) -> list[str]:
        if standing(order, self.now) or order.releasing:
            return projections.unread(order)
        return projections.cancelled_unread(self.state, order)

    def unread(self, order: Order, centre: str) -> bool:
        """Whether that addressee still has to read the order back, or that it is cancelled."""
        return centre in self._unread.get(order.seq, ())

    def to_read_back(self, seq: int) -> Order | None:
        """The order that my centre would read back now: that one, or else the newest that waits for it."""
        waiting = [order for order in self.to_me if self.unread(order, self.centre)]
        return next((order for order in waiting if order.seq == seq), waiting[0] if waiting else None)

    def read_back(self, order: Order) -> tuple[int, int]:
        """How many addressees have read an order back rightly, of how many."""
        return len(order.to) - len(self._unread.get(order.seq, ())), len(order.to)

    @cached_property
    def proposals(self) -> tuple[Proposal, ...]:
        """Proposals open on my desks, oldest first."""
        found = [one for one in self.state.proposals.values() if not one.end and one.scope in self.my_desks]
        return tuple(sorted(found, key=lambda one: one.seq))

    def number(self, seq: int) -> str:
        """The short number of an order, proposal or message; else its entry number."""
        state = self.state
        thing = state.orders.get(seq) or state.proposals.get(seq) or state.messages.get(seq)
        return thing.number if thing is not None else f"#{seq}"

    # Status

    @cached_property
    def called(self) -> tuple[Rollcall, ...]:
        """Roll calls that still wait for somebody, newest first."""
        found = [call for call in self.state.rollcalls.values() if set(call.centres) - set(call.confirmed)]
        return tuple(sorted(found, key=lambda call: -call.seq))

    def status(self, centre: str) -> str:
        """A centre's status as the board shows it."""
        return queues.shown_state(self.state, centre, self.now)

    @cached_property
    def board(self) -> tuple[BoardRow, ...]:
        """Every centre, in contact order."""
        return tuple(queues.board(self.state, self.now))

    # The link

    @property
    def cut_off(self) -> timedelta:
        """For how long nothing has been heard of the hub; zero while it is there."""
        heard = self.link.last_heard or self.link.since
        if heard is None:
            return timedelta(0)
        silent = max(self.now - heard, timedelta(0))
        return silent if not self.link.up or silent > FRESH else timedelta(0)

    @property
    def desk_uncertain(self) -> bool:
        """Cut off for longer than a deputy waits: somebody else may hold the desk by now."""
        limits = [duration(scope.assume_after) for scope in self.state.roster.scopes]
        return bool(self.cut_off) and self.cut_off > min(limits, default=timedelta.max)


def seen(session: Session, state: State) -> View:
    """What a session's operator may be shown, as of now."""
    return View(
        now=session.now(),
        me=session.operator,
        state=state,
        link=session.link,
        waiting=session.waiting,
        doubtful=frozenset(waiting.id for waiting in session.doubtful),
        elsewhere=tuple(waiting for _, waiting in session.elsewhere),
    )


def standing(order: Order, now: datetime) -> bool:
    """Whether an order is in force or reserved, or unchecked with its window open."""
    return claims.stands(order, now)

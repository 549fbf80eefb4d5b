"""A View of a moment that is past: what one person's screens could show then, or all that was there.

Law: made of nothing but what was known by then; and nobody can write from it.
"""

from datetime import datetime
from functools import cached_property

from coordinator.incident.state import Message, Order
from coordinator.review.past import Known
from coordinator.session.link import Link
from coordinator.tui.view import View


class PastView(View, frozen=True, dict=True, kw_only=True):
    """What screens showed at a moment. `me` is empty where everything is shown, as no single person saw it."""

    known: Known
    shown: int
    """The entry at which the review stands."""

    @property
    def writes(self) -> bool:
        """The past is read."""
        return False

    @property
    def whole(self) -> bool:
        """Whether everything is shown."""
        return not self.me

    @cached_property
    def my_desks(self) -> tuple[str, ...]:
        """Of everything, every desk's queue."""
        return tuple(desk.scope for desk in self.desks) if self.whole else super().my_desks

    @cached_property
    def inbox(self) -> tuple[Message, ...]:
        """Everything has no centre of its own."""
        return () if self.whole else super().inbox

    @cached_property
    def sent(self) -> tuple[Message, ...]:
        """As the inbox."""
        return () if self.whole else super().sent

    @cached_property
    def to_me(self) -> tuple[Order, ...]:
        """As the inbox."""
        return () if self.whole else super().to_me


def past_view(known: Known, shown: int, now: datetime, person: str) -> PastView:
    """The view of a moment."""
    link = Link(up=known.up, since=known.since, last_heard=now if known.up else known.since)
    return PastView(now=now, me=person, state=known.state, link=link, known=known, shown=shown)

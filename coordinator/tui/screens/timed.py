"""What all screens of a review share: the axis of time in four lines at the top, and no way to write.

Law: "REVIEW (read only)" stands on every one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from coordinator.tui.past_keys import footer
from coordinator.tui.past_view import PastView
from coordinator.tui.rows import alarms
from coordinator.tui.rows.scrubber import header
from coordinator.tui.screens.base import Base
from coordinator.tui.texts import Line, fitted
from coordinator.tui.view import View
from coordinator.tui.widgets.bars import Bar

if TYPE_CHECKING:
    from coordinator.tui.review import Review


class Timed(Base):
    """A screen with the axis of time at its top."""

    _up = False
    """Whether all its parts are there: the latest picture may come while they are being made."""

    def on_mount(self) -> None:
        self._up = True

    def again(self) -> None:
        if self._up:
            super().again()

    @property
    def review(self) -> Review:
        return cast("Review", self.app)

    def show(self, view: View) -> None:
        width = self.size.width
        if not width or not isinstance(view, PastView):
            return
        review = self.review
        self.query_one("#header", Bar).show(*header(view, review.past.times, review.standing, width))
        self.query_one("#status", Bar).show(alarms.line(view, review.notice, width))
        self.query_one("#footer", Bar).show(fitted(self.keys(view), width))
        self.fill(view)

    def keys(self, view: View) -> Line:
        return footer(self.size.width)

"""The screens that people used, as they were at a moment; and the review's own, with the state in short.

Law: they are the very screens of the interface, given another View. Time stands at the top of each.
"""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from coordinator.incident.entries import Entry
from coordinator.tui.past_view import PastView
from coordinator.tui.rows import papers, past, tell
from coordinator.tui.screens.base import Panes
from coordinator.tui.screens.board import BoardScreen
from coordinator.tui.screens.charter import CharterScreen
from coordinator.tui.screens.contacts import ContactsScreen
from coordinator.tui.screens.desk import DeskScreen
from coordinator.tui.screens.log import LogScreen
from coordinator.tui.screens.orders import OrdersScreen
from coordinator.tui.screens.paper import PaperScreen
from coordinator.tui.screens.post import PostScreen
from coordinator.tui.screens.resources import ResourcesScreen
from coordinator.tui.screens.thing import ThingScreen
from coordinator.tui.screens.timed import Timed
from coordinator.tui.spots import Listing
from coordinator.tui.texts import Line
from coordinator.tui.view import View
from coordinator.tui.widgets.log_view import LogView
from coordinator.tui.widgets.pane import Pane

FEWEST = 12
"""Entries of the log that the review's own screen has at least at hand."""
NOBODY = Listing("POST", (), "a post is somebody's: w chooses whose")
UNSENT = Listing("3 DRAFTS", (), "what was typed and not sent is in no log")


class Past(Timed):
    """A screen as it was: all that moves through time works here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "play", "Play", show=False, priority=True)]

    def action_play(self) -> None:
        """Let time go on, or stop it."""
        self.review.do("play")


class ReviewScreen(Past, Panes):
    """The state in short, the entry, and the log."""

    ORDER = ("state", "entry", "tail")
    _stands: object = None

    def lists(self) -> ComposeResult:
        with Horizontal(id="middle"):
            yield Pane("state")
            yield Pane("entry")
        yield Pane("tail")

    def first_focus(self) -> None:
        self.query_one("#tail", Pane).focus()

    def listings(self, view: View) -> dict[str, Listing]:
        assert isinstance(view, PastView)
        review, pane = self.review, self.query_one("#entry", Pane)
        found = review.source.find(view.shown)
        room = max(self.query_one("#tail", Pane).size.height, FEWEST)
        return {
            "state": past.state_at(view),
            "entry": past.entry(view, found, review.answer(found), pane.size.width),
            "tail": past.log(review.source.latest(room), 3, view.known.seq),
        }

    def fill(self, view: View) -> None:
        """At another moment the cursor is on what happened last."""
        super().fill(view)
        assert isinstance(view, PastView)
        if self._stands != (view.shown, view.me):
            self._stands = (view.shown, view.me)
            self.query_one("#tail", Pane).action_cursor(-past.FAR)


class PastDesk(Past, DeskScreen):
    """The POC's screen as it was."""

    def listings(self, view: View) -> dict[str, Listing]:
        assert isinstance(view, PastView)
        room = self.query_one("#tail", Pane).size.height
        tail = past.log(self.review.source.latest(room, tell.ROUTINE_KINDS), 4, view.known.seq)
        return {**super().listings(view), "tail": tail}


class PastPost(Past, PostScreen):
    """An operator's screen as it was, with what had reached it."""

    def listings(self, view: View) -> dict[str, Listing]:
        assert isinstance(view, PastView)
        if view.whole:
            return {"foryou": NOBODY, "sent": Listing("", ()), "drafts": Listing("", ())}
        found = super().listings(view)
        return {**found, "foryou": past.with_reached(view, found["foryou"]), "drafts": UNSENT}


class PastOrders(Past, OrdersScreen):
    """Orders as they stood."""


class PastBoard(Past, BoardScreen):
    """The board as it was."""


class PastResources(Past, ResourcesScreen):
    """Resources as they were."""


class PastContacts(Past, ContactsScreen):
    """Contacts as the roster had them."""


class PastCharter(Past, CharterScreen):
    """The charter as it was."""


class PastLogView(LogView):
    """The log up to the moment; a late entry says when it was written."""

    _stands: object = None

    def told(self, entry: Entry) -> Line:
        return past.line(entry)

    def stand(self, at: object) -> None:
        """Another moment, or another person: from its newest entry on."""
        if at != self._stands:
            self._stands = at
            self.show_found(None)


class PastLogScreen(Past, LogScreen):
    """The log as it was; `/` finds in it."""

    def body(self) -> ComposeResult:
        yield PastLogView(self.interface.source)

    def go(self, digit: int) -> None:
        """It has one part."""

    def fill(self, view: View) -> None:
        assert isinstance(view, PastView)
        self.query_one(PastLogView).stand((view.known.seq, view.me))


class PastThing(Past, ThingScreen):
    """One thing as it was then, and whether it had reached the centre that is looked at."""

    def listing(self, view: View) -> Listing:
        assert isinstance(view, PastView)
        found = super().listing(view)
        return found._replace(rows=(*past.reach_line(view, self.spot), *found.rows), empty="not known then")


class PastPaper(Past, PaperScreen):
    """A paper as it would have been printed then."""

    def listing(self, view: View) -> Listing:
        return papers.paper(view, self.spot, None, self.size.width)


SCREENS: Mapping[str, type[Past]] = {
    "review": ReviewScreen,
    "desk": PastDesk,
    "post": PastPost,
    "orders": PastOrders,
    "board": PastBoard,
    "resources": PastResources,
    "contacts": PastContacts,
    "log": PastLogScreen,
    "charter": PastCharter,
}

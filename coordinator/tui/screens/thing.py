"""One thing in full: a message with its thread, an order with its fate, an entry as it stands in the log."""

from textual.app import ComposeResult

from coordinator.tui.rows import detail
from coordinator.tui.screens.base import Base
from coordinator.tui.spots import Listing, Spot
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane

TITLES = {
    "message": "MESSAGE",
    "order": "ORDER",
    "proposal": "PROPOSAL",
    "centre": "CENTRE",
    "offer": "HANDOVER",
    "rollcall": "ROLL CALL",
    "waiting": "NOT SENT YET",
    "scope": "CHARTER",
    "resource": "RESOURCE",
    "entry": "ENTRY",
}


class ThingScreen(Base):
    """Everything about one thing; all actions about it work here."""

    main = True

    def __init__(self, about: Spot) -> None:
        super().__init__()
        self._about = about

    @property
    def spot(self) -> Spot:
        return self._about

    def body(self) -> ComposeResult:
        yield Pane("thing")

    def first_focus(self) -> None:
        self.query_one(Pane).focus()

    def fill(self, view: View) -> None:
        rows = detail.of(view, self._about, self.size.width)
        if self._about.kind == "entry":
            rows = detail.entry(self.interface.source.find(self._about.seq), self.size.width)
        self.query_one(Pane).show(
            Listing(TITLES.get(self._about.kind, "DETAIL"), rows, "nothing is known of this here", " Esc back --")
        )

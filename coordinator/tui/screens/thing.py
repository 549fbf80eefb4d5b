"""One thing in full: a message with its thread, an order with its fate, an entry as it stands in the log."""

from coordinator.tui.rows import detail
from coordinator.tui.screens.base import About
from coordinator.tui.spots import Listing
from coordinator.tui.view import View

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


class ThingScreen(About):
    """Everything about one thing."""

    def listing(self, view: View) -> Listing:
        spot = self.spot
        rows = detail.of(view, spot, self.size.width)
        if spot.kind == "entry":
            rows = detail.entry(self.interface.source.find(spot.seq), self.size.width)
        return Listing(TITLES.get(spot.kind, "DETAIL"), rows, "nothing is known of this here", " Esc back --")

"""Orders: in force, reserved, unconfirmed, on a time axis for each subject; below, what is proposed."""

from coordinator.tui.rows import axis, orders
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class OrdersScreen(Panes):
    """Every order and open proposal."""

    ORDER = ("every", "proposals")

    def listings(self, view: View) -> dict[str, Listing]:
        width = self.query_one("#every", Pane).size.width
        return {"every": axis.timeline(view, width), "proposals": orders.proposals(view)}

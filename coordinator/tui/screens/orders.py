"""Orders: in force, reserved, unconfirmed; on a line each, the newest first. Below, what is proposed."""

from textual.app import ComposeResult

from coordinator.tui.rows import orders
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class OrdersScreen(Panes):
    """Every order and open proposal."""

    ORDER = ("every", "proposals")

    def lists(self) -> ComposeResult:
        yield Pane("every")
        yield Pane("proposals")

    def listings(self, view: View) -> dict[str, Listing]:
        return {"every": orders.every(view), "proposals": orders.proposals(view)}

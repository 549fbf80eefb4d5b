"""Desk: what waits for the Point of Contact, and what it needs to decide with."""

from textual.app import ComposeResult
from textual.containers import Horizontal

from coordinator.tui.rows import board, log, orders, traffic
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class DeskScreen(Panes):
    """The POC's screen."""

    ORDER = ("inbound", "centres", "standing", "tail")

    def lists(self) -> ComposeResult:
        yield Pane("inbound")
        with Horizontal(id="middle"):
            yield Pane("centres")
            yield Pane("standing")
        yield Pane("tail")

    def listings(self, view: View) -> dict[str, Listing]:
        return {
            "inbound": traffic.inbound(view),
            "centres": board.centres(view),
            "standing": orders.standing(view),
            "tail": log.tail(self.interface.source, self.query_one("#tail").size.height - 1),
        }

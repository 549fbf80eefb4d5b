"""Board: every centre with status, age and contact; below, the roll calls that still wait."""

from coordinator.tui.rows import board
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View


class BoardScreen(Panes):
    """The common picture of the centres."""

    ORDER = ("board", "calls")

    def listings(self, view: View) -> dict[str, Listing]:
        return {"board": board.board(view), "calls": board.calls(view)}

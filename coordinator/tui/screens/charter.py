"""Charter: who holds which desk, since when, and what may be brought to them."""

from coordinator.tui.rows import duty
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import plain
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class CharterScreen(Panes):
    """Desks, and the chosen one's charter below; beside them, where there is room."""

    ORDER = ("desks", "charter")
    beside = False

    def listings(self, view: View) -> dict[str, Listing]:
        pane = self.query_one("#charter", Pane)
        scope = self.query_one("#desks", Pane).spot.ref or view.state.roster.ground.default.id
        lines = duty.charter(view, scope, max(pane.size.width - 2, 40))
        rows = tuple(Row(f"l{place}", ((plain(text), ""),)) for place, text in enumerate(lines))
        return {"desks": duty.desks(view), "charter": Listing(f"2 CHARTER of {plain(scope)}", rows)}

    def on_pane_moved(self, event: Pane.Moved) -> None:
        event.stop()
        self.again()

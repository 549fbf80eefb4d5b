"""The palette: every action by name; and the help screen, which is the same list with its keys and reasons."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.tui.actions import ACTIONS, BY_ID, Action, shown
from coordinator.tui.screens.base import At
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line as TextLine
from coordinator.tui.texts import fit
from coordinator.tui.view import View
from coordinator.tui.widgets.fields import Changed, Done, Line
from coordinator.tui.widgets.pane import Pane


class PaletteScreen(At):
    """Every action: what can be done now first; for the others, why not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
    ]

    def body(self) -> ComposeResult:
        yield Line("", "line")
        yield Pane("found")

    def first_focus(self) -> None:
        self.query_one(Line).focus()

    def fill(self, view: View) -> None:
        typed = self.query_one(Line).said.lower()
        keys = self.interface.key_of
        found = [action for action in ACTIONS if typed in f"{action.words} {action.id} {action.help}".lower()]
        found.sort(key=lambda action: (bool(action.why_not(view, self._about)), typed not in action.words.lower()))
        rows = tuple(_row(action, keys(action.id), action.why_not(view, self._about)) for action in found)
        self.query_one(Pane).show(Listing(f"ACTIONS {len(rows)} ", rows, "no action is called that"))

    def keys(self, view: View) -> TextLine:
        return (
            ("type", "key"),
            (" to find  ", ""),
            ("Up Down", "key"),
            (" choose  ", ""),
            ("Enter", "key"),
            (" does it  ", ""),
            ("Esc", "key"),
            (" back", ""),
        )

    def on_changed(self, event: Changed) -> None:
        event.stop()
        self.again()

    def on_done(self, event: Done) -> None:
        event.stop()
        chosen = self.query_one(Pane).spot.ref
        if chosen in BY_ID:
            self.dismiss()
            self.interface.call_later(self.interface.perform, BY_ID[chosen])

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(Pane).action_cursor(by)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()


def _row(action: Action, key: str, why_not: str) -> Row:
    words = f"not now: {why_not}" if why_not else action.help
    line: TextLine = ((fit(shown(key), 6), "key"), (fit(action.words, 15), "" if why_not else "strong"), (words, ""))
    return Row(action.id, line, Spot("none", action.id))

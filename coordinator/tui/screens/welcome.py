"""The charter on joining, and when it changes: once, and any key goes on; one that means something does it too."""

from textual import events
from textual.app import ComposeResult

from coordinator.incident.roster import Scope
from coordinator.tui.rows.welcome import ANY_KEY, welcome
from coordinator.tui.screens.base import Base
from coordinator.tui.texts import Line
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane

ONLY_GO_ON = frozenset(("escape", "enter", "space"))


class WelcomeScreen(Base):
    """Who has which desk, before the work begins, or goes on under another charter."""

    def __init__(self, before: tuple[Scope, ...] = ()) -> None:
        super().__init__()
        self._before = before

    def body(self) -> ComposeResult:
        yield Pane("thing")

    def first_focus(self) -> None:
        self.query_one(Pane).can_focus = False

    def fill(self, view: View) -> None:
        self.query_one(Pane).show(welcome(view, self.size.width, self._before))

    def keys(self, view: View) -> Line:
        return ((ANY_KEY, "key"), ("   ", ""), (self.interface.key_of("charter"), "key"), (" shows it whole", ""))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss()
        if event.key not in ONLY_GO_ON:
            self.interface.again(event)

"""One question, one deliberate key."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.tui.screens.base import Base
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import Line, wrapped
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class ConfirmScreen(Base):
    """A question with its ways to answer: key, words, and what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", show=False, priority=True)]

    def __init__(self, title: str, text: str, answers: dict[str, tuple[str, Callable[[], object]]]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._answers = answers

    def body(self) -> ComposeResult:
        yield Pane("question")

    def first_focus(self) -> None:
        self.query_one(Pane).focus()

    def fill(self, view: View) -> None:
        lines = wrapped(self._text, max(self.size.width - 2, 20))
        self.query_one(Pane).show(
            Listing(f"{self._title} ", tuple(Row(f"q{n}", ((text, ""),)) for n, text in enumerate(lines)))
        )

    def keys(self, view: View) -> Line:
        spans = [span for key, (words, _) in self._answers.items() for span in ((key, "key"), (f" {words}  ", ""))]
        return (*spans, ("Esc", "key"), (" back", ""))

    def on_key(self, event: events.Key) -> None:
        found = self._answers.get(event.character or event.key)
        if found is not None:
            event.stop()
            self.dismiss()
            found[1]()

    def action_back(self) -> None:
        """Neither."""
        self.dismiss()

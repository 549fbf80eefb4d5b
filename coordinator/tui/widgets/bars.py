"""The lines at the top and the bottom of every screen."""

from textual.content import Content
from textual.widget import Widget

from coordinator.tui.texts import Line
from coordinator.tui.widgets.drawn import content


class Bar(Widget):
    """Some lines that somebody else writes; drawn again only when they change."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        """Show these lines from now on."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        return content(self._lines)

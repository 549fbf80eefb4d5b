"""Before there is anything to show: where we are connecting to, and what keeps us."""

from textual.app import ComposeResult

from coordinator.tui.screens.base import Base
from coordinator.tui.texts import fitted, plain
from coordinator.tui.view import View
from coordinator.tui.widgets.bars import Bar


class JoinScreen(Base):
    """Waiting for the hub."""

    def body(self) -> ComposeResult:
        yield Bar("joining")

    def again(self) -> None:
        session = self.interface.session
        if not self.query("#footer"):
            return
        width = self.size.width
        who = plain(session.operator) or "as your key says"
        trouble = plain(session.link.trouble)
        lines = [f"COORDINATOR  joining {plain(session.hub)} ({who})"]
        lines.append(f"{trouble}; trying again by itself" if trouble else "connecting ...")
        self.query_one("#joining", Bar).show(*(fitted(((text, ""),), width) for text in lines))
        self.query_one("#footer", Bar).show((("Ctrl+Q", "key"), (" leave", "")))

    def show(self, view: View) -> None:
        """There is something to show: the main screens take over."""

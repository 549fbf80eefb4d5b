"""A paper on the screen: what `coordinator form`, `dossier` and `handover-sheet` print."""

from textual.app import ComposeResult

from coordinator.tui.rows import papers
from coordinator.tui.screens.base import Base
from coordinator.tui.spots import Spot
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class PaperScreen(Base):
    """One paper; all actions about its thing work here."""

    main = True

    def __init__(self, about: Spot) -> None:
        super().__init__()
        self._about = about

    @property
    def spot(self) -> Spot:
        return self._about

    def body(self) -> ComposeResult:
        yield Pane("thing")

    def first_focus(self) -> None:
        self.query_one(Pane).focus()

    def fill(self, view: View) -> None:
        head = self.interface.session.place.head
        found = (head.seq, head.digest) if head is not None else None
        self.query_one(Pane).show(papers.paper(view, self._about, found, self.size.width))

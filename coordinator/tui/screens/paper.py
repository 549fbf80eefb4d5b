"""A paper on the screen: what `coordinator form`, `dossier` and `handover-sheet` print."""

from coordinator.tui.rows import papers
from coordinator.tui.screens.base import About
from coordinator.tui.spots import Listing
from coordinator.tui.view import View


class PaperScreen(About):
    """One paper."""

    def listing(self, view: View) -> Listing:
        head = self.interface.session.place.head
        found = (head.seq, head.digest) if head is not None else None
        return papers.paper(view, self.spot, found, self.size.width)

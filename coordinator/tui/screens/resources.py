"""Resources: who has what, where, until when; below, the requests for them and what became of each."""

from coordinator.tui.rows import resources
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View


class ResourcesScreen(Panes):
    """What there is to send, and where it is."""

    ORDER = ("resources", "requests")

    def listings(self, view: View) -> dict[str, Listing]:
        return {"resources": resources.resources(view), "requests": resources.requests(view)}

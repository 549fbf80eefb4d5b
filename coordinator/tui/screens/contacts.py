"""Contacts: every centre with phone, callsign and bridge, in the order in which they are called."""

from coordinator.tui.rows import contacts
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane


class ContactsScreen(Panes):
    """Whom to reach, and how."""

    ORDER = ("contacts", "people")

    def listings(self, view: View) -> dict[str, Listing]:
        chosen = self.query_one("#contacts", Pane).spot.ref or view.centre
        return {"contacts": contacts.directory(view), "people": contacts.people(view, chosen)}

    def on_pane_moved(self, event: Pane.Moved) -> None:
        event.stop()
        self.again()

"""Whether an operator has seen the charter as it is: on joining, and again when it changes.

Law: nobody is shown the same charter twice, and nobody while they write.
"""

import hashlib

from coordinator.incident.roster import Scope
from coordinator.session.client import Session
from coordinator.tui.rows.welcome import told
from coordinator.tui.screens.welcome import WelcomeScreen
from coordinator.tui.shelf import DiskShelf
from coordinator.tui.view import View


class Introduction:
    """Remembers what was shown, here and where drafts are kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: tuple[Scope, ...] = ()

    def due(self, view: View, *, free: bool) -> WelcomeScreen | None:
        """What is to be shown now, if anything. `free`: a main screen is there, and nothing is being written."""
        charters = view.state.roster.scopes
        if not free or charters == self._shown:
            return None
        before, self._shown = self._shown, charters
        return None if self._seen(view) else WelcomeScreen(before)

    def _seen(self, view: View) -> bool:
        """Whether it was shown at some time before; from now on it was."""
        disk = self._session.place.disk
        digest = hashlib.sha256(told(view).encode()).hexdigest()
        return disk is not None and DiskShelf(disk.outbox).told("charter", digest, view.now)

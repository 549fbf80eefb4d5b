"""What stands against an act is shown to its author before it goes; sent again, it goes.

Law: one home for every way to send: forms, packages, the command bar, and the acts of one key.
"""

from coordinator.incident.acts import Act
from coordinator.incident.consistency import against
from coordinator.session.client import Session

SENT_AGAIN = "see what stands against it; send again to send it all the same"


class Minding:
    """What the author of one act was shown."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.shown: tuple[str, ...] = ()
        """What stands against it, a sentence each, as it was last looked at."""

    def holds_up(self, act: Act) -> bool:
        """Whether something stands against it that its author has not been shown; from now on they have."""
        state = self._session.state
        found = tuple(against(state, act, self._session.now())) if state is not None else ()
        new = bool(found) and found != self.shown
        self.shown = found
        return new

"""Who sits before the screen: what was painted there, and how long ago a key was pressed, as beats tell the hub."""

from coordinator.session.clock import Clock
from coordinator.session.receipts import Receipts


class Screen:
    """One session's screen; a script has none, and says nothing of it."""

    def __init__(self, clock: Clock) -> None:
        self.receipts = Receipts()
        self._clock = clock
        self._painted: float | None = None
        self._key: float | None = None

    def painted(self) -> None:
        """It shows all that has arrived."""
        self._painted = self._clock.monotonic()
        self.receipts.painted()

    def key_pressed(self) -> None:
        """Somebody is at the keyboard."""
        self._key = self._clock.monotonic()

    @property
    def behind(self) -> bool:
        """Whether there is a screen, and something that it does not show yet."""
        return self._painted is not None and self.receipts.unpainted

    def ago(self) -> tuple[int | None, int | None]:
        """Milliseconds since it was painted and a key was pressed, where there is a screen."""
        now = self._clock.monotonic()
        since = [None if at is None else max(0, round((now - at) * 1000)) for at in (self._painted, self._key)]
        return since[0], since[1]

"""Who has been heard, and when: what link and presence entries are made from.

Law: a link is lost when nothing was heard from any session of that operator for so long; a quick
reconnect is no loss. Times are seconds of the hub's monotonic clock.
"""

from collections import defaultdict

from msgspec import Struct

from server.subscribers import Subscriber


class Heard(Struct):
    """One operator's sessions, and when one of them was last heard."""

    at: float
    sessions: set[Subscriber]
    version: str = ""


class Presence:
    """`beats`: whether an open connection must be heard to count; in a drill it does not, for the clock leaps."""

    def __init__(self, *, beats: bool) -> None:
        self._beats = beats
        self._heard: dict[str, Heard] = defaultdict(lambda: Heard(0.0, set()))
        self._closed_or_silent = 0.0

    def opened(self, subscriber: Subscriber, now: float) -> None:
        heard = self._heard[subscriber.operator]
        heard.sessions.add(subscriber)
        heard.at, heard.version = now, subscriber.version

    def closed(self, subscriber: Subscriber, now: float) -> None:
        """The connection is gone; when it was last heard stays what it was."""
        heard = self._heard[subscriber.operator]
        heard.sessions.discard(subscriber)
        if not self._beats:
            heard.at = now

    def hear(self, operator: str, now: float) -> None:
        self._heard[operator].at = now

    def version(self, operator: str) -> str:
        return self._heard[operator].version

    def last(self, operator: str, now: float) -> float:
        """When that operator was last heard; now, while an open connection is enough."""
        heard = self._heard[operator]
        return now if heard.sessions and not self._beats else heard.at

    def unpainted_since(self, operator: str, now: float, allowed: float) -> float | None:
        """Since when no screen of that operator's has shown what there is to show, if that is too long."""
        screens = [session for session in self._heard[operator].sessions if session.painted is not None]
        if not screens or not all(screen.waiting for screen in screens):
            return None
        last = max(screen.painted or 0.0 for screen in screens)
        return last if now - last > allowed else None

"""What must not happen at every turn: saving what is typed, bells, notices, and saying that the screen is painted."""

from collections.abc import Callable, Iterable
from datetime import datetime

from coordinator.tui.drafts import Draft, Drafts, name
from coordinator.tui.spots import Spot
from coordinator.tui.texts import Span

SAVE_AFTER = 0.5
"""A draft is on the disk this long after the first unsaved key at the latest."""


class Typed:
    """Drafts on their way to the disk."""

    def __init__(self, drafts: Drafts, monotonic: Callable[[], float]) -> None:
        self._drafts = drafts
        self._monotonic = monotonic
        self._unsaved: dict[str, Draft] = {}
        self._since = 0.0

    def keep(self, do: str, about: Spot, values: dict[str, str], now: datetime) -> None:
        """Save what is written so far within half a second."""
        draft = Draft(do, about.kind, about.ref, values, now)
        if not self._unsaved:
            self._since = self._monotonic()
        self._unsaved[draft.name] = draft
        self.save()

    def save(self, *, now: bool = False) -> None:
        """Save what has waited long enough; with `now`, everything."""
        if self._unsaved and (now or self._monotonic() - self._since >= SAVE_AFTER):
            for draft in self._unsaved.values():
                self._drafts.save(draft)
            self._unsaved.clear()

    def has(self, do: str, about: Spot) -> bool:
        """Whether something is written of it."""
        self.save(now=True)
        return self._drafts.find(do, about.kind, about.ref) is not None

    def put_by(self, do: str, about: Spot, values: dict[str, str], now: datetime, command: str) -> None:
        """Keep what a command said that did not go, beside what is written under that name now."""
        self._drafts.save(Draft(do, about.kind, about.ref, values, now, command))

    def drop(self, do: str, about: Spot) -> None:
        """Its text is safe elsewhere, or not wanted."""
        self._unsaved.pop(name(do, about.kind, about.ref), None)
        self._drafts.drop(do, about.kind, about.ref)


class Bell:
    """At most one bell in ten seconds for all that rings; each thing rings once, and one that came too soon later."""

    EVERY = 10.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._rung_at = -self.EVERY
        self._known: set[int] = set()
        self._owed = False

    def hear(self, ringing: Iterable[int]) -> None:
        """These entries ring."""
        new = set(ringing) - self._known
        self._known |= new
        self._owed = self._owed or bool(new)

    def wanted(self) -> bool:
        """Whether to ring now."""
        if not self._owed or self._monotonic() - self._rung_at < self.EVERY:
            return False
        self._owed, self._rung_at = False, self._monotonic()
        return True


class Notice:
    """What happened last, while it is worth reading."""

    STAYS = 20.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: Span = ("", "")
        self._at = 0.0

    def say(self, text: str, look: str) -> None:
        """Say this now."""
        self._said = (text, look)
        self._at = self._monotonic()

    @property
    def now(self) -> Span:
        """What is to be said still; empty words where there is nothing."""
        return self._said if self._monotonic() - self._at <= self.STAYS else ("", "")


class Painting:
    """When the hub may be told that the screen shows what has arrived: drawn a while ago, and taken by the terminal."""

    EVERY = 2.0
    """While something new comes all the time, it is said this often."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._drawn_at = 0.0
        self._said_at = 0.0

    def drawn(self) -> None:
        """What has arrived has just been drawn."""
        self._drawn_at = self._monotonic()

    def done(self, *, stalled: bool, more: bool) -> bool:
        """Whether to say so now. `stalled`: the terminal has not taken it; `more`: something came since."""
        now = self._monotonic()
        if stalled or self._drawn_at <= self._said_at or (more and now - self._said_at < self.EVERY):
            return False
        self._said_at = now
        return True

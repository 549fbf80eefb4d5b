"""What is being typed, saved soon after each key and not at every one."""

from collections.abc import Callable

from coordinator.tui.drafts import Draft, Drafts

SAVE_AFTER = 0.5
"""A draft is on the disk this long after the first unsaved key at the latest."""


class Typed:
    """Drafts on their way to the disk."""

    def __init__(self, drafts: Drafts, monotonic: Callable[[], float]) -> None:
        self._drafts = drafts
        self._monotonic = monotonic
        self._unsaved: dict[str, Draft] = {}
        self._since = 0.0

    def keep(self, draft: Draft) -> None:
        """Save this within half a second."""
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

    def drop(self, name: str) -> None:
        """It is safe elsewhere, or not wanted."""
        self._unsaved.pop(name, None)


class Bell:
    """At most one bell in ten seconds, and each FLASH rings once."""

    EVERY = 10.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._rung_at = -self.EVERY
        self._known: set[int] = set()

    def wanted(self, flashes: set[int]) -> bool:
        """Whether to ring for these now."""
        new = flashes - self._known
        if not new or self._monotonic() - self._rung_at < self.EVERY:
            return False
        self._known |= flashes
        self._rung_at = self._monotonic()
        return True

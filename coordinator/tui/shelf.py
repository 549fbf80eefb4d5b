"""Drafts in the operator's own file, beside the outbox."""

from datetime import datetime

from coordinator.journal.outbox import Outbox


class DiskShelf:
    """Keeps drafts where the outbox is."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def save(self, name: str, text: str, saved_at: datetime) -> None:
        """Keep a draft; an empty one is gone."""
        self._outbox.save(name, text, saved_at)

    def told(self, name: str, text: str, now: datetime) -> bool:
        """Whether somebody has been told this already; from now on they have."""
        before = self._outbox.draft(name)
        if before != text:
            self._outbox.save(name, text, now)
        return before == text

    def texts(self) -> dict[str, str]:
        """Every draft of a form."""
        return {draft.name: draft.text for draft in self._outbox.drafts() if draft.name.startswith("form ")}

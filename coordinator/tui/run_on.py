"""What is typed on after a key that opened nothing: no actions, and not lost.

Law: letters that were meant for a form never act. Who types `o` and an order's words, and may issue none any more, has
said nothing; the words are kept as a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from coordinator.tui.spots import NOWHERE

if TYPE_CHECKING:
    from coordinator.tui.interface import Interface

PAUSE = 0.4
"""Seconds without a key after which whoever types has looked up."""


class RunOn:
    """The keys that follow each other after a form did not open."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        self._monotonic = interface.session.clock.monotonic
        self._last: float | None = None
        self._why = self._text = ""

    def begin(self, why: str) -> None:
        """A form was wanted, and did not open: why."""
        self._last, self._why, self._text = self._monotonic(), why, ""

    def takes(self, event: events.Event) -> bool:
        """Whether that key was meant for the form."""
        self.look()
        if self._last is None or not isinstance(event, events.Key) or event.key == "escape":
            self.end()
            return False
        self._last = self._monotonic()
        self._text += event.character if event.is_printable and event.character else " "
        return True

    def look(self) -> None:
        """Whoever types may have looked up."""
        if self._last is not None and self._monotonic() - self._last > PAUSE:
            self.end()

    def end(self) -> None:
        """What comes now is meant as it comes."""
        text, self._text, self._last = self._text.strip(), "", None
        if len(text) > 1:
            now = self._interface.session.now()
            self._interface.typed.put_by("note", NOWHERE, {"text": text}, now, f"typed {now.isoformat()}")
            self._interface.tell(f"{self._why}; kept as a draft of a note: {text}", "warn")

"""What a session knows of its link to the hub, as a value that screens can hold."""

from datetime import datetime

from msgspec import Struct


class Link(Struct, frozen=True, kw_only=True):
    """`since` is when it came up, or went down; `trouble` why it is down, in words for the operator."""

    up: bool = False
    since: datetime | None = None
    last_heard: datetime | None = None
    queued: int = 0
    """Commands that the hub has not decided, those still to be confirmed among them."""
    doubtful: int = 0
    """Orders that waited too long to fire by themselves: still wanted?"""
    keyless: bool = False
    version: str = ""
    """The hub's."""
    trouble: str = ""
    takes_nothing: str = ""
    """Why the hub takes no commands for now, though it can be read, as it says it; empty while it does."""
    notice: str = ""
    """What the operator should know of this link for as long as it lasts."""

    @property
    def sends(self) -> bool:
        """Whether what is said now goes out now, as far as is known."""
        return self.up and not self.takes_nothing

    @property
    def held(self) -> str:
        """Why what waits does not go out though the link is up; empty where it does, or nothing waits."""
        if not self.takes_nothing or not self.queued:
            return ""
        return f"{self.takes_nothing.partition(';')[0]}; {self.queued} wait here"

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
    notice: str = ""
    """What the operator should know of this link for as long as it lasts."""

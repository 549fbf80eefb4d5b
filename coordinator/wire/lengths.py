"""Frames over a plain stream of bytes, such as an SSH session's: before each its length, four bytes, big end first.

Over a WebSocket the frames bring their own lengths; docs/protocol.md describes both.
"""

HEAD = 4
"""Bytes of a length."""


def framed(frame: bytes) -> bytes:
    """The frame with its length before it."""
    return len(frame).to_bytes(HEAD, "big") + frame


def length(head: bytes) -> int:
    """How long the frame is that follows these four bytes."""
    return int.from_bytes(head, "big")

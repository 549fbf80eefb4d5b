"""What a client may send and how fast: the numbers of DESIGN 10, and a token bucket that is told the time."""

from msgspec import Struct

VERSION = 1
"""The protocol's version; hub and client must name the same."""

FRAME = 65_536
"""Bytes of a client's frame; the hub cuts its own frames to this where it can (one long line travels whole)."""
SOCKET_FRAME = 2 * FRAME
"""What the hub's socket reads of a client's frame, so that one that is a little too large still gets an answer."""
HUB_FRAME = 16 * 1024 * 1024
"""What a client's socket should accept from its hub."""
DEPTH = 8
"""Maps and lists inside each other, the frame's own map included."""
ITEMS = 1_024
"""Elements of one list."""
KEYS = 256
"""Keys of one map."""
INTEGER = 2**53 - 1
"""The largest number, either sign: what every JSON reader can hold."""
PAGE = 500
"""Lines of one page."""
CLASHES_SHOWN = 50

COMMANDS_PER_SECOND = 50.0
COMMANDS_AT_ONCE = 200.0
"""A principal's commands: an outbox of a day may come at once, a flood may not."""
FRAMES_PER_SECOND = 200.0
FRAMES_AT_ONCE = 1_000.0
"""One connection's frames of any kind; who sends more is cut off."""
READS_PER_SECOND = 20.0
READS_AT_ONCE = 100.0
"""One connection's pages and searches."""

BEAT_EVERY = 5.0
"""Seconds between heartbeats, both ways."""
HELLO_WITHIN = 5.0
"""Seconds that a connection may take to say who it is."""


class Rate(Struct, frozen=True):
    """So many at once, and so many more each second."""

    per_second: float
    at_once: float


COMMANDS = Rate(COMMANDS_PER_SECOND, COMMANDS_AT_ONCE)
FRAMES = Rate(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
READS = Rate(READS_PER_SECOND, READS_AT_ONCE)


class Bucket:
    """A token bucket. `now` is any clock in seconds that never runs backwards."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.at_once
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more is allowed now; if so, it is counted."""
        rate = self._rate
        self._tokens = min(rate.at_once, self._tokens + (now - self._at) * rate.per_second)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

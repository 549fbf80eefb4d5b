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
HEAD_SHOWN = 16
"""Digits of a digest that stand in each entries frame; all of them are compared whenever a client comes back."""

COMMANDS_PER_SECOND = 50.0
COMMANDS_AT_ONCE = 200.0
"""A principal's commands: an outbox of a day may come at once, a flood may not."""
FRAMES_PER_SECOND = 200.0
FRAMES_AT_ONCE = 1_000.0
"""One connection's frames of any kind; who sends more is cut off."""
COUNTED_AS_ONE = 4_096
"""Bytes of a frame that count as one frame: a large one is as much to read as many."""
ADDRESS_FRAMES_PER_SECOND = 5_000.0
ADDRESS_FRAMES_AT_ONCE = 20_000.0
"""The frames of all connections from one address together, as many as a hundred operators may send commands; who
sends one too many is cut off."""
OPENINGS_PER_SECOND = 50.0
OPENINGS_AT_ONCE = 1_000.0
"""Connections that may be opened from one address: all of a centre's after a power cut, but no flood of them."""
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
ADDRESS_FRAMES = Rate(ADDRESS_FRAMES_PER_SECOND, ADDRESS_FRAMES_AT_ONCE)
OPENINGS = Rate(OPENINGS_PER_SECOND, OPENINGS_AT_ONCE)
UNLIMITED = Rate(0.0, float("inf"))
"""Where time stands still, as in a drill, nothing can be too fast."""


class Bucket:
    """A token bucket. `now` is any clock in seconds that never runs backwards."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.at_once
        self._at = now

    def take(self, now: float, many: float = 1.0) -> bool:
        """Whether so many more are allowed now; if so, they are counted."""
        rate = self._rate
        self._tokens = min(rate.at_once, self._tokens + (now - self._at) * rate.per_second)
        self._at = now
        if self._tokens < many:
            return False
        self._tokens -= many
        return True


def frames_in(size: int) -> float:
    """As how many frames one of `size` bytes counts."""
    return 1.0 + size // COUNTED_AS_ONE

"""What the hub does by itself, in the same form as what operators do (acts.py); its author is roster.HUB."""

from typing import Literal

from msgspec import Struct, field

from coordinator.incident.acts import ACTS, Act, Json, Line, Moment, Name, Names, Text
from coordinator.incident.roster import Roster


class Open(Act, frozen=True, kw_only=True):
    """The first entry of every log: the operation begins with this roster."""

    roster: Roster
    version: int = 1
    continues: Line = ""
    """Digest of the last good entry of the broken journal that this one continues, if it does."""


class Start(Act, frozen=True, kw_only=True):
    """The hub runs again after it was down since about `down_since`; every session is gone."""

    down_since: Moment


class Stop(Act, frozen=True, kw_only=True):
    reason: Line


class Clock(Act, frozen=True, kw_only=True):
    """The machine's clock was stepped by so many milliseconds."""

    step: int


class Link(Act, frozen=True, kw_only=True):
    """An operator's link regained, or lost: down, and last heard at `since`."""

    operator: Name
    state: Literal["up", "down"]
    since: Moment
    version: Line = ""


class Presence(Act, frozen=True, kw_only=True):
    """Whether somebody is there: an operator's screens have not been painted since, while there was something to paint;
    the holder of a desk has pressed no key since. Neither: they are painted again, and a key was pressed.
    """

    operator: Name
    unpainted_since: Moment | None = None
    idle_since: Moment | None = None


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Entries that reached one centre's screens, and entries opened there.

    `opened`: by which operator, of the messages on a desk whose work is theirs.
    """

    centre: Name
    delivered: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    opened: dict[Name, tuple[int, ...]] = field(default_factory=dict)


class Receipts(Act, frozen=True, kw_only=True):
    receipts: tuple[Receipt, ...]


class Snapshot(Act, frozen=True, kw_only=True):
    """The state up to the entry before this one has this digest (SHA-256, hex)."""

    digest: Name


class Archive(Act, frozen=True, kw_only=True):
    """What was settled before this entry leaves the working state; the journal keeps it (archive.py)."""

    before: int


class Recall(Act, frozen=True, kw_only=True):
    """A settled thing is taken up again, as it was: its kind, its entry, and itself as JSON."""

    what: Name
    seq: int
    thing: str


class Tick(Act, frozen=True, kw_only=True):
    """Time passed. Makes no entry by itself, only those of what fell due."""


class Refusal(Act, frozen=True, kw_only=True):
    """A command refused: which, and as it was said. Why stands in `found`."""

    do: Name
    said: dict[str, Json]


class Lapse(Act, frozen=True, kw_only=True):
    """A claim ended because its time came."""

    ref: int
    why: Literal["window", "superseded"]


class Due(Act, frozen=True, kw_only=True):
    """A deadline of `ref` was met by nobody, or nears. `what` names which (docs/protocol.md lists them)."""

    ref: int
    what: Name
    to: Names = ()
    """Operators whom it rings at."""
    text: Line = ""


class Alarm(Act, frozen=True, kw_only=True):
    """Something rings at a desk that no clock brought about."""

    what: Name
    scope: Name
    ref: int | None = None
    to: Names = ()
    text: Line = ""


class OpenRequests(Act, frozen=True, kw_only=True):
    """The operation ended with these requests still open (`refs` in `found`)."""

    text: Text


class Elsewhere(Act, frozen=True, kw_only=True):
    """A message outside every mandate: the hub tells the sender where it belongs."""

    ref: int
    text: Line


HUB_ACTS: dict[str, type[Act]] = {
    "open": Open,
    "start": Start,
    "stop": Stop,
    "clock": Clock,
    "link": Link,
    "presence": Presence,
    "receipts": Receipts,
    "snapshot": Snapshot,
    "archive": Archive,
    "recall": Recall,
    "tick": Tick,
    "refusal": Refusal,
    "lapse": Lapse,
    "due": Due,
    "alarm": Alarm,
    "elsewhere": Elsewhere,
    "open_requests": OpenRequests,
}
"""What only the hub does. On the wire these words are unknown commands."""

KIND_OF: dict[type[Act], str] = {act: do for do, act in {**ACTS, **HUB_ACTS}.items()}

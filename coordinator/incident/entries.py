"""Commands in, entries out: the envelope around every act, and what the hub found out in deciding it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from coordinator.incident.acts import Act, Json, Name, Text, Window
from coordinator.incident.hubacts import KIND_OF

Code = Literal[
    "stale-term",
    "no-authority",
    "stale-basis",
    "precondition",
    "already-in-force",
    "contradiction",
    "double-commitment",
    "tension",
    "duty-held",
    "already-answered",
]
"""The stable refusal codes of DESIGN 8. There are no others."""


MOST_CLASHES = 2000


class OnRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What any command may carry, so that what was said elsewhere is logged as such (DESIGN 6)."""

    centre: Name = ""
    means: Name = ""
    said_at: datetime | None = None
    words: Text = ""
    hand: Name = ""


class Command(Struct, frozen=True, kw_only=True, gc=False):
    """One thing an operator (or the hub) wants done.

    `by` is who the session is, never what a client claims. `basis` is the last entry its author had
    seen (None: all of them); `term` the duty its author believed to hold, by scope.
    """

    by: str
    act: Act
    id: str = ""
    basis: int | None = None
    term: dict[str, int] = {}
    record: OnRecord = OnRecord()

    @property
    def do(self) -> str:
        return KIND_OF[type(self.act)]


class Ending(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an entry does to another order's claim: ends it at `at`, or takes `quantity` of it."""

    order: int
    at: datetime
    why: Literal["superseded", "rescinded", "released", "completed", "window", "closed"]
    quantity: int | None = None
    """How much of the claim goes; None is all of it."""


class Remedy(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A way out of a refusal. `changes` are the order's fields to send it again with; `do` says what to send."""

    text: str
    do: str = ""
    changes: dict[str, Json] = {}


class Found(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the hub found out while deciding; each field is only there for the kinds that need it."""

    number: str = ""
    """The short number of its kind: M-47, O-12, P-3, C-2, B-1."""
    scope: str = ""
    """The scope whose desk, order or duty this is."""
    holder: str = ""
    """Who holds the desk from here on (take, assume; empty after stand_down)."""
    to: tuple[str, ...] = ()
    """Addressees as resolved (centres)."""
    due: datetime | None = None
    window: Window | None = None
    """The window as decided: a missing start is the decision."""
    claim: bool = False
    """Whether the order holds a claim from here on."""
    proposal: int | None = None
    """The proposal that this order issues."""
    despite: tuple[int, ...] = ()
    """Orders that this one stands in recorded tension with."""
    ended: tuple[Ending, ...] = ()
    code: Code | None = None
    """Why it was refused; for a proposal, the verdict; for a given order, the conflict on record."""
    message: str = ""
    clashes: tuple[int, ...] = ()
    """The clashing entries; at most MOST_CLASHES of them, so that a line always fits a frame."""
    count: int | None = None
    """How many clash, where that is more than are named."""
    remedies: tuple[Remedy, ...] = ()
    advisories: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    """The fields in which a read-back differs from its order; none is a match."""
    late: bool = False
    """Said more than a minute before it was written."""
    unfiltered: bool = False
    """A relay by the hub that nobody at the desk has looked at."""
    corrects: str = ""
    """The kind of entry that a correction names."""
    answer: str = ""
    """The words that had answered a row already, when others are joined to it: they are theirs too."""
    refs: tuple[int, ...] = ()
    """Open requests that an ended operation, or a briefing, names."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One numbered record of the log (DESIGN 9). `prev` is the digest of the line before; the journal sets it."""

    seq: int
    at: datetime
    kind: str
    by: str
    body: Act
    centre: str = ""
    hand: str = ""
    term: int | None = None
    ref: int | None = None
    id: str = ""
    basis: int | None = None
    said_at: datetime | None = None
    means: str = ""
    words: str = ""
    found: Found = Found()
    prev: str = ""


class Accepted(Struct, frozen=True, kw_only=True, gc=False):
    """The command took effect as entry `seq` (and those right after it)."""

    seq: int
    number: str = ""
    advisories: tuple[str, ...] = ()


class Refused(Struct, frozen=True, kw_only=True, gc=False):
    """The command was refused; entry `seq` says so. All clashes; the wire shows at most 50."""

    seq: int
    code: Code
    message: str
    clashes: tuple[int, ...] = ()
    remedies: tuple[Remedy, ...] = ()


class Malformed(Struct, frozen=True, kw_only=True, gc=False):
    """A usage error: the command makes no sense, and no entry was made."""

    message: str


Outcome = Accepted | Refused | Malformed


class Decision(Struct, frozen=True, gc=False):
    """What `decide` says: the entries that now must be written, and the answer to the author."""

    entries: tuple[Entry, ...]
    reply: Outcome


def outcome(entry: Entry) -> Accepted | Refused:
    """The answer that an entry itself carries for the command it decided; the same today and years later."""
    found = entry.found
    if entry.kind == "refusal" and found.code is not None:
        return Refused(
            seq=entry.seq, code=found.code, message=found.message, clashes=found.clashes, remedies=found.remedies
        )
    return Accepted(seq=entry.seq, number=found.number, advisories=found.advisories)

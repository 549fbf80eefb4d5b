"""What the cursor is on, and a row of a list: data, so that screens can be tested without a terminal."""

from typing import Literal, NamedTuple

from msgspec import Struct

from coordinator.tui.texts import Line

SpotKind = Literal[
    "message",
    "order",
    "proposal",
    "centre",
    "offer",
    "rollcall",
    "entry",
    "waiting",
    "scope",
    "resource",
    "draft",
    "refused",
    "none",
]


NUMBERED = frozenset(("message", "order", "proposal", "offer", "rollcall", "entry"))


class Spot(Struct, frozen=True):
    """A thing that actions can be about. `ref`: its entry number, or a centre's, scope's or command's id."""

    kind: SpotKind = "none"
    ref: str = ""

    @property
    def seq(self) -> int:
        """Its entry number; 0 for things that have none."""
        return int(self.ref) if self.ref.isdigit() and self.kind in NUMBERED else 0


NOWHERE = Spot()


class Row(NamedTuple):
    """One line of a list. A row without a spot is passed over by the cursor."""

    key: str
    line: Line
    spot: Spot | None = None


class Listing(NamedTuple):
    """What a pane shows: its heading, its rows, and a word where there are none."""

    heading: str
    rows: tuple[Row, ...]
    empty: str = ""
    note: str = ""
    """At the right end of the heading."""

"""A log read from its lines: the entries that are there, those that stand as digests, and the states that they make.

Law: it knows nothing but the lines; of a copy that has not the first, the roster besides. What is made from a history
can say no more than these.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.roster import Roster
from coordinator.incident.state import State
from coordinator.journal.errors import BrokenChain
from coordinator.journal.lines import GENESIS, decode, digest, prev_of
from coordinator.journal.reads import Head
from coordinator.journal.sources import Beside
from coordinator.journal.withheld import Withheld, withheld

LETTING_GO = frozenset(("archive", "recall"))
"""What the hub does for its memory's sake. Nobody lets go of anything here, so that every thing is there at the end."""


class History(Struct, frozen=True):
    """A log, or the part of one that somebody has."""

    lines: tuple[bytes, ...]
    records: tuple[Entry | Withheld, ...]
    """Each line as what it is."""
    head: Head
    began: State | None
    """After the first entry; None where that is not here."""
    state: State | None
    """After the last."""
    beside: Beside = Beside()
    """What a copy knows without its first entry."""

    @property
    def entries(self) -> list[Entry]:
        """Those whose lines are here, in their order."""
        return [one for one in self.records if isinstance(one, Entry)]

    @property
    def log(self) -> str:
        """The log's id: the digest of its first line; empty where nobody knows it."""
        return digest(self.lines[0]) if self.began is not None else self.beside.log

    @property
    def roster(self) -> Roster | None:
        """The roster at the end, as far as it is known."""
        return self.state.roster if self.state is not None else self.beside.roster

    @property
    def at(self) -> datetime:
        """The time of the last entry that is here."""
        return max((entry.at for entry in self.entries), default=datetime.min.replace(tzinfo=UTC))


def read(lines: Iterable[bytes], beside: Beside = Beside()) -> History:  # noqa: B008 - it is immutable
    """The history that lines make. Raises BrokenChain, or BadLine for what is no entry."""
    kept = tuple(lines)
    records: list[Entry | Withheld] = []
    head = Head(0, GENESIS)
    for line in kept:
        record = withheld(line)
        head = _after(head, line) if record is None else Head(record.seq, record.digest)
        records.append(decode(line) if record is None else record)
    began, state = _states(records)
    return History(kept, tuple(records), head, began, state, beside)


def _after(head: Head, line: bytes) -> Head:
    if head.digest and prev_of(line) != head.digest:
        raise BrokenChain(head.seq + 1, "it does not follow from the entry before it")
    return Head(head.seq + 1, digest(line))


def _states(records: list[Entry | Withheld]) -> tuple[State | None, State | None]:
    """After the first entry, and after the last; none without the first."""
    first = records[0] if records else None
    if not isinstance(first, Entry) or not isinstance(first.body, Open):
        return None, None
    began = state = opened(first)
    for entry in records[1:]:
        if isinstance(entry, Entry) and entry.kind not in LETTING_GO:
            state = _evolved(state, entry)
    return began, state


def _evolved(state: State, entry: Entry) -> State:
    try:
        return evolve(state, entry)
    except Exception as error:  # noqa: BLE001 - whatever a changed entry brings about is its fault
        why = str(error) or type(error).__name__
        raise BrokenChain(entry.seq, f"it does not fit what came before it ({why})") from None

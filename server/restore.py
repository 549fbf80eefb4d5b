"""Where a hub starts from: a new journal's opening entry, or the state that an existing journal makes."""

from contextlib import closing
from pathlib import Path

from msgspec import Struct

from coordinator.incident.acts import RosterSteps
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.roster import Roster
from coordinator.incident.rosterchange import replayed
from coordinator.incident.snapshot import thaw
from coordinator.incident.state import State
from coordinator.journal.lines import decode, digest
from coordinator.journal.reads import Reads
from coordinator.journal.store import Journal


class OtherOperation(Exception):
    """The journal is not of the operation that the roster names."""


class Restored(Struct, frozen=True):
    """The state that a journal makes, where its newest snapshot is from, and the log's id (its first line's digest)."""

    state: State
    snapshot: int
    log: str


def restored(journal: Journal) -> Restored | None:
    """What the journal holds; None for an empty one. Raises BrokenChain."""
    first = journal.reads.line(1)
    if first is None:
        return None
    found = journal.restored()
    state = thaw(found.snapshot.state) if found.snapshot is not None else None
    for stored in found.tail:
        entry = decode(stored.line)
        state = opened(entry) if state is None else evolve(state, entry)
    if state is None:  # a first line that the chain does not lead to
        return None
    return Restored(state, found.snapshot.seq if found.snapshot is not None else 0, digest(first.encode()))


def check_same(roster: Roster | None, state: State, path: Path) -> None:
    """Refuse to run one operation's journal with another's roster."""
    if roster is not None and roster.operation.id != state.roster.operation.id:
        raise OtherOperation(
            f"{path} is the journal of operation {state.roster.operation.id}, the roster is of {roster.operation.id};"
            " give the roster that belongs to it, or another file"
        )


def roster_of(path: Path) -> Roster | None:
    """The roster as a journal says that it is now, whether or not a hub runs on it; None where there is none yet.

    Raises JournalError.
    """
    with closing(Reads(path)) as reads:
        first = reads.line(1)
        body = decode(first).body if first is not None else None
        roster = body.roster if isinstance(body, Open) else None
        for stored in reads.of_kind("roster"):
            steps = decode(stored.line).body
            if roster is not None and isinstance(steps, RosterSteps):
                roster = replayed(roster, steps.steps)
    return roster

"""Small logs for these tests: a real one, that the core decided, and plain rows to write in bulk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from coordinator.incident import acts, hubacts
from coordinator.incident.acts import Act
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry, OnRecord
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.roster import HUB, Roster
from coordinator.journal.lines import GENESIS, content
from coordinator.journal.rows import Row, rows
from coordinator.journal.store import Journal

ROSTER = Path(__file__).parents[1] / "drills" / "minimal-roster.json"
START = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def note(seq: int, text: str = "a note") -> Entry:
    """A note by somebody, as the whole of a command."""
    return Entry(
        seq=seq, at=START + timedelta(seconds=seq), kind="note", by="nia", centre="north", id=f"command-{seq}",
        body=acts.Note(text=text),
    )


def notes(count: int, first: int = 1, prev: str = GENESIS, text: str = "a note") -> list[list[Row]]:
    """So many decisions of one row each, chained."""
    made: list[list[Row]] = []
    for seq in range(first, first + count):
        made.append(rows([note(seq, text)], prev, f"said-{seq}"))
        prev = made[-1][-1].digest
    return made


def filled(path: Path, count: int) -> Journal:
    """A new journal with so many notes on the disk."""
    journal = Journal.create(path)
    for batch in notes(count):
        journal.submit(batch)
    journal.settle()
    return journal


class Operation:
    """An operation in a journal, one command after the other, ten seconds apart."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.now = START
        roster = msgspec.json.decode(ROSTER.read_bytes(), type=Roster)
        first = Entry(seq=1, at=START, kind="open", by=HUB, body=hubacts.Open(roster=roster))
        self.state = opened(first)
        journal.submit(rows([first], GENESIS))

    def do(self, by: str, act: Act, record: OnRecord | None = None) -> int:
        """Have it decided; the number of its first entry."""
        self.now += timedelta(seconds=10)
        seq = self.state.seq + 1
        command = Command(by=by, act=act, id=f"command-{seq}" if by != HUB else "", record=record or OnRecord())
        entries = decide(self.state, command, self.now).entries
        self.journal.submit(rows(entries, self.journal.head.digest, content(command)))
        for entry in entries:
            self.state = evolve(self.state, entry)
        return seq

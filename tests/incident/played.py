"""An operation played in memory: a small county, commands by their authors at their times, and every entry kept."""

from datetime import UTC, datetime, timedelta

import msgspec

from coordinator.incident import acts, hubacts
from coordinator.incident.acts import Act
from coordinator.incident.clock import TICK, next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Accepted, Command, Entry, Malformed, OnRecord, Refused
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubwork import opening
from coordinator.incident.roster import Roster
from coordinator.incident.snapshot import freeze, thaw
from coordinator.incident.state import Message, State

START = datetime(2026, 11, 22, 13, tzinfo=UTC)

WITHIN = {"FLASH": "1m", "IMMEDIATE": "5m", "PRIORITY": "20m", "ROUTINE": "1h"}
ANSWER = {"FLASH": "5m", "IMMEDIATE": "30m", "PRIORITY": "2h", "ROUTINE": "8h"}

COUNTY: dict[str, object] = {
    "operation": {"id": "ford", "name": "River Ford drill", "kind": "exercise"},
    "centres": [
        {"id": "eoc", "name": "County EOC", "kind": "EOC", "phone": "555-0100"},
        {"id": "icp", "name": "Command Post", "kind": "ICP", "callsign": "Ford One"},
        {"id": "north", "name": "North post", "kind": "POST", "phone": "555-0102"},
        {"id": "south", "name": "South post", "kind": "POST"},
        {"id": "gauge", "name": "Gauge house", "kind": "GAUGE", "phone": "555-0150", "callsign": "Heron"},
    ],
    "operators": [
        {"id": "lee", "name": "Lee Marsh", "centre": "eoc", "role": "liaison"},
        {"id": "dana", "name": "Dana Ortiz", "centre": "eoc", "role": "liaison"},
        {"id": "ike", "name": "Ike Bell", "centre": "icp", "role": "operator"},
        {"id": "nia", "name": "Nia Ford", "centre": "north", "role": "operator"},
        {"id": "sol", "name": "Sol Reyes", "centre": "south", "role": "operator"},
        {"id": "ruth", "name": "Ruth Achebe", "centre": "icp", "role": "operator"},
        {"id": "rev", "name": "Ada Quill", "centre": "eoc", "role": "reviewer"},
    ],
    "scopes": [
        {
            "id": "ops",
            "name": "Operations",
            "default": True,
            "poc": "lee",
            "deputies": ["dana", "ike"],
            "mandate": {"topics": ["ops/**", "water/**"], "subjects": ["area/**", "route/**"]},
            "elsewhere": {"press/**": "County press office, 555-0170"},
            "acknowledge_within": WITHIN,
            "respond_within": ANSWER,
            "escalation": [{"after": "5m", "to": "dana"}, {"after": "15m", "to": "icp"}],
            "standing_instructions": [{"when": {"topic": "water/gauge"}, "do": "relay"}],
            "assume_after": "2m",
            "queue_alarm": 3,
        },
        {
            "id": "medical",
            "name": "Medical",
            "poc": "ruth",
            "deputies": [],
            "mandate": {"topics": ["medical/**"], "subjects": ["resource/**"]},
            "acknowledge_within": {**WITHIN, "IMMEDIATE": "10m"},
            "respond_within": ANSWER,
            "assume_after": "2m",
            "queue_alarm": 3,
        },
    ],
    "subjects": {
        "areas": [{"id": "north", "name": "North bank"}, {"id": "north/mill", "name": "Mill quarter"}],
        "routes": [{"id": "bridge", "name": "Ford bridge"}],
        "resources": [{"id": "pump", "name": "Pump", "kind": "pump", "home": "south"}],
    },
    "doctrine": {
        "controls": {
            "posture": {"of": "area", "verbs": ["EVACUATE", "SHELTER"]},
            "access": {"of": "route", "verbs": ["OPEN", "CLOSE"]},
            "commitment": {
                "of": "resource",
                "verbs": ["ASSIGN", "RELEASE"],
                "by_object": True,
                "releases": ["RELEASE"],
            },
        }
    },
    "contact_order": ["icp", "gauge", "north"],
}


def county() -> Roster:
    """The roster of the tests in this folder."""
    return msgspec.convert(COUNTY, Roster)


class Play:
    """A hub without its shell: time moves when it is told to, and stops at every deadline on the way."""

    def __init__(self, roster: Roster | None = None) -> None:
        first = opening(roster or county(), START)
        self.state: State = opened(first)
        self.entries: list[Entry] = [first]
        self.now = START

    def take(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self.state = evolve(self.state, entry)
            self.entries.append(entry)

    def to(self, offset: timedelta | float) -> None:
        """Lets time pass up to so many seconds (or so long) after the start."""
        until = START + (offset if isinstance(offset, timedelta) else timedelta(seconds=offset))
        while (at := next_due(self.state)) is not None and at <= until:
            self.now = max(self.now, at)
            self.take(decide(self.state, TICK, self.now).entries)
        self.now = until

    def later(self, seconds: float) -> None:
        """Lets so many seconds pass."""
        self.to(self.now - START + timedelta(seconds=seconds))

    def say(
        self, by: str, act: Act, record: OnRecord | None = None, term: dict[str, int] | None = None
    ) -> Accepted | Refused | Malformed:
        """One command; what it answers. A second passes first, so that no two things happen at once."""
        self.later(1)
        command = Command(by=by, act=act, id=f"c{len(self.entries)}", record=record or OnRecord(), term=term or {})
        decision = decide(self.state, command, self.now)
        self.take(decision.entries)
        return decision.reply

    def did(self, by: str, act: Act, record: OnRecord | None = None) -> int:
        """A command that must be accepted; its entry."""
        reply = self.say(by, act, record)
        assert isinstance(reply, Accepted), reply
        return reply.seq

    def refused(self, by: str, act: Act, record: OnRecord | None = None, term: dict[str, int] | None = None) -> Refused:
        """A command that must be refused, and change no message; the refusal."""
        before = self.state.messages
        reply = self.say(by, act, record, term)
        assert isinstance(reply, Refused), reply
        assert self.state.messages == before
        return reply

    def sent(self, by: str = "nia", precedence: str = "PRIORITY", **fields: object) -> int:
        """A message; its entry."""
        said = {"text": "Water at the mill.", **fields, "precedence": precedence}
        return self.did(by, msgspec.convert(said, acts.Message))

    def message(self, seq: int) -> Message:
        return self.state.messages[seq]

    def rang(self, seq: int) -> list[tuple[str, float]]:
        """What fell due for a message or roll call: the word, and how many seconds after the start."""
        return [
            (entry.body.what, (entry.at - START).total_seconds())
            for entry in self.entries
            if isinstance(entry.body, hubacts.Due) and entry.ref == seq
        ]

    def kinds(self, seq: int) -> list[str]:
        """The kinds of a thread's entries, in order."""
        return [self.entries[one - 1].kind for one in self.message(seq).entries]

    def restart(self) -> None:
        """The hub goes down and comes back on its snapshot."""
        self.state = thaw(freeze(self.state))

    def replayed(self) -> State:
        """The state that the entries alone make."""
        state = opened(self.entries[0])
        for entry in self.entries[1:]:
            state = evolve(state, entry)
        return state

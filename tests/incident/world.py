"""A small operation for tests of the core: one line per act, time in seconds from the start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from coordinator.incident.acts import ACTS
from coordinator.incident.clock import TICK, next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Accepted, Command, Decision, Entry, Malformed, OnRecord, Refused
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Alarm, Link, Start
from coordinator.incident.hubwork import opening
from coordinator.incident.roster import HUB, Roster
from coordinator.incident.snapshot import freeze, thaw
from coordinator.incident.state import State

START = datetime(2026, 11, 22, 13, tzinfo=UTC)
ROSTER = Path(__file__).parent.parent / "drills" / "minimal-roster.json"


def minimal(**scope: object) -> Roster:
    """The minimal roster, its one scope changed in these fields."""
    document = msgspec.json.decode(ROSTER.read_bytes(), type=dict[str, object])
    scopes = msgspec.convert(document["scopes"], list[dict[str, object]])
    scopes[0].update(scope)
    return msgspec.convert({**document, "scopes": scopes}, Roster)


class World:
    """The core, its log, and everybody connected but `absent`."""

    def __init__(self, roster: Roster | None = None, absent: tuple[str, ...] = ()) -> None:
        roster = roster or minimal()
        first = opening(roster, START)
        self.state: State = opened(first)
        self.log: list[Entry] = [first]
        self.now = START
        for operator in roster.operators:
            if operator.id not in absent:
                self.link(operator.id, "up")

    def at(self, seconds: float) -> datetime:
        """Let time pass up to so many seconds after the start, each deadline firing at its own time."""
        until = START + timedelta(seconds=seconds)
        while (due := next_due(self.state)) is not None and due <= until:
            self.now = max(due, self.now)
            self._write(decide(self.state, TICK, self.now))
        self.now = until
        return until

    def decide(self, by: str, do: str, **fields: object) -> Decision:
        """Decide a command; envelope fields (basis, term, centre, means, said_at, words, hand) beside its own."""
        basis, term = fields.pop("basis", None), fields.pop("term", None)
        record = {name: fields.pop(name) for name in OnRecord.__struct_fields__ if name in fields}
        if "except_" in fields:
            fields["except"] = fields.pop("except_")
        act = msgspec.convert(fields, ACTS[do])
        held = {desk.scope: desk.term for desk in self.state.desks.values() if desk.holder == by}
        command = Command(
            by=by,
            act=act,
            id=f"id-{len(self.log)}",
            basis=basis if isinstance(basis, int) else None,
            term=term if isinstance(term, dict) else held,
            record=msgspec.convert(record, OnRecord),
        )
        named = next((entry for entry in self.log if entry.seq == fields.get("ref")), None)
        return self._write(decide(self.state, command, self.now, named))

    def do(self, by: str, do: str, **fields: object) -> int:
        """A command that must be accepted; its entry."""
        reply = self.decide(by, do, **fields).reply
        assert isinstance(reply, Accepted), reply
        return reply.seq

    def refused(self, by: str, do: str, **fields: object) -> Refused:
        """A command that must be refused."""
        reply = self.decide(by, do, **fields).reply
        assert isinstance(reply, Refused), reply
        return reply

    def malformed(self, by: str, do: str, **fields: object) -> Malformed:
        """A command that must be a usage error, with no entry."""
        before = len(self.log)
        reply = self.decide(by, do, **fields).reply
        assert isinstance(reply, Malformed), reply
        assert len(self.log) == before
        return reply

    def link(self, operator: str, state: str) -> None:
        """The hub notes a link up or down, last heard now."""
        body = msgspec.convert({"operator": operator, "state": state, "since": self.now}, Link)
        self._write(decide(self.state, Command(by=HUB, act=body), self.now))

    def restart(self, seconds: float) -> None:
        """The hub was down from now until so many seconds after the start."""
        down_since, self.now = self.now, START + timedelta(seconds=seconds)
        self.state = thaw(freeze(self.state))
        self._write(decide(self.state, Command(by=HUB, act=Start(down_since=down_since)), self.now))

    def kinds(self) -> list[str]:
        """The log's kinds, in order."""
        return [entry.kind for entry in self.log]

    def alarms(self, what: str) -> list[Alarm]:
        """The alarms of that name."""
        return [entry.body for entry in self.log if isinstance(entry.body, Alarm) and entry.body.what == what]

    def entry(self, seq: int) -> Entry:
        """The entry of that number."""
        return self.log[seq - 1]

    def _write(self, decision: Decision) -> Decision:
        for entry in decision.entries:
            assert entry.seq == len(self.log) + 1
            self.state = evolve(self.state, entry)
            self.log.append(entry)
        return decision

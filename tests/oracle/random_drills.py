"""Writes random drills whose expectations the reading computed; the same seed, the same drill.

    python -m tests.oracle.random_drills FOLDER --count 100

Law: a drill holds only what every careful reader must expect. Where a verdict rests on a reading that another might not
share, the inject is left out, and so is a check's key.
"""

import argparse
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from tests.oracle.moves import Move, Moves
from tests.oracle.reference import Fields, Reference, Verdict
from tests.oracle.rosters import roster

STARTS = datetime(2026, 11, 22, 13, tzinfo=UTC)
ROSTER = "random-roster.json"
PAUSES = (10, 10, 20, 60, 60, 120, 300, 600)
Thing = TypeVar("Thing")


class Seeded:
    """Chance from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def __call__(self, options: Sequence[Thing]) -> Thing:
        return self.random.choice(options)


class Writer:
    """One drill in the making: the reading decides each inject while it is written."""

    def __init__(self, seed: int, length: int) -> None:
        self.pick = Seeded(seed)
        self.length = length
        self.now = STARTS
        self.world = Reference(roster(), STARTS)
        self.moves = Moves(self.pick, self.world, apart=5)
        self.tags: dict[int, str] = {}
        self.down: str = ""
        self.down_at: tuple[int, dict[str, int]] = (0, {})
        self.waiting: list[tuple[Move, Fields]] = []
        self.lines: list[Fields] = [
            {
                "drill": f"Random orders, seed {seed}",
                "roster": ROSTER,
                "starts": STARTS.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "source": "invented by chance; expectations computed by a second reading of the rules",
            }
        ]

    def written(self) -> list[Fields]:
        while len(self.lines) < self.length:
            self.now += timedelta(seconds=self.pick(PAUSES))
            self._step()
            if self.pick([True, False, False]):
                self._check()
        if self.down:
            self.now += timedelta(seconds=10)
            self._up()
        self._check()
        return self.lines

    def _step(self) -> None:
        chance = self.pick(range(30))
        if self.down and chance < 6:
            self._up()
        elif not self.down and chance < 2:
            self._cut()
        elif not self.down and chance == 2:
            self.lines.append({**self._at(), "do": "restart"})
        else:
            self._move()

    def _at(self, later: int = 0) -> Fields:
        seconds = int((self.now - STARTS).total_seconds()) + later
        return {"at": f"+{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"}

    # Links

    def _cut(self) -> None:
        holders = [desk.holder for desk in self.world.book.desks.values() if desk.holder is not None]
        self.down = self.pick([*holders, *self.moves.people])
        self.down_at = (self.world.book.seq, self.world.terms_of(self.down))
        self.world.link(self.now, self.down, up=False)
        self.lines.append({**self._at(), "do": "link", "as": self.down, "state": "down"})

    def _up(self) -> None:
        """The link is back, and what waited is decided, in order."""
        author, self.down = self.down, ""
        self.world.link(self.now, author, up=True)
        self.lines.append({**self._at(), "do": "link", "as": author, "state": "up"})
        basis, terms = self.down_at
        for move, inject in self.waiting:
            late = Move(author, move.command, basis, tuple(terms.items()))
            if not self._decide(late, inject):
                self.lines.remove(inject)
        self.waiting.clear()

    # Commands

    def _move(self) -> None:
        move = self.moves.move(self.now)
        if move.author == self.down:
            move = Move(move.author, move.command)
        elif move.basis is not None and move.basis not in self.tags:
            move = Move(move.author, move.command, None, tuple(self.world.terms_of(move.author).items()))
        inject: Fields = {**self._at(), "as": move.author, "tag": f"t{len(self.lines)}", **self._tagged(move.command)}
        if move.basis is not None:
            inject["basis"] = "$" + self.tags[move.basis]
        for place, fields in enumerate(cast("list[Fields]", inject.get("orders", []))):
            fields["tag"] = f"{inject['tag']}-{place + 1}"
        if move.author == self.down:
            self.waiting.append((move, inject))
            self.lines.append(inject)
        elif self._decide(move, inject):
            self.lines.append(inject)

    def _decide(self, move: Move, inject: Fields) -> bool:
        """Decide it and write down what to expect; False where another reader might expect something else."""
        arguments = (self.now, move.author, move.command, move.basis, dict(move.terms))
        if self.world.trial(*arguments).doubt:
            return False
        verdict = self.world.do(*arguments)
        self.moves.remember()
        if verdict.seq:
            self._name(inject, verdict)
        if verdict.code != "accepted":
            inject["expect"] = verdict.code
            if verdict.code != "invalid" and all(seq in self.tags for seq in verdict.clashes):
                inject["clashes"] = self._names(verdict.clashes)
        if verdict.advises:
            inject["advisories"] = True
        return True

    def _name(self, inject: Fields, verdict: Verdict) -> None:
        self.tags[verdict.seq] = str(inject["tag"])
        for seq, fields in zip(verdict.orders, cast("list[Fields]", inject.get("orders", [])), strict=False):
            self.tags[seq] = str(fields["tag"])

    def _tagged(self, command: Fields) -> Fields:
        """The command with tags for the reading's numbers."""
        found: Fields = {}
        for name, value in command.items():
            if name == "ref":
                found[name] = "$" + self.tags[cast("int", value)]
            elif name in {"refs", "supersedes", "despite"}:
                found[name] = self._names(cast("list[int]", value))
            elif name == "orders":
                found[name] = [self._tagged(fields) for fields in cast("list[Fields]", value)]
            else:
                found[name] = value
        return found

    def _names(self, numbers: "frozenset[int] | set[int] | list[int]") -> list[str]:
        return ["$" + self.tags[number] for number in sorted(numbers)]

    # Checks

    def _check(self) -> None:
        now, world = self.now + timedelta(seconds=1), self.world
        check: Fields = {
            **self._at(1),
            "do": "check",
            "in_force": self._names(world.in_force(now)),
            "reserved": self._names(world.reserved(now)),
            "on_record": self._names(world.on_record()),
            "proposals": {scope: self._names(world.proposals(scope)) for scope in world.book.desks},
            "holder": {scope: world.holder(scope) for scope in world.book.desks},
            "term": {scope: world.term(scope) for scope in world.book.desks if world.holder(scope) is not None},
        }
        unconfirmed, doubtful = world.unconfirmed(now)
        if not doubtful:
            check["unconfirmed"] = self._names(unconfirmed)
        if quantities := world.quantities(now):
            check["quantity"] = {"$" + self.tags[seq]: held for seq, held in quantities.items()}
        self.lines.append(check)


def drill(seed: int, length: int = 50) -> list[Fields]:
    """The lines of one drill: header, injects, checks."""
    return Writer(seed, length).written()


def write(folder: Path, seeds: Sequence[int], length: int = 50) -> list[Path]:
    """Write the drills of these seeds and their roster into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROSTER).write_text(json.dumps(roster(), indent=1) + "\n", encoding="utf-8")
    paths = []
    for seed in seeds:
        path = folder / f"random-{seed:03}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in drill(seed, length)), encoding="utf-8")
        paths.append(path)
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description="Write random drills with the expectations of a second reading.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--length", type=int, default=50, help="lines of each drill")
    given = parser.parse_args()
    write(given.folder, range(given.first, given.first + given.count), given.length)


if __name__ == "__main__":
    main()

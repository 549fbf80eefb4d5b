"""Plays a drill file through the reading alone: tags, links that are down, queued commands, bases, terms.

Law: only what DESIGN 8 and its duty rules speak of is decided; other traffic just takes an entry number.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from tests.oracle.reference import Fields, Reference, Verdict

DECIDED = frozenset(
    "order package propose issue decline readback accept complete unable rescind close resource "
    "offer take withdraw assume stand_down note end_operation".split()
)
REFS = ("ref", "refs", "supersedes", "despite")


def instant(at: str, starts: datetime) -> datetime:
    """`+00:05:00` after the start, or a time."""
    if not at.startswith("+"):
        return datetime.fromisoformat(at)
    hours, minutes, seconds = (int(part) for part in at[1:].split(":"))
    return starts + timedelta(hours=hours, minutes=minutes, seconds=seconds)


class Player:
    """One drill. `unmet` collects what the reading says otherwise than the drill expects."""

    def __init__(self, path: Path) -> None:
        lines = [cast("Fields", json.loads(line)) for line in path.read_text().splitlines()]
        self.header, self.injects = lines[0], lines[1:]
        self.starts = datetime.fromisoformat(str(self.header["starts"]))
        roster = cast("Fields", json.loads((path.parent / str(self.header["roster"])).read_text()))
        self.world = Reference(roster, self.starts)
        self.tags: dict[str, int] = {}
        self.queues: dict[str, tuple[int, dict[str, int], list[Fields]]] = {}
        self.terms_at: dict[int, dict[str, dict[str, int]]] = {}
        self.unmet: list[str] = []
        self.doubts: list[str] = []

    def play(self) -> "Player":
        for inject in self.injects:
            self._one(instant(str(inject["at"]), self.starts), inject)
        return self

    def _one(self, now: datetime, inject: Fields) -> None:
        do, author = str(inject["do"]), str(inject.get("as", ""))
        if do == "check":
            self._check(now, inject)
        elif do == "link":
            self._link(now, author, str(inject["state"]))
        elif author in self.queues:
            self.queues[author][2].append(inject)
        elif do not in ("wait", "restart"):
            self._decide(now, inject, None, self.world.terms_of(author))

    def _link(self, now: datetime, author: str, state: str) -> None:
        self.world.link(now, author, state == "up")
        if state == "down":
            self.queues[author] = (self.world.book.seq, self.world.terms_of(author), [])
            return
        basis, terms, waiting = self.queues.pop(author)
        for inject in waiting:
            self._decide(now, inject, basis, terms)

    def _decide(self, now: datetime, inject: Fields, basis: int | None, terms: dict[str, int]) -> None:
        author = str(inject["as"])
        command = {name: self._named(name, value) for name, value in inject.items()}
        if str(inject["do"]) not in DECIDED:
            self.world.book.seq += 1
            return
        if "basis" in inject:
            basis = self.tags[str(inject["basis"])]
            terms = self.terms_at[basis].get(author, {})
        verdict = self.world.do(now, author, command, basis, terms)
        self._remember(inject, verdict)
        expected = str(inject.get("expect", "accepted"))
        if verdict.code != expected:
            self.unmet.append(f"{inject}: {verdict}")
        clashes = {self.tags[str(tag)] for tag in cast("list[str]", inject.get("clashes", []))}
        if "clashes" in inject and clashes != verdict.clashes:
            self.unmet.append(f"{inject}: {verdict}")
        if verdict.doubt:
            self.doubts.append(f"{inject}: {verdict.doubt}")

    def _remember(self, inject: Fields, verdict: Verdict) -> None:
        if "tag" in inject:
            self.tags["$" + str(inject["tag"])] = verdict.seq
        for fields, seq in zip(cast("list[Fields]", inject.get("orders", [])), verdict.orders, strict=False):
            if "tag" in fields:
                self.tags["$" + str(fields["tag"])] = seq
        for seq in (verdict.seq, *verdict.orders):
            self.terms_at[seq] = {one: self.world.terms_of(one) for one in self.world.ground.operators}

    def _named(self, name: str, value: object) -> object:
        if name == "orders":
            return [
                {key: self._named(key, one) for key, one in fields.items()} for fields in cast("list[Fields]", value)
            ]
        if name == "ref":
            return self.tags.get(str(value), -1)
        if name in REFS:
            return [self.tags.get(str(one), -1) for one in cast("list[object]", value)]
        return value

    def _check(self, now: datetime, inject: Fields) -> None:
        world = self.world
        seen: dict[str, object] = {
            "in_force": world.in_force(now),
            "reserved": world.reserved(now),
            "unconfirmed": world.unconfirmed(now)[0],
            "on_record": world.on_record(),
        }
        for name, value in seen.items():
            if name in inject and self._tagged(inject[name]) != value:
                self.unmet.append(f"{inject}: {name} is {value}")
        for scope, holder in cast("dict[str, str | None]", inject.get("holder", {})).items():
            if world.holder(scope) != holder:
                self.unmet.append(f"{inject}: {scope} is held by {world.holder(scope)}")
        for scope, term in cast("dict[str, int]", inject.get("term", {})).items():
            if world.term(scope) != term:
                self.unmet.append(f"{inject}: {scope} is in term {world.term(scope)}")
        for scope, tags in cast("dict[str, list[str]]", inject.get("proposals", {})).items():
            if world.proposals(scope) != self._tagged(tags):
                self.unmet.append(f"{inject}: {scope} has {world.proposals(scope)}")
        for tag, number in cast("dict[str, int]", inject.get("quantity", {})).items():
            if world.quantities(now).get(self.tags[tag]) != number:
                self.unmet.append(f"{inject}: {world.quantities(now)}")

    def _tagged(self, tags: object) -> set[int]:
        return {self.tags[tag] for tag in cast("Iterable[str]", tags)}

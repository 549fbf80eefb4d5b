"""Random commands that have a good chance to mean something: drawn from what stands in the reading's own book.

Law: all chance comes through `Pick`, so that Hypothesis can shrink a sequence and a seed can repeat one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from tests.oracle.ground import DIRECT
from tests.oracle.reference import Fields, Order, Reference

Thing = TypeVar("Thing")


class Pick(Protocol):
    """The only source of chance."""

    def __call__(self, options: Sequence[Thing]) -> Thing: ...


@dataclass(frozen=True)
class Move:
    """A command with its envelope, refs in the reading's numbers."""

    author: str
    command: Fields
    basis: int | None = None
    terms: tuple[tuple[str, int], ...] = ()


VERBS = {
    "area": ["EVACUATE", "EVACUATE", "SHELTER", "HOLD", "ENTER", "WITHDRAW"],
    "route": ["CLOSE", "OPEN"],
    "resource": ["ASSIGN", "ASSIGN", "STAGE", "RELEASE"],
}
MINUTES = (1, 2, 5, 10)
JUMPS = (0, 1, 10, 60, 60, 300, 600)
KINDS = (
    *["order"] * 10,
    *["supersede"] * 5,
    *["package"] * 3,
    *["given"] * 3,
    *["behind"] * 4,
    "direct",
    *["propose"] * 2,
    *["issue"] * 3,
    "decline",
    *["readback"] * 4,
    "cancelled",
    *["word"] * 5,
    *["rescind"] * 2,
    "close",
    "resource",
    "offer",
    *["take"] * 2,
    "withdraw",
    "assume",
    "stand_down",
    "note",
)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Moves:
    """Draws moves against the reading's present book. `bases`: entry numbers, each with the terms held then."""

    def __init__(self, pick: Pick, world: Reference, *, apart: int = 0) -> None:
        self.pick, self.world, self.ground = pick, world, world.ground
        self.apart = timedelta(seconds=apart)
        """How far the ends of windows lie from the times at which things happen."""
        self.bases: dict[int, dict[str, dict[str, int]]] = {1: self._terms()}
        self.people = [id for id, one in self.ground.operators.items() if one["role"] != "reviewer"]

    def remember(self) -> None:
        """Note which terms everybody holds now; after each command."""
        self.bases[self.world.book.seq] = self._terms()

    def _terms(self) -> dict[str, dict[str, int]]:
        return {one: self.world.terms_of(one) for one in self.ground.operators}

    def chance(self, of: int) -> bool:
        """Once in so many times; the usual thing comes first, so that shrinking finds it."""
        return self.pick([False] * (of - 1) + [True])

    def move(self, now: datetime, kind: str = "") -> Move:
        unheld = any(desk.holder is None for desk in self.world.book.desks.values())
        kind = kind or ("assume" if unheld and self.chance(3) else self.pick(KINDS))
        if kind == "behind":
            return self._behind(now)
        author, command = getattr(self, f"_{kind}")(now)
        if self.chance(25):
            author = self.pick(list(self.ground.operators))
        if not self.chance(4):
            return Move(author, command, None, tuple(self.world.terms_of(author).items()))
        basis = self.pick(list(self.bases)[-6:])
        return Move(author, command, basis, tuple(self.bases[basis].get(author, {}).items()))

    def _behind(self, now: datetime) -> Move:
        """An order whose author has not seen what somebody else just did, or that their term has ended."""
        events = self.world.book.events[-5:]
        seen = self.pick([event.seq for event in events] + [desk.seated_by for desk in self.world.book.desks.values()])
        basis = max((base for base in self.bases if base < seen), default=1)
        subject = self.world.book.orders[self.pick([event.order for event in events])].subject if events else ""
        fields = self._fields(now, subject if subject in self.ground.subjects else "")
        scope = self.ground.scope_of_order(str(fields["verb"]), str(fields["subject"])) or "ops"
        former = [operator for _, operator in self.world.book.desks[scope].history]
        author = self.world.holder(scope) or former[-1]
        if self.chance(2):
            author = self.pick(former)
        terms = self.bases[basis].get(author, {})
        return Move(author, {"do": "order", **fields}, basis, tuple(terms.items()))

    # Orders

    def _author(self, verb: str, subject: str) -> str:
        """Mostly who holds the scope."""
        scope = self.ground.scope_of_order(verb, subject)
        holder = None if scope is None else self.world.holder(scope)
        if holder is None or self.chance(8):
            return self.pick(self.people)
        return holder

    def _fields(self, now: datetime, subject: str = "") -> Fields:
        subject = subject or self.pick(self.ground.subjects)
        kind = subject.split("/")[0]
        fields: Fields = {"verb": self.pick(VERBS[kind]), "subject": subject, "to": self._some(self.ground.centres)}
        below = [name for name in self.ground.subjects if name.startswith(subject + "/")]
        if below and self.chance(4):
            fields["except"] = [f"{subject}/unheard-of" if self.chance(20) else self.pick(below)]
        if kind == "resource":
            if not self.chance(5):
                fields["object"] = self.pick(["north", "south", "area/south"])
            if self.chance(2):
                fields["quantity"] = self.pick([1, 1, 2, 3])
        if self.chance(3) and fields["verb"] != "RELEASE":
            fields["window"] = self._window(now)
        if self.chance(30):
            fields.update(self.pick(ODD))
        return fields

    def _window(self, now: datetime) -> Fields:
        start = self.pick([None, None, *MINUTES])
        length = self.pick([None, *MINUTES])
        window: Fields = {}
        opens = now + timedelta(minutes=start or 0)
        if start is not None:
            window["from"] = stamp(opens + self.apart)
        if length is not None:
            window["until"] = stamp(opens + timedelta(minutes=length) + self.apart)
        return window

    def _some(self, names: Sequence[str]) -> list[str]:
        first = self.pick(names)
        return [first] if self.chance(2) else list(dict.fromkeys([first, self.pick(names)]))

    def _order(self, now: datetime) -> tuple[str, Fields]:
        fields = self._fields(now)
        if self.chance(6):
            tense = [order.seq for order in self.world.live(now)]
            fields["despite"] = tense[:8]
            fields["rationale"] = "Both stand."
        return self._author(str(fields["verb"]), str(fields["subject"])), {"do": "order", **fields}

    def _supersede(self, now: datetime) -> tuple[str, Fields]:
        """An order that names what it would clash with, as a remedy would."""
        author, fields = self._order(now)
        verdict = self.world.trial(now, author, fields)
        named = [seq for seq in sorted(verdict.clashes) if seq in self.world.book.orders]
        if not named or self.chance(6):
            named = [order.seq for order in self._orders()[-4:]]
            named = [self.pick(named)] if named else []
        return author, {**fields, "supersedes": named}

    def _package(self, now: datetime) -> tuple[str, Fields]:
        first = self._fields(now)
        orders = [first]
        holes = first.get("except")
        if isinstance(holes, list) and holes:
            orders.append({**self._fields(now, str(holes[0])), "to": self._some(self.ground.centres)})
        while len(orders) < 3 and self.chance(2):
            orders.append(self._fields(now))
        command: Fields = {"do": "package", "orders": orders}
        author = self._author(str(first["verb"]), str(first["subject"]))
        both = self._holders()
        if len(set(both)) < len(both):
            author = both[0]
        verdict = self.world.trial(now, author, command)
        named = [seq for seq in sorted(verdict.clashes) if seq in self.world.book.orders]
        if named:
            command["supersedes"] = named
        return author, command

    def _given(self, now: datetime) -> tuple[str, Fields]:
        author, command = self.pick([self._order, self._order, self._supersede])(now)
        if self.chance(3):
            scope = self.ground.scope_of_order(str(command["verb"]), str(command["subject"]))
            author = self.pick(self.ground.staff(scope or "ops"))
        return author, {**command, "given": True, "means": "radio"}

    def _direct(self, now: datetime) -> tuple[str, Fields]:
        to = self._some(self.ground.centres)
        fields: Fields = {"do": "order", "verb": DIRECT, "subject": "Caravan park", "to": to}
        if self.chance(2):
            fields["window"] = self._window(now)
        return self.pick(self._holders() or self.people), fields

    def _propose(self, now: datetime) -> tuple[str, Fields]:
        fields = self._fields(now)
        return self.pick(self.people), {"do": "propose", **fields}

    def _proposals(self) -> list[int]:
        """Open ones often, older ones too."""
        book = self.world.book.proposals
        return [seq for seq, one in book.items() if one.over_by is None] * 4 + list(book)

    def _issue(self, now: datetime) -> tuple[str, Fields]:
        found = self._proposals()
        if not found:
            return self._propose(now)
        proposal = self.world.book.proposals[self.pick(found)]
        fields: Fields = {"do": "issue", "ref": proposal.seq}
        if self.chance(4):
            fields["to"] = self._some(self.ground.centres)
        if self.chance(4):
            author = self.world.holder(proposal.scope) or "lee"
            clashes = self.world.trial(now, author, fields).clashes
            named = [seq for seq in sorted(clashes) if seq in self.world.book.orders]
            if named:
                fields["supersedes"] = named
        return self.world.holder(proposal.scope) or self.pick(self.people), fields

    def _decline(self, now: datetime) -> tuple[str, Fields]:
        found = self._proposals()
        if not found:
            return self._order(now)
        first = self.pick(found)
        refs = [first] if self.chance(2) else list(dict.fromkeys([first, self.pick(found)]))
        holder = self.world.holder(self.world.book.proposals[first].scope)
        return holder or self.pick(self.people), {"do": "decline", "refs": refs, "reason": "Not now"}

    # Reports

    def _orders(self) -> list[Order]:
        return list(self.world.book.orders.values())

    def _addressed(self, now: datetime) -> tuple[Order | None, str, Fields]:
        """An order, somebody who may report on it, and the envelope's fields for that."""
        orders = self._orders()
        recent = orders[-3:] * 2 + [order for order in orders if order.live(now) or order.cancelled]
        if not recent:
            return None, "", {}
        order = self.world.book.orders[self.pick([one.seq for one in recent])]
        centre = self.pick(order.to)
        there = [id for id in self.people if self.ground.operators[id]["centre"] == centre]
        desk = self.world.holder(order.scope)
        if there and (desk is None or not self.chance(4)):
            return order, self.pick(there), {"ref": order.seq}
        return order, desk or self.pick(self.people), {"ref": order.seq, "centre": centre, "means": "radio"}

    def _readback(self, now: datetime) -> tuple[str, Fields]:
        order, author, fields = self._addressed(now)
        if order is None:
            return self._order(now)
        said: Fields = {"do": "readback", **fields, "verb": order.verb, "subject": order.subject}
        if order.excepted:
            said["except"] = list(reversed(order.excepted))
        if order.object:
            said["object"] = order.object
        if order.said_quantity is not None:
            said["quantity"] = order.said_quantity
        window: Fields = {}
        if order.said_from is not None:
            window["from"] = stamp(order.said_from)
        if order.said_until is not None:
            window["until"] = stamp(order.said_until)
        if window:
            said["window"] = window
        if self.chance(6):
            wrong = self.pick(["verb", "subject", "except", "object", "quantity", "window"])
            if wrong in {"verb", "subject"}:
                said[wrong] = "SHELTER" if wrong == "verb" else "area/south"
            else:
                said.pop(wrong, None)
        return author, said

    def _cancelled(self, now: datetime) -> tuple[str, Fields]:
        gone = [order for order in self._orders() if order.cancelled]
        if not gone:
            return self._order(now)
        order = self.world.book.orders[self.pick([one.seq for one in gone])]
        centre = self.pick(order.to)
        there = [id for id in self.people if self.ground.operators[id]["centre"] == centre]
        return self.pick(there), {"do": "readback", "ref": order.seq, "cancelled": True}

    def _word(self, now: datetime) -> tuple[str, Fields]:
        order, author, fields = self._addressed(now)
        if order is None:
            return self._order(now)
        do = self.pick(["complete", "complete", "accept", "unable"])
        return author, {"do": do, **fields, **({"reason": "No crew"} if do == "unable" else {})}

    def _rescind(self, now: datetime) -> tuple[str, Fields]:
        orders = [order for order in self._orders() if order.standing(now)] * 3 + self._orders()[-3:]
        if not orders:
            return self._order(now)
        order = self.world.book.orders[self.pick([one.seq for one in orders])]
        return self.world.holder(order.scope) or "lee", {"do": "rescind", "ref": order.seq, "reason": "Over"}

    def _close(self, now: datetime) -> tuple[str, Fields]:
        orders = [order for order in self._orders() if order.on_record] * 3 + self._orders()[-1:]
        if not orders:
            return self._order(now)
        order = self.world.book.orders[self.pick([one.seq for one in orders])]
        return self.pick(self.ground.staff(order.scope)), {"do": "close", "ref": order.seq, "reason": "Settled"}

    def _resource(self, now: datetime) -> tuple[str, Fields]:
        name = self.pick(list(self.ground.home))
        centre = self.ground.home[name]
        there = [id for id in self.people if self.ground.operators[id]["centre"] == centre]
        state = "AVAILABLE" if name in self.world.book.out else self.pick(["OUT", "OUT", "AVAILABLE"])
        return self.pick(there), {"do": "resource", "resource": name.removeprefix("resource/"), "state": state}

    # Duty

    def _holders(self) -> list[str]:
        return [desk.holder for desk in self.world.book.desks.values() if desk.holder is not None]

    def _scope(self) -> str:
        return self.pick([str(scope["id"]) for scope in self.ground.scopes])

    def _offer(self, now: datetime) -> tuple[str, Fields]:
        scope = self._scope()
        holder = self.world.holder(scope) or self.pick(self.people)
        to = self.pick([id for id in self.people if id != holder])
        return holder, {"do": "offer", "scope": scope, "to": to}

    def _offers(self) -> list[tuple[int, str]]:
        return [desk.offer for desk in self.world.book.desks.values() if desk.offer is not None]

    def _take(self, now: datetime) -> tuple[str, Fields]:
        standing = self._offers()
        if not standing:
            return self._offer(now)
        seq, to = self.pick(standing)
        return to, {"do": "take", "ref": seq}

    def _withdraw(self, now: datetime) -> tuple[str, Fields]:
        standing = self._offers()
        if not standing:
            return self._offer(now)
        seq, _ = self.pick(standing)
        return self.world.holder(self.world.book.offers[seq]) or "lee", {"do": "withdraw", "ref": seq}

    def _assume(self, now: datetime) -> tuple[str, Fields]:
        unheld = [scope for scope, desk in self.world.book.desks.items() if desk.holder is None]
        scope = self.pick(unheld or list(self.world.book.desks))
        return self.pick(self.ground.staff(scope)), {"do": "assume", "scope": scope}

    def _stand_down(self, now: datetime) -> tuple[str, Fields]:
        scope = self._scope()
        return self.world.holder(scope) or self.pick(self.people), {"do": "stand_down", "scope": scope, "reason": "Ill"}

    def _note(self, now: datetime) -> tuple[str, Fields]:
        return self.pick(self.people), {"do": "note", "text": "A note"}

    def _end_operation(self, now: datetime) -> tuple[str, Fields]:
        return self.pick(["lee", "dana"]), {"do": "end_operation", "reason": "Done"}


ODD: list[Fields] = [
    {"verb": "DANCE"},
    {"subject": "area/east"},
    {"to": []},
    {"to": ["nowhere"]},
    {"object": "nowhere"},
    {"verb": "CLOSE"},
    {"except": ["area/south"]},
    {"window": {"from": "2026-11-22T11:00:00Z", "until": "2026-11-22T12:00:00Z"}},
    {"window": {"from": "2026-11-22T12:00:00Z", "until": "2026-11-22T11:00:00Z"}},
]

"""What the roster means on the ground, by lists and loops: globs, overlap, cover, windows, pairs in tension.

Law: nothing here comes from the core. Each function restates one sentence of the design, the slow way.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, cast

DIRECT = "DIRECT"


class Control(TypedDict, total=False):
    of: str
    verbs: list[str]
    by_object: bool
    releases: list[str]
    ends_on_completion: bool


class Side(TypedDict):
    verb: str
    subject: str


@dataclass(frozen=True)
class Window:
    """[start, end); an end of None never comes."""

    start: datetime
    end: datetime | None

    def holds(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)

    @property
    def empty(self) -> bool:
        return self.end is not None and self.end <= self.start

    def meets(self, other: "Window") -> bool:
        """Whether some instant lies in both."""
        return not self.empty and not other.empty and (self.holds(other.start) or other.holds(self.start))

    def contains(self, other: "Window") -> bool:
        if other.start < self.start:
            return False
        return self.end is None or (other.end is not None and other.end <= self.end)


@dataclass(frozen=True)
class Holding:
    """An order's claim as the predicates see it."""

    name: int
    verb: str
    subject: str
    excepted: tuple[str, ...]
    object: str
    quantity: int
    window: Window
    despite: frozenset[int] = frozenset()


def glob_fits(glob: str, path: str) -> bool:
    """`*` is one segment, `**` any number, zero too."""
    pattern = ""
    for segment in glob.split("/"):
        pattern += "(?:[^/]+/)*" if segment == "**" else "[^/]+/" if segment == "*" else re.escape(segment) + "/"
    return re.fullmatch(pattern, path + "/") is not None


def encloses(outer: str, inner: str) -> bool:
    """Whether `outer` equals or encloses `inner`, segment by segment."""
    above, below = outer.split("/"), inner.split("/")
    return below[: len(above)] == above


def overlap(one: str, one_except: Sequence[str], other: str, other_except: Sequence[str]) -> bool:
    """One path equals or encloses the other, and the inner one does not lie within an `except` of the outer."""
    if encloses(one, other):
        return not any(encloses(hole, other) for hole in one_except)
    if encloses(other, one):
        return not any(encloses(hole, one) for hole in other_except)
    return False


def covers(outer: str, outer_except: Sequence[str], inner: str, inner_except: Sequence[str]) -> bool:
    """Whether all that `inner` is said of lies in `outer`: no hole of the outer may lie open in the inner."""
    if not encloses(outer, inner) or any(encloses(hole, inner) for hole in outer_except):
        return False
    holes = [hole for hole in outer_except if encloses(inner, hole)]
    return all(any(encloses(spared, hole) for spared in inner_except) for hole in holes)


class Ground:
    """One roster document, and the questions that DESIGN 8 asks of it."""

    def __init__(self, roster: dict[str, object]) -> None:
        subjects = cast("dict[str, list[dict[str, object]]]", roster.get("subjects", {}))
        doctrine = cast("dict[str, object]", roster["doctrine"])
        self.controls = cast("dict[str, Control]", doctrine["controls"])
        self.pairs = cast("list[tuple[Side, Side]]", doctrine.get("incompatible", []))
        self.scopes = cast("list[dict[str, object]]", roster["scopes"])
        self.centres = [str(centre["id"]) for centre in cast("list[dict[str, object]]", roster["centres"])]
        self.operators = {str(one["id"]): one for one in cast("list[dict[str, object]]", roster["operators"])}
        self.capacity: dict[str, int] = {}
        self.home: dict[str, str] = {}
        self.subjects: list[str] = []
        for kind in ("area", "route", "resource"):
            for subject in subjects.get(kind + "s", []):
                name = f"{kind}/{subject['id']}"
                self.subjects.append(name)
                if kind == "resource":
                    self.capacity[name] = cast("int", subject.get("capacity", 1))
                    self.home[name] = str(subject["home"])

    def control_of(self, verb: str) -> str | None:
        for name, control in self.controls.items():
            if verb in control["verbs"] or verb in control.get("releases", []):
                return name
        return None

    def kind_of(self, verb: str) -> str:
        control = self.control_of(verb)
        return "" if control is None else self.controls[control]["of"]

    def releases(self, verb: str) -> bool:
        return any(verb in control.get("releases", []) for control in self.controls.values())

    def ends_on_completion(self, verb: str) -> bool:
        control = self.control_of(verb)
        return control is not None and self.controls[control].get("ends_on_completion", False)

    def value(self, verb: str, object: str) -> tuple[str, str]:
        """The value that a claim has: the verb, with the object where its control says so."""
        control = self.control_of(verb)
        by_object = control is not None and self.controls[control].get("by_object", False)
        return (verb, object if by_object else "")

    def scope_of_order(self, verb: str, subject: str) -> str | None:
        """The scope whose mandate covers verb and subject."""
        for scope in self.scopes:
            mandate = cast("dict[str, list[str]]", scope.get("mandate", {}))
            verbs, subjects = mandate.get("verbs", ["**"]), mandate.get("subjects", ["**"])
            if any(glob_fits(glob, verb) for glob in verbs) and any(glob_fits(glob, subject) for glob in subjects):
                return str(scope["id"])
        return None

    def default_scope(self) -> str:
        return next(str(scope["id"]) for scope in self.scopes if scope.get("default"))

    def scope(self, name: str) -> dict[str, object] | None:
        return next((scope for scope in self.scopes if scope["id"] == name), None)

    def staff(self, scope: str) -> list[str]:
        """The designated POC, then the deputies in order."""
        found = self.scope(scope)
        return [] if found is None else [str(found["poc"]), *cast("list[str]", found.get("deputies", []))]

    def side_fits(self, side: Side, verb: str, subject: str, excepted: Sequence[str]) -> bool:
        """A glob matches the order's subject, or a roster subject below it that is not under its `except`."""
        if side["verb"] != verb:
            return False
        below = [
            name
            for name in self.subjects
            if name != subject and encloses(subject, name) and not any(encloses(hole, name) for hole in excepted)
        ]
        return any(glob_fits(side["subject"], name) for name in [subject, *below])

    def in_tension(self, one: Holding, other: Holding) -> bool:
        """The doctrine lists the pair as incompatible, in either order, and the windows overlap."""
        if not one.window.meets(other.window):
            return False
        for left, right in self.pairs:
            for first, second in ((left, right), (right, left)):
                if self._fits(first, one) and self._fits(second, other):
                    return True
        return False

    def _fits(self, side: Side, holding: Holding) -> bool:
        return self.side_fits(side, holding.verb, holding.subject, holding.excepted)

    def contradict(self, one: Holding, other: Holding) -> bool:
        """Control of an area or route: overlapping subjects, overlapping windows, different value."""
        control = self.control_of(one.verb)
        return (
            control == self.control_of(other.verb)
            and self.kind_of(one.verb) != "resource"
            and overlap(one.subject, one.excepted, other.subject, other.excepted)
            and one.window.meets(other.window)
            and self.value(one.verb, one.object) != self.value(other.verb, other.object)
        )

    def already(self, new: Holding, new_to: Iterable[str], old: Holding, old_to: Iterable[str]) -> bool:
        """One order with the same value covers the subject, contains the window and has all these addressees."""
        return (
            self.kind_of(new.verb) != "resource"
            and self.control_of(new.verb) == self.control_of(old.verb)
            and self.value(new.verb, new.object) == self.value(old.verb, old.object)
            and covers(old.subject, old.excepted, new.subject, new.excepted)
            and old.window.contains(new.window)
            and set(new_to) <= set(old_to)
        )

    def overcommitted(self, new: Holding, others: Sequence[Holding]) -> tuple[bool, set[int]]:
        """Whether the resource is claimed beyond its capacity at some instant of the new window; the claims then."""
        same = [
            old
            for old in others
            if old.subject == new.subject and self.control_of(old.verb) == self.control_of(new.verb)
        ]
        edges = [new.window.start]
        for old in same:
            edges += [edge for edge in (old.window.start, old.window.end) if edge is not None]
        over, clashes = False, set[int]()
        for instant in edges:
            if not new.window.holds(instant):
                continue
            there = [old for old in same if old.window.holds(instant)]
            if new.quantity + sum(old.quantity for old in there) > self.capacity[new.subject]:
                over = True
                clashes |= {old.name for old in there}
        return over, clashes

    def conflicts(self, holdings: Sequence[Holding], instant: datetime) -> list[tuple[str, tuple[int, ...]]]:
        """All conflicts among the claims that hold at an instant, but pairs in tension joined by `despite`."""
        there = [holding for holding in holdings if holding.window.holds(instant)]
        found: list[tuple[str, tuple[int, ...]]] = []
        for place, one in enumerate(there):
            for other in there[place + 1 :]:
                if self.contradict(one, other):
                    found.append(("contradiction", (one.name, other.name)))
                joined = other.name in one.despite or one.name in other.despite
                if self.in_tension(one, other) and not joined:
                    found.append(("tension", (one.name, other.name)))
        for resource, capacity in self.capacity.items():
            on_it = [one for one in there if one.subject == resource]
            for control in {self.control_of(one.verb) for one in on_it}:
                claims = [one for one in on_it if self.control_of(one.verb) == control]
                if sum(one.quantity for one in claims) > capacity:
                    found.append(("double-commitment", tuple(one.name for one in claims)))
        return found

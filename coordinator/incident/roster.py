"""The roster: who and what takes part, and what the doctrine forbids. FORMATS "Roster"; names are fixed.

These are the document's own types. `Ground` is the same roster made ready for look-ups.
"""

from decimal import Decimal
from functools import cached_property
from typing import Literal

from msgspec import Struct, field

from coordinator.incident.globs import matches_any

HUB = "hub"
"""Who authors what the hub itself does. No operator may bear this id."""

ALL = ("**",)
DIRECT = "DIRECT"
"""The verb for a place that is not on the roster: holds no claim, marked UNCHECKED (DESIGN 8)."""

TO_EVERYONE = frozenset(("MAYDAY", "WITHDRAW"))
"""Forms that go to every centre at once, and to the desk."""

Precedence = Literal["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
PRECEDENCES: tuple[Precedence, ...] = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")
SubjectKind = Literal["area", "route", "resource"]
Role = Literal["operator", "liaison", "reviewer"]


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the roster document."""


class Operation(Part, frozen=True, kw_only=True):
    id: str
    name: str
    kind: Literal["actual", "exercise"]
    timezone: str = "UTC"


class Centre(Part, frozen=True, kw_only=True):
    id: str
    name: str
    kind: str
    callsign: str = ""
    phone: str = ""
    bridge: str = ""
    parent: str = ""
    position: tuple[Decimal, Decimal] | None = None
    headcount: int | None = None
    """How many people are expected there; without it a roll call expects what was said last."""
    preferences: str = ""
    """How they want to be dealt with: by voice first, in which language, whom to ask for."""
    retired: bool = False


class Operator(Part, frozen=True, kw_only=True):
    id: str
    name: str
    centre: str
    role: Role
    callsign: str = ""
    keys: tuple[str, ...] = ()
    retired: bool = False


class Mandate(Part, frozen=True, kw_only=True):
    topics: tuple[str, ...] = ALL
    subjects: tuple[str, ...] = ALL
    verbs: tuple[str, ...] = ALL
    centres: tuple[str, ...] = ALL


class Step(Part, frozen=True, kw_only=True):
    after: str
    to: str


class When(Part, frozen=True, kw_only=True):
    precedence: Precedence | None = None
    topic: str | None = None


class Instruction(Part, frozen=True, kw_only=True):
    when: When
    do: Literal["relay"]


class Scope(Part, frozen=True, kw_only=True):
    id: str
    name: str
    poc: str
    default: bool = False
    deputies: tuple[str, ...] = ()
    mandate: Mandate = field(default_factory=Mandate)
    elsewhere: dict[str, str] = field(default_factory=dict)
    acknowledge_within: dict[Precedence, str]
    respond_within: dict[Precedence, str]
    escalation: tuple[Step, ...] = ()
    standing_instructions: tuple[Instruction, ...] = ()
    assume_after: str
    assume: Literal["offer", "automatic"] = "offer"
    queue_alarm: int = 10

    @property
    def staff(self) -> tuple[str, ...]:
        """The designated POC and the deputies: with the holder, who FORMATS calls *desk*."""
        return tuple(dict.fromkeys((self.poc, *self.deputies)))


class Area(Part, frozen=True, kw_only=True):
    id: str
    name: str
    retired: bool = False


class Route(Part, frozen=True, kw_only=True):
    id: str
    name: str
    retired: bool = False


class Resource(Part, frozen=True, kw_only=True):
    id: str
    name: str
    kind: str
    home: str
    capacity: int = 1
    retired: bool = False


class Subjects(Part, frozen=True, kw_only=True):
    areas: tuple[Area, ...] = ()
    routes: tuple[Route, ...] = ()
    resources: tuple[Resource, ...] = ()


class Control(Part, frozen=True, kw_only=True):
    of: SubjectKind
    verbs: tuple[str, ...]
    by_object: bool = False
    releases: tuple[str, ...] = ()
    ends_on_completion: bool = False


class Side(Part, frozen=True, kw_only=True):
    verb: str
    subject: str


class Doctrine(Part, frozen=True, kw_only=True):
    controls: dict[str, Control]
    incompatible: tuple[tuple[Side, Side], ...] = ()
    rollcall_on: tuple[str, ...] = ()
    """Verbs whose orders call the roll of their addressees; forms (MAYDAY, WITHDRAW) that call everybody's."""


class Settings(Part, frozen=True, kw_only=True):
    confirm_every: str = "30m"
    link_lost_after: str = "20s"
    roll_call_within: str = "5m"
    attention_within: str = "2m"


class Roster(Part, frozen=True, kw_only=True, dict=True):
    """The whole document. Immutable: a roster step makes a new one."""

    operation: Operation
    centres: tuple[Centre, ...]
    operators: tuple[Operator, ...]
    scopes: tuple[Scope, ...]
    subjects: Subjects = field(default_factory=Subjects)
    doctrine: Doctrine
    settings: Settings = field(default_factory=Settings)
    contact_order: tuple[str, ...] = ()

    @cached_property
    def ground(self) -> "Ground":
        return Ground(self)


class Ground:
    """Look-ups over one roster. Retired ids stay findable; `live` tells whether one is."""

    def __init__(self, roster: Roster) -> None:
        subjects = roster.subjects
        self.roster = roster
        self.centres = {centre.id: centre for centre in roster.centres}
        self.operators = {operator.id: operator for operator in roster.operators}
        self.scopes = {scope.id: scope for scope in roster.scopes}
        self.default = next(scope for scope in roster.scopes if scope.default)
        self.subjects: dict[str, Area | Route | Resource] = {
            **{f"area/{area.id}": area for area in subjects.areas},
            **{f"route/{route.id}": route for route in subjects.routes},
            **{f"resource/{resource.id}": resource for resource in subjects.resources},
        }
        self.control_of = {
            verb: name
            for name, control in roster.doctrine.controls.items()
            for verb in control.verbs + control.releases
        }
        self._below: dict[str, list[str]] = {}
        for ref in self.subjects:
            above = ref.rpartition("/")[0]
            while "/" in above:
                self._below.setdefault(above, []).append(ref)
                above = above.rpartition("/")[0]
        self._scope_of_order: dict[tuple[str, str], Scope | None] = {}
        self._scope_of_topic: dict[tuple[str, str], Scope | None] = {}

    def control(self, verb: str) -> Control:
        """The control that a verb of the doctrine fixes. Raises KeyError for another verb."""
        return self.roster.doctrine.controls[self.control_of[verb]]

    def releases(self, verb: str) -> bool:
        """Whether an order with this verb ends claims instead of holding one."""
        return verb in self.control_of and verb in self.control(verb).releases

    def subject(self, ref: str) -> Area | Route | Resource | None:
        """The live subject of that name (`area/north/zone-4`), if there is one."""
        found = self.subjects.get(ref)
        return None if found is None or found.retired else found

    def centre(self, id: str) -> Centre | None:
        """The live centre of that id, if there is one."""
        found = self.centres.get(id)
        return None if found is None or found.retired else found

    def operator(self, id: str) -> Operator | None:
        """The live operator of that id, if there is one."""
        found = self.operators.get(id)
        return None if found is None or found.retired else found

    def below(self, subject: str) -> list[str]:
        """That subject, as it is written, and every roster subject below it."""
        return [subject, *self._below.get(subject, ())]

    def scope_of_order(self, verb: str, subject: str) -> Scope | None:
        """The scope whose mandate covers verb and subject (`check` sees to it that there is at most one)."""
        key = (verb, subject)
        if key not in self._scope_of_order:
            self._scope_of_order[key] = next(
                (
                    scope
                    for scope in self.roster.scopes
                    if matches_any(scope.mandate.verbs, verb) and matches_any(scope.mandate.subjects, subject)
                ),
                None,
            )
        return self._scope_of_order[key]

    def scope_of_topic(self, topic: str, centre: str) -> Scope | None:
        """The scope whose mandate covers a topic from a centre; without a topic, the default scope."""
        if not topic:
            return self.default
        key = (topic, centre)
        if key not in self._scope_of_topic:
            self._scope_of_topic[key] = next(
                (
                    scope
                    for scope in self.roster.scopes
                    if matches_any(scope.mandate.topics, topic) and matches_any(scope.mandate.centres, centre)
                ),
                None,
            )
        return self._scope_of_topic[key]

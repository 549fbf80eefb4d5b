"""Changes of the roster during an operation: typed steps that commute. DESIGN 4.

Ids are retired, never removed. A change that would make claims in force conflict is refused, naming them.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import fields, replace

from coordinator.incident import claims
from coordinator.incident.acts import Json
from coordinator.incident.check import problems
from coordinator.incident.conflict import overcommitted
from coordinator.incident.roster import Area, Centre, Operator, Resource, Roster, Route, Scope
from coordinator.incident.state import Order, State
from coordinator.incident.times import FOREVER

Step = dict[str, Json]
Member = Centre | Operator | Area | Route | Resource | Scope


class Unfit(Exception):
    """Steps that cannot be taken: why, and the claims that forbid them."""

    def __init__(self, why: str, clashes: Iterable[int] = ()) -> None:
        super().__init__(why)
        self.clashes = tuple(clashes)


class NoStep(Unfit):
    """What is no step in any roster: a command that makes no sense."""


KINDS: dict[str, type[Member]] = {
    "centre": Centre,
    "operator": Operator,
    "area": Area,
    "route": Route,
    "resource": Resource,
    "scope": Scope,
}
ADDABLE = ("centre", "operator", "area", "route", "resource", "key")


def checked(state: State, steps: Iterable[Step]) -> Roster:
    """The roster after the steps. Raises Unfit, or NoStep."""
    roster = stepped(state.roster, steps)
    before = {str(problem) for problem in problems(state.roster)}
    for problem in problems(roster):
        if problem.severity == "error" and str(problem) not in before:
            raise Unfit(f"{problem.path}: {problem.message}; {problem.remedy}")
    _claims_stand(state, roster)
    return roster


def stepped(roster: Roster, steps: Iterable[Step]) -> Roster:
    """The roster after the steps, unchecked. Raises Unfit for a step that cannot be taken, NoStep for what is none."""
    for step in steps:
        verb = next((verb for verb in VERBS if verb in step), None)
        if verb is None:
            raise NoStep("a roster step is one of add, retire, set")
        rest = {name: value for name, value in step.items() if name != verb}
        roster = VERBS[verb](roster, str(step[verb]), rest)
    return roster


def replayed(roster: Roster, steps: Iterable[Step]) -> Roster:
    """The roster after steps that the log holds. A viewer's has no keys of others, so none that could be retired."""
    for step in steps:
        if step.get("retire") != "key" or step.get("key") in _operator(roster, step).keys:
            roster = stepped(roster, (step,))
    return roster


def _add(roster: Roster, kind: str, step: Step) -> Roster:
    if kind not in ADDABLE:
        raise NoStep(f"cannot add a {kind}; one of {', '.join(ADDABLE)}")
    if kind == "key":
        operator, key = _operator(roster, step), str(step.get("key", ""))
        return _put(roster, "operator", replace(operator, keys=tuple(dict.fromkeys((*operator.keys, key)))))
    try:
        new = msgspec.convert(step, KINDS[kind])
    except msgspec.ValidationError as error:
        raise NoStep(f"the new {kind} is not complete: {error}") from None
    if any(member.id == new.id for member in _members(roster, kind)):
        raise Unfit(f"there is a {kind} {new.id} already, or was; ids are not used again")
    return _with(roster, kind, (*_members(roster, kind), new))


def _retire(roster: Roster, kind: str, step: Step) -> Roster:
    if kind not in ADDABLE:
        raise NoStep(f"cannot retire a {kind}; one of {', '.join(ADDABLE)}")
    if kind == "key":
        operator, key = _operator(roster, step), step.get("key")
        if key not in operator.keys:
            raise Unfit(f"{operator.id} has no such key")
        return _put(roster, "operator", replace(operator, keys=tuple(one for one in operator.keys if one != key)))
    member = _member(roster, kind, step.get("id"))
    if isinstance(member, Scope):
        raise Unfit("a scope cannot be retired")
    return _put(roster, kind, replace(member, retired=True))


def _set(roster: Roster, field: str, step: Step) -> Roster:
    wanted = step.get("of")
    for kind, type_ in KINDS.items():
        if wanted not in (None, kind) or field in ("id", "retired", "keys", "default", "mandate"):
            continue
        names = {one.encode_name: one for one in fields(type_)}
        found = _found(roster, kind, step.get("id"))
        if field in names and found is not None:
            try:
                value = msgspec.convert(step.get("value"), names[field].type)
            except msgspec.ValidationError as error:
                raise NoStep(f"{field} of {found.id}: {error}") from None
            return _put(roster, kind, replace(found, **{names[field].name: value}))
    raise Unfit(f"nothing called {step.get('id')} has a {field} that can be set")


VERBS: dict[str, Callable[[Roster, str, Step], Roster]] = {"add": _add, "retire": _retire, "set": _set}


# The roster's lists by the kind of their members


def _members(roster: Roster, kind: str) -> tuple[Member, ...]:
    lists: dict[str, tuple[Member, ...]] = {
        "centre": roster.centres,
        "operator": roster.operators,
        "area": roster.subjects.areas,
        "route": roster.subjects.routes,
        "resource": roster.subjects.resources,
        "scope": roster.scopes,
    }
    return lists[kind]


def _with(roster: Roster, kind: str, members: tuple[Member, ...]) -> Roster:
    if kind in ("area", "route", "resource"):
        return replace(roster, subjects=replace(roster.subjects, **{f"{kind}s": members}))
    return replace(roster, **{f"{kind}s": members})


def _put(roster: Roster, kind: str, changed: Member) -> Roster:
    members = tuple(changed if member.id == changed.id else member for member in _members(roster, kind))
    return _with(roster, kind, members)


def _found(roster: Roster, kind: str, id: Json) -> Member | None:
    """By its id, or as people refer to a subject: by kind and id."""
    return next((member for member in _members(roster, kind) if id in (member.id, f"{kind}/{member.id}")), None)


def _member(roster: Roster, kind: str, id: Json) -> Member:
    found = _found(roster, kind, id)
    if found is None:
        raise Unfit(f"there is no {kind} {id} on the roster")
    return found


def _operator(roster: Roster, step: Step) -> Operator:
    found = _member(roster, "operator", step.get("operator", step.get("id")))
    if not isinstance(found, Operator):
        raise Unfit("a key belongs to an operator")
    return found


# What the changed roster may not do to claims in force


def _claims_stand(state: State, roster: Roster) -> None:
    changed = claims.reindexed(replace(state, roster=roster))
    for order in claims.live(changed):
        if order.verb in roster.ground.control_of and roster.ground.subject(order.subject) is None:
            raise Unfit(f"{order.number} is in force on {order.subject}; rescind it first", [order.seq])
    for subject in roster.subjects.resources:
        over = _over(changed, f"resource/{subject.id}", subject.capacity)
        if over:
            raise Unfit(f"more than {subject.capacity} of {subject.id} are committed; release some first", over)
    tense = {pair for pair in _tense(changed) if pair not in set(_tense(state))}
    if tense:
        raise Unfit("orders in force would come into tension", sorted({seq for pair in tense for seq in pair}))


def _over(state: State, subject: str, capacity: int) -> list[int]:
    for control in state.roster.doctrine.controls:
        rivals = list(claims.at(state, control, subject))
        over = overcommitted(rivals, state.at, FOREVER, 0, capacity) if rivals else None
        if over:
            return [order.seq for order in over]
    return []


def _tense(state: State) -> Iterator[tuple[int, int]]:
    for pair in range(len(state.roster.doctrine.incompatible)):
        for one in claims.on_side(state, pair, 0):
            for other in claims.on_side(state, pair, 1):
                if one.seq != other.seq and _unexcused(one, other):
                    yield one.seq, other.seq


def _unexcused(one: Order, other: Order) -> bool:
    if other.seq in one.despite or one.seq in other.despite or one.claim is None:
        return False
    return other.claim is not None and claims.windows_overlap(one.claim.start, one.claim.until, other.claim)

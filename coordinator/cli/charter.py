"""The charter of each scope, in words to be read aloud: who holds it, what for, what not, how fast, and who else."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from coordinator.incident.roster import PRECEDENCES, Instruction, Precedence, Scope
from coordinator.incident.state import State
from coordinator.incident.times import stamp


def data(state: State, scopes: Sequence[str]) -> list[dict[str, object]]:
    """Each scope as the roster says it, and who holds it."""
    return [
        {**msgspec.to_builtins(scope), "holder": state.desks[scope.id].holder, "since": state.desks[scope.id].since}
        for scope in state.roster.scopes
        if scope.id in scopes
    ]


def text(state: State, scopes: Sequence[str]) -> Iterator[str]:
    """The same in lines."""
    for scope in state.roster.scopes:
        if scope.id in scopes:
            yield from _scope(state, scope)


def _scope(state: State, scope: Scope) -> Iterator[str]:
    desk = state.desks[scope.id]
    yield f"{scope.id}: {scope.name}{' (default scope)' if scope.default else ''}"
    yield f"  point of contact  {_person(state, desk.holder)}, since {stamp(desk.since)}, term {desk.term}"
    yield f"  deputies          {', '.join(_person(state, one) for one in scope.deputies) or 'none'}"
    mandate = scope.mandate
    for name, globs in (
        ("topics", mandate.topics), ("verbs", mandate.verbs), ("subjects", mandate.subjects),
        ("from centres", mandate.centres),
    ):
        yield f"  {name:16}  {', '.join(globs)}"
    for topic, where in scope.elsewhere.items():
        yield f"  not here          {topic}: {where}"
    for instruction in scope.standing_instructions:
        yield f"  standing          {_instruction(instruction)}"
    yield f"  first act within  {_times(scope.acknowledge_within)}"
    yield f"  answer within     {_times(scope.respond_within)}"
    for step in scope.escalation:
        yield f"  escalates         after {step.after} to {step.to}"
    yield f"  assumed           after {scope.assume_after} out of contact ({scope.assume})"


def _instruction(instruction: Instruction) -> str:
    """`FLASH on medical/** is relayed at once`."""
    when = instruction.when
    on = f"on {when.topic}" if when.topic is not None else ""
    what = " ".join(part for part in (when.precedence or "", on) if part) or "everything"
    return f"{what}: {instruction.do} at once to the addressees named"


def markdown(state: State, scopes: Sequence[str], now: datetime) -> Iterator[str]:
    """The charter as a page to pin up: one table a scope."""
    operation = state.roster.operation
    yield f"# {operation.name} ({operation.kind.upper()}): points of contact"
    yield ""
    yield f"As of {stamp(now)}. What one centre has for another goes through the Point of Contact of its scope."
    for scope in state.roster.scopes:
        if scope.id in scopes:
            yield from _page(state, scope)


def _page(state: State, scope: Scope) -> Iterator[str]:
    desk, mandate = state.desks[scope.id], scope.mandate
    yield ""
    yield f"## {scope.name} (`{scope.id}`){', default: what names no topic comes here' if scope.default else ''}"
    yield ""
    yield f"**{_person(state, desk.holder)}** since {stamp(desk.since)}, term {desk.term}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    rows = [
        ("Deputies, in order", "; ".join(_person(state, one) for one in scope.deputies) or "none"),
        ("Bring", _code(mandate.topics)),
        ("Orders", f"{_code(mandate.verbs)} on {_code(mandate.subjects)}"),
        ("From", _code(mandate.centres)),
        *(("Not here", f"`{topic}`: {where}") for topic, where in scope.elsewhere.items()),
        *(("Standing", _instruction(one)) for one in scope.standing_instructions),
        ("First act within", _times(scope.acknowledge_within)),
        ("Answer within", _times(scope.respond_within)),
        *(("Escalates", f"after {step.after} to {step.to}") for step in scope.escalation),
        ("Assumed", f"after {scope.assume_after} out of contact ({scope.assume})"),
    ]
    for label, value in rows:
        yield f"| {label} | {value.replace('|', chr(92) + '|')} |"


def _code(globs: Sequence[str]) -> str:
    return ", ".join(f"`{glob}`" for glob in globs)


def _person(state: State, operator: str) -> str:
    found = state.roster.ground.operators.get(operator)
    if found is None:
        return operator or "UNHELD"
    centre = state.roster.ground.centres.get(found.centre)
    reach = (found.callsign, centre.phone if centre is not None else "")
    return " ".join(part for part in (found.name, f"({found.centre})", *reach) if part)


def _times(within: Mapping[Precedence, str]) -> str:
    return ", ".join(f"{precedence} {within[precedence]}" for precedence in PRECEDENCES if precedence in within)

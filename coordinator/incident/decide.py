"""`decide(state, command, now) -> Decision`: the one place where an intention becomes entries, or is refused.

Law: no I/O, no clock, no chance, no asyncio. The state that comes in is not changed. Each room of the
core brings its rules as a table from act to rule; there is exactly one rule for each act.
"""

from datetime import datetime

import msgspec

from coordinator.incident import (
    archive,
    clock,
    downtime,
    duty,
    hubwork,
    log,
    orders,
    par,
    proposals,
    reports,
    shared,
    status,
    traffic,
)
from coordinator.incident.acts import Act, Decline, Json
from coordinator.incident.entries import (
    MOST_CLASHES,
    Accepted,
    Command,
    Decision,
    Entry,
    Found,
    Malformed,
    Remedy,
    outcome,
)
from coordinator.incident.hubacts import Refusal
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, Misuse, Refuse, Rule, need_open, sealed
from coordinator.incident.state import State
from coordinator.incident.times import utc

RULES: dict[type[Act], Rule] = {
    **traffic.RULES,
    **status.RULES,
    **orders.RULES,
    **proposals.RULES,
    **reports.RULES,
    **shared.RULES,
    **duty.RULES,
    **log.RULES,
    **hubwork.RULES,
    **archive.RULES,
}

TAKEN_AFTER_THE_END = frozenset(
    "message status declare reply acknowledge decline readback accept unable complete note decision correct".split()
)
"""FORMATS: what is still taken after `end_operation`."""

CHECKS_THE_END_ITSELF = frozenset(("order", "package", "propose", "issue"))
"""For orders, `operation ended` has its place in the table of DESIGN 8."""


def decide(state: State, command: Command, now: datetime, named: Entry | None = None) -> Decision:
    """What a command makes of the state: the entries to write, and the answer to its author.

    `now` is UTC; should it lie before the log's last entry, the log's time is used. `named` is the entry
    that the command's ref names, where the state does not have it as a thing: only `correct` needs it.
    Never raises for anything that a client can send.
    """
    now = max(utc(now), state.at)
    if command.by == HUB and command.do == "tick":
        return Decision(clock.tick(state, now), Accepted(seq=state.seq))
    case = Case(state=state, command=command, now=now, named=named)
    try:
        drafts = _ruled(case)
    except Refuse as refusal:
        drafts = [_refused(case, refusal), *refusal.then]
    except Misuse as misuse:
        return Decision((), Malformed(message=str(misuse)))
    entries = sealed(state, now, drafts, command)
    return Decision(tuple(entries), outcome(entries[0]))


def _ruled(case: Case) -> list[Draft]:
    command, ground = case.command, case.state.roster.ground
    if command.by != HUB:
        author = ground.operator(command.by)
        if author is None:
            raise Misuse(f"{command.by} is not an operator on the roster")
        if author.role == "reviewer":
            raise Refuse("no-authority", "reviewers read the log and write nothing; ask an operator")
        if command.record.centre and command.record.centre not in ground.centres:
            raise Refuse("precondition", f"there is no centre {command.record.centre} on the roster")
        _need_time(case)
    drafts = RULES[type(command.act)](case)
    return [*drafts, *par.called_by(case, drafts), *downtime.summary(case)]


def _need_time(case: Case) -> None:
    do, act = case.command.do, case.command.act
    if do in CHECKS_THE_END_ITSELF:
        return
    if do not in TAKEN_AFTER_THE_END or (isinstance(act, Decline) and act.refs):
        need_open(case)


def _refused(case: Case, refusal: Refuse) -> Draft:
    return Draft(
        kind="refusal",
        body=Refusal(do=case.command.do, said=msgspec.to_builtins(case.command.act)),
        found=Found(
            code=refusal.code,
            message=refusal.message,
            clashes=refusal.clashes[:MOST_CLASHES],
            count=len(refusal.clashes) if len(refusal.clashes) > MOST_CLASHES else None,
            remedies=refusal.remedies or _last_resort(case),
            scope=refusal.scope,
        ),
    )


def _last_resort(case: Case) -> tuple[Remedy, ...]:
    """The way out that is always open: what was meant is put on record, or said to somebody who may."""
    if case.author.role == "reviewer":
        return (Remedy(text="ask an operator to send it"),)
    text: dict[str, Json] = {"text": f"Wanted, and refused: {case.command.do}"}
    return (Remedy(text="put what you meant on record as a note", do="note", changes=text),)

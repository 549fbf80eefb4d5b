"""Sends one command and says what became of it: accepted and durable, refused with its ways out, or undelivered."""

import asyncio
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from coordinator.cli import common, refusals
from coordinator.cli.common import To
from coordinator.cli.ends import OUT_OF_REACH, REFUSED, USAGE, End
from coordinator.cli.options import at_terminal
from coordinator.incident.acts import Act
from coordinator.incident.consistency import CHECKED, against
from coordinator.incident.entries import Accepted, Entry, Malformed, OnRecord, Outcome, Refused
from coordinator.review.lines import plain, shown
from coordinator.session.client import Session
from coordinator.session.faults import Fault, NeverMet, Unreachable

SHOWN = 50
"""Clashing entries that are shown, of however many there are."""


class Submission(Struct, frozen=True, kw_only=True):
    """A command as it was typed, and where it goes."""

    to: To
    act: Act
    record: OnRecord
    basis: int | None
    terms: dict[str, int] | None
    id: str | None
    folder: Path | None
    as_json: bool
    check: bool = False
    """Show its author first what stands against it; at a terminal, ask."""


class Answer(Struct, frozen=True):
    """What the hub decided, and the entries that a refusal clashes with, where they may be seen."""

    outcome: Outcome
    clashes: tuple[Entry, ...] = ()


def submit(said: Submission) -> None:
    """Send it. Raises End for every way but acceptance."""
    answer = common.run(lambda: _deliver(said))
    match answer.outcome:
        case Accepted():
            _accepted(answer.outcome, said.as_json)
        case Malformed():
            raise End(USAGE, answer.outcome.message)
        case Refused() if said.as_json:
            common.put_json({"refused": refusals.as_json(answer.outcome, answer.clashes, SHOWN)})
            raise End(REFUSED)
        case Refused():
            for line in refusals.told(answer.outcome, said.act, answer.clashes, SHOWN):
                click.echo(shown(line), err=True)
            raise End(REFUSED)


def _accepted(outcome: Accepted, as_json: bool) -> None:
    if as_json:
        common.put_json({"accepted": msgspec.to_builtins(outcome)})
        return
    number = f"{outcome.number}, " if outcome.number else ""
    click.echo(f"done: {number}entry {outcome.seq}")
    for advisory in outcome.advisories:
        click.echo(shown(f"  note: {advisory}"))


async def _deliver(said: Submission) -> Answer:
    checked = said.check and isinstance(said.act, CHECKED)
    session = common.session(said.to, folder=said.folder, snapshot=checked)
    async with session:
        try:
            await session.ready(said.to.wait)
        except Unreachable as gone:
            raise End(OUT_OF_REACH, f"{gone}; {_kept(session, said)}") from None
        if checked and session.state is not None:
            await asyncio.to_thread(_warn, against(session.state, said.act, session.now()))
        id = session.queue(said.act, said.record, said.basis, said.terms, said.id)
        try:
            outcome = await asyncio.wait_for(session.outcome(id), said.to.wait)
        except TimeoutError:
            raise End(OUT_OF_REACH, _undecided(session, id, said)) from None
        _mention(session)
        return Answer(outcome, await _clashes(session, outcome, said.to.wait))


def _warn(against: list[str]) -> None:
    """Show what stands against the words; whether they go out all the same is their author's to say. Raises End."""
    for line in against:
        click.echo(f"  note: {plain(line)}", err=True)
    if against and at_terminal() and not click.confirm("Send it all the same?", err=True):
        raise End(USAGE, "not sent")


def _kept(session: Session, said: Submission) -> str:
    """What became of a command that cannot be sent now."""
    try:
        if session.place.lasting or said.folder is not None:
            id = session.queue(said.act, said.record, said.basis, said.terms, said.id)
            return f"queued as {id}, {len(session.waiting)} waiting: sent when this folder's next session finds the hub"
    except NeverMet as never:
        return f"not sent and not queued: {never}"
    return "not sent, and not queued (--folder DIR keeps what cannot be sent)"


def _undecided(session: Session, id: str, said: Submission) -> str:
    gone = session.link.held or f"the hub did not decide within {said.to.wait:g} s"
    if session.place.lasting:
        return f"{gone}; queued as {id}, {len(session.waiting)} waiting"
    return f"{gone}; it may yet take effect. Send it again with --id {id}: it is never decided twice"


def _mention(session: Session) -> None:
    if session.doubtful:
        click.echo(
            f"coordinator: {len(session.doubtful)} orders have waited over two minutes and were not sent;"
            " still wanted? coordinator outbox", err=True,
        )


async def _clashes(session: Session, outcome: Outcome, wait: float) -> tuple[Entry, ...]:
    if not isinstance(outcome, Refused) or not outcome.clashes:
        return ()
    try:
        found, _ = await asyncio.wait_for(session.fetch(seqs=outcome.clashes[:SHOWN]), wait)
    except (TimeoutError, Fault):
        return ()
    return tuple(sorted(found, key=lambda entry: entry.seq))

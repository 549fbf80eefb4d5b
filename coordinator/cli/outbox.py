"""`coordinator outbox`: what was written in a folder and is not decided. Sends it; asks about orders that waited."""

import asyncio
from pathlib import Path

import click
import msgspec

from coordinator.cli import common, config
from coordinator.cli.common import To
from coordinator.cli.ends import OUT_OF_REACH, End, Usage
from coordinator.cli.options import hub_options
from coordinator.incident.entries import Accepted, Outcome, Refused
from coordinator.review.lines import clock, shown
from coordinator.session import spelling
from coordinator.session.client import Session
from coordinator.session.faults import Unreachable
from coordinator.session.waiting import Waiting

STILL_WANTED = ("STILL WANTED? --confirm or --drop", "written for the former log: STILL WANTED? --confirm or --drop")
"""What is said of an order that asks: it waited too long; or it was written for the log that this one continues."""


def _outbox(
    confirm: tuple[str, ...], drop: tuple[str, ...], folder: Path | None, hub: str | None, as_: str | None,
    wait: float | None, as_json: bool,
) -> None:
    to = common.to(hub, as_, wait)
    for line in common.run(lambda: _sent(to, folder or config.folder(), confirm, drop, as_json)):
        click.echo(shown(line))


async def _sent(
    to: To, folder: Path, confirm: tuple[str, ...], drop: tuple[str, ...], as_json: bool
) -> list[str]:
    async with common.session(to, folder=folder) as session:
        early = session.place.lasting  # what is to be dropped must not go out first
        lines = _dropped(session, confirm, drop, as_json) if early else []
        here = {waiting.id: waiting for waiting in session.waiting}
        try:
            await session.ready(to.wait)
        except Unreachable as gone:
            kept = [*(_line(one, "waits", as_json) for one in session.waiting), *_for_others(session, as_json)]
            if kept:
                click.echo("\n".join(map(shown, [*lines, *kept])))
                raise End(OUT_OF_REACH, f"{gone}; {len(kept)} kept in {folder}") from None
            return lines
        lines += _dropped(session, confirm, drop, as_json) if not early else []
        for id in confirm:
            session.confirm(id)
        lines += await _decided(session, here, to.wait, as_json)
        lines += [_line(waiting, STILL_WANTED[waiting.former], as_json) for waiting in session.doubtful]
        lines += _for_others(session, as_json)
        return lines or ([] if as_json else ["nothing waits"])


def _dropped(session: Session, confirm: tuple[str, ...], drop: tuple[str, ...], as_json: bool) -> list[str]:
    """Drop what is not wanted. Raises Usage where something is named that does not wait."""
    waits = {waiting.id for waiting in (*session.waiting, *(waiting for _, waiting in session.elsewhere))}
    unknown = next((id for id in (*confirm, *drop) if id not in waits), None)
    if unknown is not None:
        raise Usage(f"nothing with the id {unknown} waits here; `coordinator outbox` lists what does")
    return [_line(waiting, "dropped", as_json) for id in drop if (waiting := session.drop(id)) is not None]


async def _decided(session: Session, before: dict[str, Waiting], wait: float, as_json: bool) -> list[str]:
    """What became of all that goes out, in the order in which it was written."""
    held = {waiting.id for waiting in (*session.doubtful, *(waiting for _, waiting in session.elsewhere))}
    going = {**before, **{waiting.id: waiting for waiting in session.waiting}}
    sent = [waiting for id, waiting in going.items() if id not in held]
    return [_line(waiting, await _became(session, waiting.id, wait), as_json) for waiting in sent]


def _for_others(session: Session, as_json: bool) -> list[str]:
    return [
        _line(waiting, f"waits for another log ({log[:8]}); --confirm sends it to this one, or --drop", as_json)
        for log, waiting in session.elsewhere
    ]


async def _became(session: Session, id: str, wait: float) -> str:
    try:
        outcome: Outcome = await asyncio.wait_for(session.outcome(id), wait)
    except TimeoutError:
        why = session.link.held or f"the hub did not answer within {wait:g} s"
        raise End(OUT_OF_REACH, f"{why}: what waits is kept") from None
    match outcome:
        case Accepted():
            return f"done: {outcome.number or f'entry {outcome.seq}'}"
        case Refused():
            return f"REFUSED {outcome.code}: {outcome.message}"
        case _:
            return f"not taken: {outcome.message}"


def _line(waiting: Waiting, became: str, as_json: bool) -> str:
    command = waiting.command
    words = spelling.line(command.do, msgspec.to_builtins(command.act))
    if as_json:
        row = {"id": waiting.id, "queued_at": waiting.queued_at, "do": command.do, "words": words, "now": became}
        return msgspec.json.encode(row).decode()
    return f"{waiting.id} {clock(waiting.queued_at)} {words}: {became}"



COMMANDS = {
    "outbox": click.Command(
        "outbox",
        params=[
            click.Option(["--confirm"], multiple=True, metavar="ID", help="It is still wanted, in this log: send it."),
            click.Option(["--drop"], multiple=True, metavar="ID", help="This command is not wanted any more."),
            click.Option(["--folder"], type=Path, metavar="DIR", help="Where it is kept.  [COORDINATOR_FOLDER]"),
            *hub_options(),
        ],
        callback=_outbox,
        help="Send what was written while the hub was out of reach. An order that waited over two minutes, or for the"
        " log that this one continues, is not sent before you confirm it; what waits for any other log is listed, and"
        " stays there until you confirm or drop it.",
        epilog="Example:  coordinator outbox --folder ~/post --hub unix:/run/coordinator/hub.sock --as nia",
    )
}

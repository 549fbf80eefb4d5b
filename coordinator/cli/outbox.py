"""`coordinator outbox`: what was written in a folder and is not decided. Sends it; asks about orders that waited."""

import asyncio
from pathlib import Path

import click
import msgspec

from coordinator.cli import common, config
from coordinator.cli.common import To
from coordinator.cli.ends import OUT_OF_REACH, End, Usage
from coordinator.cli.lines import clock, shown
from coordinator.cli.options import hub_options
from coordinator.incident.entries import Accepted, Outcome, Refused
from coordinator.session import spelling
from coordinator.session.client import Session
from coordinator.session.faults import Unreachable
from coordinator.session.waiting import Waiting


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
        here = {waiting.id: waiting for waiting in session.waiting}
        _need_known(here, (*confirm, *drop))
        lines = [_line(waiting, "dropped", as_json) for id in drop if (waiting := session.drop(id)) is not None]
        for id in confirm:
            session.confirm(id)
        try:
            await session.ready(to.wait)
        except Unreachable as gone:
            if session.waiting:
                listed = [_line(waiting, "waits", as_json) for waiting in session.waiting]
                click.echo("\n".join(map(shown, [*lines, *listed])))
                raise End(OUT_OF_REACH, f"{gone}; {len(session.waiting)} kept in {folder}") from None
            return lines
        for id, waiting in here.items():
            if id not in drop and id not in {one.id for one in session.doubtful}:
                lines.append(_line(waiting, await _became(session, id, to.wait), as_json))
        lines += [_line(waiting, "STILL WANTED? --confirm or --drop", as_json) for waiting in session.doubtful]
        return lines or ([] if as_json else ["nothing waits"])


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


def _need_known(here: dict[str, Waiting], named: tuple[str, ...]) -> None:
    unknown = next((id for id in named if id not in here), None)
    if unknown is not None:
        raise Usage(f"nothing with the id {unknown} waits here; `coordinator outbox` lists what does")


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
            click.Option(["--confirm"], multiple=True, metavar="ID", help="This order is still wanted: send it."),
            click.Option(["--drop"], multiple=True, metavar="ID", help="This command is not wanted any more."),
            click.Option(["--folder"], type=Path, metavar="DIR", help="Where it is kept.  [COORDINATOR_FOLDER]"),
            *hub_options(),
        ],
        callback=_outbox,
        help="Send what was written while the hub was out of reach. An order that waited over two minutes is not"
        " sent before you confirm it.",
        epilog="Example:  coordinator outbox --folder ~/post --hub unix:/run/coordinator/hub.sock --as nia",
    )
}

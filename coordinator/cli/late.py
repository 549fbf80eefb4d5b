"""Late entry of an offline net: a communications log (ICS-309, as CSV) becomes messages on record, each exactly once.

A row's id follows from what it says, so that entering the same log again, after a break or by two hands, adds nothing.
"""

import csv
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct

from coordinator.cli import common
from coordinator.cli.ends import REFUSED, End, Usage
from coordinator.cli.options import hub_options
from coordinator.incident.acts import Message
from coordinator.incident.entries import Accepted, OnRecord
from coordinator.incident.times import when
from coordinator.review.lines import shown

COLUMNS = {
    "at": ("date/time", "datetime", "time", "at"),
    "from": ("from",),
    "to": ("to",),
    "origin": ("origin id", "origin msg id", "originmsgid"),
    "destination": ("destination id", "destination msg id", "destinationmsgid"),
    "text": ("text", "message", "subject"),
    "subject": ("subject",),
}
"""ICS-309's columns, and the other names they go by."""
SPACE = uuid.UUID("6a2f5d3e-8f0b-5b0e-9f5d-0c1f3a9b7e11")


class Row(Struct, frozen=True):
    """One row of the log, with its line number."""

    line: int
    id: str
    said_at: datetime
    centre: str
    act: Message


def rows(text: str, means: str) -> Iterator[Row]:
    """The rows of a communications log. Raises Usage naming the line."""
    reader = csv.DictReader(text.splitlines())
    named = {name.strip().lower(): name for name in reader.fieldnames or ()}
    found = {field: next((named[one] for one in names if one in named), "") for field, names in COLUMNS.items()}
    lacking = [field for field in ("at", "from", "text") if not found[field]]
    if lacking:
        raise Usage(f"line 1: no column for {', '.join(lacking)}; ICS-309 has Date/Time, From, To, Subject")
    for line, row in enumerate(reader, start=2):
        said = {field: (row.get(name) or "").strip() for field, name in found.items() if name}
        try:
            at = when(said["at"])
        except ValueError as error:
            raise Usage(f"line {line}: {error}") from None
        id = uuid.uuid5(SPACE, "\0".join((means, *sorted(said.values()))))
        yield Row(line, str(id), at, said["from"], _act(said))


def _act(said: dict[str, str]) -> Message:
    numbers = " ".join(said[name] for name in ("origin", "destination") if said.get(name))
    subject = said.get("subject", "")
    return Message(
        precedence="ROUTINE",
        text=f"{said['text']} [{numbers}]" if numbers else said["text"],
        subject=subject if subject != said["text"] else "",
        to=(said["to"],) if said.get("to") else (),
    )


async def _enter(to: common.To, wanted: list[Row], means: str) -> int:
    """How many were refused."""
    refused = 0
    async with common.session(to) as session:
        await session.ready(to.wait)
        for row in wanted:
            record = OnRecord(centre=row.centre, means=means, said_at=row.said_at)
            id = session.queue(row.act, record, None, None, row.id)
            outcome = await common.within(to.wait, session.outcome(id), f"line {row.line}")
            if isinstance(outcome, Accepted):
                click.echo(f"line {row.line}: {outcome.number}, entry {outcome.seq}")
            else:
                refused += 1
                click.echo(shown(f"line {row.line}: not taken, {outcome.message}"), err=True)
    return refused


def _late(hub: str | None, as_: str | None, wait: float | None, as_json: bool, file: Path, means: str) -> None:
    del as_json
    try:
        wanted = list(rows(file.read_text(encoding="utf-8"), means))
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"{file} cannot be read: {error}") from None
    to = common.to(hub, as_, wait)
    refused = common.run(lambda: _enter(to, wanted, means))
    click.echo(f"{len(wanted)} rows, {len(wanted) - refused} on record, {refused} not")
    if refused:
        raise End(REFUSED)


COMMANDS = {
    "late": click.Command(
        "late",
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"),
            click.Option(["--means"], default="radio", show_default=True, help="How it was said."),
            *hub_options(),
        ],
        help="Enter an offline net's log (ICS-309 as CSV) as messages on record, each exactly once.",
        epilog="Example:  coordinator late net-2.csv --means radio --as dana",
        callback=_late,
    )
}

"""`coordinator dossier`: everything with one centre, what was noted of it, and how it was in former operations."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct

from coordinator.cli import common
from coordinator.cli.common import To
from coordinator.cli.ends import Usage
from coordinator.cli.options import hub_options
from coordinator.incident.entries import Entry
from coordinator.incident.state import State
from coordinator.review.dealings import NOTES, Former, dealings, former
from coordinator.review.dossier import dossier
from coordinator.review.lines import told
from coordinator.session.client import Session
from coordinator.wire.frames import Fetch, Search

LOOKED_THROUGH = 5_000
"""Entries that are gone through for notes and dealings, from the newest on."""
PAGE = 500


class Looked(Struct, frozen=True):
    """What the hub had."""

    state: State
    now: datetime
    log: str
    notes: tuple[Entry, ...]
    hits: tuple[Entry, ...]


async def _look(to: To, centre: str, words: str) -> Looked:
    async with common.session(to, snapshot=True) as session:
        await session.ready(to.wait)
        state = session.state
        assert state is not None
        if centre not in state.roster.ground.centres:
            raise Usage(f"there is no centre '{centre}'; there are {', '.join(state.roster.ground.centres)}")
        notes = [one async for one in _back(session, to.wait, "") if one.kind in NOTES]
        hits = [one async for one in _back(session, to.wait, words)] if words else []
        return Looked(
            state, session.now(), session.place.log, tuple(dealings(notes[::-1], centre, NOTES)),
            tuple(dealings(hits[::-1], centre)),
        )


async def _back(session: Session, wait: float, words: str) -> AsyncIterator[Entry]:
    """Entries from the newest on, page after page, so many at most."""
    before, more, left = 0, True, LOOKED_THROUGH
    while more and left > 0:
        fetch, search = Fetch(n=0, before=before, limit=PAGE), Search(n=0, query=words, before=before, limit=PAGE)
        question = search if words else fetch
        page = await common.within(wait, session.ask(question), "older entries")
        for entry in page.entries:
            yield entry
        before, more, left = page.before, page.more and page.before > 1, left - PAGE


def _lines(looked: Looked, centre: str, words: str, before: list[Former]) -> Iterator[str]:
    yield from dossier(looked.state, centre, looked.now)
    yield from _section("Notes", looked.notes)
    if words:
        yield from _section(f"With the words {words}", looked.hits)
    for one in before:
        if one.fault:
            yield f"{one.path.name} cannot be read: {one.fault}"
        else:
            yield from _section(f"{one.began} {one.operation} ({one.path.name})", one.entries)


def _section(title: str, entries: tuple[Entry, ...]) -> Iterator[str]:
    yield f"{title}: {len(entries) or 'none'}"
    yield from (f"  {told(entry)}" for entry in entries)


def _dossier(
    centre: str, words: str, folder: Path | None, hub: str | None, as_: str | None, wait: float | None, as_json: bool
) -> None:
    to = common.to(hub, as_, wait)
    looked = common.run(lambda: _look(to, centre, words))
    before = list(former(folder, centre, looked.log)) if folder is not None else []
    if words:
        before = [_holding(one, words) for one in before]
    if as_json:
        common.put_json({
            "dossier": list(dossier(looked.state, centre, looked.now)), "notes": looked.notes, "found": looked.hits,
            "former": [{"operation": one.operation, "began": one.began, "entries": one.entries} for one in before],
        })
        return
    for line in _lines(looked, centre, words, before):
        click.echo("".join(char if char.isprintable() else " " for char in line))


def _holding(one: Former, words: str) -> Former:
    """The entries of a former operation that hold all the words."""
    wanted = words.casefold().split()
    kept = tuple(entry for entry in one.entries if all(word in told(entry).casefold() for word in wanted))
    return Former(one.path, one.operation, one.began, kept, one.fault)


COMMANDS = {
    "dossier": click.Command(
        "dossier",
        params=[
            click.Argument(["centre"], metavar="CENTRE"),
            click.Option(["--search", "words"], default="", metavar="WORDS", help="What holds these words, besides."),
            click.Option(
                ["--former", "folder"], type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
                help="Former operations too: the *.journal files in this folder.",
            ),
            *hub_options(),
        ],
        callback=_dossier,
        help="Everything with one centre: reach, wishes, status, traffic, orders, resources, notes, former operations.",
        epilog="Example:  coordinator dossier south --search generator --former archive/",
    )
}

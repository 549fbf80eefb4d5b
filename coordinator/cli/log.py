"""`coordinator log`: the last entries that you may see, a search, one entry whole, or the log as it grows."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import click

from coordinator.cli import common
from coordinator.cli.common import To
from coordinator.cli.ends import OUT_OF_REACH, End, Usage
from coordinator.cli.options import hub_options
from coordinator.cli.table import WIDTH, cut
from coordinator.incident.entries import Entry
from coordinator.journal.lines import encode
from coordinator.review.lines import told
from coordinator.session.client import Session
from coordinator.wire.frames import Fetch, Search

PAGE = 200
"""Lines that are asked for at once."""


def _log(
    refs: tuple[str, ...], limit: int, before: int, search: str | None, kind: tuple[str, ...], follow: bool, full: bool,
    hub: str | None, as_: str | None, wait: float | None, as_json: bool,
) -> None:
    to = common.to(hub, as_, wait)
    if follow and (refs or search or before):
        raise Usage("--follow shows what comes; leave out entry numbers, --search and --before")

    def put(entries: Iterable[Entry]) -> None:
        for entry in entries:
            if not kind or entry.kind in kind:
                click.echo(encode(entry) if as_json else told(entry) if full else cut(told(entry), WIDTH))

    if follow:
        common.run(lambda: _follow(to, limit, put))
        return
    put(common.run(lambda: _older(to, _numbers(refs), limit, before, search, frozenset(kind))))


def _numbers(refs: tuple[str, ...]) -> list[int]:
    wrong = next((ref for ref in refs if not ref.lstrip("#").isdecimal()), None)
    if wrong is not None:
        raise Usage(f"'{wrong}' is not the number of an entry; to find M-12 or words: coordinator log --search M-12")
    return [int(ref.lstrip("#")) for ref in refs]


async def _older(
    to: To, seqs: list[int], limit: int, before: int, search: str | None, kinds: frozenset[str]
) -> list[Entry]:
    async with common.session(to) as session:
        await session.ready(to.wait)
        if seqs:
            found, _ = await common.within(to.wait, session.fetch(seqs=seqs), "the entries")
            return sorted(found, key=lambda entry: entry.seq)
        kept: list[Entry] = []
        async for entry in _back(session, to.wait, before, search, limit):
            if not kinds or entry.kind in kinds:
                kept.append(entry)
            if len(kept) >= limit:
                break
        return kept[::-1]


async def _back(session: Session, wait: float, before: int, search: str | None, limit: int) -> AsyncIterator[Entry]:
    """Entries from the newest on, page after page."""
    more = True
    size = min(limit, PAGE)
    while more:
        question = (
            Fetch(n=0, before=before, limit=size) if search is None
            else Search(n=0, query=search, before=before, limit=size)
        )
        page = await common.within(wait, session.ask(question), "older entries")
        for entry in page.entries:
            yield entry
        before, more = page.before, page.more and page.before > 1


async def _follow(to: To, limit: int, put: common.Put) -> None:
    """The last entries, then those that come, each once, until the reader has enough or the session ends."""
    async with common.session(to, follow=True) as session:
        coming: asyncio.Queue[list[Entry]] = asyncio.Queue()
        session.arriving(coming.put_nowait)
        await session.ready(to.wait)
        start = session.seq
        if limit:
            entries, _ = await common.within(to.wait, session.fetch(start + 1, min(limit, PAGE)), "the last entries")
            put(entries[::-1])
        while session.fault is None:
            put(entry for entry in await coming.get() if entry.seq > start)
        raise End(OUT_OF_REACH, str(session.fault))


COMMANDS = {
    "log": click.Command(
        "log",
        params=[
            click.Argument(["refs"], nargs=-1, metavar="[SEQ…]"),
            click.Option(["--limit", "-n"], type=click.IntRange(0, 100_000), default=50, help="How many: 50."),
            click.Option(["--before"], type=click.IntRange(0), default=0, metavar="SEQ", help="Only older than this."),
            click.Option(["--search"], metavar="WORDS", help="Only those that hold these words."),
            click.Option(["--kind"], multiple=True, metavar="KIND", help="Only this kind; may be repeated."),
            click.Option(["--follow", "-f"], is_flag=True, help="Go on as the log grows."),
            click.Option(["--full"], is_flag=True, help="Whole lines, however long."),
            *hub_options(),
        ],
        callback=_log,
        help="The log, oldest first, as you may see it. With --json: the canonical lines themselves.",
        epilog='Examples:  coordinator log --follow    coordinator log --search "levee"    coordinator log 214 --json',
    )
}

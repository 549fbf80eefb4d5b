"""`coordinator review`: an operation's past on the screens that people used; from a file, or from a hub."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coordinator.cli import common
from coordinator.cli.common import To
from coordinator.cli.ends import NOT_VERIFIED, End, Usage
from coordinator.review.lines import shown

if TYPE_CHECKING:
    from coordinator.incident.entries import Entry
    from coordinator.review.past import Past
    from coordinator.tui.review import Source

ADDRESSES = ("unix:", "ws:", "ssh:", "door:")
PAGE = 500
"""Entries that are asked of a hub at once."""


def _review(log: str, at: str, as_: str | None, wait: float | None) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage("a review is for a terminal; without one use `coordinator export`, `verify` or `log`")
    with _fetched(log, as_, wait) if log.startswith(ADDRESSES) else _there(log) as (path, source):
        _open(path, source(at))


def _open(path: Path, source: "Source") -> None:
    from coordinator.journal.errors import JournalError
    from coordinator.review.past import Past, begins
    from coordinator.tui.review import run

    try:
        begins(path)
        past = Past(path)
        fault, marks = run(past, source, lambda: _files(path, past))
    except JournalError as wrong:
        raise End(NOT_VERIFIED, str(wrong)) from None
    for mark in marks:
        click.echo(shown(mark))
    if fault:
        raise End(NOT_VERIFIED, f"{source.name} is NOT whole: {fault}")


def _files(path: Path, past: "Past") -> str:
    """What is wrong with the files of an export; journals, copies and lines alone have none."""
    from coordinator.review.checked import faults, signature

    if not path.is_dir() or past.report is None:
        return ""
    said, good = signature(path, None, "")
    found = tuple(islice(faults(path, past.report), 1))
    return found[0] if found else "" if good else said


Made = tuple[Path, Callable[[str], "Source"]]


@contextmanager
def _there(log: str) -> Iterator[Made]:
    """A log that lies in a file."""
    from coordinator.tui.review import Source

    path = Path(log)
    if not path.exists():
        raise Usage(f"{log} does not exist; name a journal, a copy, an export, or a hub's address")
    yield path, lambda at: Source(name=log, export=f"coordinator export {log} -o DIR", begin=at)


@contextmanager
def _fetched(hub: str, as_: str | None, wait: float | None) -> Iterator[Made]:
    """What a hub lets this operator see, in a file that only they can read and that goes when they leave."""
    from coordinator.tui.review import Source

    to = common.to(hub, as_, wait)
    with tempfile.TemporaryDirectory(prefix="coordinator-review-") as folder:
        path = Path(folder) / "log.jsonl"
        owner = common.run(lambda: _fetch(to, path))
        export = "on the hub's host: coordinator export JOURNAL -o DIR"
        yield path, lambda at: Source(name=hub, export=export, owner=owner, begin=at)


async def _fetch(to: To, path: Path) -> str:
    """Write down all that may be seen; whose part of the log that is, empty for who sees everything."""
    async with common.session(to, snapshot=True) as session:
        await session.ready(to.wait)
        head, state = session.place.head, session.state
        assert head is not None
        assert state is not None
        person = state.roster.ground.operators[session.operator]
        with path.open("wb") as file:
            last = 0
            for first in range(1, head.seq + 1, PAGE):
                wanted = range(first, min(first + PAGE, head.seq + 1))
                found, _ = await common.within(to.wait, session.fetch(seqs=wanted), "the log")
                for entry in reversed(found):
                    file.writelines(_lines(last, entry, person.id))
                    last = entry.seq
            if last < head.seq:
                file.write(_gap(last, head.seq, head.digest, person.id))
        return "" if person.role == "reviewer" else person.id


def _lines(last: int, entry: "Entry", person: str) -> Iterator[bytes]:
    """An entry's line, after what stands for those before it that are not to be seen."""
    from coordinator.journal.lines import encode

    if entry.seq > last + 1:
        yield _gap(last, entry.seq - 1, entry.prev, person)
    yield encode(entry) + b"\n"


def _gap(last: int, seq: int, digest: str, person: str) -> bytes:
    from coordinator.journal.withheld import Withheld

    first = last + 1 if last + 1 < seq else None
    return Withheld(digest=digest, reason=f"not for {person}", seq=seq, first=first).line + b"\n"


COMMANDS = {
    "review": click.Command(
        "review",
        params=[
            click.Argument(["log"], metavar="JOURNAL|EXPORT|COPY|HUB"),
            click.Option(["--at"], default="", metavar="WHEN", help="Begin at 14:31, 2026-11-22T14:31:40Z, #214."),
            click.Option(["--as", "as_"], metavar="ID", help="Who you are, on a keyless hub.  [COORDINATOR_AS]"),
            click.Option(["--wait"], type=float, metavar="SECONDS", help="How long to wait for the hub: 10."),
        ],
        callback=_review,
        help="Replay an operation on the screens that people used, at any moment: what each of them could see by then,"
        " delivered or not, opened or not. Nothing can be written from it. The log is verified while it is read.",
        epilog="Examples:  coordinator review flood.journal    coordinator review flood-export --at 14:31"
        "    coordinator review unix:/run/coordinator/hub.sock      Exit code 5 where the log is not whole.",
    )
}

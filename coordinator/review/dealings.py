"""What was said and done with one centre, out of a log: this operation's, or a former one's journal."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Open
from coordinator.journal.errors import JournalError
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads

NOTES = frozenset(("note", "decision", "correct"))
"""What people write down to remember it."""
SAID = NOTES | frozenset(
    "message relay reply answer ask decline close status declare resource order propose unable complete rescind".split()
)
"""The kinds that tell how somebody was to deal with."""
PAGE = 1_000


class Former(Struct, frozen=True):
    """A journal of a former operation, as far as it is about one centre; or why it cannot be read."""

    path: Path
    operation: str = ""
    began: str = ""
    entries: tuple[Entry, ...] = ()
    fault: str = ""


def touches(entry: Entry, centre: str) -> bool:
    """Whether an entry is said by, for or to a centre."""
    body = entry.body
    named = (*entry.found.to, *getattr(body, "to", ()), getattr(body, "owner", ""), getattr(body, "object", ""))
    return entry.centre == centre or centre in named


def dealings(entries: Iterable[Entry], centre: str, kinds: frozenset[str] = SAID) -> Iterator[Entry]:
    """Those entries that are about a centre."""
    return (entry for entry in entries if entry.kind in kinds and touches(entry, centre))


def former(folder: Path, centre: str, log: str = "") -> Iterator[Former]:
    """Every journal in a folder, oldest operation first, but that of the log with this id."""
    found = [_read(path, centre, log) for path in sorted(folder.iterdir()) if path.suffix in (".journal", ".db")]
    return iter(sorted((one for one in found if one is not None), key=lambda one: (one.began, str(one.path))))


def _read(path: Path, centre: str, log: str) -> Former | None:
    try:
        with closing(Reads(path)) as reads:
            (first,) = reads.lines(1, 1)
            if first.digest == log:
                return None
            body = decode(first.line).body
            name = body.roster.operation.name if isinstance(body, Open) else "?"
            began = f"{decode(first.line).at:%Y-%m-%d}"
            return Former(path, name, began, tuple(dealings(_all(reads), centre)))
    except (JournalError, ValueError) as error:
        return Former(path, fault=str(error))


def _all(reads: Reads) -> Iterator[Entry]:
    last = 0
    while page := reads.lines(last + 1, last + PAGE):
        yield from (decode(stored.line) for stored in page)
        last = page[-1].seq

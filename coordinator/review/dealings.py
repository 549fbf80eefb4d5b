"""What was said and done with one centre, out of a log: this operation's, or a former one's journal."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Open
from coordinator.journal.errors import JournalError
from coordinator.journal.lines import decode, digest
from coordinator.journal.sources import EXPORTED, source
from coordinator.journal.withheld import withheld

NOTES = frozenset(("note", "decision", "correct"))
"""What people write down to remember it."""
SAID = NOTES | frozenset(
    "message relay reply answer ask decline close status declare resource order propose unable complete rescind".split()
)
"""The kinds that tell how somebody was to deal with."""


class Former(Struct, frozen=True):
    """A log of a former operation, as far as it is about one centre; or why it cannot be read."""

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
    """Every journal, copy and export in a folder, oldest operation first, but that of the log with this id."""
    found = [_read(path, centre, log) for path in sorted(folder.iterdir()) if _is_log(path)]
    return iter(sorted((one for one in found if one is not None), key=lambda one: (one.began, str(one.path))))


def _is_log(path: Path) -> bool:
    return path.suffix in (".journal", ".db") or (path / EXPORTED).is_file()


def _read(path: Path, centre: str, log: str) -> Former | None:
    try:
        with source(path) as found:
            lines = [line for line, _, _ in found.raws() if withheld(line) is None]
        if lines and digest(lines[0]) == log:
            return None
        entries = [decode(line) for line in lines]
        first = entries[0].body if entries else None
        name = first.roster.operation.name if isinstance(first, Open) else "?"
        began = f"{entries[0].at:%Y-%m-%d}" if entries else ""
        return Former(path, name, began, tuple(dealings(entries, centre)))
    except (JournalError, ValueError, sqlite3.Error, OSError) as error:
        return Former(path, fault=str(error))

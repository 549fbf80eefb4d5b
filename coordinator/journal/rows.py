"""What one entry puts into the journal: its line, the digest, its command's id, and the words to search for."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.acts import ACTS, Form
from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import HUB_ACTS
from coordinator.journal.lines import digest, encode


class Row(Struct, frozen=True, gc=False):
    """One entry on its way to the disk. `command` is empty for entries that are not the first of a command."""

    seq: int
    kind: str
    line: str
    digest: str
    command: str
    content: str
    words: str


_SEARCHED = frozenset(
    "text subject rationale reason alternative briefing topic verb object authority state options form said".split()
)
"""The fields of an act that hold what people said, or names that they would look for."""

_FIELDS: dict[str, tuple[str, ...]] = {
    kind: tuple(field.name for field in msgspec.structs.fields(act) if field.name in _SEARCHED)
    for kind, act in {**ACTS, **HUB_ACTS}.items()
}


def rows(entries: Iterable[Entry], prev: str, content: str = "") -> list[Row]:
    """The entries of one decision as rows, chained to the line whose digest is `prev`.

    `content` is the digest of what its command said.
    """
    made: list[Row] = []
    for entry in entries:
        line = encode(replace(entry, prev=prev))
        prev = digest(line)
        said = content if entry.id else ""
        made.append(Row(entry.seq, entry.kind, line.decode(), prev, entry.id, said, words(entry)))
    return made


def words(entry: Entry) -> str:
    """All that a search should find this entry by."""
    found, said = entry.found, [entry.words]
    if found.number:
        said.append(found.number)
    if found.message:
        said.append(found.message)
    for name in _FIELDS[entry.kind]:
        value = getattr(entry.body, name)
        if value:
            said.append(value if isinstance(value, str) else " ".join(_strings(value)))
    return " ".join(filter(None, said))


def _strings(value: object) -> Iterable[str]:
    match value:
        case str():
            yield value
        case Form():
            yield value.name
            yield from _strings(value.fields)
        case dict():
            for part in value.values():
                yield from _strings(part)
        case list() | tuple():
            for part in value:
                yield from _strings(part)
        case _:
            return

"""The disk after a power cut, put together from the record of what was written and synced before it.

Law: what was synced is there; of what was written since, each piece is there, or is not, or is torn between sectors,
and in no order; a file that was made or removed since its folder was synced may be there or not.
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_HEAD = struct.Struct("=BB6xQQ")
_FOLDER = 4
_SUFFIX = {1: "", 2: "-wal", 3: "-journal"}
SECTOR = 512


class Step(Struct, frozen=True):
    """One step of the record: C made, U removed, W written, T cut to a length, S synced, A acknowledged."""

    what: str
    file: int
    offset: int
    data: bytes


def acknowledged(seq: int) -> bytes:
    """A step that a client adds to the record, when it has been told of that entry."""
    return _HEAD.pack(ord("A"), 0, seq, 0)


def steps(record: Path) -> Iterator[Step]:
    """The steps of a record, in their order."""
    raw = record.read_bytes()
    at = 0
    while at < len(raw):
        what, file, offset, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Step(chr(what), file, offset, raw[at : at + length])
        at += length


class File:
    """One file: what is surely on the disk, and what was done to it since."""

    def __init__(self) -> None:
        self.durable = bytearray()
        self.since: list[Step] = []

    def sync(self) -> None:
        for step in self.since:
            _do(self.durable, step)
        self.since.clear()

    def after_cut(self, chance: random.Random, style: str) -> bytes:
        """What may be found after the power came back."""
        found = bytearray(self.durable)
        whole = chance.randrange(len(self.since) + 1)
        for place, step in enumerate(self.since):
            fate = {
                "nothing": "drop",
                "in order": "keep" if place < whole else "tear" if place == whole else "drop",
                "any": chance.choice(("keep", "drop", "tear")),
            }[style]
            if fate == "keep" or (fate == "tear" and step.what == "T"):
                _do(found, step)
            elif fate == "tear":
                _tear(found, step, chance)
        return bytes(found)


STYLES = ("nothing", "in order", "any")
"""How much of what was not synced is found: none of it, the first of it, or any of it."""


def _do(content: bytearray, step: Step) -> None:
    if step.what == "T":
        content[step.offset :] = bytes(max(0, step.offset - len(content)))
        return
    end = step.offset + len(step.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[step.offset : end] = step.data


def _tear(content: bytearray, step: Step, chance: random.Random) -> None:
    """Some of its sectors are there."""
    start = step.offset
    while start < step.offset + len(step.data):
        end = min((start // SECTOR + 1) * SECTOR, step.offset + len(step.data))
        if chance.random() < 0.5:
            piece = step.data[start - step.offset : end - step.offset]
            _do(content, Step("W", step.file, start, piece))
        start = end


class Disk:
    """The files, step by step."""

    def __init__(self) -> None:
        self.told = 0
        """The last entry that somebody was told of."""
        self._names: dict[int, list[File | None]] = {file: [None] for file in _SUFFIX}
        """What each name may stand for after a cut: the last is what it stands for now."""

    def take(self, step: Step) -> None:
        """Do one step."""
        if step.what == "A":
            self.told = max(self.told, step.offset)
        elif step.file == _FOLDER:
            for name, may_be in self._names.items():
                self._names[name] = may_be[-1:]
        elif step.what in "CU":
            self._names[step.file].append(File() if step.what == "C" else None)
        else:
            self._change(step)

    def _change(self, step: Step) -> None:
        file = self._names[step.file][-1]
        assert file is not None, "it was written to before it was made"
        if step.what == "S":
            file.sync()
        else:
            file.since.append(step)

    def cut(self, journal: Path, chance: random.Random) -> None:
        """Put the disk together as the cut leaves it."""
        style = chance.choice(STYLES)
        for name, may_be in self._names.items():
            file = chance.choice(may_be)
            if file is not None:
                Path(f"{journal}{_SUFFIX[name]}").write_bytes(file.after_cut(chance, style))

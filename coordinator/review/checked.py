"""Whether an export is what was exported: every file as its digest says and none beside them, the head as the lines
come to it, the signatures of these files and by whom they should be.

Law: an export comes from anywhere. Nothing that its files name is opened unless it lies in its folder as a plain file.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from coordinator.journal.verify import Report
from coordinator.review import folder
from coordinator.review.export import HEAD, Head
from coordinator.review.folder import SUMS, files
from coordinator.review.signing import SIGNATURE, sound, vouched

_LINE = re.compile(r"([0-9a-f]{64})  ([\w.-]+(?:/[\w.-]+)?)", re.ASCII)
MOST = 1 << 20
"""Bytes of a list of digests, and of a head."""


def faults(export: Path, report: Report) -> Iterator[str]:
    """What is wrong with an export whose lines were found to be as in the report."""
    present = {path.relative_to(export).as_posix(): path for path in files(export)}
    strange = [name for name, path in present.items() if path.is_symlink() or not path.is_file()]
    if strange:
        yield f"{strange[0]} is no plain file"
    elif SUMS not in present:
        yield f"{SUMS} is missing; it is not a whole export"
    else:
        yield from _summed(export, present)
        yield from _headed(export, report)


def signature(export: Path, allowed: Path | None, identity: str) -> tuple[str, bool]:
    """What is to be said of an export's signature, and whether it is good."""
    signed = [name for name in (SUMS, HEAD) if (export / f"{name}{SIGNATURE}").is_file()]
    if SUMS not in signed:
        return "not signed", allowed is None
    broken = [name for name in signed if not sound(export / name)]
    if broken:
        return f"the signature of {broken[0]} is not of this file", False
    if allowed is None:
        return "signed; by whom was not asked (--allowed FILE --identity NAME)", True
    foreign = [name for name in signed if not vouched(export / name, allowed, identity)]
    if foreign:
        return f"the signature of {foreign[0]} is not {identity}'s, as {allowed} knows them", False
    return f"signed by {identity}", True


def _summed(export: Path, present: dict[str, Path]) -> Iterator[str]:
    """Where the list and the files differ. Only files that were found in the folder are opened."""
    said: dict[str, str] = {}
    for line in _small(export / SUMS).splitlines():
        found = _LINE.fullmatch(line)
        if found is None or ".." in found[2].split("/"):
            yield f"{SUMS} has a line that is no digest of a file of an export"
            return
        said[found[2]] = found[1]
    now = {line[66:]: line[:64] for line in folder.sums(export).decode("utf-8", "surrogateescape").splitlines()}
    for name in sorted(present.keys() - {SUMS, f"{SUMS}{SIGNATURE}"} | said.keys()):
        if name not in said:
            yield f"{name} is not in {SUMS}; it was put there later"
        elif name not in present:
            yield f"{name} is missing"
        elif now.get(name) != said[name]:
            yield f"{name} is not what was exported"


def _headed(export: Path, report: Report) -> Iterator[str]:
    try:
        head = msgspec.json.decode(_small(export / HEAD), type=Head)
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        yield f"{HEAD} cannot be read: {error}"
        return
    if (head.seq, head.digest) != (report.seq, report.digest):
        yield f"{HEAD} says that the log ends at entry {head.seq}, {head.digest[:16]}…; its lines do not"


def _small(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MOST).decode("utf-8", "replace")

"""The lines of `authorized_keys` that let the roster's operators in, each as themselves and nothing else.

Law: only the block between our two marks is ours; every other line stays as it is. The file changes as a whole or
not at all. A line gives a terminal and one command; the command names the operator and the key.
"""

import contextlib
import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from coordinator.incident.roster import Operator, Roster
from coordinator.session.addresses import Unix
from server.keys import fingerprint

BEGIN = "# BEGIN coordinator {} - written by coordinator-hub; changes in here do not last"
END = "# END coordinator {}"
FORBIDDEN = frozenset('"\\\n\r\0')
"""What cannot stand in a quoted command of authorized_keys."""
PRIVATE = 0o600


class CannotWrite(Exception):
    """The file cannot be written, or would not mean what it should."""


class Door(Struct, frozen=True):
    """What a key opens: the program, and the hub's socket."""

    program: Path
    socket: Unix

    def command(self, operator: str, key: str) -> str:
        """The forced command for one key. Raises CannotWrite."""
        words = [str(self.program), "door", operator, key, str(self.socket)]
        if any(FORBIDDEN & set(word) for word in words):
            raise CannotWrite(f"a path of {words} holds a quote, a backslash or a line break; name another")
        return shlex.join(words)


class Difference(Struct, frozen=True):
    """What the file has and should not, or the other way round."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    elsewhere: tuple[str, ...]
    """Keys of the roster that also stand outside the block, where they give more than the door."""

    @property
    def none(self) -> bool:
        return not (self.missing or self.stale or self.elsewhere)


def lines(roster: Roster, door: Door) -> list[str]:
    """One line for each key of each operator who is on the roster now. Raises CannotWrite."""
    return [
        f'restrict,pty,command="{door.command(operator.id, fingerprint(key))}" {kind} {blob} {operator.id}'
        for operator, key in _keys(roster)
        for kind, blob in [key.split()[:2]]
    ]


def _keys(roster: Roster) -> Iterator[tuple[Operator, str]]:
    for operator in roster.operators:
        if not operator.retired:
            yield from ((operator, key) for key in operator.keys if fingerprint(key))


def written(text: str, operation: str, wanted: Sequence[str]) -> str:
    """The file's text with our block renewed: where it stands, or first of all where there is none.

    OpenSSH takes the first line that has the key, so a new block comes before every other line.
    """
    before, _, after = _split(text, operation)
    block = [BEGIN.format(operation), *wanted, END.format(operation)] if wanted else []
    return "".join(f"{line}\n" for line in (*before, *block, *after))


def difference(text: str, roster: Roster, wanted: Sequence[str]) -> Difference:
    """How the file is not what the roster says."""
    before, have, after = _split(text, roster.operation.id)
    outside = {word for line in (*before, *after) if not line.lstrip().startswith("#") for word in line.split()}
    return Difference(
        missing=tuple(_named(line) for line in wanted if line not in have),
        stale=tuple(_named(line) for line in have if line not in wanted),
        elsewhere=tuple(f"{owner.id} {fingerprint(key)}" for owner, key in _keys(roster) if key.split()[1] in outside),
    )


def _split(text: str, operation: str) -> tuple[list[str], list[str], list[str]]:
    """The lines before our block, in it, and after it; without an end it ends with the last line like ours."""
    found = text.removesuffix("\n").split("\n") if text else []
    begin, end = BEGIN.format(operation), END.format(operation)
    if begin not in found:
        return [], [], found
    first = found.index(begin)
    if end in found[first:]:
        last = found.index(end, first)
        after = last + 1
    else:
        last = after = _past_ours(found, first + 1)
    return found[:first], [line for line in found[first + 1 : last] if line.strip()], found[after:]


def _past_ours(found: Sequence[str], start: int) -> int:
    while start < len(found) and found[start].startswith("restrict,pty,command="):
        start += 1
    return start


def _named(line: str) -> str:
    """Whose line it is: the operator, and the key's fingerprint."""
    words = line.rsplit(" ", 3)
    return f"{words[-1]} {fingerprint(' '.join(words[1:]))}" if len(words) == 4 else line  # noqa: PLR2004 - see `lines`


def read_file(path: Path) -> str:
    """What stands in the file; nothing where there is none. Raises CannotWrite."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CannotWrite(f"{path} cannot be read: {error}") from None


def update(path: Path, roster: Roster, door: Door) -> bool:
    """Make the file say what the roster says. Whether that changed anything. Raises CannotWrite."""
    text = read_file(path)
    new = written(text, roster.operation.id, lines(roster, door))
    if new == text:
        return False
    try:
        _replace(path.resolve(), new)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from None
    return True


def _replace(path: Path, text: str) -> None:
    """The whole file at once, durably; for its owner only, and still its owner's where root writes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as beside:
            beside.write(text)
            beside.flush()
            owner = (path if path.exists() else path.parent).stat()
            os.fchmod(beside.fileno(), PRIVATE)
            if os.geteuid() == 0:
                os.fchown(beside.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(beside.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

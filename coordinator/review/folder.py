"""A folder of files that appears whole or not at all.

Law: it is written under another name beside its own, each file new and none through a link, the list of digests last;
only then does it get its name, and never in the place of anything.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

SUMS = "SHA256SUMS"


class CannotWrite(Exception):
    """Nothing was written: why, and what to do."""


class NotFree(CannotWrite):
    """There is something of that name already."""


def made(to: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder of what `fill` puts into it. Raises CannotWrite, and what `fill` raises."""
    to = Path(os.path.abspath(to))  # noqa: PTH100 - resolving would follow a link of that name
    _need_free(to)
    try:
        beside = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name[:100]}."))
    except OSError as error:
        raise CannotWrite(f"{to} cannot be made: {error.strerror}") from None
    try:
        fill(beside)
        _sync(beside)
        beside.rename(to)  # takes the place of an empty folder, and of nothing else
        _sync(to.parent)
    except OSError as error:
        raise CannotWrite(f"{to} cannot be written: {error.strerror}; nothing was exported") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put(folder: Path, name: str, data: bytes) -> None:
    """A new file, on the disk when this returns. Its name is the program's."""
    path = folder / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sums(folder: Path) -> bytes:
    """The digest of every file that is there, as `sha256sum -c` reads it."""
    names = sorted(path.relative_to(folder).as_posix() for path in files(folder))
    return "".join(f"{_digest(folder / name)}  {name}\n" for name in names).encode()


def files(folder: Path) -> Iterator[Path]:
    """Every file in a folder and in those below it; links and other things too, so that nothing goes unseen."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from files(path)
        else:
            yield path


def _need_free(to: Path) -> None:
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise NotFree(f"{to} is something else than a folder; name a folder that is not there yet")
    if to.is_dir() and any(to.iterdir()):
        raise NotFree(f"{to} is not empty; name a folder that is not there yet")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

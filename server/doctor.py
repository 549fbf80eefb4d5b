"""What a hub needs of its machine, one by one: what was found and, where that is wrong, what to do.

Nothing is changed. What cannot be seen from here is said to be unknown, not to be good.
"""

import locale
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct

from coordinator.journal.connect import LEAST_SQLITE, writing
from coordinator.journal.errors import JournalError
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from server.authorized_keys import CannotWrite, Door, difference, lines, read_file
from server.diskguard import LOW, RESERVE, free
from server.restore import roster_of

ROOM = 512 * 1024 * 1024
"""Free bytes that a week of a large operation does not use up."""
LEAST_PYTHON = (3, 11)
WITHIN = 10.0
SSHD = {
    "pubkeyauthentication": ("yes", "people come in by their keys"),
    "passwordauthentication": ("no", "a password would let in whoever guesses it"),
    "permituserenvironment": ("no", "a key's line could set variables of the programs it runs"),
    "forcecommand": ("none", "it would run in place of the key's own command"),
}
"""What the SSH server should say, and why."""
ALIVE = re.compile(r"^clientaliveinterval (\d+)$", re.MULTILINE)
PASSED_ON = re.compile(r"^acceptenv (.*)$", re.MULTILINE)
HARMLESS = re.compile(r"LANG|LC_[A-Z_]*\*?|COLORTERM|NO_COLOR")

Level = Literal["good", "unknown", "warning", "wrong"]


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    level: Level
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:<8} {self.what}: {self.found}{f' - {self.remedy}' if self.remedy else ''}"


class Machine(Struct, frozen=True, kw_only=True):
    """What is to be looked at."""

    journal: Path
    door: Door | None = None
    keys: Path | None = None


def examined(machine: Machine) -> Iterator[Finding]:
    """Every finding, in the order of the checks."""
    for check in CHECKS:
        yield from check(machine)


def _python(_: Machine) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    level: Level = "good" if sys.version_info[:2] >= LEAST_PYTHON else "wrong"
    yield Finding("Python", level, found, "" if level == "good" else "install Python 3.11 or newer")


def _sqlite(machine: Machine) -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        least = ".".join(map(str, LEAST_SQLITE))
        yield Finding("SQLite", "wrong", version, f"{least} or newer is needed")
        return
    yield Finding("SQLite", "good", version)
    folder = _folder(machine)
    try:
        with tempfile.TemporaryDirectory(dir=folder) as tried:
            path = Path(tried) / "try"
            path.touch(mode=0o600)
            with closing(writing(path)) as connection:
                connection.execute("CREATE TABLE t (x)").fetchall()
    except (OSError, sqlite3.Error, JournalError) as error:
        yield Finding("durability", "wrong", f"{folder}: {error}", "put the journal on a local disk")
    else:
        yield Finding("durability", "good", f"SQLite takes what it needs in {folder}")


def _disk(machine: Machine) -> Iterator[Finding]:
    folder = _folder(machine)
    try:
        room = free(folder)
    except OSError as error:
        yield Finding("disk", "wrong", f"{folder}: {error.strerror}", "make the folder, for the hub's account")
        return
    found = f"{room // 2**20} MiB free in {folder}"
    if room < RESERVE + LOW:
        yield Finding("disk", "wrong", found, "the hub would take no commands; free some")
    elif room < ROOM:
        yield Finding("disk", "warning", found, f"have {ROOM // 2**20} MiB for a long operation")
    else:
        yield Finding("disk", "good", found)


def _journal(machine: Machine) -> Iterator[Finding]:
    path = machine.journal
    if not path.exists():
        yield Finding("journal", "good", f"{path} will be made")
        return
    if path.stat().st_mode & 0o077:
        yield Finding("journal", "warning", f"others may read {path}", f"chmod 600 {path}")
    try:
        with closing(Reads(path)) as reads:
            head = reads.head()
            line = reads.line(head.seq)
    except (JournalError, sqlite3.Error) as error:
        yield Finding("journal", "wrong", str(error), f"coordinator verify {path}; serve --continue-from {path}")
        return
    yield Finding("journal", "good", f"{path}: {head.seq} entries (all of it: coordinator verify {path})")
    ahead = (decode(line).at - datetime.now(UTC)).total_seconds() if line else 0.0
    if ahead > 1:
        remedy = "set the clock; until it has caught up, the log's time runs at half speed"
        yield Finding("clock", "wrong", f"the log's last entry lies {ahead:.0f} s ahead of this machine", remedy)


def _clock(_: Machine) -> Iterator[Finding]:
    said = _said("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if said is None or said.strip() not in ("yes", "no"):
        yield Finding("clock", "unknown", "no timedatectl to ask", "compare with a clock that you trust")
    elif said.strip() == "yes":
        yield Finding("clock", "good", "kept by a time server")
    else:
        yield Finding("clock", "warning", "not kept by a time server", "timedatectl set-ntp true, or set it by hand")


def _locale(_: Machine) -> Iterator[Finding]:
    found = locale.getpreferredencoding(False)
    if found.upper().replace("-", "") == "UTF8":
        yield Finding("locale", "good", found)
    else:
        yield Finding("locale", "wrong", found, "set LANG=C.UTF-8 for the hub's account")


def _socket(machine: Machine) -> Iterator[Finding]:
    if machine.door is None:
        return
    folder = machine.door.socket.path.parent
    try:
        mode, owner = folder.stat().st_mode, folder.stat().st_uid
    except FileNotFoundError:
        yield Finding("socket", "good", f"{folder} will be made")
        return
    if stat.S_IMODE(mode) & 0o077 or os.getuid() not in (0, owner):
        yield Finding("socket", "wrong", f"others may enter {folder}", f"chmod 700 {folder}, as the hub's account")
    else:
        yield Finding("socket", "good", f"{folder} is its owner's alone")


def _keys(machine: Machine) -> Iterator[Finding]:
    if machine.door is None or machine.keys is None:
        return
    for folder in (machine.keys, machine.keys.parent, machine.keys.parent.parent):
        if folder.exists() and folder.stat().st_mode & 0o022:
            yield Finding("keys", "wrong", f"others may write {folder}", f"chmod go-w {folder}; sshd refuses it so")
    yield from _compared(machine.journal, machine.door, machine.keys)


def _compared(journal: Path, door: Door, keys: Path) -> Iterator[Finding]:
    try:
        roster = roster_of(journal) if journal.exists() else None
        differs = difference(read_file(keys), roster, lines(roster, door)) if roster is not None else None
    except (CannotWrite, JournalError, sqlite3.Error) as error:
        yield Finding("keys", "unknown", str(error))
        return
    if differs is None:
        yield Finding("keys", "unknown", "the journal has no roster yet", "coordinator-hub authorized-keys --check")
    elif differs.none:
        yield Finding("keys", "good", f"{keys} lets in the roster, each as themselves")
    else:
        remedy = "serve with --authorized-keys, which keeps it so"
        missing, stale, elsewhere = (len(some) for some in (differs.missing, differs.stale, differs.elsewhere))
        counts = f"{missing} missing, {stale} stale, {elsewhere} also outside the block"
        yield Finding("keys", "wrong", f"{keys}: {counts}", remedy)


def _sshd(machine: Machine) -> Iterator[Finding]:
    if machine.door is None:
        return
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        yield Finding("sshd", "wrong", "none is installed", "install OpenSSH's server")
        return
    said = _said(program, "-T")
    if said is None:
        yield Finding("sshd", "unknown", "only root can read its settings", "run coordinator-hub doctor as root too")
        return
    yield from sshd_settings(said)


def sshd_settings(said: str) -> Iterator[Finding]:
    """What `sshd -T` says, compared with what it should."""
    settings = dict(line.partition(" ")[::2] for line in said.splitlines())
    for name, (wanted, why) in SSHD.items():
        is_now = settings.get(name, wanted)
        if is_now != wanted:
            yield Finding("sshd", "warning", f"{name} is {is_now}", f"set it to {wanted}: {why}")
    alive = ALIVE.search(said)
    if alive is None or not int(alive[1]):
        yield Finding("sshd", "warning", "clientaliveinterval is 0", "set it to 15: dead terminals are noticed")
    passed = [name for line in PASSED_ON.findall(said) for name in line.split() if not HARMLESS.fullmatch(name)]
    if passed:
        yield Finding("sshd", "warning", f"acceptenv takes {' '.join(passed)}", "take LANG and LC_* only")
    yield Finding("sshd", "good", "its settings were read")


def _folder(machine: Machine) -> Path:
    return machine.journal.resolve().parent


def _said(*command: str) -> str | None:
    """What a program prints; None where it cannot be asked."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)  # noqa: S603 - ours
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


CHECKS: tuple[Callable[[Machine], Iterator[Finding]], ...] = (
    _python, _sqlite, _disk, _journal, _clock, _locale, _socket, _keys, _sshd,
)

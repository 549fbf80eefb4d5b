"""Delivers what the spool holds, in a process of its own: by a command, or by whatever Apprise knows how to reach.

Law: a notice leaves `new` only after everybody named in it was told; until then it is tried again, later each time, and
holds up others no longer than one try takes. Somebody may be told twice (the id says so), nobody not at all.
"""

import fcntl
import importlib
import os
import subprocess
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from server.notices import Notice, Person
from server.spool import Spool

SETTINGS = "notify.toml"
EVERYBODY = "*"
COMMAND_WITHIN = 30.0
"""Seconds after which a command that delivers is given up for this time."""
FIRST_AGAIN, LAST_AGAIN = 2.0, 120.0
"""Seconds between two tries: doubled each time."""
ALONE = "notifier.lock"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in `notify.toml`: a command that gets each notice as JSON, and addresses by operator (`*`: all)."""

    command: tuple[str, ...] = ()
    to: Mapping[str, tuple[str, ...]] = {}


class Unfit(Exception):
    """The settings, or what they need, will not do; the message says what to do."""


class Undelivered(Exception):
    """A notice did not reach everybody this time."""


class Sender(Protocol):
    """What Apprise's object does for us."""

    def add(self, servers: Sequence[str]) -> bool: ...

    def notify(self, *, body: str, title: str) -> bool | None: ...


def settings(folder: Path) -> Settings:
    """What the spool's folder says of who is told how. Raises Unfit."""
    path = folder / SETTINGS
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Settings)
    except FileNotFoundError:
        raise Unfit(f"{path} is missing: write a `command` into it, or addresses under [to]") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unfit(f"{path} cannot be used: {error}") from None


def apprise() -> Callable[[], Sender]:
    """What makes a sender. Raises Unfit where Apprise is not installed."""
    try:
        made: Callable[[], Sender] = importlib.import_module("apprise").Apprise
    except ImportError:
        raise Unfit("addresses need Apprise: pip install 'coordinator[notify]', or use a command") from None
    return made


class Notifier:
    """Delivers one spool."""

    def __init__(self, spool: Spool, wanted: Settings) -> None:
        self._spool = spool
        self._wanted = wanted
        self._make = apprise() if wanted.to else None
        self._told: dict[str, set[str]] = {}
        """Notice: those who were told already."""
        self._again: dict[str, tuple[float, float]] = {}
        """Notice: when it is tried again, and how long it then waits."""

    def once(self, now: float) -> list[str]:
        """Try everything that is to be tried now; what went wrong, a sentence each."""
        wrong = []
        for path in self._spool.waiting():
            at, wait = self._again.get(path.name, (0.0, FIRST_AGAIN))
            if at > now:
                continue
            try:
                self._deliver(msgspec.json.decode(path.read_bytes(), type=Notice))
                self._spool.sent(path)
                self._again.pop(path.name, None)
            except (Undelivered, OSError, msgspec.MsgspecError) as error:
                self._again[path.name] = (now + wait, min(wait * 2, LAST_AGAIN))
                wrong.append(f"{path.stem}: {error}; tried again in {wait:g} s")
        return wrong

    def _deliver(self, one: Notice) -> None:
        told = self._told.setdefault(one.id, set())
        if self._wanted.command and "" not in told:
            _run(self._wanted.command, one)
            told.add("")
        for person in one.to:
            if person.id not in told:
                self._tell(one, person)
                told.add(person.id)
        del self._told[one.id]

    def _tell(self, one: Notice, person: Person) -> None:
        addresses = [*self._wanted.to.get(person.id, ()), *self._wanted.to.get(EVERYBODY, ())]
        if not addresses or self._make is None:
            return
        sender = self._make()
        if not sender.add(addresses):
            raise Undelivered(f"an address of {person.id} in {SETTINGS} is not one that Apprise knows")
        if not sender.notify(title=one.title, body=f"{one.text}\n[{one.id}]"):
            raise Undelivered(f"{person.id} could not be reached")


def _run(command: Sequence[str], one: Notice) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the liaison's own command, from their own file
            command, input=msgspec.json.encode(one), capture_output=True, timeout=COMMAND_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Undelivered(f"{command[0]}: {error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Undelivered(f"{command[0]} ended with {done.returncode}{': ' + said[-1] if said else ''}")


class Taken(Exception):
    """Another notifier delivers this spool."""


def alone(folder: Path) -> int:
    """Keep others from delivering the same spool, as long as what comes back is open. Raises Taken."""
    lock = os.open(folder / ALONE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise Taken(f"another notifier delivers {folder}") from None
    return lock


def run(notifier: Notifier, report: Callable[[str], None], ended: Callable[[float], bool]) -> None:
    """Deliver until `ended`, which waits so many seconds, says so."""
    while True:
        for line in notifier.once(time.monotonic()):
            report(line)
        if ended(0.5):
            return

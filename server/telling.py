"""How somebody is told of a notice: by the liaison's own command, or by whatever Apprise knows how to reach.

Law: telling takes as long as it takes, up to a limit, and raises `Undelivered` where it is not known to have worked.
"""

import importlib
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from server.notices import Notice

SETTINGS = "notify.toml"
EVERYBODY = "*"
COMMAND_WITHIN = 30.0
"""Seconds after which a command that delivers is given up for this time."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in `notify.toml`: a command that gets each notice as JSON, and addresses by operator (`*`: all)."""

    command: tuple[str, ...] = ()
    to: Mapping[str, tuple[str, ...]] = {}


class Unfit(Exception):
    """The settings, or what they need, will not do; the message says what to do."""


class Undelivered(Exception):
    """A notice did not reach somebody this time."""


class Sender(Protocol):
    """What Apprise's object does for us."""

    def add(self, servers: Sequence[str]) -> bool: ...

    def notify(self, *, body: str, title: str) -> bool | None: ...


class Telling(Struct, frozen=True):
    """One way by which a notice goes out: whom it reaches, under which name, and what does it."""

    name: str
    people: frozenset[str]
    tell: Callable[[], None]
    """Raises Undelivered."""


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


class Teller:
    """What the settings make of a notice."""

    def __init__(self, wanted: Settings) -> None:
        self._wanted = wanted
        self._make = apprise() if wanted.to else None

    def tellings(self, one: Notice) -> Iterator[Telling]:
        """Each way by which it goes out, none of which waits for another."""
        if self._wanted.command:
            everybody = frozenset(person.id for person in one.to)
            yield Telling("", everybody, lambda: _run(self._wanted.command, one))
        for person in one.to:
            addresses = (*self._wanted.to.get(person.id, ()), *self._wanted.to.get(EVERYBODY, ()))
            if addresses and self._make is not None:
                yield Telling(person.id, frozenset((person.id,)), self._call(one, person.id, addresses))

    def _call(self, one: Notice, person: str, addresses: Sequence[str]) -> Callable[[], None]:
        make = self._make
        assert make is not None

        def call() -> None:
            sender = make()
            if not sender.add(addresses):
                raise Undelivered(f"an address of {person} in {SETTINGS} is not one that Apprise knows")
            try:
                reached = sender.notify(title=one.title, body=f"{one.text}\n[{one.id}]")
            except Exception as error:
                raise Undelivered(f"{person}: {error}") from error
            if not reached:
                raise Undelivered(f"{person} could not be reached")

        return call


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

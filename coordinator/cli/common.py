"""What every command that talks to a hub shares: which hub, its session, and how it waits."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from coordinator.cli import config
from coordinator.cli.ends import FAILED, NOT_VERIFIED, OUT_OF_REACH, USAGE, End
from coordinator.incident.entries import Entry
from coordinator.incident.plain import plain
from coordinator.session.client import Session
from coordinator.session.faults import (
    BadAddress,
    Fault,
    ForkedLog,
    HubSaid,
    NeverMet,
    NotAdmitted,
    OtherOperation,
    OtherVersion,
    Unreachable,
)

T = TypeVar("T")
Put = Callable[[Iterable[Entry]], None]
"""What prints entries."""


CODES: dict[type[Fault], int] = {
    Unreachable: OUT_OF_REACH,
    NeverMet: OUT_OF_REACH,
    HubSaid: USAGE,
    NotAdmitted: USAGE,
    OtherVersion: USAGE,
    OtherOperation: USAGE,
    ForkedLog: NOT_VERIFIED,
}
"""How a command ends that met a fault; any other is a failure."""


class To(msgspec.Struct, frozen=True):
    """Which hub, as whom, and how long to wait for it."""

    hub: str
    operator: str | None
    wait: float


def to(hub: str | None, as_: str | None, wait: float | None) -> To:
    """What the options, the environment and the file say together."""
    return To(config.hub(hub), config.setting(as_, "as"), config.seconds(wait))


def session(
    to: To, *, folder: Path | None = None, follow: bool = False, snapshot: bool = False
) -> Session:
    """A session that is not connected yet. Raises End for an address that cannot be read."""
    try:
        return Session(to.hub, operator=to.operator, folder=folder, follow=follow, snapshot=snapshot)
    except BadAddress as wrong:
        raise End(USAGE, str(wrong)) from None
    except Fault as fault:
        raise End(FAILED, str(fault)) from None


def run(work: Callable[[], Coroutine[object, object, T]]) -> T:
    """Run it; what a session cannot mend ends the command with the right code."""
    try:
        return asyncio.run(work())
    except Fault as fault:
        raise End(CODES.get(type(fault), FAILED), str(fault)) from None


async def within(seconds: float, answer: Awaitable[T], what: str) -> T:
    """Wait for an answer only so long. Raises End."""
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError:
        raise End(OUT_OF_REACH, f"the hub did not answer within {seconds:g} s: {what}") from None


def put_json(value: object) -> None:
    """One line of JSON, with what a terminal would obey in escapes."""
    line = msgspec.json.encode(value, order="sorted", enc_hook=plain).decode()
    click.echo(line if line.isprintable() else "".join(map(_escaped, line)))


def _escaped(char: str) -> str:
    """It stands in a string, where JSON knows it by its number as well."""
    if char.isprintable():
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def builtins(value: object) -> dict[str, object]:
    """A part of the state as plain JSON values."""
    found: dict[str, object] = msgspec.to_builtins(value, enc_hook=plain)
    return found

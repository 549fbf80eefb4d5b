"""What every command that talks to a hub shares: its options, its session, and how it waits."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from coordinator.cli import config
from coordinator.cli.ends import FAILED, OUT_OF_REACH, USAGE, End
from coordinator.incident.entries import Entry
from coordinator.session.client import Session
from coordinator.session.faults import BadAddress, Fault, HubSaid, Unreachable

T = TypeVar("T")
Put = Callable[[Iterable[Entry]], None]
"""What prints entries."""


def hub_options() -> list[click.Parameter]:
    """--hub, --as, --json, --wait: on every command that talks to a hub."""
    return [
        click.Option(["--hub"], metavar="ADDRESS", help="ws://127.0.0.1:PORT or unix:PATH  [COORDINATOR_HUB]"),
        click.Option(["--as", "as_"], metavar="ID", help="Who you are, on a keyless hub.  [COORDINATOR_AS]"),
        click.Option(["--wait"], type=float, metavar="SECONDS", help="How long to wait for the hub: 10."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
    ]


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
    except Unreachable as gone:
        raise End(OUT_OF_REACH, str(gone)) from None
    except HubSaid as said:
        raise End(USAGE, str(said)) from None
    except Fault as fault:
        raise End(OUT_OF_REACH, str(fault)) from None


async def within(seconds: float, answer: Awaitable[T], what: str) -> T:
    """Wait for an answer only so long. Raises End."""
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError:
        raise End(OUT_OF_REACH, f"the hub did not answer within {seconds:g} s: {what}") from None


def now() -> datetime:
    """The time at which somebody types."""
    return datetime.now(UTC)


def put_json(value: object) -> None:
    """One line of JSON."""
    click.echo(msgspec.json.encode(value, order="sorted").decode())

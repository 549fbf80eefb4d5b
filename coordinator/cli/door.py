"""`coordinator door`: what SSH runs for each key of the roster, whatever the other side asks for.

At a terminal it is the interface; at a pipe it is the bridge for `coordinator join ssh://…`. Who it is for stands
in the line of authorized_keys that started it, and nothing from the other side changes that.
"""

import asyncio
import os
import sys

import click

from coordinator.cli.ends import OUT_OF_REACH, USAGE, End
from coordinator.session.addresses import Door, Unix, read
from coordinator.session.faults import BadAddress

ASKED = "SSH_ORIGINAL_COMMAND"
"""What the other side wanted to run, if anything."""
CAME_FROM = "SSH_CONNECTION"
"""Both ends of the connection, as the SSH server sees them; the other side's address first."""


def _door(operator: str, key: str, hub: str) -> None:
    if os.environ.get(ASKED):
        raise End(USAGE, "no commands here; type ssh alone for the interface, or coordinator … --hub ssh://USER@HOST")
    try:
        address = read(hub)
    except BadAddress as wrong:
        raise End(USAGE, str(wrong)) from None
    if not isinstance(address, Unix):
        raise End(USAGE, f"{hub} is no Unix socket; write authorized_keys anew")
    origin = os.environ.get(CAME_FROM, "").partition(" ")[0]
    door = Door(operator, key, address.path, origin)
    if sys.stdin.isatty() and sys.stdout.isatty():
        raise click.exceptions.Exit(_interface(door))
    _bridge(door)


def _interface(door: Door) -> int:
    from coordinator.cli import config
    from coordinator.tui.app import run

    return run(str(door), None, config.folder())


def _bridge(door: Door) -> None:
    from coordinator.session.bridge import bridge
    from coordinator.session.transports import LinkLost

    try:
        asyncio.run(bridge(door, sys.stdin.buffer, sys.stdout.buffer))
    except LinkLost as lost:
        raise End(OUT_OF_REACH, f"the hub: {lost}") from None


COMMANDS = {
    "door": click.Command(
        "door",
        params=[click.Argument(["operator"]), click.Argument(["key"]), click.Argument(["hub"])],
        callback=_door,
        hidden=True,
        help="Run by SSH for a key of the roster; `coordinator-hub authorized-keys` writes the lines that call it.",
    )
}

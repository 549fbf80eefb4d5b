"""The options that every command which talks to a hub has."""

import sys

import click


def at_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def hub_options() -> list[click.Parameter]:
    """--hub, --as, --json, --wait: on every command that talks to a hub."""
    return [
        click.Option(
            ["--hub"], metavar="ADDRESS", help="ssh://USER@HOST, unix:PATH or ws://127.0.0.1:PORT  [COORDINATOR_HUB]"
        ),
        click.Option(["--as", "as_"], metavar="ID", help="Who you are, on a keyless hub.  [COORDINATOR_AS]"),
        click.Option(["--wait"], type=float, metavar="SECONDS", help="How long to wait for the hub: 10."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
    ]

"""`coordinator join`: the terminal interface; or, with the numbers of messages, the command that joins duplicates."""

import re
from pathlib import Path

import click

from coordinator.cli import config
from coordinator.cli.ends import Usage
from coordinator.cli.verbs import verb
from coordinator.session.addresses import read
from coordinator.session.faults import BadAddress

REF = re.compile(r"(?i)(M-)?[0-9]+(,(M-)?[0-9]+)*")
"""What makes it the command: M-12, or an entry's number."""


class Join(click.Command):
    """Takes its words to the interface, or to the command where they are numbers."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["refs"] = bool(args) and REF.fullmatch(args[0]) is not None
        if not ctx.meta["refs"]:
            return super().parse_args(ctx, args)
        ctx.meta["words"] = list(args)
        return []

    def invoke(self, ctx: click.Context) -> object:
        if ctx.meta["refs"]:
            return verb("join").main(ctx.meta["words"], prog_name=ctx.command_path, standalone_mode=False)
        return super().invoke(ctx)


def _join(hub: str | None, hub_option: str | None, as_: str | None, folder: Path | None) -> None:
    address = config.hub(hub or hub_option)
    try:
        read(address)
    except BadAddress as wrong:
        raise Usage(str(wrong)) from None
    from coordinator.tui.app import run

    code = run(address, config.setting(as_, "as"), folder or config.folder())
    raise click.exceptions.Exit(code)


COMMANDS = {
    "join": Join(
        "join",
        params=[
            click.Argument(["hub"], required=False, metavar="[HUB | REF REF…]"),
            click.Option(["--hub", "hub_option"], metavar="ADDRESS", help="The same, as elsewhere.  [COORDINATOR_HUB]"),
            click.Option(["--as", "as_"], metavar="ID", help="Who you are, on a keyless hub.  [COORDINATOR_AS]"),
            click.Option(["--folder"], type=Path, metavar="DIR", help="Where your copy and your unsent text are kept."),
        ],
        callback=_join,
        help="Open the terminal interface at a hub. With numbers of messages: join those duplicates into one row.",
        epilog="Examples:  coordinator join unix:/run/coordinator/hub.sock --as nia    coordinator join M-12 M-14",
    )
}

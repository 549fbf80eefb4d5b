"""`coordinator verify`: whether a journal or an export is whole, and where it is not."""

from pathlib import Path

import click
import msgspec

from coordinator.cli.common import put_json
from coordinator.cli.ends import NOT_VERIFIED, End, Usage


def _verify(path: Path, chain_only: bool, as_json: bool) -> None:
    from coordinator.journal.errors import NotAJournal
    from coordinator.journal.verify import chain, replay

    if not path.exists():
        raise Usage(f"{path} does not exist; name a journal or an export")
    try:
        report = chain(path) if chain_only else replay(path)
    except NotAJournal as wrong:
        raise End(NOT_VERIFIED, str(wrong)) from None
    except OSError as wrong:
        raise Usage(f"{path} cannot be read: {wrong.strerror}") from None
    if as_json:
        put_json({**msgspec.to_builtins(report), "whole": report.whole})
    elif report.whole:
        how = "chain whole" if chain_only else f"chain whole, replayed, {report.snapshots} state digests agree"
        click.echo(f"{report.seq} entries: {how}")
        click.echo(f"head {report.digest}")
        if report.continues:
            click.echo(f"it continues a former log, unchanged up to entry {report.continues}")
    if report.fault is not None:
        good = f"the last good entry is {report.seq}" if report.seq else "no entry before it is good"
        raise End(NOT_VERIFIED, f"{path} is NOT whole at entry {report.fault.seq}: {report.fault.what}; {good}")


COMMANDS = {
    "verify": click.Command(
        "verify",
        params=[
            click.Argument(["path"], type=click.Path(path_type=Path), metavar="JOURNAL|EXPORT"),
            click.Option(["--chain", "chain_only"], is_flag=True, help="Only the chain: quick, replays nothing."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
        ],
        callback=_verify,
        help="Check a log from its first entry to its last: each line follows from the one before, is canonical, and"
        " makes the state that the hub said it made. Trusts nothing but the lines.",
        epilog="Example:  coordinator verify flood.journal     Exit code 5 where it is not whole.",
    )
}

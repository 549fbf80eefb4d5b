"""`coordinator verify`: whether a journal or an export is whole, and where it is not."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from coordinator.cli.common import put_json
from coordinator.cli.ends import NOT_VERIFIED, End, Usage
from coordinator.review.lines import shown

if TYPE_CHECKING:
    from coordinator.journal.verify import Report

MOST = 5
"""Faults of files that are named."""


class Files(msgspec.Struct, frozen=True):
    """What was found of an export's files, beside its lines."""

    signature: str = ""
    faults: tuple[str, ...] = ()


def _verify(path: Path, chain_only: bool, allowed: Path | None, identity: str, as_json: bool) -> None:
    from coordinator.journal.errors import NotAJournal
    from coordinator.journal.verify import chain, replay

    if not path.exists():
        raise Usage(f"{path} does not exist; name a journal or an export")
    try:
        report = chain(path) if chain_only else replay(path)
        files = _files(path, report, allowed, identity)
    except NotAJournal as wrong:
        raise End(NOT_VERIFIED, str(wrong)) from None
    except OSError as wrong:
        raise Usage(f"{path} cannot be read: {wrong.strerror}") from None
    if as_json:
        whole = report.whole and not files.faults
        put_json({**msgspec.to_builtins(report), **msgspec.to_builtins(files), "whole": whole})
    elif report.whole:
        _tell(report, files)
    if report.fault is not None:
        good = f"the last good entry is {report.seq}" if report.seq else "no entry before it is good"
        raise End(NOT_VERIFIED, f"{path} is NOT whole at entry {report.fault.seq}: {report.fault.what}; {good}")
    if files.faults:
        raise End(NOT_VERIFIED, f"{path} is NOT what was exported: {'; '.join(files.faults)}")


def _files(path: Path, report: "Report", allowed: Path | None, identity: str) -> Files:
    """An export's folder is looked at file by file; a journal, or lines alone, have nothing beside them."""
    if not path.is_dir():
        return Files()
    from coordinator.review.checked import faults, signature

    said, good = signature(path, allowed, identity)
    found = tuple(islice(faults(path, report), MOST))
    return Files(signature=said, faults=found if good else (*found, said))


def _tell(report: "Report", files: Files) -> None:
    held = sum(report.withheld.values())
    states = f", {report.snapshots} state digests agree" if not held else ""
    click.echo(f"{report.seq} entries: chain whole{f', replayed{states}' if report.replayed else ''}")
    for reason, count in sorted(report.withheld.items()):
        click.echo(shown(f"  {count} as digests only: {reason}"))
    click.echo(f"head {report.digest}")
    if report.continues:
        click.echo(f"it continues a former log, unchanged up to entry {report.continues}")
    if files.signature and not files.faults:
        click.echo(shown(f"files as exported; {files.signature}"))


COMMANDS = {
    "verify": click.Command(
        "verify",
        params=[
            click.Argument(["path"], type=click.Path(path_type=Path), metavar="JOURNAL|EXPORT"),
            click.Option(["--chain", "chain_only"], is_flag=True, help="Only the chain: quick, replays nothing."),
            click.Option(["--allowed"], type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
                         help="An export must be signed by a key of this file (as ssh-keygen's allowed_signers)."),
            click.Option(["--identity"], default="exporter", show_default=True, metavar="NAME", help="Signed by whom."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
        ],
        callback=_verify,
        help="Check a log from its first entry to its last: each line follows from the one before, is canonical, and"
        " makes the state that the hub said it made. Trusts nothing but the lines. Of an export's folder, every file"
        " too, and its signature.",
        epilog="Example:  coordinator verify flood.journal     Exit code 5 where it is not whole.",
    )
}

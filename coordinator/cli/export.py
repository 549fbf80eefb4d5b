"""`coordinator export`: a log as files that anybody can check and read, whole or without what somebody may not see."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from coordinator.cli.common import put_json
from coordinator.cli.ends import FAILED, NOT_VERIFIED, End, Usage
from coordinator.review.lines import shown

if TYPE_CHECKING:
    from coordinator.review.book import Period

IDENTITY = re.compile(r"[\w.@+-]{1,128}", re.ASCII)


def _export(
    log: Path, to: Path, redact: tuple[str, ...], viewer: str, between: str, bare: bool, key: Path | None,
    identity: str, as_json: bool,
) -> None:
    from coordinator.journal.errors import BadLine, BrokenChain, NotAJournal
    from coordinator.review.export import Wishes, export
    from coordinator.review.folder import CannotWrite, NotFree
    from coordinator.review.signing import CannotSign
    from coordinator.review.thinning import Refused

    if not log.exists():
        raise Usage(f"{log} does not exist; name a journal, a copy or an export")
    wishes = Wishes(
        redact=_reasons(redact), viewer=viewer, period=_period(between), reports=not bare, key=key,
        identity=_identity(identity),
    )  # fmt: skip
    try:
        done = export(log, to, wishes)
    except (BrokenChain, BadLine) as wrong:
        raise End(NOT_VERIFIED, f"{log}: {wrong}; nothing was exported") from None
    except (NotAJournal, NotFree, Refused, CannotSign) as wrong:
        raise Usage(str(wrong)) from None
    except CannotWrite as wrong:
        raise End(FAILED, str(wrong)) from None
    if as_json:
        put_json({"folder": str(to), **msgspec.to_builtins(done)})
        return
    click.echo(shown(f"{to}: {done.head.seq} entries, head {done.head.code}"))
    for reason, count in sorted(done.withheld.items()):
        click.echo(shown(f"  {count} as digests only: {reason}"))
    if done.repeated:
        click.echo(f"  redacted too, for they hold the same words: {', '.join(f'#{seq}' for seq in done.repeated)}")


def _reasons(redact: tuple[str, ...]) -> dict[str, str]:
    from coordinator.wire.text import check

    found: dict[str, str] = {}
    for one in redact:
        ref, _, reason = one.partition("=")
        if not ref or not reason:
            raise Usage(f"'{one}' names no entry with its reason; write --redact M-12='a patient'")
        flaw = check(reason)
        if flaw is not None or len(reason) > 400:  # noqa: PLR2004 - a line's 512, with room for what is put before it
            raise Usage(f"the reason for {ref} cannot stand in a line: {flaw or 'it is longer than 400 characters'}")
        found[ref.upper()] = reason
    return found


def _period(between: str) -> "Period":
    from coordinator.review.book import Period, period

    try:
        return period(between) if between else Period()
    except ValueError as wrong:
        raise Usage(str(wrong)) from None


def _identity(name: str) -> str:
    if IDENTITY.fullmatch(name) is None:
        raise Usage(f"'{name}' cannot stand in a file of signers; write letters, digits and . _ @ + -, as quill@county")
    return name


COMMANDS = {
    "export": click.Command(
        "export",
        params=[
            click.Argument(["log"], type=click.Path(path_type=Path), metavar="JOURNAL|COPY|EXPORT"),
            click.Option(["-o", "--out", "to"], type=click.Path(path_type=Path), required=True, metavar="DIR",
                         help="A folder that is not there yet."),
            click.Option(["--redact"], multiple=True, metavar="REF=REASON",
                         help="This entry (214, M-12) as its digest, with the reason; may be repeated."),
            click.Option(["--as", "viewer"], default="", metavar="OPERATOR", help="Only what they may see."),
            click.Option(["--operational-period", "between"], default="", metavar="FROM/UNTIL",
                         help="What the reports tell of."),
            click.Option(["--no-reports", "bare"], is_flag=True, help="Lines, head and rosters only."),
            click.Option(["--sign", "key"], type=click.Path(path_type=Path, exists=True, dir_okay=False),
                         metavar="KEYFILE", help="Sign with this SSH private key."),
            click.Option(["--identity"], default="exporter", show_default=True, metavar="NAME", help="Sign as."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
        ],
        callback=_export,
        help="Write a log as files: its lines, head and rosters, reports (ICS-309, ICS-214, decision log, HTML, CSV),"
        " and digests that sha256sum checks. The log may be a running hub's journal, your own copy, or an export.",
        epilog="Example:  coordinator export flood.journal -o flood-export --redact M-12='a patient' --sign KEYFILE",
    )
}  # fmt: skip

"""`coordinator-hub backup`, `restore` and `designate`: for whoever keeps the hub alive."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from coordinator.journal.errors import JournalError
from coordinator.journal.verify import Report
from server.backup import CannotCopy, NotWhole, copied
from server.cli import FAILED, NOT_WHOLE, USAGE, End, socket_of
from server.owner import OwnerError, Wish
from server.owner import designate as asked

FILE = click.Path(path_type=Path, dir_okay=False)
UNREACHED = 4


@click.command(
    epilog="""\b
Examples:
  coordinator-hub backup flood.journal /var/backups
  coordinator-hub backup flood.journal /media/stick/flood-1400.journal

The hub goes on. The copy is one file; it is replayed from its first entry before it gets its name.
"""
)
@click.argument("journal", type=FILE)
@click.argument("to", type=click.Path(path_type=Path))
def backup(journal: Path, to: Path) -> None:
    """Copy JOURNAL as it is now into a new file TO, or into the folder TO, and verify the copy."""
    report, path = _copy(journal, _named(journal, to) if to.is_dir() else to)
    click.echo(f"{path}: entries 1 to {report.seq}, replayed and whole")
    click.echo(f"head {report.digest}")


@click.command(
    epilog="""\b
Example:
  coordinator-hub restore /var/backups/flood-1400.journal flood.journal

For a journal that is lost and whose every entry is in the backup. Where the hub wrote more after the backup was
made, people have seen entries that the backup lacks: start a new log from it instead, with
  coordinator-hub serve roster.json --journal new.journal --continue-from BACKUP …
"""
)
@click.argument("backup", type=FILE)
@click.argument("journal", type=FILE)
def restore(backup: Path, journal: Path) -> None:
    """Verify BACKUP and make it JOURNAL, where there is none."""
    report, path = _copy(backup, journal)
    click.echo(f"{path}: entries 1 to {report.seq}, replayed and whole")
    click.echo(f"head {report.digest}")


@click.command(
    epilog="""\b
Example:
  coordinator-hub designate ops moreau --hub unix:/run/coordinator/hub.sock --reason "Lee and Dana out of reach"

For when the holder and every deputy are gone. Nobody is unseated who is in contact. The log says who asked, and why.
"""
)
@click.argument("scope")
@click.argument("operator")
@click.option("--hub", required=True, envvar="COORDINATOR_HUB", metavar="ADDRESS", help="The running hub's unix:PATH.")
@click.option("--reason", required=True, help="Why; it stands in the log.")
def designate(scope: str, operator: str, hub: str, reason: str) -> None:
    """On the hub's host, as its account: make OPERATOR the first deputy of SCOPE."""
    address = socket_of(hub, "this is done on the hub's host")
    try:
        click.echo(asked(address.path, Wish(scope, operator, getpass.getuser(), reason)))
    except OwnerError as wrong:
        raise End(str(wrong), UNREACHED if "no hub answers" in str(wrong) else USAGE) from None


def _copy(source: Path, to: Path) -> tuple[Report, Path]:
    try:
        return copied(source, to), to
    except NotWhole as wrong:
        raise End(f"{wrong}; nothing was written. Look with: coordinator verify {source}", NOT_WHOLE) from None
    except CannotCopy as wrong:
        raise End(str(wrong), FAILED) from None
    except JournalError as wrong:
        raise End(f"{source}: {wrong}", USAGE) from None


def _named(journal: Path, folder: Path) -> Path:
    """A name that sorts by time, made from the clock and nothing else of the world."""
    return folder / f"{journal.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.journal"

"""`coordinator-hub authorized-keys`: who of a roster comes in by which key, as OpenSSH reads it."""

import shutil
import sys
from pathlib import Path

import click

from coordinator.incident.roster import Roster
from coordinator.journal.errors import JournalError
from coordinator.journal.sources import SQLITE
from coordinator.session.addresses import Unix
from server.authorized_keys import CannotWrite, Difference, Door, difference, lines, read_file, update
from server.cli import NOT_WHOLE, USAGE, End, loaded, socket_of
from server.restore import roster_of


def door(hub: str, program: Path | None) -> Door:
    """What the keys shall open. Raises End."""
    address = socket_of(hub, "people come in by SSH at unix:PATH")
    found = [path for path in ([program] if program else _beside()) if path.is_file()]
    if not found:
        raise End("the program `coordinator` was not found; name it with --program", USAGE)
    return Door(found[0].absolute(), Unix(address.path.absolute()))


def _beside() -> list[Path]:
    """Where the operators' program should be: beside this one, beside its Python, or on the path."""
    named = shutil.which("coordinator")
    beside = [Path(sys.argv[0]).with_name("coordinator"), Path(sys.executable).with_name("coordinator")]
    return [*beside, *([Path(named)] if named else [])]


@click.command(
    "authorized-keys",
    epilog="""\b
Examples:
  coordinator-hub authorized-keys roster.json --hub unix:/run/coordinator/hub.sock
  coordinator-hub authorized-keys flood.journal --hub unix:/run/coordinator/hub.sock --check

With a journal it is the roster as the log says that it is now. Run it as the hub's account. Only the
operation's own block of the file is changed.
""",
)
@click.argument("roster", metavar="ROSTER|JOURNAL", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--hub", required=True, envvar="COORDINATOR_HUB", metavar="ADDRESS", help="The hub's unix:PATH.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, dir_okay=False), envvar="COORDINATOR_AUTHORIZED_KEYS",
    default=Path("~/.ssh/authorized_keys"), show_default=True, help="The file to write.",
)
@click.option(
    "--program", type=click.Path(path_type=Path, dir_okay=False),
    help="The `coordinator` that the keys run; else the one beside this program.",
)
@click.option("--check", is_flag=True, help="Change nothing; say what is missing or stale.")
def authorized_keys(roster: Path, hub: str, path: Path, program: Path | None, *, check: bool) -> None:
    """Write into authorized_keys who of ROSTER comes in, and as whom."""
    found, opens, path = _roster(roster), door(hub, program), path.expanduser()
    try:
        changed = False if check else update(path, found, opens)
        wanted = lines(found, opens)
        differs = difference(read_file(path), found, wanted)
    except CannotWrite as wrong:
        raise End(str(wrong), USAGE) from None
    for line in told(differs):
        click.echo(line, err=not check)
    if not differs.none:
        remedy = "write it: leave out --check" if check and (differs.missing or differs.stale) else "remove those lines"
        raise End(f"{path} does not let in exactly the roster; {remedy}", NOT_WHOLE)
    how = "written" if changed else "as it should be"
    click.echo(f"{path}: {len(wanted)} keys of {found.operation.name}, {how}")


def _roster(path: Path) -> Roster:
    """The roster in a file, or the one that a journal says is in force now. Raises End."""
    try:
        with path.open("rb") as file:
            journal = file.read(len(SQLITE)) == SQLITE
        found = roster_of(path) if journal else loaded(path)
    except OSError as wrong:
        raise End(f"{path} cannot be read: {wrong.strerror}", USAGE) from None
    except JournalError as wrong:
        raise End(f"{path}: {wrong}", NOT_WHOLE) from None
    if found is None:
        raise End(f"{path} holds no roster yet", USAGE)
    return found


def told(differs: Difference) -> list[str]:
    """A line for each thing that is not as it should be."""
    return [
        *(f"missing: {whose}" for whose in differs.missing),
        *(f"stale: {whose}" for whose in differs.stale),
        *(f"also outside the block, where the key gives more: {whose}" for whose in differs.elsewhere),
    ]

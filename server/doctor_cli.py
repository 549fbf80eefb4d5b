"""`coordinator-hub doctor`: whether this machine is fit to run a hub, before it has to be."""

from pathlib import Path

import click
import msgspec

from server.cli import NOT_WHOLE, End
from server.doctor import Machine, examined
from server.keys_cli import door


@click.command(
    epilog="""\b
Examples:
  coordinator-hub doctor flood.journal
  coordinator-hub doctor flood.journal --hub unix:/run/coordinator/hub.sock --authorized-keys ~/.ssh/authorized_keys

Run it as the hub's account; as root it can read the SSH server's settings too. Nothing is changed.
"""
)
@click.argument("journal", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--hub", envvar="COORDINATOR_HUB", metavar="ADDRESS", help="The hub's unix:PATH.")
@click.option(
    "--authorized-keys", "keys", type=click.Path(path_type=Path, dir_okay=False),
    envvar="COORDINATOR_AUTHORIZED_KEYS", metavar="FILE", help="Compare this file with the log's roster.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each finding.")
def doctor(journal: Path, hub: str | None, keys: Path | None, *, as_json: bool) -> None:
    """Look at all that a hub with the log JOURNAL needs of this machine, and say what is wrong."""
    machine = Machine(
        journal=journal, door=door(hub, None) if hub is not None else None,
        keys=keys.expanduser() if keys is not None else None,
    )
    findings = list(examined(machine))
    for finding in findings:
        click.echo(msgspec.json.encode(finding).decode() if as_json else str(finding))
    wrong = sum(finding.level == "wrong" for finding in findings)
    if wrong:
        raise End(f"not fit to run a hub: mend what is wrong above ({wrong})", NOT_WHOLE)

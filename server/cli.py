"""`coordinator-hub`: what the liaison types to run an operation, and to keep it running.

Exit codes: 0 done, 2 usage, 5 a roster or a journal that does not hold, 70 the journal could not be written.
"""

import os
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import click
import msgspec
import platformdirs

from coordinator import __version__
from coordinator.incident.check import load
from coordinator.incident.roster import Roster
from coordinator.session.addresses import Unix, read
from coordinator.session.faults import BadAddress

USAGE, NOT_WHOLE, FAILED, INTERRUPTED = 2, 5, 70, 130
CONFIG = "COORDINATOR_CONFIG"
"""The variable that names another settings file; what the hub reads of it stands under [hub]."""


class End(Exception):
    """Ends with one line and an exit code."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


LATER = {
    "serve": "server.serve_cli",
    "drill": "server.drill_cli",
    "authorized-keys": "server.keys_cli",
    "backup": "server.keeping_cli",
    "restore": "server.keeping_cli",
    "designate": "server.keeping_cli",
    "doctor": "server.doctor_cli",
    "notify": "server.notify_cli",
}
"""Commands that are loaded only when they are called, and where they stand."""


class Commands(click.Group):
    """Checks by itself; loads the rest when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATER:
            found: click.Command = getattr(import_module(LATER[cmd_name]), cmd_name.replace("-", "_"))
            return found
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  coordinator-hub check roster.json
  coordinator-hub serve roster.json --journal flood.journal --listen unix:/run/coordinator/hub.sock
  coordinator-hub serve roster.json --journal try.journal --listen ws://127.0.0.1:4600 --keyless
  coordinator-hub drill river-flood.jsonl
  coordinator-hub authorized-keys roster.json --hub unix:/run/coordinator/hub.sock
  coordinator-hub backup flood.journal /var/backups

Each option can be a COORDINATOR_* variable, or a line under [hub] in the settings file.
""",
)
@click.version_option(__version__, prog_name="coordinator-hub")
@click.pass_context
def hub(ctx: click.Context) -> None:
    """Runs the hub of an operation: one roster, one journal, one Point of Contact for each scope."""
    ctx.default_map = dict.fromkeys(LATER, _settings())


@hub.command(epilog="Example:\n\n  coordinator-hub check roster.json --json")
@click.argument("roster", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each finding.")
def check(roster: Path, *, as_json: bool) -> None:
    """Say all that is wrong with ROSTER, each with its path and the remedy."""
    loaded = load(_bytes(roster))
    for problem in loaded.problems:
        click.echo(msgspec.json.encode(problem).decode() if as_json else str(problem))
    found = loaded.roster
    if found is None:
        raise End(f"{roster} cannot be used; mend what is said above", NOT_WHOLE)
    if not as_json:
        counts = f"{len(found.centres)} centres, {len(found.operators)} operators, {len(found.scopes)} scopes"
        click.echo(f"{roster}: {found.operation.name} ({found.operation.kind.upper()}) can be used: {counts}")


def socket_of(hub: str, why: str) -> Unix:
    """The Unix socket at which a hub is; `why` it must be one. Raises End."""
    try:
        address = read(hub)
    except BadAddress as wrong:
        raise End(str(wrong), USAGE) from None
    if not isinstance(address, Unix):
        raise End(f"{hub} is no Unix socket; {why}", USAGE)
    return address


def loaded(path: Path) -> Roster:
    """The roster in a file. Raises End for one that no operation can run on."""
    outcome = load(_bytes(path))
    if outcome.roster is None:
        raise End(f"{path} cannot be used: {outcome.errors[0]} (all of it: coordinator-hub check {path})", USAGE)
    return outcome.roster


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise End(f"{path} cannot be read: {error.strerror}", USAGE) from None


def _settings() -> dict[str, object]:
    """The [hub] table of the settings file."""
    path = Path(os.environ.get(CONFIG) or platformdirs.user_config_path("coordinator") / "config.toml")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("hub", {})
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise End(f"the settings file {path} cannot be read: {error}", USAGE) from None
    return found if isinstance(found, dict) else {}


def main() -> None:
    """Run one command, and exit with its code; whatever goes wrong is one line."""
    try:
        hub(prog_name="coordinator-hub", standalone_mode=False)
    except End as end:
        _fail(str(end), end.code)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        sys.exit(asked.exit_code)
    except click.ClickException as wrong:
        ctx = wrong.ctx if isinstance(wrong, click.UsageError) else None
        more = f" See: {ctx.command_path} --help" if ctx is not None else ""
        _fail(" ".join(wrong.format_message().split()) + more, wrong.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get("COORDINATOR_DEBUG"):
            raise
        _fail(f"{type(error).__name__}: {error}; set COORDINATOR_DEBUG=1 to see where", FAILED)


def _fail(line: str, code: int) -> None:
    click.echo(f"coordinator-hub: {line}", err=True)
    sys.exit(code)

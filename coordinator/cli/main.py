"""`coordinator`: the words an operator types. Each family of commands is loaded only when one of it is called."""

import os
import sys
from importlib import import_module

import click

from coordinator import __version__
from coordinator.cli.ends import DONE, FAILED, INTERRUPTED, End

VIEWS = {
    "board": "Centres with status, age and contact.",
    "orders": "Orders in force, reserved and unconfirmed.",
    "desk": "What waits at a desk for its Point of Contact.",
    "duty": "Who holds which desk, since when.",
    "inbox": "What was relayed to your centre.",
    "charter": "What each scope is for, and what belongs elsewhere.",
}
OTHERS = {
    "demo": ("coordinator.cli.demo", "An exercise with you as Point of Contact."),
    "join": ("coordinator.cli.join", "Open the terminal interface; or join duplicate messages."),
    "log": ("coordinator.cli.log", "The log: the last entries, a search, or as it grows."),
    "outbox": ("coordinator.cli.outbox", "What was written and is not decided: still wanted?"),
    "form": ("coordinator.cli.papers", "A message as its form: ICS-213, METHANE, ICS-213RR, …"),
    "briefing": ("coordinator.cli.papers", "What whoever takes a desk must know."),
    "dossier": ("coordinator.cli.dossier", "Everything with one centre, former operations too."),
    "show": ("coordinator.cli.matter", "A message, its thread, and what may be the same."),
    "resources": ("coordinator.cli.tallies", "Who has what, where, until when."),
    "rollcalls": ("coordinator.cli.tallies", "Roll calls: expected against reported."),
    "handover-sheet": ("coordinator.cli.papers", "A briefing to print and sign."),
    "situation": ("coordinator.cli.papers", "A draft of the next brief."),
    "late": ("coordinator.cli.late", "Enter an offline net's log, each row once."),
    "review": ("coordinator.cli.review", "Replay an operation: every screen as it was, for anybody, at any moment."),
    "export": ("coordinator.cli.export", "A log as files to check, read and hand on; and its reports."),
    "verify": ("coordinator.cli.verify", "Check that a journal or an export is whole."),
}
UNSEEN = {"door": "coordinator.cli.door"}
"""What only other programs call."""
EPILOG = """\b
Examples:
  coordinator demo
  coordinator join unix:/run/coordinator/hub.sock --as nia
  coordinator message "River gauge at 4.1 m" --precedence IMMEDIATE --wants-reply
  coordinator order EVACUATE area/north/zone-4 --to north,icp --rationale "Gauge above 4 m"
  coordinator board --json

Exit codes: 0 done, 2 usage, 3 refused, 4 hub out of reach, 5 verification failed, 70 failure.
"""


class Coordinator(click.Group):
    """Knows every command by name and by one line; loads what is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*OTHERS, *VIEWS, *(name for name in _verbs() if name not in OTHERS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = cmd_name.replace("_", "-").lower()
        if name in OTHERS:
            return _loaded(OTHERS[name][0], name)
        if name in UNSEEN:
            return _loaded(UNSEEN[name], name)
        if name in VIEWS:
            return _loaded("coordinator.cli.views", name)
        if name in _verbs():
            from coordinator.cli.verbs import verb

            return verb(name.replace("-", "_"))
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        families = {
            "Screens and records": {name: text for name, (_, text) in OTHERS.items()},
            "Views": VIEWS,
            "Commands": {name: text for name, text in _verbs().items() if name not in OTHERS},
        }
        for title, rows in families.items():
            with formatter.section(title):
                formatter.write_dl(list(rows.items()))


def _verbs() -> dict[str, str]:
    from coordinator.session.words import WORDS, called

    return {called(do): word.help for do, word in WORDS.items()}


def _loaded(module: str, name: str) -> click.Command:
    commands: dict[str, click.Command] = import_module(module).COMMANDS
    return commands[name]


@click.group(
    cls=Coordinator, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="coordinator")
def cli() -> None:
    """Command centres and field posts work one emergency together, through one Point of Contact."""


def main() -> None:
    """Run one command, and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run one command; what comes back is its exit code. Whatever goes wrong is one line."""
    try:
        code = cli.main(words, prog_name="coordinator", standalone_mode=False)
    except End as end:
        return _said(end.line, end.code)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return asked.exit_code
    except click.ClickException as wrong:
        return _said(_with_help(wrong), wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as failed:
        if os.environ.get("COORDINATOR_DEBUG"):
            raise
        return _said(f"{type(failed).__name__}: {failed}; set COORDINATOR_DEBUG=1 to see where", FAILED)
    return code if isinstance(code, int) else DONE


def _with_help(wrong: click.ClickException) -> str:
    line = " ".join(wrong.format_message().split())
    ctx = wrong.ctx if isinstance(wrong, click.UsageError) else None
    return f"{line} See: {ctx.command_path} --help" if ctx is not None else line


def _said(line: str, code: int) -> int:
    if line:
        from coordinator.review.lines import shown

        click.echo(shown(f"coordinator: {line}"), err=True)
    return code

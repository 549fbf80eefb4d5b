"""`coordinator-hub notify`: delivers a spool; and how the hub keeps one running beside it."""

import select
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

from server.cli import USAGE, End
from server.hub import Hub
from server.notifier import Notifier, Taken, alone, run
from server.spool import Spool, Spooler
from server.telling import Unfit, settings

START_AGAIN = 5.0
"""Seconds before a notifier that ended is started again."""


@click.command(
    epilog="""\b
Examples:
  coordinator-hub serve roster.json --journal flood.journal --listen unix:hub.sock --notify /var/spool/flood
  coordinator-hub notify /var/spool/flood --once

SPOOL/notify.toml says who is told how:
  command = ["/usr/local/bin/page"]      gets each notice as JSON on standard input
  [to]                                   addresses that Apprise knows (pip install 'coordinator[notify]')
  ortega = ["mailto://…"]
"""
)
@click.argument("spool", type=click.Path(path_type=Path, file_okay=False))
@click.option("--once", is_flag=True, help="Deliver what waits, and end.")
@click.option("--attached", is_flag=True, hidden=True, help="End with the standard input.")
def notify(spool: Path, *, once: bool, attached: bool) -> None:
    """Deliver the notices that a hub wrote to SPOOL: overdue, escalated, alarms."""
    try:
        notifier = Notifier(Spool(spool), settings(spool))
        alone(spool)
    except (Unfit, Taken) as error:
        raise End(str(error), USAGE) from None
    if once:
        wrong = notifier.once(time.monotonic())
        for line in wrong:
            _report(line)
        raise End(f"{len(wrong)} could not be delivered", 1) if wrong else SystemExit(0)
    run(notifier, _report, _parted if attached else _slept)


def _report(line: str) -> None:
    click.echo(f"coordinator-hub notify: {line}", err=True)


def _slept(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _parted(seconds: float) -> bool:
    """Whether the hub is gone: it holds the other end of our standard input, and says nothing."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(ready)


class Notices:
    """Both sides beside a hub: its log goes to the spool, and the spool to people."""

    def __init__(self, folder: Path, hub: Hub) -> None:
        spool = Spool(folder)
        Notifier(spool, settings(folder))  # what is wrong with the settings is said before the hub starts
        self._hub, self._spool = hub, spool
        self._attendant = Attendant(folder)
        self._spooler: Spooler | None = None

    def start(self) -> None:
        """The hub runs."""
        hub = self._hub
        self._spooler = Spooler(self._spool, hub.path, hub.log, lambda: hub.durable.roster)
        self._spooler.start()
        self._attendant.start()

    def stop(self) -> None:
        """The hub has ended: what it wrote last is spooled, and delivered now or after the next start."""
        if self._spooler is not None:
            self._spooler.stop()
        self._attendant.stop()


class Attendant:
    """Keeps a notifier running beside the hub, and starts it again when it ends. Never in the hub's way."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="hub-notifier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End it, when it has delivered what it can."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _keep(self) -> None:
        command = [sys.executable, "-m", "server", "notify", str(self._spool), "--attached"]
        while not self._stop.is_set():
            # In a session of its own: what ends the hub at its terminal leaves it to deliver what the hub says last.
            with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:  # noqa: S603 - us
                while process.poll() is None and not self._stop.wait(0.2):
                    pass
                if process.stdin is not None:
                    process.stdin.close()
            self._stop.wait(START_AGAIN)

"""`coordinator-hub drill`: reads a scenario, plays it, and says what did not go as expected.

Law: exit 0 only where everything was as expected; each thing that was not is one line that begins with its line
number in the scenario.
"""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from coordinator.session.faults import Fault
from server.drill import LEFT_OUT, Player, Result
from server.drill_remote import OutOfReach, Refused, RemoteStage
from server.drill_stage import HubStage, Stuck
from server.endings import as_before, heard
from server.scenario import Scenario, ScenarioError, read
from server.traffic_csv import read_traffic

DONE, USAGE, UNREACHED, UNMET, FAILED, INTERRUPTED = 0, 2, 4, 5, 70, 130


class Tally:
    """Prints results as they come, and counts them."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.played = self.unmet = self.left_out = 0

    def __call__(self, result: Result) -> None:
        if result.outcome == LEFT_OUT:
            self.left_out += 1
        else:
            self.played += 1
            self.unmet += bool(result.problems)
        if self._as_json:
            click.echo(msgspec.json.encode(result).decode())
            return
        for problem in result.problems:
            click.echo(f"line {result.line}: {result.do}: {problem}")

    def close(self) -> None:
        """The last line: how many went as expected."""
        left_out = f" ({self.left_out} left out)" if self.left_out else ""
        summary = f"{self.played} injects, {self.played - self.unmet} as expected, {self.unmet} not{left_out}"
        click.echo(summary, err=self._as_json)


def run(
    file: Path, *, poc: str | None = None, hub: str | None = None, journal: Path | None = None, speed: float = 0.0,
    without: tuple[str, ...] = (), as_json: bool = False,
) -> int:
    """Play the drill in that file, for a caller who goes on afterwards; what comes back is the exit code."""
    with as_before():
        return _run(file, poc, hub, journal, speed, without, as_json=as_json)


def _run(
    file: Path, poc: str | None, hub: str | None, journal: Path | None, speed: float, without: tuple[str, ...], *,
    as_json: bool,
) -> int:
    try:
        scenario = _scenario(file, poc)
    except ScenarioError as error:
        return _said(f"{file}: {error}", USAGE)
    tally = Tally(as_json=as_json)
    try:
        with ExitStack() as kept:
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True)))
            stage = (
                RemoteStage(scenario, hub, speed, without)
                if hub is not None
                else HubStage(scenario, folder, journal or folder / "drill.journal", speed)
            )
            whole = asyncio.run(_play(scenario, stage, tally))
    except Refused as error:
        return _said(str(error), USAGE)
    except (OutOfReach, Fault) as error:
        return _said(str(error), UNREACHED)
    except Stuck as error:
        return _said(f"the drill is stuck: {error}", FAILED)
    tally.close()
    if not whole:
        return _said("ended by a signal before its end", INTERRUPTED)
    return UNMET if tally.unmet else DONE


def _scenario(file: Path, poc: str | None) -> Scenario:
    if poc is not None:
        return read_traffic(file, poc)
    if file.suffix.lower() == ".csv":
        raise ScenarioError("a traffic file needs a Point of Contact; add --poc NAME")
    return read(file)


async def _play(scenario: Scenario, stage: HubStage | RemoteStage, tally: Tally) -> bool:
    """Whether it was played to its end; a signal ends it in good order before."""
    playing = asyncio.create_task(_on(stage, Player(scenario, stage, tally)))
    with heard(playing.cancel):
        await asyncio.wait((playing,))
        return not playing.cancelled() and playing.result() is None


async def _on(stage: HubStage | RemoteStage, player: Player) -> None:
    async with stage:
        await player.play()


def _said(sentence: str, code: int) -> int:
    click.echo(f"coordinator-hub drill: {sentence}", err=True)
    return code


@click.command(epilog="Examples:\n\n  coordinator-hub drill river-flood.jsonl\n\n"
    "  coordinator-hub drill traffic.csv --poc capcom --journal kept.journal")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--poc", help="The scenario is a traffic file (CSV: at,from,to,text); this name is its Point of Contact.")
@click.option("--hub", help="Play against a hub that runs already (ws://…, unix:PATH); never an actual operation.")
@click.option("--journal", type=click.Path(path_type=Path), help="Keep the drill's journal in this new file.")
@click.option("--speed", type=click.FloatRange(min=0.0, min_open=True), help="So many times the wall clock's pace.")
@click.option("--without", multiple=True, metavar="OPERATOR", help="With --hub: a person plays this operator.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each inject.")
def drill(
    scenario: Path, poc: str | None, hub: str | None, journal: Path | None, speed: float | None,
    without: tuple[str, ...], as_json: bool,
) -> None:
    """Play SCENARIO and say what did not go as expected.

    By itself: against a hub of its own, on the scenario's clock, as fast as it goes. Exit code 0 only where
    every expectation was met, 5 where one was not, 2 where the file cannot be played.
    """
    if journal is not None and journal.exists():
        raise click.UsageError(f"{journal} exists already; name a new file for the drill's journal")
    if without and hub is None:
        raise click.UsageError("--without is for a drill against a running hub; add --hub")
    raise SystemExit(_run(scenario, poc, hub, journal, speed or 0.0, without, as_json=as_json))

"""Renders the screen that the README shows, from the program itself: the desk in the middle of the demonstration.

`python -m docs.screen` writes docs/desk.svg.
"""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec

from coordinator.session.client import Session
from coordinator.tui.app import Interface
from server.drill import Player
from server.drill_stage import HubStage
from server.scenario import read

HERE = Path(__file__).parent
DRILL = HERE.parent / "server" / "drills" / "river-flood.jsonl"
UNTIL = timedelta(minutes=6)
POC, SIZE = "okafor", (100, 30)


async def main() -> None:
    """Play the drill up to a moment and take the picture that its POC sees then."""
    scenario = read(DRILL)
    so_far = tuple(inject for inject in scenario.injects if inject.at <= scenario.starts + UNTIL)
    scenario = msgspec.structs.replace(scenario, injects=so_far)
    with tempfile.TemporaryDirectory() as made:
        async with HubStage(scenario, Path(made), Path(made) / "screen.journal") as stage:
            await Player(scenario, stage, lambda _: None).play()
            await stage.advance(scenario.starts + UNTIL)
            async with Session(stage.address, operator=POC, clock=stage.clock) as session:
                await session.ready(10)
                app = Interface(session)
                async with app.run_test(size=SIZE) as pilot:
                    await pilot.pause(1.0)
                    picture = app.export_screenshot(title="coordinator")
    (HERE / "desk.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())

"""Interfaces at a real hub: every key goes the whole way, to a journal on the disk and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.session.stage import Stage
from tests.tui.seat import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    stage = Stage(tmp_path)
    await stage.start()
    made = Room(stage)
    try:
        yield made
    finally:
        await made.close()
        await stage.kept.aclose()
        await stage.hub.stop()

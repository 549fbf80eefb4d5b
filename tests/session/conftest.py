"""A stage for each test: a real hub on a real socket and a real journal."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.session.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    await made.start()
    try:
        yield made
    finally:
        await made.kept.aclose()
        await made.hub.stop()

"""A hub on real sockets and a real journal, for each test its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.raw import Place, running


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with running(tmp_path) as place:
        yield place

"""The second reading itself: it meets every expectation of the contract's own drills, without the core."""

from pathlib import Path

import pytest

from tests.oracle.player import Player
from tests.oracle.random_drills import write

DRILLS = Path(__file__).parent.parent / "drills"


@pytest.mark.parametrize("drill", ["minimal-drill.jsonl", "orders-drill.jsonl"])
def test_the_reading_meets_the_drills_of_the_contract(drill: str) -> None:
    played = Player(DRILLS / drill).play()
    assert played.unmet == []
    assert played.doubts == []


@pytest.mark.parametrize("seed", range(5))
def test_a_random_drill_means_what_its_writer_meant(seed: int, tmp_path: Path) -> None:
    """Written by one program, played by another: tags, bases, terms and queues survive the format."""
    (path,) = write(tmp_path, [seed])
    played = Player(path).play()
    assert played.unmet == []
    assert played.doubts == []
    assert write(tmp_path / "again", [seed])[0].read_bytes() == path.read_bytes()

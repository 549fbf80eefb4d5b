"""The second reading itself: it meets every expectation of the contract's own drills, without the core."""

from pathlib import Path

import pytest

from tests.oracle.player import Player

DRILLS = Path(__file__).parent.parent / "drills"


@pytest.mark.parametrize("drill", ["minimal-drill.jsonl", "orders-drill.jsonl"])
def test_the_reading_meets_the_drills_of_the_contract(drill: str) -> None:
    played = Player(DRILLS / drill).play()
    assert played.unmet == []
    assert played.doubts == []

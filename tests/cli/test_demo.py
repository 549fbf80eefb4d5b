"""The demonstration without a terminal: played through, and nothing of it left behind."""

import json
from pathlib import Path

from tests.cli.conftest import Line


def test_the_flood_is_played_through_and_what_came_of_it_is_told(bare: Line, tmp_path: Path) -> None:
    journal = tmp_path / "flood.journal"
    done = bare("demo", "--play", "--journal", str(journal))
    assert done.code == 0, done.err
    for title in ("LOG", "ORDERS", "REFUSALS", "FIGURES"):
        assert f"\n{title} ---" in done.out
    assert "superseded" in done.out
    assert "0 not" in done.out
    assert "chain whole" in done.out
    assert all(len(row) <= 80 for row in done.out.splitlines())
    assert bare("verify", str(journal)).code == 0
    again = bare("demo", "--play", "--journal", str(journal))
    assert again.code == 2, "a journal is never overwritten"


def test_the_figures_can_be_read_by_a_program(bare: Line) -> None:
    found = json.loads(bare("demo", "--json").out)
    assert found["whole"] is True
    assert found["figures"]["orders"] > 5
    assert found["figures"]["refusals"]["contradiction"] >= 1

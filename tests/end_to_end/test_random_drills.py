"""Random drills, whose expectations a second reading of the rules computed, go as expected against the real hub."""

from pathlib import Path

import pytest

from server.drill_cli import run
from tests.campaign import report, seed, size
from tests.oracle.random_drills import write


def assert_as_expected(drills: list[Path], said: pytest.CaptureFixture[str]) -> None:
    unmet = {}
    for drill in drills:
        code = run(drill)
        out, err = said.readouterr()
        if code:
            unmet[drill.name] = out + err
    assert unmet == {}


@pytest.mark.timeout(120)
def test_random_drills_go_as_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_as_expected(write(tmp_path, range(12), length=40), capsys)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_hundreds_of_random_drills_go_as_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, drills = seed(1000), size("DRILLS", 300)
    assert_as_expected(write(tmp_path, range(first, first + drills)), capsys)
    report(f"{drills} random drills: every inject as a second reading of the rules expected")

"""The systemd unit in docs/: its command is one that the hub takes, and systemd takes every line of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import FAILED, NOT_WHOLE, USAGE
from tests.end_to_end.running import ROOT, HubProcess

UNIT = ROOT / "docs" / "coordinator-hub.service"
PROGRAM = "/opt/coordinator/bin/coordinator-hub"
MOST_EXPOSED = 5
"""Tenths of a point, of 10 points: what `systemd-analyze security` may find open."""

analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine: the unit was not verified"
)


def setting(name: str) -> str:
    """What the unit says, its lines joined."""
    whole = UNIT.read_text().replace("\\\n", " ")
    (found,) = re.findall(rf"^{name}=(.*)$", whole, re.MULTILINE)
    return str(found)


def installed(folder: Path) -> str:
    """The unit with a program that is here: systemd wants it to be."""
    made = folder / UNIT.name
    made.write_text(UNIT.read_text().replace(PROGRAM, sys.executable))
    return str(made)


def systemd(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "SYSTEMD_COLORS": "0"},
    )
    return done.returncode, done.stdout + done.stderr


@analyze
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """It ends with 0 and a warning for a line that it passes over, so it must have nothing to say at all."""
    assert systemd("verify", "--man=no", installed(tmp_path)) == (0, "")
    wrong = Path(installed(tmp_path))
    wrong.write_text(wrong.read_text().replace("UMask=", "UMsk="))
    assert "UMsk" in systemd("verify", "--man=no", str(wrong))[1], "the check finds what is wrong"


@analyze
def test_the_hub_is_shut_in_as_far_as_it_can_be(tmp_path: Path) -> None:
    code, said = systemd("security", "--offline=true", f"--threshold={MOST_EXPOSED}", installed(tmp_path))
    assert code == 0, said
    code, said = systemd("security", "--offline=true", "--threshold=0", installed(tmp_path))
    assert code != 0, "a threshold that nothing can keep is not kept"


def test_the_command_of_the_unit_runs_a_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    state = tmp_path / "coordinator"
    state.mkdir(mode=0o700)
    shutil.copy(ROOT / "sample_roster.json", state / "roster.json")
    command = setting("ExecStart").replace("%S", str(tmp_path)).replace("%t", str(tmp_path)).split()
    hub = HubProcess(state, state / "roster.json", options=command[-2:])
    hub.journal, hub.socket = state / "operation.journal", state / "hub.sock"
    hub.address = f"unix:{hub.socket}"
    where = ["--journal", str(hub.journal), "--listen", hub.address]
    assert command == [PROGRAM, "serve", str(state / "roster.json"), *where, *command[-2:]]
    hub.start()
    assert hub.stop() == 0
    assert (state / "operation.journal").exists()
    assert (state / ".ssh" / "authorized_keys").exists()


def test_it_is_started_again_only_after_what_may_mend_itself() -> None:
    assert {int(code) for code in setting("RestartPreventExitStatus").split()} == {USAGE, NOT_WHOLE}
    assert FAILED not in (USAGE, NOT_WHOLE)

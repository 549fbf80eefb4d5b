"""The doctor sees what is wrong with a machine, and calls nothing good that it has not seen."""

import subprocess
import sys
from pathlib import Path

from coordinator.session.addresses import Unix
from server.authorized_keys import Door
from server.doctor import Machine, examined, sshd_settings
from tests.end_to_end.running import ROOT

GOOD = """
pubkeyauthentication yes
passwordauthentication no
permituserenvironment no
forcecommand none
clientaliveinterval 15
acceptenv LANG LC_*
""".strip()


def levels(said: str) -> list[str]:
    return [finding.level for finding in sshd_settings(said)]


def test_a_good_ssh_server_is_good_and_each_weakness_is_named() -> None:
    assert levels(GOOD) == ["good"]
    for good, weak in (
        ("passwordauthentication no", "passwordauthentication yes"),
        ("permituserenvironment no", "permituserenvironment yes"),
        ("forcecommand none", "forcecommand /bin/sh"),
        ("clientaliveinterval 15", "clientaliveinterval 0"),
        ("acceptenv LANG LC_*", "acceptenv LANG COORDINATOR_*"),
    ):
        assert levels(GOOD.replace(good, weak)) == ["warning", "good"], weak


def test_an_open_folder_of_the_socket_is_wrong(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    machine = Machine(journal=tmp_path / "hub.journal", door=Door(Path("coordinator"), Unix(tmp_path / "sock")))
    assert [one.level for one in examined(machine) if one.what == "socket"] == ["wrong"]
    tmp_path.chmod(0o700)
    assert [one.level for one in examined(machine) if one.what == "socket"] == ["good"]


def test_what_is_no_journal_is_wrong_and_ends_with_5(tmp_path: Path) -> None:
    path = tmp_path / "hub.journal"
    path.write_text("not a journal")
    command = [sys.executable, "-m", "server", "doctor", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5
    assert any(line.startswith("wrong    journal") for line in done.stdout.splitlines())
    assert path.read_text() == "not a journal"

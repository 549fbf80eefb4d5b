"""authorized_keys lets in the roster and nobody else, each as themselves, and leaves everybody else's lines alone."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from coordinator.incident.roster import Roster
from coordinator.session.addresses import Unix
from server.authorized_keys import CannotWrite, Door, difference, lines, read_file, update
from server.keys import fingerprint
from tests.end_to_end.running import ROOT, ROSTER

KEYS = {
    "nia": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM0Pe1kbnTTqiV6VlQJh1YCCUYHqBYqAqzh8pL0/XMdX nia@north",
    "sol": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKfkcM2+AKa24DR05bBKf/YoTQsgNWYEEdTCJe50vHKB",
}
DOOR = Door(Path("/opt/it's here/coordinator"), Unix(Path("/run/hub/sock")))


def roster(**keys: str) -> Roster:
    document = msgspec.json.decode(ROSTER.read_bytes())
    for operator in document["operators"]:
        operator["keys"] = [keys[operator["id"]]] if operator["id"] in keys else []
    return msgspec.convert(document, Roster)


def test_each_key_is_restricted_to_one_command_that_names_its_operator_and_itself() -> None:
    (line,) = lines(roster(nia=KEYS["nia"]), DOOR)
    mark = "SHA256:" + fingerprint(KEYS["nia"]).removeprefix("SHA256:")
    assert line.startswith('restrict,pty,command="')
    assert f' door nia {mark} unix:/run/hub/sock" ssh-ed25519 AAAA' in line
    assert line.endswith(" nia")
    assert "north" not in line, "what the operator wrote beside the key goes nowhere"


def test_the_fingerprint_is_opensshs(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(KEYS["nia"] + "\n")
    said = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], capture_output=True, text=True, check=True)
    assert fingerprint(KEYS["nia"]) in said.stdout.split()


def test_other_peoples_lines_stay_and_stale_ones_of_ours_go(tmp_path: Path) -> None:
    path = tmp_path / "authorized_keys"
    others = '# mine\nssh-ed25519 AAAAother admin@host\n\ncommand="x" ssh-ed25519 AAAAbackup\n'
    path.write_text(others)
    assert update(path, roster(**KEYS), DOOR)
    assert path.read_text().endswith(others)
    assert path.stat().st_mode & 0o777 == 0o600
    assert update(path, roster(sol=KEYS["sol"]), DOOR)
    text = path.read_text()
    assert text.endswith(others)
    assert KEYS["nia"].split()[1] not in text
    assert KEYS["sol"].split()[1] in text
    assert not update(path, roster(sol=KEYS["sol"]), DOOR), "nothing to do is nothing done"
    assert update(path, roster(), DOOR)
    assert path.read_text() == others


def test_two_operations_keep_to_their_own_blocks(tmp_path: Path) -> None:
    path = tmp_path / "authorized_keys"
    other = roster(sol=KEYS["sol"])
    other = msgspec.structs.replace(other, operation=msgspec.structs.replace(other.operation, id="other"))
    update(path, roster(nia=KEYS["nia"]), DOOR)
    update(path, other, DOOR)
    update(path, roster(), DOOR)
    assert lines(other, DOOR)[0] in path.read_text()
    assert "nia" not in path.read_text()


def test_a_block_whose_end_was_lost_is_mended_and_takes_no_line_of_others(tmp_path: Path) -> None:
    path = tmp_path / "authorized_keys"
    update(path, roster(**KEYS), DOOR)
    broken = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("# END"))
    path.write_text(broken + "\nssh-ed25519 AAAAother admin@host\n")
    update(path, roster(nia=KEYS["nia"]), DOOR)
    text = path.read_text()
    assert KEYS["sol"].split()[1] not in text
    assert text.endswith("\nssh-ed25519 AAAAother admin@host\n")


def test_a_key_that_also_stands_outside_the_block_is_told(tmp_path: Path) -> None:
    """There it may give a shell, and OpenSSH takes the first line that has the key."""
    path = tmp_path / "authorized_keys"
    found = roster(nia=KEYS["nia"])
    path.write_text(KEYS["nia"] + "\n")
    update(path, found, DOOR)
    assert difference(path.read_text(), found, lines(found, DOOR)).elsewhere == (f"nia {fingerprint(KEYS['nia'])}",)
    assert path.read_text().index("restrict,pty") < path.read_text().index(f"\n{KEYS['nia']}"), "ours comes first"


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "authorized_keys"
    real.write_text("")
    link.symlink_to(real)
    update(link, roster(**KEYS), DOOR)
    assert link.is_symlink()
    assert KEYS["nia"].split()[1] in real.read_text()


@pytest.mark.parametrize("path", ['/opt/a"b/coordinator', "/opt/a\nb/coordinator", "/opt/a\\/coordinator"])
def test_a_path_that_could_end_the_command_is_refused(path: str) -> None:
    with pytest.raises(CannotWrite):
        lines(roster(**KEYS), Door(Path(path), Unix(Path("/run/hub/sock"))))


def hub_command(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", "authorized-keys", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_check_changes_nothing_and_says_whose_key_is_missing_or_stale(tmp_path: Path) -> None:
    path, file = tmp_path / "authorized_keys", tmp_path / "roster.json"
    file.write_bytes(msgspec.json.encode(roster(nia=KEYS["nia"])))
    words = (file, "--hub", "unix:/run/hub/sock", "--file", path)
    missing = hub_command(*words, "--check")
    assert missing.returncode == 5
    assert f"missing: nia {fingerprint(KEYS['nia'])}" in missing.stdout
    assert read_file(path) == ""
    assert hub_command(*words).returncode == 0
    assert hub_command(*words, "--check").returncode == 0
    file.write_bytes(msgspec.json.encode(roster(sol=KEYS["sol"])))
    stale = hub_command(*words, "--check")
    assert stale.returncode == 5
    assert f"stale: nia {fingerprint(KEYS['nia'])}" in stale.stdout

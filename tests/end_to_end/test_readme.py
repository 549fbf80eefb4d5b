"""Every command that the README shows does what the README says, typed in its order on a fresh machine."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFUSED = 3


def typed() -> list[str]:
    """The lines of the README's shell blocks."""
    return [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with what a checkout has, and nothing else."""
    shutil.copy(ROOT / "sample_roster.json", tmp_path)
    shutil.copytree(ROOT / "server" / "drills", tmp_path / "server" / "drills")
    return tmp_path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    programs = Path(sys.executable).parent
    home = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COORDINATOR_")}
    return {**kept, **home, "PATH": f"{programs}:{os.environ['PATH']}", "TERM": "xterm-256color"}


@pytest.fixture
def hubs() -> Iterator[list["subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for hub in started:
        hub.terminate()
        hub.wait(20)


@pytest.mark.timeout(180)
def test_every_command_of_the_readme(
    place: Path, environment: dict[str, str], hubs: list["subprocess.Popen[bytes]"]
) -> None:
    for line in typed():
        command, _, comment = line.partition("   # ")
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            environment[name] = value
        elif " serve " in command:
            hubs.append(subprocess.Popen(f"exec {command}", shell=True, cwd=place, env=environment))
            wait_for(place / "flood" / "hub.sock")
        elif " join" in command or " review " in command:
            assert_opens(command, place, environment)
        else:
            done = subprocess.run(
                command, shell=True, cwd=place, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == (REFUSED if comment == "refused" else 0), f"{line}\n{done.stdout}{done.stderr}"


def wait_for(socket: Path) -> None:
    ends = time.monotonic() + 20
    while not socket.exists():
        assert time.monotonic() < ends, "the hub does not listen"
        time.sleep(0.02)
    time.sleep(0.2)


def assert_opens(command: str, place: Path, environment: dict[str, str]) -> None:
    """The interface shows the exercise on a terminal of 80 columns, and Ctrl+Q ends it."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(place)
        os.execvpe("sh", ["sh", "-c", f"stty cols 80 rows 24; exec {command}"], environment)
    shown, ends = b"", time.monotonic() + 30
    try:
        while b"EXERCISE" not in shown:
            assert time.monotonic() < ends, shown[-2000:]
            shown += read(terminal)
        os.write(terminal, b"\x11")
        while (status := os.waitpid(child, os.WNOHANG))[0] == 0:
            assert time.monotonic() < ends, "Ctrl+Q does not end it"
            read(terminal)
        assert os.waitstatus_to_exitcode(status[1]) == 0
    finally:
        os.close(terminal)


def read(terminal: int) -> bytes:
    """What the terminal shows in the next moment."""
    if not select.select([terminal], [], [], 0.1)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize("target", re.findall(r"^    make (\w+)$|`make (\w+)`", README, re.MULTILINE))
def test_every_target_of_the_readme_is_there(target: tuple[str, str]) -> None:
    done = subprocess.run(["make", "-n", "".join(target)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_file_that_the_readme_names_is_there() -> None:
    named = re.findall(r"\]\(([^)]+)\)", README)
    assert [name for name in named if not (ROOT / name).exists()] == []

"""The programs that belong to this installation, started as processes: the hub and its drills. Never imported."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from coordinator.cli.ends import FAILED, End

HUB = (sys.executable, "-m", "server")
STARTS_WITHIN = 20.0
ENDS_WITHIN = 10.0


def drills() -> Path:
    """The folder of the drills that come with the hub."""
    found = find_spec("server")
    if found is None or not found.submodule_search_locations:
        raise End(FAILED, "the hub is not installed beside this program; install the whole distribution")
    return Path(next(iter(found.submodule_search_locations))) / "drills"


def start(words: list[str], output: Path) -> "subprocess.Popen[bytes]":
    """Start `coordinator-hub` with these words; what it says goes to a file."""
    with output.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - our own program, with words of our own
            [*HUB, *words], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=_environment(),
            start_new_session=True,
        )


def listening(process: "subprocess.Popen[bytes]", socket: Path, output: Path) -> None:
    """Wait until the hub listens. Raises End with what it said where it does not."""
    until = time.monotonic() + STARTS_WITHIN
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            said = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise End(FAILED, f"the hub did not start: {said[-1] if said else 'it said nothing'}")
        time.sleep(0.02)


def end_with_us() -> None:
    """A hang-up or a kill ends this program in good order, and with it the processes that it started."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, and wait; one that does not is killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    """Ours, without the settings that are meant for another hub."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COORDINATOR_")}

"""A hub as a process of its own, for tests that kill it, stop it and start it again on the same journal."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "tests" / "drills" / "minimal-roster.json"


class HubProcess:
    """`coordinator-hub serve` on a Unix socket in a folder, keyless where nothing else is said."""

    def __init__(self, folder: Path, roster: Path = ROSTER, options: Sequence[str] = ("--keyless",)) -> None:
        self._options = options
        self.journal = folder / "hub.journal"
        self.socket = folder / "socket" / "hub"
        self.address = f"unix:{self.socket}"
        self._roster = roster
        self._log = folder / "hub.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        command = ["serve", str(self._roster), "--journal", str(self.journal), "--listen", self.address, *self._options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server", *command], cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        ends = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, f"the hub ended: {self._log.read_text()}"
            assert time.monotonic() < ends, f"the hub does not answer: {self._log.read_text()}"
            time.sleep(0.01)

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; what comes back is the exit code."""
        return self._end(signal.SIGTERM)

    def send(self, how: signal.Signals) -> None:
        """Have it stand still, or go on."""
        assert self._process is not None
        self._process.send_signal(how)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(20)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as tried:
            try:
                tried.connect(str(self.socket))
            except OSError:
                return False
            return True


async def until(true: Callable[[], object], what: str, within: float = 15.0) -> None:
    """Wait until that holds."""
    try:
        async with asyncio.timeout(within):
            while not true():
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"it did not come about that {what}")

"""The demonstration without a terminal: played through, and nothing of it left behind."""

import contextlib
import json
import os
import pty
import signal
import sys
import threading
import time
from collections.abc import Callable
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


def test_a_demonstration_that_is_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    """At a terminal: the hub and the drill are started beside the interface, and end with it, however it ends."""
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {**os.environ, "TERM": "xterm-256color", "TMPDIR": str(tmp_path)}
        program = "from coordinator.cli.main import main; main()"
        os.execve(sys.executable, [sys.executable, "-c", program, "demo"], environment)
    drained = threading.Thread(target=drain, args=(terminal,), daemon=True)
    drained.start()
    started = wait_for(lambda: len(ours(tmp_path)) >= 2)
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    drained.join(10)
    os.close(terminal)
    assert started, "the hub and its drill did not start"
    assert ours(tmp_path) == []


def drain(terminal: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass


def wait_for(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def ours(folder: Path) -> list[int]:
    """The hubs and drills that work in that folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"server" in words and any(str(folder).encode() in word for word in words):
                found.append(int(process.name))
    return found

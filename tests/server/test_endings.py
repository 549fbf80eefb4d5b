"""However often a program is told to end, and at whatever moment: it ends, and nothing of its inside is shown."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.drill_cli import run
from server.endings import SIGNALS
from tests.end_to_end.running import ROOT, ROSTER

DRILL = ROOT / "tests" / "drills" / "minimal-drill.jsonl"
HAMMERED = """
import asyncio, os, signal, threading, time
from server.endings import heard

async def once():
    ended = asyncio.Event()
    with heard(ended.set):
        print("heard", flush=True)
        await ended.wait()

def hammer():
    while True:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.0002)  # more than a loop can take is another matter

signal.signal(signal.SIGTERM, signal.SIG_IGN)
threading.Thread(target=hammer, daemon=True).start()
for _ in range(200):
    asyncio.run(once())
"""
"""One signal after the other, while loop after loop hears them and closes."""


def test_a_loop_closes_under_a_hail_of_signals_without_a_word() -> None:
    """A signal in the instant in which the system's own way is back ends it at once; that is no fault either."""
    rounds = 0
    while rounds < 400:
        done = subprocess.run(
            [sys.executable, "-c", HAMMERED], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""
        assert done.returncode in (0, -signal.SIGTERM)
        rounds += done.stdout.count("heard")


def test_who_plays_a_drill_and_goes_on_hears_signals_as_before() -> None:
    """Else whatever it starts later would inherit that they are ignored, and never end."""
    before = [signal.getsignal(number) for number in SIGNALS]
    assert run(DRILL) == 0
    assert [signal.getsignal(number) for number in SIGNALS] == before


def words(kind: str, folder: Path) -> list[str]:
    """How each program is called."""
    (folder / "notify.toml").write_text('command = ["true"]')
    socket = folder / "door"
    socket.mkdir(mode=0o700)
    serve = ["serve", str(ROSTER), "--journal", f"{folder}/j", "--listen", f"unix:{socket}/hub", "--keyless"]
    return {"serve": serve, "notify": ["notify", str(folder)], "drill": ["drill", str(DRILL)]}[kind]


def told_to_end(kind: str, folder: Path, chance: random.Random) -> subprocess.CompletedProcess[str]:
    """Start it, and tell it to end, again and again, at some moment of its start, its work or its end."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "server", *words(kind, folder)], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"TMPDIR": str(folder)},
    )
    if kind == "serve" and chance.random() < 0.7:
        assert process.stdout is not None
        process.stdout.readline()  # it listens
    time.sleep(chance.random() * (0.05 if kind == "serve" else 0.8))
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        time.sleep(chance.random() * 0.003)
    said, _ = process.communicate(timeout=20)
    return subprocess.CompletedProcess(process.args, process.returncode, said)


@pytest.mark.parametrize("kind", ["serve", "notify", "drill"])
def test_a_program_that_is_told_to_end_shows_nothing_of_its_inside(kind: str, tmp_path: Path) -> None:
    """Ended in good order, by the signal before it was ready for one, or, a drill, said so; and it leaves no litter."""
    chance = random.Random(kind)
    for number in range(8):
        folder = tmp_path / str(number)
        done = told_to_end(kind, folder, chance)
        assert "Traceback" not in done.stdout
        assert done.returncode in (0, 130, -signal.SIGTERM), done.stdout
        assert done.returncode != 130 or "ended by a signal" in done.stdout
        assert done.returncode != 130 or not list(folder.glob("drill-*"))

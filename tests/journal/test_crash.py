"""A hub that is killed, or whose disk is full, loses nothing that it acknowledged, and leaves a whole log behind."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coordinator.journal import verify
from coordinator.journal.errors import InUse
from coordinator.journal.store import Journal

ROOT = Path(__file__).parents[2]
ROUNDS = 5


@contextmanager
def writing(path: Path, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that keeps writing to that journal."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journal.keep_writing", str(path), *more],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def said_until(process: "subprocess.Popen[str]", enough: int) -> int:
    """Let it write until so many more numbers were acknowledged, kill it, and read what it had said by then."""
    assert process.stdout is not None
    last = first = 0
    for line in process.stdout:
        last = int(line)
        first = first or last
        if last - first >= enough and process.poll() is None:
            process.kill()
    return last


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "hub.journal"
    for round_ in range(ROUNDS):
        with writing(path) as process:
            acknowledged = said_until(process, 300 + 37 * round_)
        report = verify.chain(path)
        assert report.fault is None
        assert report.seq >= acknowledged
        with Journal.open(path) as journal:
            assert journal.head.seq == report.seq
            assert all(journal.reads.by_command(f"command-{seq}") for seq in (1, acknowledged, report.seq))
            assert journal.reads.search("mill", limit=1)[0].seq == report.seq
            assert sum(1 for _ in journal.restored().tail) == report.seq


def test_a_journal_is_free_again_as_soon_as_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "hub.journal"
    with writing(path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(InUse, match=str(process.pid)):
            Journal.open(path)
        process.kill()
        process.wait()
        Journal.open(path).close()


def test_a_full_disk_is_told_once_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "hub.journal"
    with writing(path, "400000") as process:
        output, _ = process.communicate(timeout=60)
    *acknowledged, last = output.splitlines()
    assert process.returncode == 70
    assert last.startswith("failed: the journal could not be written")
    assert acknowledged
    report = verify.chain(path)
    assert report.fault is None
    assert report.seq >= int(acknowledged[-1])
    with writing(path) as process:  # with room again, it goes on
        assert said_until(process, 60) > report.seq

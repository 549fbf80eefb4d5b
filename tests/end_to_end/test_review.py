"""Protects: the demonstration's journal is reviewed in a real terminal, by keyboard alone, at both sizes; and what is
broken ends with exit code 5.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.terminal import ROOT, Terminal

Open = Callable[..., Terminal]
REVIEW = "import sys; from coordinator.cli.main import run; sys.exit(run(['review', *sys.argv[1:]]))"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demonstration leaves behind."""
    path = tmp_path_factory.mktemp("flood") / "flood.journal"
    drill = [sys.executable, "-m", "server", "drill", "server/drills/river-flood.jsonl", "--journal", str(path)]
    subprocess.run(drill, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return path


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Open]:
    terminals: list[Terminal] = []

    def made(path: Path, *words: str, **options: int) -> Terminal:
        program = [sys.executable, "-c", REVIEW, str(path), *words]
        terminals.append(Terminal("", "", tmp_path, command=program, **options))  # type: ignore[arg-type]  # as given
        return terminals[-1]

    yield made
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (160, 48)])
def test_the_demonstration_is_played_through(journal: Path, review: Open, columns: int, lines: int) -> None:
    quill = review(journal, "--at", "#80", columns=columns, lines=lines)
    quill.sees("REVIEW (read only)", "EXERCISE", "chain OK", "#80 of", "ORDER O-11", "The bridge is gone")
    quill.press(".", ".")
    quill.sees("#82 of")
    quill.press("/")
    quill.sees("FIND")
    quill.press("bridge", "enter")
    quill.sees("entries", "DECLARE")
    quill.press("enter")
    quill.sees("MESSAGE M-2")
    quill.press("w")
    quill.sees("AS WHOM")
    quill.press("reyes", "enter")
    quill.sees("AS Nia Reyes, north")
    quill.press("g")
    quill.sees("GO TO")
    quill.press("05:16", "enter", "p")
    quill.sees("1 FOR YOU", "there 05:", "READ BACK")
    for key, words in {"d": "1 INBOUND", "v": "1 ORDERS", "B": "1 BOARD", "c": "1 DESKS", "l": "REFUSAL"}.items():
        quill.press(key)
        quill.sees("REVIEW (read only)", words if key != "l" else "#")
    quill.press("r", "b", "+", "+", "+", "+", " ")
    quill.sees("x3600 STILL")
    quill.press("q")
    assert quill.process.wait(10) == 0
    quill.sees("marked #")


def test_a_broken_journal_is_shown_up_to_the_break_and_ends_with_5(
    journal: Path, review: Open, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.journal"
    with closing(sqlite3.connect(journal)) as whole, closing(sqlite3.connect(broken)) as copy, copy:
        whole.backup(copy)
        copy.execute("DROP TRIGGER entries_keep")
        copy.execute("UPDATE entries SET line = replace(line, 'eoc', 'icp') WHERE seq = 70")
    terminal = review(broken)
    terminal.sees("BROKEN AT #70", "of 69")
    terminal.press("q")
    assert terminal.process.wait(10) == 5
    terminal.sees("NOT whole")


def test_what_is_no_log_is_refused_in_one_line(review: Open, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"at":1}\n', encoding="utf-8")
    terminal = review(path)
    assert terminal.process.wait(20) == 5
    terminal.sees("broken at entry 1")
    assert "Traceback" not in terminal.text


def test_a_hub_gives_what_its_operator_may_see(review: Open, tmp_path: Path) -> None:
    from tests.end_to_end.running import HubProcess

    hub = HubProcess(tmp_path)
    hub.start()
    try:
        terminal = review(Path(hub.address), "--as", "nia")
        terminal.sees("REVIEW (read only)", "AS Nia Ford", "chain OK")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
    finally:
        hub.kill()

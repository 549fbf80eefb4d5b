"""Protects: at a terminal the command line shows what stands against words, and asks; elsewhere it only shows it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.running import ROOT, HubProcess
from tests.end_to_end.terminal import Terminal

PROGRAM = (sys.executable, "-c", "from coordinator.cli.main import main; main()")
ANSWER = ("answer", "M-1", "Take route 9")


class Desk:
    """A hub with a question on its desk, and a fact that stands against the answer; what lee says there."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        self._hub = hub
        self._folder = folder

    def words(self, operator: str, *words: str) -> list[str]:
        return [*PROGRAM, *words, "--hub", self._hub.address, "--as", operator]

    def says(self, operator: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Without a terminal."""
        return subprocess.run(
            self.words(operator, *words), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
        )

    def types(self, *words: str) -> Terminal:
        """At a terminal."""
        return Terminal(self._hub.address, "lee", self._folder, command=self.words("lee", *words))

    @property
    def answers(self) -> int:
        return self.says("lee", "show", "M-1").stdout.count("answer by eoc")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    hub = HubProcess(tmp_path)
    hub.start()
    made = Desk(hub, tmp_path)
    asked = made.says("nia", "message", "Which way out?", "--wants-reply")
    declared = made.says("lee", "declare", "route/route-9", "down")
    assert (asked.stdout[:10], declared.stdout[:10]) == ("done: M-1,", "done: entr"), asked.stderr + declared.stderr
    yield made
    hub.kill()


@pytest.mark.parametrize(("key", "exit_code", "answers"), [("n", 2, 0), ("y", 0, 1), ("enter", 2, 0)])
def test_at_a_terminal_it_asks_and_only_a_yes_sends(desk: Desk, key: str, exit_code: int, answers: int) -> None:
    terminal = desk.types(*ANSWER)
    try:
        terminal.sees("note: route/route-9 was declared down", "Send it all the same? [y/N]")
        assert desk.answers == 0
        terminal.press(*((key,) if key == "enter" else (key, "enter")))
        assert terminal.process.wait(20) == exit_code
        terminal.sees("done: entry" if answers else "not sent")
    finally:
        terminal.close()
    assert desk.answers == answers


def test_at_a_terminal_nothing_is_asked_where_nothing_stands_against_it_or_nobody_wants_to_know(desk: Desk) -> None:
    for words in (("note", "Stay where you are"), (*ANSWER, "--no-check")):
        terminal = desk.types(*words)
        try:
            assert terminal.process.wait(20) == 0, terminal.text
            assert "Send it" not in terminal.text
        finally:
            terminal.close()


def test_without_a_terminal_it_says_so_where_it_is_asked_to_and_goes(desk: Desk) -> None:
    said = desk.says("lee", *ANSWER, "--check")
    assert said.returncode == 0, said.stderr
    assert "note: route/route-9 was declared down" in said.stderr
    assert "Send it" not in said.stderr
    assert desk.answers == 1

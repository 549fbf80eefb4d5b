"""How commands end: the exit codes of the contract, one line of error, nothing sent twice, nothing silently lost."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from coordinator import __version__
from coordinator.cli.main import OTHERS, VIEWS
from coordinator.session.words import WORDS, called
from tests.cli.conftest import Line
from tests.end_to_end.running import HubProcess

PROGRAM = [sys.executable, "-c", "from coordinator.cli.main import main; main()"]


@pytest.mark.parametrize(
    "words",
    [
        ["nope"],
        ["order"],
        ["order", "X", "y", "--to", "icp", "--quantity", "0"],
        ["note", "two", "words"],
        ["note", "x", "--frobnicate"],
        ["hold", "M-1", "later", "why"],
        ["status", "FINE"],
        ["verify", "no-such-journal"],
        ["verify"],
        ["note", "x", "--wait", "-3"],
        ["join", "not-an-address"],
        ["note", "x", "--hub", "http://example.org"],
    ],
)
def test_usage_is_two_and_one_line(bare: Line, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COORDINATOR_HUB", "unix:/nowhere/hub.sock")
    done = bare(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("coordinator: ")
    assert done.err.count("\n") == 1


def test_without_a_hub_it_says_how_to_name_one(bare: Line) -> None:
    done = bare("board")
    assert done.code == 2
    assert all(word in done.err for word in ("--hub", "COORDINATOR_HUB", "config.toml"))


def test_a_hub_out_of_reach_is_four_and_says_what_became_of_it(bare: Line, tmp_path: Path) -> None:
    done = bare("note", "x", "--as", "nia", "--hub", f"unix:{tmp_path}/hub.sock", "--wait", "0.3")
    assert done.code == 4
    assert "nobody listens there" in done.err
    assert "not queued" in done.err
    assert bare("board", "--as", "nia", "--hub", f"unix:{tmp_path}/hub.sock", "--wait", "0.3").code == 4


def test_who_is_not_on_the_roster_is_told_whom_to_ask(line: Line) -> None:
    done = line("note", "x", "--as", "nobody")
    assert done.code == 2
    assert "no operator nobody" in done.err
    assert line("note", "x").code == 2


def test_the_flag_counts_before_the_variable_and_that_before_the_file(
    line: Line, monkeypatch: pytest.MonkeyPatch, hub: HubProcess, tmp_path: Path
) -> None:
    monkeypatch.delenv("COORDINATOR_HUB")
    (tmp_path / "config.toml").write_text(f'hub = "{hub.address}"\nas = "nia"\nwait = 7\n', encoding="utf-8")
    assert line("note", "from the file").code == 0
    monkeypatch.setenv("COORDINATOR_AS", "sol")
    assert line("note", "from the variable").code == 0
    assert line("note", "from the flag", "--as", "ike").code == 0
    rows = [json.loads(row) for row in line("log", "--kind", "note", "--json", "--as", "rev").out.splitlines()]
    authors = [row["by"] for row in rows if row["body"]["text"].startswith("from the")]
    assert authors == ["nia", "sol", "ike"]
    (tmp_path / "config.toml").write_text("hub = ", encoding="utf-8")


def test_what_cannot_be_sent_is_kept_where_a_folder_was_named(
    bare: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written while the hub is gone, asked about where it is an order that waited, decided once when it is back."""
    hub = HubProcess(tmp_path / "own")
    (tmp_path / "own").mkdir()
    kept = ["--as", "lee", "--hub", hub.address, "--folder", str(tmp_path / "lee"), "--wait", "2"]
    never = bare("note", "before", *kept, "--wait", "0.3")
    assert never.code == 4
    assert "not queued" in never.err
    hub.start()
    assert bare("note", "first", *kept).code == 0
    assert hub.stop() == 0
    monkeypatch.setenv("COORDINATOR_FOLDER", str(tmp_path / "lee"))
    gone = bare("note", "kept", *kept[:4], "--wait", "0.3")
    assert gone.code == 4
    assert "queued as" in gone.err
    listed = bare("outbox", *kept, "--wait", "0.3")
    assert listed.code == 4
    assert "note kept: waits" in listed.out
    hub.start()
    try:
        sent = bare("outbox", *kept)
        assert sent.code == 0
        assert "note kept: done" in sent.out
        assert bare("outbox", *kept).out == "nothing waits\n"
        rows = [json.loads(row) for row in bare("log", "--kind", "note", "--json", *kept[:4]).out.splitlines()]
        assert [row["body"]["text"] for row in rows] == ["first", "kept"]
        assert "said_at" in rows[1]
        assert bare("outbox", "--drop", "no-such-id", *kept).code == 2
    finally:
        hub.stop()


def test_a_log_that_was_tampered_with_is_five_and_says_where(bare: Line, tmp_path: Path) -> None:
    hub = HubProcess(tmp_path)
    hub.start()
    assert bare("note", "the truth", "--as", "nia", "--hub", hub.address).code == 0
    assert hub.stop() == 0
    assert bare("verify", str(hub.journal)).code == 0
    forged = tmp_path / "forged.journal"
    shutil.copy(hub.journal, forged)
    with sqlite3.connect(forged) as db:
        db.execute("DROP TRIGGER entries_keep")
        db.execute("UPDATE entries SET line = replace(line, 'the truth', 'a lie') WHERE line LIKE '%the truth%'")
    db.close()
    broken = bare("verify", str(forged))
    assert broken.code == 5
    assert "NOT whole at entry" in broken.err
    found = bare("verify", str(forged), "--json", "--chain")
    assert found.code == 5
    assert found.json()["whole"] is False
    (tmp_path / "not").write_text("a shopping list", encoding="utf-8")
    assert bare("verify", str(tmp_path / "not")).code == 5


@pytest.mark.parametrize("name", [*OTHERS, *VIEWS, *(called(do) for do in WORDS)])
def test_every_command_explains_itself_with_an_example(bare: Line, name: str) -> None:
    done = bare(name, "--help")
    assert done.code == 0
    assert f"coordinator {name}" in done.out
    assert "Example" in done.out


def test_help_names_every_command_and_the_exit_codes(bare: Line) -> None:
    shown = bare("--help").out
    assert all(f"  {name} " in shown for name in [*OTHERS, *VIEWS, *(called(do) for do in WORDS)])
    assert "70 failure" in shown
    assert bare("--version").out == f"coordinator, version {__version__}\n"
    assert bare().code == 2


def test_underscores_are_as_good_as_dashes(bare: Line) -> None:
    assert bare("end_operation", "--help").code == 0


def started(words: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )


def test_the_log_can_be_followed_as_it_grows(line: Line, hub: HubProcess) -> None:
    following = started(["log", "--follow", "--limit", "1", "--as", "rev"], {"COORDINATOR_HUB": hub.address})
    try:
        assert following.stdout is not None
        assert following.stdout.readline().startswith("#"), "the last entry: it follows from here on"
        assert line("note", "seen live", "--as", "nia").code == 0
        rows = [following.stdout.readline()]
        while "NOTE" not in rows[-1]:
            rows.append(following.stdout.readline())
        assert "nia@north NOTE seen live" in rows[-1]
    finally:
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=20)
    assert following.returncode == 130


def test_a_reader_who_has_enough_ends_the_log_quietly(hub: HubProcess) -> None:
    shown = subprocess.run(
        f'"{sys.executable}" -c "from coordinator.cli.main import main; main()" log --as sol | head -n 1', shell=True,
        capture_output=True, text=True, env={**os.environ, "COORDINATOR_HUB": hub.address}, check=False, timeout=30,
    )
    assert shown.stdout.startswith("#1 ")
    assert shown.stderr == ""


def test_the_shell_can_complete(hub: HubProcess) -> None:
    asked = started([], {"_COORDINATOR_COMPLETE": "bash_complete", "COMP_WORDS": "coordinator ack", "COMP_CWORD": "1"})
    out, _ = asked.communicate(timeout=20)
    assert "acknowledge" in out


def test_no_colour_and_no_escape_codes_are_printed(line: Line) -> None:
    for words in (["--help"], ["board", "--as", "lee"], ["log", "--as", "lee"]):
        assert "\x1b" not in line(*words).out

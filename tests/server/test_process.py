"""The hub as a process: how it starts, how it ends, and what is left when it is killed or the disk is full."""

import asyncio
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from coordinator.incident.acts import Note
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.wire import limits
from coordinator.wire.frames import Bye, Hello
from tests.server.raw import Client

ROSTER = Path(__file__).parent.parent / "drills" / "minimal-roster.json"
LISTENING = re.compile(r"(ws://127\.0\.0\.1:\d+)")
PLENTY = 200_000


class Process:
    """`coordinator-hub serve` on a journal, listening on a free port."""

    def __init__(self, journal: Path, file_size: int | None = None) -> None:
        self.journal = journal
        limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))) if file_size else None
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "server", "serve", str(ROSTER), "--journal", str(journal),
                "--listen", "ws://127.0.0.1:0", "--keyless",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=limit,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline()
        found = LISTENING.search(self.said)
        self.port = found[1] if found else ""

    async def join(self, operator: str = "lee") -> Client:
        client = Client(await connect(self.port, proxy=None, compression=None, max_size=None))
        await client.send(Hello(v=1, operator=operator, snapshot=False))
        return client

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """The exit code, and what it said last."""
        _, errors = self._process.communicate(timeout=20)
        return self._process.returncode, errors


def notes_in(journal: Path) -> dict[str, int]:
    """Command id: entry, of every note in a journal; each must be there once."""
    reads = Reads(journal)
    entries = [decode(stored.line) for stored in reads.chained(0, "0" * 64)]
    reads.close()
    ids = [entry.id for entry in entries if entry.kind == "note"]
    assert len(ids) == len(set(ids)), "nothing twice"
    return {entry.id: entry.seq for entry in entries if entry.kind == "note"}


async def keep_saying(client: Client, prefix: str, text: str = "x" * 300) -> None:
    for number in range(PLENTY):
        await client.say(Note(text=text), id=f"{prefix}-{number}")
        await asyncio.sleep(1 / limits.COMMANDS_PER_SECOND if number > limits.COMMANDS_AT_ONCE - 20 else 0)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "hub.journal"


async def test_a_signal_ends_it_in_good_order(journal: Path) -> None:
    hub = Process(journal)
    client = await hub.join()
    note = await client.do(Note(text="before"))
    hub.signal(signal.SIGTERM)
    await client.closed.wait()
    assert client.all(Bye)
    assert hub.end() == (0, "")
    assert [path.name for path in journal.parent.iterdir() if path.name.endswith("-wal")] == [], "all in the one file"
    reads = Reads(journal)
    last = [decode(stored.line) for stored in reads.page(1 << 60, 2)]
    assert [entry.kind for entry in last] == ["stop", "snapshot"]
    assert notes_in(journal) == {note.id: note.seq}


async def test_killed_under_load_it_has_everything_that_was_acknowledged(journal: Path) -> None:
    acknowledged: dict[str, int] = {}
    for round_ in range(4):
        hub = Process(journal)
        clients = [await hub.join(operator) for operator in ("lee", "nia", "sol")]
        tasks = [
            asyncio.create_task(keep_saying(client, f"r{round_}-{place}")) for place, client in enumerate(clients)
        ]
        await asyncio.sleep(0.15 + 0.05 * round_)
        hub.signal(signal.SIGKILL)
        hub.end()
        for task, client in zip(tasks, clients, strict=True):
            await client.closed.wait()
            task.cancel()
            acknowledged.update({entry.id: entry.seq for entry in client.entries() if entry.kind == "note"})
        assert acknowledged.items() <= notes_in(journal).items()
    assert len(acknowledged) > 50


async def test_a_full_disk_stops_it_loudly_and_nothing_false_was_said(journal: Path) -> None:
    hub = Process(journal, file_size=600_000)
    client = await hub.join()
    await client.do(Note(text="before"))  # of what follows, the end of the connection may swallow every answer
    saying = asyncio.create_task(keep_saying(client, "full", "x" * 4000))
    async with asyncio.timeout(20):
        await client.closed.wait()
    saying.cancel()
    code, errors = hub.end()
    assert code == 70
    assert errors.startswith("coordinator-hub: ")
    assert errors.count("\n") == 1
    told = {entry.id: entry.seq for entry in client.entries() if entry.kind == "note"}
    assert told
    assert told.items() <= notes_in(journal).items()
    again = Process(journal)
    assert again.port, "with room again, it starts again on the same journal"
    again.signal(signal.SIGTERM)
    assert again.end()[0] == 0


def test_a_second_hub_on_the_journal_is_refused(journal: Path) -> None:
    first = Process(journal)
    second = Process(journal)
    code, errors = second.end()
    assert code == 2
    assert "in use by process" in errors
    first.signal(signal.SIGTERM)
    assert first.end()[0] == 0


def test_a_broken_chain_stops_it_and_says_where(journal: Path) -> None:
    first = Process(journal)
    first.signal(signal.SIGKILL)
    first.end()
    with sqlite3.connect(journal) as tampered:
        tampered.execute("DROP TRIGGER entries_keep")
        tampered.execute("UPDATE entries SET line = replace(line, 'River', 'Rover') WHERE seq = 1")
    tampered.close()
    code, errors = Process(journal).end()
    assert code == 5
    assert "entry 1" in errors


def test_another_operations_roster_is_refused(journal: Path, tmp_path: Path) -> None:
    first = Process(journal)
    first.signal(signal.SIGTERM)
    first.end()
    other = tmp_path / "other.json"
    other.write_text(ROSTER.read_text().replace('"id": "ford"', '"id": "weir"'))
    code, errors = run("serve", str(other), "--journal", str(journal), "--listen", "ws://127.0.0.1:0", "--keyless")
    assert code == 2
    assert "weir" in errors


def run(*words: str, **environment: str) -> tuple[int, str]:
    """One call of the command line: its exit code and everything it said."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *words], capture_output=True, text=True, timeout=30, check=False,
        env={**os.environ, "COORDINATOR_CONFIG": "/dev/null", **environment},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_it_says_in_one_line_what_is_wrong_with_a_call(tmp_path: Path) -> None:
    journal = str(tmp_path / "hub.journal")
    bad = tmp_path / "bad.json"
    bad.write_text('{"operation": 4}')
    for words, code in {
        ("serve",): 2,
        ("serve", str(ROSTER), "--journal", journal): 2,
        ("serve", str(ROSTER), "--journal", journal, "--listen", "ws://127.0.0.1:0"): 2,
        ("serve", str(ROSTER), "--journal", journal, "--listen", "ws://0.0.0.0:1", "--keyless"): 2,
        ("serve", str(tmp_path / "none.json"), "--journal", journal, "--listen", "unix:x"): 2,
        ("serve", str(bad), "--journal", journal, "--listen", "unix:x"): 2,
        ("nonsense",): 2,
    }.items():
        found, said = run(*words)
        assert found == code, said
        assert said.startswith("coordinator-hub: ")
        assert said.count("\n") == 1
        assert not Path(journal).exists(), "a call that is wrong leaves nothing behind"


def test_check_says_everything_that_is_wrong(tmp_path: Path) -> None:
    assert run("check", str(ROSTER))[0] == 0
    bad = tmp_path / "bad.json"
    text = ROSTER.read_text().replace('"poc": "lee"', '"poc": "nobody"')
    bad.write_text(text.replace('"parent": "icp"', '"parent": "x"'))
    code, said = run("check", str(bad))
    assert code == 5
    assert "nobody" in said
    assert said.count("\n") >= 3


def test_help_and_version_are_there() -> None:
    assert "Examples:" in run("--help")[1]
    assert "Examples:" in run("serve", "--help")[1]
    assert run("drill", "--help")[0] == 0
    assert run("--version")[1].startswith("coordinator-hub")


def test_settings_come_from_a_variable_or_the_file(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[hub]\nlisten = ["ws://0.0.0.0:1"]\nkeyless = true\n')
    journal = str(tmp_path / "hub.journal")
    code, said = run("serve", str(ROSTER), COORDINATOR_CONFIG=str(config), COORDINATOR_JOURNAL=journal)
    assert (code, "0.0.0.0 is not this machine" in said) == (2, True)
    code, said = run(
        "serve", str(ROSTER), COORDINATOR_CONFIG=str(config), COORDINATOR_JOURNAL=journal, COORDINATOR_LISTEN="tcp:9"
    )
    assert (code, "'tcp:9' is not" in said) == (2, True)

"""A disk that runs full is an alarm in the log; what is there can be read, and what was acknowledged is there."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coordinator.cli.main import run
from coordinator.incident.acts import Note
from coordinator.incident.entries import Accepted, Entry
from coordinator.incident.hubacts import Alarm
from coordinator.journal import verify
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.session.client import Session
from server.diskguard import EVERY, reserve_of
from tests.end_to_end.running import HubProcess, until

SIZE = 40 * 1024 * 1024
"""Bytes of the small disk: the reserve, what the hub calls full twice over, and some room to work in."""
WHY_NOT = "a small disk of its own can only be mounted by root, where the machine lets it"


def mounted(folder: Path) -> bool:
    """Whether a small disk of its own is there now."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmounted(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubProcess]:
    disk = tmp_path / "disk"
    if not mounted(disk):
        pytest.skip(WHY_NOT)
    made = HubProcess(disk)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        unmounted(disk)


def reserve(hub: HubProcess) -> Path:
    return reserve_of(hub.journal)


def fill(folder: Path) -> Path:
    """Somebody else uses every byte that is left."""
    hog = folder / "hog"
    with hog.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return hog


def entries(journal: Path) -> list[Entry]:
    reads = Reads(journal)
    try:
        return [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    finally:
        reads.close()


def alarms(journal: Path) -> list[str]:
    return [entry.body.what for entry in entries(journal) if isinstance(entry.body, Alarm)]


async def test_a_full_disk_is_an_alarm_reads_go_on_and_commands_wait(
    hub: HubProcess, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whose text waits keeps the link, is told so in plain words, and reads on; then it goes out by itself."""
    async with Session(hub.address, operator="nia", folder=tmp_path / "nia") as nia:
        await nia.ready(10)
        up: set[bool] = set()
        nia.listen(lambda session: up.add(session.link.up))
        before = await nia.send(Note(text="before"))
        assert isinstance(before, Accepted)
        await until(reserve(hub).exists, "the reserve is held")
        hog = fill(hub.journal.parent)
        await until(lambda: "disk-full" in alarms(hub.journal), "the log says that the disk is full")
        fill(hub.journal.parent)
        waits = [nia.queue(Note(text=f"while it was full {number}")) for number in range(3)]
        told = "the hub's disk is full; 3 wait here"
        await until(lambda: nia.link.held == told, "the author is told that it waits")
        assert any(entry.kind == "alarm" for entry in (await nia.fetch())[0])
        words = ["note", "never sent", "--hub", hub.address, "--as", "sol", "--wait", "1"]
        assert await asyncio.to_thread(run, words) == 4
        assert "the hub's disk is full; 1 wait here" in capfd.readouterr().err
        async with Session(hub.address, operator="sol") as sol:
            await sol.ready(10)
            assert sol.state is not None
            found, _ = await sol.fetch()
            assert any(entry.kind == "alarm" for entry in found)
        assert [nia.decided(id) for id in waits] == [None, None, None]
        await asyncio.sleep(3 * EVERY)
        fill(hub.journal.parent)
        async with Session(hub.address, operator="sol") as sol:
            await sol.ready(10)
        hog.unlink()
        await until(lambda: "disk-room" in alarms(hub.journal), "the log says that there is room again")
        assert [type(await nia.outcome(id)) for id in waits] == [Accepted] * 3
        assert (up, nia.link.held) == ({True}, ""), "the link was never lost, and nothing waits any more"
    assert hub.stop() == 0
    assert verify.replay(hub.journal).whole
    notes = [entry.body.text for entry in entries(hub.journal) if isinstance(entry.body, Note)]
    assert notes == ["before", *(f"while it was full {number}" for number in range(3))]


async def test_a_hub_that_dies_while_the_disk_is_full_starts_again_and_nothing_acknowledged_is_lost(
    hub: HubProcess,
) -> None:
    """Every byte is gone but the reserve. A start that finds no room lets go of it, and the next one has it."""
    async with Session(hub.address, operator="nia", sure=True) as nia:
        await nia.ready(10)
        await until(reserve(hub).exists, "the reserve is held")
        acknowledged = []
        for number in range(20):
            outcome = await nia.send(Note(text=f"note {number}"))
            assert isinstance(outcome, Accepted)
            acknowledged.append(outcome.seq)
        hub.kill()
        hog = fill(hub.journal.parent)
        started_within(hub, tries=2)
        await until(lambda: "disk-full" in alarms(hub.journal), "the log says that the disk is full")
        async with Session(hub.address, operator="sol") as sol:
            await sol.ready(10)
            assert {entry.seq for entry in (await sol.fetch())[0] if entry.kind == "alarm"}
        hog.unlink()
        await until(lambda: "disk-room" in alarms(hub.journal), "the log says that there is room again")
    kept = {entry.seq for entry in entries(hub.journal) if entry.kind == "note"}
    assert kept == set(acknowledged)
    assert verify.replay(hub.journal).whole


def started_within(hub: HubProcess, tries: int) -> None:
    """What a supervisor does: start it again when it ended with 70."""
    while True:
        tries -= 1
        try:
            hub.start()
        except AssertionError:
            if not tries:
                raise
        else:
            return

"""A hub is kept alive: copied while it runs, restored, continued from what is left of it; never without a deputy."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from coordinator.incident.acts import Message, Note, Order
from coordinator.incident.entries import Accepted, Entry
from coordinator.journal import verify
from coordinator.journal.former import continuing
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from coordinator.session.client import Session
from server.continuing import continue_from
from tests.end_to_end.running import ROOT, ROSTER, HubProcess, until


def hub_command(*words: object) -> subprocess.CompletedProcess[str]:
    """`coordinator-hub` with these words."""
    command = [sys.executable, "-m", "server", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def entries(journal: Path) -> list[Entry]:
    reads = Reads(journal)
    try:
        return [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    finally:
        reads.close()


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubProcess]:
    made = HubProcess(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


async def spoken(hub: HubProcess) -> Accepted:
    """An operation with something in it: an order in force, a message on the desk."""
    async with Session(hub.address, operator="lee") as lee, Session(hub.address, operator="nia") as nia:
        await lee.ready(10)
        await nia.ready(10)
        await nia.send(Message(precedence="PRIORITY", text="gauge at 4.1 m", wants_reply=True))
        for number in range(40):
            await nia.send(Note(text=f"note {number}"))
        ordered = await lee.send(Order(verb="EVACUATE", subject="area/north", to=("north",)))
        assert isinstance(ordered, Accepted)
        return ordered


# Copies


async def test_a_backup_of_a_running_hub_is_whole_and_can_be_served(hub: HubProcess, tmp_path: Path) -> None:
    await spoken(hub)
    folder = tmp_path / "backups"
    folder.mkdir()
    done = await asyncio.to_thread(hub_command, "backup", hub.journal, folder)
    assert done.returncode == 0, done.stderr
    (copy,) = folder.iterdir()
    report = verify.replay(copy)
    assert report.whole
    assert report.digest in done.stdout
    async with Session(hub.address, operator="nia") as nia:
        await nia.ready(10)
        assert isinstance(await nia.send(Note(text="the hub goes on")), Accepted)
    restored = tmp_path / "elsewhere" / "hub.journal"
    restored.parent.mkdir()
    done = await asyncio.to_thread(hub_command, "restore", copy, restored)
    assert done.returncode == 0, done.stderr
    second = HubProcess(restored.parent)
    second.start()
    try:
        async with Session(second.address, operator="lee") as lee:
            await lee.ready(10)
            assert lee.state is not None
            assert lee.state.numbers["O-1"] in lee.state.orders
    finally:
        second.stop()


async def test_a_backup_replaces_no_file(hub: HubProcess, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    done = await asyncio.to_thread(hub_command, "backup", hub.journal, precious)
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert precious.read_text() == "mine"
    assert not [name for name in names(tmp_path) if name.startswith(".precious")], "nothing is left lying about"


async def test_what_is_not_whole_is_neither_backed_up_nor_restored(hub: HubProcess, tmp_path: Path) -> None:
    await spoken(hub)
    hub.stop()
    damage(hub.journal, 20)
    for verb in ("backup", "restore"):
        done = await asyncio.to_thread(hub_command, verb, hub.journal, tmp_path / "copy")
        assert done.returncode == 5
        assert "entry 20" in done.stderr
        assert not (tmp_path / "copy").exists()


def damage(journal: Path, seq: int) -> None:
    """Change one entry behind everybody's back, as somebody with the disk in their hands can."""
    with sqlite3.connect(journal) as connection:
        connection.execute("DROP TRIGGER entries_keep")
        connection.execute("UPDATE entries SET line = replace(line, '\"by\":\"', '\"by\":\"x') WHERE seq = ?", (seq,))
    connection.close()


# A log that goes on


async def test_a_broken_journal_stops_the_hub_which_says_how_to_go_on(hub: HubProcess) -> None:
    await spoken(hub)
    hub.kill()
    last = verify.replay(hub.journal).seq
    damage(hub.journal, last)
    done = await asyncio.to_thread(
        hub_command, "serve", ROSTER, "--journal", hub.journal, "--listen", hub.address, "--keyless"
    )
    assert done.returncode == 5
    assert "--continue-from" in done.stderr
    assert done.stderr.count("\n") == 1


async def test_a_new_log_holds_all_that_was_good_and_names_where_that_ended(hub: HubProcess, tmp_path: Path) -> None:
    ordered = await spoken(hub)
    hub.stop()
    whole = entries(hub.journal)
    damage(hub.journal, ordered.seq + 1)
    before = verify.replay(hub.journal)
    kept = hub.journal.read_bytes()
    folder = tmp_path / "new"
    folder.mkdir()
    new = HubProcess(folder, options=("--keyless", "--continue-from", str(hub.journal)))
    new.start()
    try:
        async with Session(new.address, operator="nia") as nia:
            await nia.ready(10)
            assert nia.state is not None
            assert nia.state.numbers["O-1"] == ordered.seq
            assert ordered.seq in nia.state.orders
            assert any("continues hub.journal" in getattr(one.body, "text", "") for one in (await nia.fetch())[0])
            again = await nia.send(Note(text="we go on"))
            assert isinstance(again, Accepted)
    finally:
        new.stop()
    taken = entries(new.journal)
    assert [(one.seq, one.at, one.by, one.body, one.id) for one in taken[1 : before.seq]] == [
        (one.seq, one.at, one.by, one.body, one.id) for one in whole[1 : before.seq]
    ]
    report = verify.replay(new.journal)
    assert report.whole
    assert report.continues == before.seq, "anyone can check that the entries are the former log's"
    assert hub.journal.read_bytes() == kept, "the broken journal is evidence"


async def test_a_continued_log_whose_past_was_changed_is_found_out(hub: HubProcess, tmp_path: Path) -> None:
    """Whoever rewrites entries and chains them anew cannot make them come to the digest that the first line names."""
    await spoken(hub)
    hub.stop()
    new = tmp_path / "new.journal"
    old = entries(hub.journal)
    old[0] = continuing(old[0], verify.replay(hub.journal).digest)
    place = next(place for place, entry in enumerate(old) if isinstance(entry.body, Note))
    old[place] = replace(old[place], body=Note(text="never said"))
    with Journal.create(new) as journal:
        for entry in old:
            journal.submit(rows([entry], journal.head.digest, "x"))
    assert "continues" in str(verify.replay(new).fault)


async def test_a_log_can_be_continued_more_than_once(hub: HubProcess, tmp_path: Path) -> None:
    await spoken(hub)
    hub.stop()
    once, twice = tmp_path / "once.journal", tmp_path / "twice.journal"
    first = continue_from(hub.journal, once)
    second = continue_from(once, twice)
    assert (first.seq, first.fault) == (second.seq, second.fault)
    assert verify.replay(twice).continues == second.seq
    assert first.digest != second.digest


async def test_a_command_of_the_former_log_is_not_decided_again(hub: HubProcess, tmp_path: Path) -> None:
    async with Session(hub.address, operator="nia") as nia:
        await nia.ready(10)
        id = nia.queue(Note(text="once"))
        first = await nia.outcome(id)
    hub.stop()
    folder = tmp_path / "new"
    folder.mkdir()
    new = HubProcess(folder)
    continue_from(hub.journal, new.journal)
    new.start()
    try:
        async with Session(new.address, operator="nia", follow=False) as nia:
            await nia.ready(10)
            assert await nia.outcome(nia.queue(Note(text="once"), id=id, basis=None)) == first
    finally:
        new.stop()


# Deputies


async def test_a_deputy_is_designated_on_the_hubs_host_and_the_log_says_by_whom(hub: HubProcess) -> None:
    async with Session(hub.address, operator="ike") as ike:
        await ike.ready(10)
        done = await asyncio.to_thread(
            hub_command, "designate", "ops", "ike", "--hub", hub.address, "--reason", "lee and dana out of reach"
        )
        assert done.returncode == 0, done.stderr
        assert "first deputy of ops" in done.stdout
        await until(lambda: ike.state and ike.state.roster.ground.scopes["ops"].deputies[0] == "ike", "everyone knows")
    (entry,) = [entry for entry in entries(hub.journal) if entry.kind == "roster"]
    assert entry.by == "hub"
    assert "lee and dana out of reach" in getattr(entry.body, "reason", "")


@pytest.mark.parametrize(
    ("scope", "operator", "says"),
    [
        ("nowhere", "ike", "no scope"),
        ("ops", "nobody", "no operator"),
        ("ops", "rev", "no operator"),
        ("ops", "lee", "already"),
    ],
)
async def test_a_designation_that_makes_no_sense_is_no_entry(
    hub: HubProcess, scope: str, operator: str, says: str
) -> None:
    done = await asyncio.to_thread(hub_command, "designate", scope, operator, "--hub", hub.address, "--reason", "x")
    assert done.returncode == 2
    assert says in done.stderr
    assert "roster" not in {entry.kind for entry in entries(hub.journal)}


async def test_a_designation_without_a_hub_says_so(tmp_path: Path) -> None:
    done = await asyncio.to_thread(
        hub_command, "designate", "ops", "ike", "--hub", f"unix:{tmp_path}/none", "--reason", "x"
    )
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1

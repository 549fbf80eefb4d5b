"""What was written for a log that is no more: it goes on where the hub's log continues that one, and is never lost."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from coordinator.cli.main import run
from coordinator.incident.acts import Act, Note, Order
from coordinator.incident.entries import Accepted
from coordinator.journal import verify
from coordinator.journal.former import former_logs
from coordinator.session.client import Session
from server.continuing import continue_from
from tests.session.stage import PATIENCE, Stage, until

ORDER = Order(verb="EVACUATE", subject="area/north/zone-4", to=("north",))


def joined(stage: Stage) -> Session:
    return Session(stage.address, operator="lee", folder=stage.folder / "lee", clock=stage.clock)


async def wrote(stage: Stage, *acts: Act) -> list[str]:
    """Lee, who holds the desk, is cut off and writes this; the hub then ends for good. The commands' ids."""
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert isinstance(await lee.send(Note(text="before")), Accepted)
        lee.cut()
        ids = [lee.queue(act) for act in acts]
    stage.hub.kill()
    return ids


async def continued(stage: Stage) -> None:
    """The hub goes on in a new journal, from what is left of the old one."""
    broken, stage.journal = stage.journal, stage.journal.with_name(f"{stage.journal.name}.new")
    continue_from(broken, stage.journal)
    await stage.start()


def notes(stage: Stage) -> list[str]:
    return [entry.body.text for entry in stage.entries() if isinstance(entry.body, Note)]


async def outbox(stage: Stage, *words: str, hub: str = "") -> int:
    where = ["--hub", hub or stage.address, "--as", "lee", "--folder", str(stage.folder / "lee"), "--wait", "10"]
    return await asyncio.to_thread(run, ["outbox", *words, *where])


async def test_facts_go_on_by_themselves_and_an_order_asks_however_young_it_is(stage: Stage) -> None:
    order, note = await wrote(stage, ORDER, Note(text="while it was down"))
    former = stage.hub.log
    await continued(stage)
    assert former_logs(stage.entries()[0]) == (former,)
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert isinstance(await asyncio.wait_for(lee.outcome(note), PATIENCE), Accepted)
        assert [(one.id, one.former, one.command.basis) for one in lee.doubtful] == [(order, True, None)]
        assert "2 commands that waited for the log that this one continues" in lee.link.notice
        assert "1 orders ask first" in lee.link.notice
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert [one.id for one in lee.doubtful] == [order], "it asks after a restart as well"
        assert lee.elsewhere == ()
        lee.confirm(order)
        assert isinstance(await asyncio.wait_for(lee.outcome(order), PATIENCE), Accepted)
    said = [entry.id for entry in stage.entries() if entry.id in (order, note)]
    assert said == [note, order], "each once, under its own id"


async def test_what_was_decided_before_the_log_broke_is_not_decided_twice(stage: Stage) -> None:
    """The acknowledgement never arrived; the good entry that bears the id is found in the continued log."""
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        id = lee.queue(Note(text="said once"))
        first = await asyncio.wait_for(lee.outcome(id), PATIENCE)
        assert lee.outbox is not None
        lee.outbox._write("UPDATE outbox SET state = 'sent', how = '' WHERE id = ?", id)
    stage.hub.kill()
    await continued(stage)
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert await asyncio.wait_for(lee.outcome(id), PATIENCE) == first
    assert notes(stage) == ["said once"]
    assert verify.replay(stage.journal).whole


async def test_a_log_continued_twice_is_known_by_both(stage: Stage) -> None:
    (note,) = await wrote(stage, Note(text="two logs ago"))
    await continued(stage)
    stage.hub.kill()
    await continued(stage)
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert isinstance(await asyncio.wait_for(lee.outcome(note), PATIENCE), Accepted)


async def test_the_hub_may_be_at_another_address(stage: Stage, tmp_path: Path) -> None:
    """The hub's host was lost: what waits is found all the same, for it lies in the operator's folder."""
    (note,) = await wrote(stage, Note(text="for the lost host"))
    stage.socket = tmp_path / "other" / "hub.sock"
    await continued(stage)
    async with joined(stage) as lee:
        await lee.ready(PATIENCE)
        assert isinstance(await asyncio.wait_for(lee.outcome(note), PATIENCE), Accepted)


async def test_the_command_line_lists_confirms_and_drops(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, unwanted, note = await wrote(
        stage, ORDER, msgspec.structs.replace(ORDER, subject="area/south"), Note(text="a fact")
    )
    await continued(stage)
    assert await outbox(stage) == 0
    said = capsys.readouterr().out
    assert f"{note} " in said
    assert said.count("written for the former log: STILL WANTED?") == 2
    assert await outbox(stage, "--confirm", wanted, "--drop", unwanted) == 0
    said = capsys.readouterr().out
    assert "done: O-1" in said
    assert said.count("dropped") == 1
    assert await outbox(stage) == 0
    assert "nothing waits" in capsys.readouterr().out
    assert [entry.body.subject for entry in stage.entries() if isinstance(entry.body, Order)] == [ORDER.subject]


async def test_for_a_log_that_nobody_continues_each_text_is_listed_and_waits_for_a_word(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, unwanted, wanted = await wrote(stage, *(Note(text=text) for text in ("kept", "unwanted", "wanted")))
    stage.journal = stage.folder / "another.journal"
    await stage.start()
    assert await outbox(stage) == 0
    assert capsys.readouterr().out.count("waits for another log") == 3
    assert await outbox(stage, "--confirm", wanted, "--drop", unwanted) == 0
    said = capsys.readouterr().out
    assert [word in said for word in (f"{kept} ", "dropped", "done: entry")] == [True] * 3
    await until(lambda: notes(stage) == ["wanted"])
    assert await outbox(stage, "--drop", unwanted) == 2, "it is known no more"
    stage.hub.kill()
    assert await outbox(stage, "--wait", "1") == 4
    assert "waits for another log" in capsys.readouterr().out, "out of reach as well"

"""A session against a real hub: nothing lost, nothing twice, nothing merged that does not belong together."""

import asyncio
import shutil
import signal
from datetime import timedelta

import pytest
from msgspec.structs import replace

from coordinator.incident.acts import Acknowledge, Act, Assume, Message, Note, Order, Relay, Status
from coordinator.incident.entries import Accepted, Entry, Malformed, OnRecord, Refused
from coordinator.incident.snapshot import freeze
from coordinator.session import transports
from coordinator.session.client import Session
from coordinator.session.faults import ForkedLog, HubSaid, NeverMet, NotAdmitted, OtherOperation, Unreachable
from tests.end_to_end.running import HubProcess
from tests.session.stage import PATIENCE, Stage, until

EVACUATE = Order(verb="EVACUATE", subject="area/north/zone-4", to=("north", "icp"))
SHELTER = Order(verb="SHELTER", subject="area/north", to=("icp",))


def message(text: str, *to: str) -> Message:
    return Message(precedence="ROUTINE", text=text, to=to)


async def accepted(session: Session, act: Act) -> Accepted:
    outcome = await session.send(act)
    assert isinstance(outcome, Accepted), outcome
    return outcome


async def same_as_new(old: Session, new: Session) -> None:
    await until(lambda: old.seq == new.seq)
    assert old.state is not None
    assert new.state is not None
    assert freeze(old.state) == freeze(new.state)


async def test_what_is_said_is_decided_and_the_answer_is_the_entry(stage: Stage) -> None:
    lee = await stage.join("lee")
    first = await accepted(lee, EVACUATE)
    assert first.number == "O-1"
    assert first.advisories
    refused = await lee.send(SHELTER)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.clashes) == ("contradiction", (first.seq,))
    assert lee.decided("no such id") is None


async def test_a_session_ends_up_with_the_state_that_the_hub_would_give_it(stage: Stage) -> None:
    lee, sol = await stage.join("lee"), await stage.join("sol")
    said = await accepted(sol, message("two on the roof", "icp"))
    lee.saw([said.seq])
    await until(lambda: "lee" in stage.hub.state.messages[said.seq].opened)
    await accepted(lee, Relay(ref="M-1", to=("icp", "south")))
    await accepted(sol, Acknowledge(ref="M-1"))
    await accepted(lee, EVACUATE)
    await accepted(sol, Status(state="DEGRADED"))
    for old in (lee, sol):
        await same_as_new(old, await stage.join(old.operator))


async def test_a_hidden_message_is_a_digest_until_its_relay_reveals_it(stage: Stage) -> None:
    lee, nia, sol = await stage.join("lee"), await stage.join("nia"), await stage.join("sol")
    seen: list[Entry] = []
    sol.arriving(seen.extend)
    said = await accepted(nia, message("for the desk alone"))
    await until(lambda: sol.seq >= said.seq)
    assert said.seq not in {entry.seq for entry in seen}
    assert sol.state is not None
    assert said.seq not in sol.state.messages
    await accepted(lee, Relay(ref="M-1", to=("south",)))
    await until(lambda: said.seq in {entry.seq for entry in seen})
    assert sol.state.messages[said.seq].text == "for the desk alone"


async def test_a_post_that_was_cut_off_is_decided_once_and_in_order(stage: Stage) -> None:
    """Three messages and a status wait out ten minutes; each says when it was said."""
    sol = await stage.join("sol", kept=True)
    sol.cut()
    acts = [message("one"), message("two"), message("three"), Status(state="LIMITED")]
    ids = [sol.queue(act) for act in acts]
    assert (sol.link.up, sol.link.queued, sol.link.trouble) == (False, 4, "the link is cut")
    cut_at = sol.now()
    stage.clock.ahead += timedelta(minutes=10)
    sol.restore()
    outcomes = [await sol.outcome(id) for id in ids]
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    mine = [entry for entry in stage.entries() if entry.by == "sol"]
    assert [entry.id for entry in mine] == ids
    assert all(entry.said_at is not None and entry.said_at <= cut_at and entry.found.late for entry in mine)
    assert sol.link.queued == 0


async def test_a_killed_hub_decides_once_what_it_had_not_acknowledged(stage: Stage) -> None:
    nia = await stage.join("nia", kept=True)
    ids = [nia.queue(Note(text=f"note {number}")) for number in range(20)]
    await nia.outcome(ids[4])
    await stage.restart()
    await asyncio.gather(*(nia.outcome(id) for id in ids))
    assert [entry.id for entry in stage.entries() if entry.kind == "note"] == ids


async def test_the_same_id_gets_the_same_answer_and_another_content_is_refused(stage: Stage) -> None:
    nia = await stage.join("nia")
    first = await nia.outcome(nia.queue(Note(text="once"), id="mine-1"))
    again = await stage.join("nia", follow=False, snapshot=False)
    assert await again.outcome(again.queue(Note(text="once"), id="mine-1")) == first
    other = await stage.join("nia", follow=False, snapshot=False)
    assert isinstance(await other.outcome(other.queue(Note(text="twice"), id="mine-1")), Malformed)
    assert stage.kinds() == ["note"]


async def test_a_folder_is_enough_to_read_and_to_write_without_the_hub(stage: Stage) -> None:
    async with Session(stage.address, operator="lee", folder=stage.folder / "lee") as lee:
        await lee.ready(PATIENCE)
        await accepted(lee, EVACUATE)
    stage.hub.kill()
    async with Session(stage.address, operator="lee", folder=stage.folder / "lee") as lee:
        assert lee.state is not None
        assert [order.verb for order in lee.state.orders.values()] == ["EVACUATE"]
        id = lee.queue(Note(text="written in the dark"))
        with pytest.raises(Unreachable):
            await lee.ready(0.2)
    await stage.start()
    async with Session(stage.address, operator="lee", folder=stage.folder / "lee") as lee:
        assert isinstance(await asyncio.wait_for(lee.outcome(id), PATIENCE), Accepted)
        assert [entry.id for entry in stage.entries() if entry.kind == "note"] == [id]


async def test_what_was_revealed_while_away_is_there_after_a_resume_and_after_a_restart(stage: Stage) -> None:
    lee, nia = await stage.join("lee"), await stage.join("nia")
    folder = stage.folder / "sol"
    async with Session(stage.address, operator="sol", folder=folder) as sol:
        await sol.ready(PATIENCE)
        said = await accepted(nia, message("hidden at first"))
        await until(lambda: sol.seq >= said.seq)
    await accepted(lee, Relay(ref="M-1", to=("south",)))
    for _ in range(2):
        async with Session(stage.address, operator="sol", folder=folder) as sol:
            await sol.ready(PATIENCE)
            await same_as_new(sol, await stage.join("sol"))
            assert sol.state is not None
            assert sol.state.messages[said.seq].text == "hidden at first"
            assert sol.replica is not None
            assert sol.replica.line(said.seq) is not None


async def test_nothing_is_queued_for_a_hub_that_was_never_met(stage: Stage) -> None:
    stage.hub.kill()
    nia = await stage.join("nia", kept=True, ready=False)
    with pytest.raises(NeverMet):
        nia.queue(Note(text="for whom?"))
    await stage.start()


async def test_an_order_that_waited_too_long_asks_its_author_first(stage: Stage) -> None:
    lee = await stage.join("lee", kept=True)
    lee.cut()
    wanted, unwanted = lee.queue(EVACUATE), lee.queue(replace(EVACUATE, subject="area/south"))
    given = lee.queue(replace(EVACUATE, subject="area/north/zone-5", given=True))
    note = lee.queue(Note(text="this goes by itself"))
    stage.clock.ahead += timedelta(minutes=2, seconds=1)
    lee.restore()
    await lee.outcome(note)
    assert isinstance(await lee.outcome(given), Accepted)
    assert [waiting.id for waiting in lee.doubtful] == [wanted, unwanted]
    assert lee.link.doubtful == 2
    dropped = lee.drop(unwanted)
    assert dropped is not None
    assert dropped.command.act == replace(EVACUATE, subject="area/south")
    assert isinstance(await lee.outcome(unwanted), Malformed)
    lee.confirm(wanted)
    assert isinstance(await lee.outcome(wanted), Accepted)
    ordered = [entry.body for entry in stage.entries() if isinstance(entry.body, Order)]
    assert [order.subject for order in ordered if not order.given] == ["area/north/zone-4"]
    assert lee.doubtful == ()


async def test_a_young_order_and_a_sure_author_are_not_asked(stage: Stage) -> None:
    lee = await stage.join("lee")
    lee.cut()
    young = lee.queue(EVACUATE)
    stage.clock.ahead += timedelta(seconds=90)
    lee.restore()
    assert isinstance(await lee.outcome(young), Accepted)
    sure = await stage.join("lee", sure=True)
    sure.cut()
    old = sure.queue(replace(EVACUATE, subject="area/south"))
    stage.clock.ahead += timedelta(minutes=5)
    sure.restore()
    assert isinstance(await sure.outcome(old), Accepted)


async def test_a_command_keeps_the_basis_and_the_terms_of_when_it_was_written(stage: Stage) -> None:
    """A holder who was cut off does not command on a desk that another has taken over."""
    lee, dana = await stage.join("lee", sure=True), await stage.join("dana")
    lee.cut()
    seq = lee.seq
    id = lee.queue(EVACUATE)
    (waiting,) = lee.waiting
    assert (waiting.command.basis, waiting.command.term) == (seq, {"ops": 1})
    stage.clock.ahead += timedelta(minutes=5)
    await until(lambda: dana.link.up)
    await accepted(dana, Assume(scope="ops"))
    lee.restore()
    outcome = await lee.outcome(id)
    assert isinstance(outcome, Refused)
    assert outcome.code == "stale-term"


async def test_a_forked_log_is_loud_and_never_merged(stage: Stage) -> None:
    nia = await stage.join("nia", kept=True)
    await accepted(nia, Note(text="before"))
    await stage.hub.settled()
    nia.cut()
    stage.hub.kill()
    past = stage.folder / "past.journal"
    shutil.copy(stage.journal, past)
    await stage.start()
    await accepted(await stage.join("sol"), Note(text="what was then"))
    other = await stage.join("nia")
    nia.restore()
    await until(lambda: nia.seq == other.seq)
    nia.cut()
    stage.hub.kill()
    for suffix in ("", "-wal", "-shm"):
        stage.journal.with_name(stage.journal.name + suffix).unlink(missing_ok=True)
    shutil.copy(past, stage.journal)
    await stage.start()
    for number in range(5):
        await accepted(await stage.join("ike"), Note(text=f"another past {number}"))
    nia.restore()
    await until(lambda: nia.fault is not None)
    assert isinstance(nia.fault, ForkedLog)
    with pytest.raises(ForkedLog):
        await nia.send(Note(text="into the void"))
    assert nia.state is not None
    assert "another past" not in freeze(nia.state).decode()


async def test_what_waits_for_one_operation_is_never_sent_to_another(stage: Stage) -> None:
    async with Session(stage.address, operator="nia", folder=stage.folder / "nia") as nia:
        await nia.ready(PATIENCE)
        nia.cut()
        id = nia.queue(Note(text="for the first operation"))
    stage.hub.kill()
    first, stage.journal = stage.journal, stage.folder / "second.journal"
    await stage.start()
    async with Session(stage.address, operator="nia", folder=stage.folder / "nia") as nia:
        await nia.ready(PATIENCE)
        assert nia.waiting == ()
        assert "another one than before" in nia.link.notice
        assert "1 commands" in nia.link.notice
    stage.hub.kill()
    stage.journal = first
    await stage.start()
    async with Session(stage.address, operator="nia", folder=stage.folder / "nia") as nia:
        assert isinstance(await asyncio.wait_for(nia.outcome(id), PATIENCE), Accepted)


async def test_an_operation_that_is_swapped_under_a_session_ends_it(stage: Stage) -> None:
    nia = await stage.join("nia")
    stage.hub.kill()
    stage.journal = stage.folder / "second.journal"
    await stage.start()
    await until(lambda: nia.fault is not None)
    assert isinstance(nia.fault, OtherOperation)


async def test_who_is_not_on_the_roster_is_told_so(stage: Stage) -> None:
    nobody = await stage.join("nobody", ready=False)
    with pytest.raises(NotAdmitted, match="no operator nobody"):
        await nobody.ready(PATIENCE)
    with pytest.raises(NotAdmitted):
        await nobody.send(Note(text="hello?"))


async def test_text_is_cleaned_before_it_is_sent(stage: Stage) -> None:
    nia = await stage.join("nia")
    outcome = await nia.send(Note(text="a\tb\u202ec"), OnRecord(words="d\x07e"))
    assert isinstance(outcome, Accepted)
    (entry,) = (entry for entry in stage.entries() if entry.kind == "note")
    assert (entry.body, entry.words) == (Note(text="a bc"), "de")


async def test_what_no_hub_would_take_is_said_at_once_and_sent_nowhere(stage: Stage) -> None:
    nia = await stage.join("nia")
    nia.cut()
    outcome = await nia.send(Message(precedence="FLASH", text="x" * 5000))
    assert isinstance(outcome, Malformed)
    assert nia.waiting == ()


async def test_an_outbox_that_is_too_fast_for_the_hub_arrives_whole_and_in_order(stage: Stage) -> None:
    nia = await stage.join("nia")
    ids = [nia.queue(Note(text=f"{number}")) for number in range(230)]
    await asyncio.wait_for(asyncio.gather(*(nia.outcome(id) for id in ids)), PATIENCE)
    assert [entry.id for entry in stage.entries() if entry.kind == "note"] == ids


async def test_receipts_say_what_was_painted_and_what_was_opened(stage: Stage) -> None:
    lee, sol = await stage.join("lee"), await stage.join("sol")
    said = await accepted(lee, message("to south", "south"))
    await until(lambda: sol.state is not None and said.seq in sol.state.messages)
    sol.painted()
    sol.saw([said.seq])

    def marked() -> bool:
        assert lee.state is not None
        mark = lee.state.messages[said.seq].marks.get("south")
        return mark is not None and mark.delivered is not None and mark.seen is not None

    await until(marked)


async def test_older_entries_and_searches_are_answered(stage: Stage) -> None:
    nia = await stage.join("nia")
    for text in ("levee one", "bridge", "levee two"):
        await accepted(nia, Note(text=text))
    found, more = await nia.search("levee")
    assert [entry.body for entry in found] == [Note(text="levee two"), Note(text="levee one")]
    assert not more
    newest, more = await nia.fetch(limit=1)
    assert ([entry.body for entry in newest], more) == ([Note(text="levee two")], True)
    nia.cut()
    with pytest.raises(Unreachable):
        await nia.fetch()
    with pytest.raises((Unreachable, HubSaid)):
        await nia.search("levee")


async def test_listeners_hear_of_every_change_until_they_stop(stage: Stage) -> None:
    nia = await stage.join("nia")
    seqs: list[int] = []
    stop = nia.listen(lambda session: seqs.append(session.seq))
    await accepted(nia, Note(text="heard"))
    assert seqs[-1] == nia.seq
    stop()
    heard = len(seqs)
    await accepted(nia, Note(text="not heard"))
    assert len(seqs) == heard


async def test_a_script_follows_nothing_and_gets_its_own_answers(stage: Stage) -> None:
    script = await stage.join("nia", follow=False, snapshot=False)
    assert isinstance(await script.send(Note(text="from a script")), Accepted)
    assert (script.state, script.seq) == (None, 0)
    looker = await stage.join("nia", follow=False)
    assert looker.state is not None


async def test_a_session_finds_a_hub_that_comes_back_by_itself(stage: Stage) -> None:
    nia = await stage.join("nia")
    await stage.hub.stop()
    await until(lambda: not nia.link.up)
    assert nia.link.trouble
    since = nia.link.since
    await stage.start()
    await until(lambda: nia.link.up)
    assert nia.link.since != since
    await accepted(nia, Note(text="back"))


async def test_a_hub_that_is_there_and_says_nothing_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-open link: the hub's process stands still, its socket stays open."""
    monkeypatch.setattr(transports, "PING_EVERY", 0.1)
    monkeypatch.setattr(transports, "PING_WITHIN", 0.3)
    folder = stage.folder / "apart"
    folder.mkdir()
    hub = HubProcess(folder)
    hub.start()
    try:
        async with Session(hub.address, operator="nia") as nia:
            await nia.ready(PATIENCE)
            hub.send(signal.SIGSTOP)
            await until(lambda: not nia.link.up)
            id = nia.queue(Note(text="into the silence"))
            hub.send(signal.SIGCONT)
            assert isinstance(await asyncio.wait_for(nia.outcome(id), PATIENCE), Accepted)
    finally:
        hub.kill()


async def test_closing_twice_is_closing_once(stage: Stage) -> None:
    """Whoever closes in their own way inside `async with` is told nothing, and no other's file is closed."""
    async with Session(stage.address, operator="lee", folder=stage.folder / "lee") as lee:
        await lee.ready(PATIENCE)
        await lee.close()
        with (stage.folder / "other").open("w") as other:
            await lee.close()
            other.write("still open")

"""The worst hour, read back from its journal: what the duty promises held in every minute of it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from coordinator.incident import acts, hubacts, queues
from coordinator.incident.deadlines import expects
from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.state import State
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from server.drill_cli import run

DRILL = Path(__file__).parents[1] / "drills" / "worst-hour.jsonl"
TOUCHES = frozenset("relay answer ask triage join assign redirect hold close".split())
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    journal = tmp_path_factory.mktemp("hour") / "worst.journal"
    assert run(DRILL, journal=journal) == 0
    reads = Reads(journal)
    entries = [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    reads.close()
    return entries


def after(log: list[Entry], seq: int) -> State:
    """The state after that entry."""
    state = opened(log[0])
    for entry in log[1:seq]:
        state = evolve(state, entry)
    return state


def test_no_flash_lies_untouched_for_more_than_a_minute_without_the_hub_acting(log: list[Entry]) -> None:
    flashes = [entry for entry in log if isinstance(entry.body, acts.Message) and entry.body.precedence == "FLASH"]
    assert len(flashes) > 3
    for flash in flashes:
        touched = next(one for one in log if one.ref == flash.seq and one.kind in TOUCHES)
        assert touched.at - flash.at <= MINUTE + timedelta(milliseconds=1), flash.seq


def test_the_desk_rings_at_most_ten_times_in_any_ten_minutes(log: list[Entry]) -> None:
    """What rings within ten seconds is one bell."""
    rung: list[datetime] = []
    for entry in log:
        flash = isinstance(entry.body, acts.Message) and entry.body.precedence == "FLASH"
        at_desk = isinstance(entry.body, hubacts.Alarm) or (
            isinstance(entry.body, hubacts.Due) and "overdue" in entry.body.what and not entry.found.late
        )
        if (flash or at_desk) and (not rung or entry.at - rung[-1] >= timedelta(seconds=10)):
            rung.append(entry.at)
    assert max(sum(timedelta(0) <= other - at < 10 * MINUTE for other in rung) for at in rung) <= 10


def test_nothing_is_ownerless_at_the_end(log: list[Entry]) -> None:
    state = after(log, len(log))
    assert [one.number for scope in state.desks for one in queues.desk(state, scope)] == []
    assert [one.number for one in state.messages.values() if expects(one)] == []
    assert all(desk.holder for desk in state.desks.values())
    assert len(state.messages) == 40


def test_what_fell_due_while_the_hub_was_down_is_one_summary_and_each_fires_once(log: list[Entry]) -> None:
    summaries = [entry for entry in log if isinstance(entry.body, hubacts.Alarm) and entry.body.what == "while-down"]
    (start,) = [entry for entry in log if entry.kind == "start"]
    (summary,) = summaries
    assert (summary.seq, summary.at, summary.found.late) == (start.seq + 1, start.at, True)
    due = [(entry.ref, entry.body.what) for entry in log if isinstance(entry.body, hubacts.Due)]
    assert len(due) == len(set(due))
    fired = [entry for entry in log if entry.at == start.at and entry.seq > summary.seq and entry.kind == "due"]
    assert {entry.ref for entry in fired} == set(summary.found.refs)


def test_the_briefing_names_all_that_was_open_with_whom_and_until_when(log: list[Entry]) -> None:
    (offer,) = [entry for entry in log if entry.kind == "offer"]
    (take,) = [entry for entry in log if entry.kind == "take"]
    assert take.at - offer.at <= MINUTE
    state = after(log, offer.seq - 1)
    assert isinstance(offer.body, acts.Offer)
    mine = [one for seq in state.open_messages if (one := state.messages[seq]).scope == "ops"]
    assert len(mine) > 20
    for message in mine:
        head = f"  {message.number} {message.precedence} "
        (line,) = [line for line in offer.body.briefing.splitlines() if line.startswith(head)]
        assert f"with {queues.ball(state, message)}" in line
        assert "due 2026-" in line or queues.deadline(state, message) is None

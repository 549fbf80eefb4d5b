"""What a reviewer reads in any SQL client, over a short operation that the core itself decided."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from coordinator.incident import acts, hubacts
from coordinator.incident.entries import OnRecord
from coordinator.incident.roster import HUB
from coordinator.journal.store import Journal
from coordinator.journal.views import VIEWS, selecting
from tests.journal.samples import START, Operation

Row = dict[str, str | int | None]


class Run:
    """The operation, and the entries that the tests ask for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = Journal.create(path)
        run = self.operation = Operation(self.journal)
        self.gauge = run.do(
            "nia", acts.Message(precedence="IMMEDIATE", text="gauge at 4.1 m", wants_reply=True, topic="ops/water")
        )
        self.same = run.do("sol", acts.Message(precedence="ROUTINE", text="gauge at four", wants_reply=True))
        run.do("lee", acts.Join(refs=(self.gauge, self.same)))
        run.do("lee", acts.Relay(ref=self.gauge, to=("icp",)))
        run.do("ike", acts.Reply(ref=self.gauge, text="we see it"))
        self.kept = run.do("nia", acts.Message(precedence="ROUTINE", text="for the desk", wants_reply=True))
        run.do("lee", acts.Relay(ref=self.kept, to=("icp",), hold_replies=True))
        run.do("ike", acts.Reply(ref=self.kept, text="only for the desk"))
        self.evacuate = run.do("lee", acts.Order(verb="EVACUATE", subject="area/north", to=("north",)))
        self.refused = run.do("lee", acts.Order(verb="SHELTER", subject="area/north", to=("north",)))
        self.shelter = run.do(
            "lee",
            acts.Order(
                verb="SHELTER", subject="area/north", to=("north",), supersedes=(self.evacuate,),
                rationale="road is out",
            ),
        )
        said = OnRecord(said_at=START, means="radio")
        self.status = run.do("sol", acts.Status(state="DEGRADED", headcount=4), said)
        self.offer = run.do("lee", acts.Offer(scope="ops", to="dana", briefing="all quiet"))
        run.do("dana", acts.Take(ref=self.offer))
        self.journal.settle()

    def view(self, name: str) -> dict[int, Row]:
        rows = self.journal.reads.view(name)
        return {int(row["seq"] or 0): row for row in rows}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(tmp_path_factory.mktemp("views") / "hub.journal")
    yield run
    run.journal.close()


def test_a_message_stands_with_where_it_went_and_what_was_answered(run: Run) -> None:
    row = run.view("messages")[run.gauge]
    assert (row["number"], row["precedence"], row["by"], row["centre"]) == ("M-1", "IMMEDIATE", "nia", "north")
    assert (row["relayed_to"], row["answer"], row["answered_by"]) == ('["icp"]', "we see it", "ike")
    assert row["scope"] == "ops"


def test_what_was_joined_has_the_answer_of_the_row_it_was_joined_to(run: Run) -> None:
    assert run.view("messages")[run.same]["answer"] == "we see it"


def test_a_reply_that_was_kept_for_the_desk_is_no_answer(run: Run) -> None:
    assert run.view("messages")[run.kept]["answer"] is None


def test_response_times_are_in_seconds_from_the_hubs_time(run: Run) -> None:
    times = run.view("response_times")
    assert (times[run.gauge]["first_action_seconds"], times[run.gauge]["answer_seconds"]) == (20, 40)
    assert (times[run.kept]["first_action_seconds"], times[run.kept]["answer_seconds"]) == (10, None)


def test_an_order_stands_with_its_window_and_its_end(run: Run) -> None:
    orders = run.view("orders")
    old, new = orders[run.evacuate], orders[run.shelter]
    assert (old["ended_why"], old["ended_by"], old["claim"]) == ("superseded", run.shelter, 1)
    assert (new["ended_why"], new["rationale"], new["verb"]) == (None, "road is out", "SHELTER")
    assert new["supersedes"] == f"[{run.evacuate}]"
    assert str(new["from"]).startswith("2026-11-22T13:0")
    assert set(orders) == {run.evacuate, run.shelter}


def test_a_refusal_stands_with_its_code_and_clashes(run: Run) -> None:
    row = run.view("refusals")[run.refused]
    assert (row["do"], row["code"], row["clashes"]) == ("order", "contradiction", f"[{run.evacuate}]")
    assert json.loads(str(row["said"]))["verb"] == "SHELTER"


def test_a_status_stands_with_when_it_was_said(run: Run) -> None:
    row = run.view("status_history")[run.status]
    assert (row["centre"], row["state"], row["headcount"], row["late"]) == ("south", "DEGRADED", 4, 1)
    assert row["said_at"] == "2026-11-22T13:00:00Z"
    assert str(row["at"]) > str(row["said_at"])


def test_duty_is_told_from_the_first_holder_on(run: Run) -> None:
    rows = run.journal.reads.view("duty_history")
    held = [(row["kind"], row["scope"], row["holder"], row["term"]) for row in rows if row["kind"] != "offer"]
    assert held == [("open", "ops", "lee", 1), ("take", "ops", "dana", 2)]
    assert [row["to"] for row in rows if row["kind"] == "offer"] == ["dana"]


def test_every_view_says_the_same_in_a_plain_sql_client(run: Run) -> None:
    plain = sqlite3.connect(f"file:{run.path}?mode=ro", uri=True)
    plain.row_factory = sqlite3.Row
    for name in VIEWS:
        rows = [dict(row) for row in plain.execute(f"SELECT * FROM {name}")]
        assert rows == run.journal.reads.view(name)
        assert rows
    plain.close()


def test_times_stay_apart_when_some_fall_on_a_whole_second(tmp_path: Path) -> None:
    # As text, 13:00:20Z would sort after 13:00:20.5Z.
    with Journal.create(tmp_path / "a") as journal:
        run = Operation(journal)
        message = run.do("nia", acts.Message(precedence="ROUTINE", text="x", wants_reply=True))
        run.do("lee", acts.Relay(ref=message, to=("icp",)))
        run.now += timedelta(milliseconds=500) - timedelta(seconds=10)
        run.do("lee", acts.Answer(ref=message, text="y"))
        journal.settle()
        (row,) = journal.reads.view("response_times")
        assert row["first_action_at"] == "2026-11-22T13:00:20Z"


def test_no_view_compares_everything_with_everything(run: Run) -> None:
    plain = sqlite3.connect(f"file:{run.path}?mode=ro", uri=True)
    for name in VIEWS:
        for statement in (f"SELECT * FROM {name}", selecting(name)):
            plan = [step[3] for step in plain.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in plan if step.startswith("SCAN") and step.endswith("LEFT-JOIN")], name
    plain.close()


def test_a_desk_that_acknowledges_has_acted_and_the_hub_that_sends_on_has_not(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "a") as journal:
        run = Operation(journal)
        seen = run.do("nia", acts.Message(precedence="ROUTINE", text="x"))
        run.do("lee", acts.Acknowledge(ref=seen))
        flash = run.do("nia", acts.Message(precedence="FLASH", text="help", to=("south",)))
        run.now += timedelta(minutes=5)
        run.do(HUB, hubacts.Tick())
        run.do("sol", acts.Acknowledge(ref=flash))
        journal.settle()
        rows = {row["seq"]: row for row in journal.reads.view("response_times")}
        assert rows[seen]["first_action_seconds"] == 10
        assert rows[flash]["first_action_seconds"] is None
        assert any(row["unfiltered"] for row in journal.reads.view("relays"))

"""The drill runner: real hub, sockets and journal, on the scenario's clock. What is unmet is said, with its line."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from coordinator.journal.verify import replay
from tests.end_to_end.running import HubProcess

ROOT = Path(__file__).parents[2]
DRILLS = ROOT / "tests" / "drills"
HEADER = {"drill": "Test", "roster": str(DRILLS / "minimal-roster.json"), "starts": "2026-11-22T13:00:00Z"}


def played(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "server", "drill", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def written(folder: Path, lines: Iterable[object], **header: object) -> Path:
    path = folder / "drill.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in ({**HEADER, **header}, *lines)))
    return path


def order(at: str, **fields: object) -> dict[str, object]:
    return {"at": at, "as": "lee", "do": "order", "verb": "HOLD", "subject": "area/south", "to": ["south"], **fields}


KEPT = sorted((*DRILLS.glob("*.jsonl"), *(ROOT / "server" / "drills").glob("*.jsonl")))


@pytest.mark.parametrize("drill", KEPT, ids=lambda path: path.stem)
def test_the_drills_kept_here_go_as_expected(drill: Path) -> None:
    done = played(drill)
    injects = len(drill.read_text().splitlines()) - 1
    assert done.stdout == f"{injects} injects, {injects} as expected, 0 not\n", done.stdout + done.stderr
    assert done.returncode == 0


def test_each_unmet_expectation_is_named_with_its_line(tmp_path: Path) -> None:
    done = played(
        written(
            tmp_path,
            [
                order("+00:00:10", tag="o1"),
                order("+00:00:20", tag="o2", verb="SHELTER"),
                order("+00:00:30", verb="SHELTER", expect="contradiction", clashes=["$o1", "$o2"]),
                order("+00:00:40", expect="invalid"),
                order("+00:00:50", verb="EVACUATE", subject="area/north", to=["icp"], advisories=False),
                {"at": "+00:01:00", "as": "nia", "do": "link", "state": "down"},
                {"at": "+00:01:10", "as": "nia", "do": "note", "text": "is anybody there"},
                {
                    "at": "+00:01:20",
                    "do": "check",
                    "in_force": ["$o1"],
                    "term": {"ops": 4},
                    "holder": {"ops": None},
                    "status": {"north": "OUT"},
                    "desk": {"ops": ["$o1"]},
                    "entries_of": {"order": 7},
                    "quantity": {"$o1": 3},
                },
            ],
        )
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 5
    assert lines[-1] == "8 injects, 2 as expected, 6 not"
    said = [line.split(": ", 2)[0] for line in lines[:-1]]
    assert [said.count(f"line {number}") for number in range(2, 10)] == [0, 1, 1, 1, 1, 0, 1, 7], done.stdout
    assert "line 3: order: expected accepted, was contradiction" in done.stdout
    assert "line 4: order: clashes are [$o1], not [$o1, $o2]" in done.stdout
    assert "line 8: note: never delivered: the link was still down at the end" in done.stdout
    assert "line 9: check: holder: ops is lee, not nobody" in done.stdout


def test_a_faulty_file_is_a_usage_error_in_one_line(tmp_path: Path) -> None:
    done = played(written(tmp_path, [order("+00:00:10", colour="red")]))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "line 2: order has no 'colour'" in done.stderr


def test_what_waits_in_an_outbox_is_decided_in_order_when_the_link_returns(tmp_path: Path) -> None:
    """The hub is killed meanwhile; time passes at the author's desk as in the hub."""
    said = [
        {"at": f"+00:0{minute}:00", "as": "sol", "do": "message", "precedence": "ROUTINE", "text": text, "tag": text}
        for minute, text in ((2, "one"), (4, "two"), (8, "three"))
    ]
    journal = tmp_path / "kept.journal"
    done = played(
        written(
            tmp_path,
            [
                {"at": "+00:01:00", "as": "sol", "do": "link", "state": "down"},
                *said,
                {"at": "+00:08:30", "as": "sol", "do": "status", "state": "DEGRADED"},
                {"at": "+00:09:00", "do": "check", "desk": {"ops": []}, "status": {"south": "UNKNOWN"}},
                {"at": "+00:10:00", "do": "restart"},
                {"at": "+00:11:00", "as": "sol", "do": "link", "state": "up"},
                {
                    "at": "+00:11:01",
                    "do": "check",
                    "desk": {"ops": ["$one", "$two", "$three"]},
                    "status": {"south": "DEGRADED"},
                    "entries_of": {"message": 3, "status": 1, "start": 1},
                },
            ],
        ),
        "--journal",
        journal,
    )
    assert done.stdout == "9 injects, 9 as expected, 0 not\n", done.stdout + done.stderr
    assert replay(journal).fault is None


def test_what_waited_may_clash_with_what_came_later(tmp_path: Path) -> None:
    """Its author still believed to hold the desk; the entry that seated the successor is the clash."""
    done = played(
        written(
            tmp_path,
            [
                {"at": "+00:01:00", "as": "lee", "do": "link", "state": "down"},
                order("+00:02:00", expect="stale-term", clashes=["$d1"]),
                {"at": "+00:05:00", "as": "dana", "do": "assume", "scope": "ops", "tag": "d1"},
                {"at": "+00:06:00", "as": "lee", "do": "link", "state": "up"},
                {"at": "+00:06:10", "do": "check", "holder": {"ops": "dana"}, "in_force": []},
            ],
        )
    )
    assert done.stdout == "5 injects, 5 as expected, 0 not\n", done.stdout + done.stderr


def test_every_deadline_fires_at_its_own_time(tmp_path: Path) -> None:
    """Hours pass between two injects; the status turns old, the window ends and the roll call falls due meanwhile."""
    done = played(
        written(
            tmp_path,
            [
                {"at": "+00:00:10", "as": "nia", "do": "status", "state": "OPERATIONAL"},
                order("+00:00:20", tag="o1", window={"until": "2026-11-22T13:40:00Z"}),
                order("+00:00:30", tag="o2", subject="area/north", window={"from": "2026-11-22T13:40:00Z"}),
                {"at": "+00:30:10", "do": "check", "status": {"north": "OPERATIONAL"}, "reserved": ["$o2"]},
                {"at": "+00:30:11", "do": "check", "status": {"north": "UNCONFIRMED"}, "in_force": ["$o1"]},
                {"at": "+08:00:00", "do": "wait"},
                {"at": "+08:00:01", "do": "check", "in_force": ["$o2"], "reserved": [], "entries_of": {"lapse": 1}},
            ],
        )
    )
    assert done.stdout == "7 injects, 7 as expected, 0 not\n", done.stdout + done.stderr


def test_who_joins_the_roster_joins_the_drill_and_who_is_retired_leaves_it(tmp_path: Path) -> None:
    new = {"add": "operator", "id": "may", "name": "May Reed", "centre": "north", "role": "operator"}
    done = played(
        written(
            tmp_path,
            [
                {"at": "+00:00:10", "as": "nia", "do": "note", "text": "nia is here"},
                {"at": "+00:00:20", "as": "lee", "do": "roster", "steps": [new], "reason": "relief has come"},
                {"at": "+00:00:30", "as": "may", "do": "note", "text": "may is here"},
                {
                    "at": "+00:00:40", "as": "lee", "do": "roster", "reason": "off shift",
                    "steps": [{"retire": "operator", "id": "nia"}],
                },
                {"at": "+00:01:40", "do": "check", "entries_of": {"note": 2, "roster": 2}},
            ],
        )
    )  # fmt: skip
    assert done.stdout == "5 injects, 5 as expected, 0 not\n", done.stdout + done.stderr


def test_more_at_once_than_the_hub_takes_of_one_operator_is_said_more_slowly(tmp_path: Path) -> None:
    notes = [{"at": "+00:00:10", "as": "nia", "do": "note", "text": f"note {number}"} for number in range(230)]
    done = played(written(tmp_path, [*notes, {"at": "+00:02:00", "do": "check", "entries_of": {"note": 230}}]))
    assert done.stdout == "231 injects, 231 as expected, 0 not\n", done.stdout + done.stderr


def test_an_invalid_command_makes_no_entry(tmp_path: Path) -> None:
    backwards = {"from": "2026-11-22T15:00:00Z", "until": "2026-11-22T14:00:00Z"}
    done = played(
        written(
            tmp_path,
            [
                order("+00:00:10", to=[], expect="invalid"),
                order("+00:00:20", window=backwards, expect="invalid", subject="area/north"),
                order("+00:00:25", to="south", expect="invalid"),
                {"at": "+00:00:30", "do": "check", "entries_of": {"order": 0, "refusal": 0}},
            ],
        )
    )
    assert done.stdout == "4 injects, 4 as expected, 0 not\n", done.stdout + done.stderr


def test_json_tells_each_inject(tmp_path: Path) -> None:
    done = played(written(tmp_path, [order("+00:00:10"), order("+00:00:20", verb="SHELTER")]), "--json")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {
        "line": 2, "at": "2026-11-22T13:00:10Z", "do": "order", "by": "lee", "outcome": "accepted", "seq": first["seq"],
        "number": "O-1",
    }  # fmt: skip
    assert second["outcome"] == "contradiction"
    assert len(second["problems"]) == 1
    assert "2 injects, 1 as expected, 1 not" in done.stderr


def test_traffic_is_a_drill(tmp_path: Path) -> None:
    traffic = tmp_path / "traffic.csv"
    traffic.write_text(
        "at,from,to,text\n"
        '1970-04-14T02:13:08Z,capcom,crew,"And, 13, we\'re ready."\n'
        "1970-04-14T02:13:19Z,crew,capcom,Say again.\n"
        "1970-04-14T02:13:23Z,capcom,crew,Ready when you are.\n"
        "1970-04-14T02:13:28Z,crew,capcom,Okay.\n"
    )
    journal = tmp_path / "kept.journal"
    done = played(traffic, "--poc", "capcom", "--journal", journal)
    assert done.stdout == "4 injects, 4 as expected, 0 not\n", done.stdout + done.stderr
    assert replay(journal).fault is None


def test_names_in_traffic_are_cleaned_as_a_client_would(tmp_path: Path) -> None:
    """Decomposed accents, control characters and spaces around: all the same person, and none stops the drill."""
    traffic = tmp_path / "traffic.csv"
    traffic.write_text(
        "at,from,to,text\n"
        "2020-01-01T00:00:00Z,Zoe\u0308, capcom,one\n"
        "2020-01-01T00:00:01Z,Zo\u00eb\x07,capcom,two\n"
        "2020-01-01T00:00:02Z,capcom ,Zo\u00eb,answered\n"
        "2020-01-01T00:00:03Z,capcom,Zoe\u0308,answered\n"
    )
    done = played(traffic, "--poc", "capcom", "--json")
    assert [json.loads(line)["do"] for line in done.stdout.splitlines()] == ["message", "message", "answer", "answer"]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("at,from,text\n", "the columns are at, from, to, text"),
        ("at,from,to,text\nnoon,a,b,hello\n", "line 2: 'noon' is not a time"),
        ("at,from,to,text\n1970-04-14T02:13:08Z,a,,hello\n", "line 2: from, to and text are all needed"),
        ("at,from,to,text\n1970-04-14T02:13:08Z,a,b,hello\n", "nobody named 'capcom'"),
        (f"at,from,to,text\n1970-04-14T02:13:08Z,{'n' * 129},capcom,hello\n", "line 2: a name has at most 128"),
        ("", "the columns are at, from, to, text"),
    ],
)
def test_a_faulty_traffic_file_is_a_usage_error_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    traffic = tmp_path / "traffic.csv"
    traffic.write_text(text)
    done = played(traffic, "--poc", "capcom")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr


def test_traffic_needs_a_point_of_contact(tmp_path: Path) -> None:
    traffic = tmp_path / "traffic.csv"
    traffic.write_text("at,from,to,text\n")
    done = played(traffic)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "add --poc NAME" in done.stderr


def test_the_wall_clock_may_drive_it(tmp_path: Path) -> None:
    began = time.monotonic()
    done = played(written(tmp_path, [order("+00:01:00"), {"at": "+00:02:00", "do": "wait"}]), "--speed", "120")
    assert done.stdout == "2 injects, 2 as expected, 0 not\n", done.stdout + done.stderr
    assert time.monotonic() - began > 1.0


def test_a_running_hub_can_be_drilled_and_people_play_along(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path)
    hub.start()
    try:
        done = played(
            written(
                tmp_path,
                [
                    order("+00:00:10", tag="o1", window={"until": "2026-11-22T14:00:00Z"}),
                    order("+00:00:11", verb="SHELTER", expect="contradiction", clashes=["$o1"]),
                    {"at": "+00:00:12", "as": "dana", "do": "note", "text": "a person plays dana", "tag": "n1"},
                    {"at": "+00:00:13", "as": "nia", "do": "message", "precedence": "FLASH", "text": "hi", "tag": "m1"},
                    {"at": "+00:00:14", "do": "restart"},
                    {"at": "+00:00:15", "do": "check", "in_force": ["$o1"], "desk": {"ops": ["$m1"]}},
                ],
            ),
            "--hub", hub.address, "--speed", "20", "--without", "dana",
        )  # fmt: skip
    finally:
        hub.stop()
    assert done.stdout == "4 injects, 4 as expected, 0 not (2 left out)\n", done.stdout + done.stderr


def test_an_actual_operation_is_never_drilled(tmp_path: Path) -> None:
    roster = json.loads((DRILLS / "minimal-roster.json").read_text())
    roster["operation"]["kind"] = "actual"
    (tmp_path / "roster.json").write_text(json.dumps(roster))
    hub = HubProcess(tmp_path, tmp_path / "roster.json")
    hub.start()
    try:
        done = played(written(tmp_path, [order("+00:00:10")]), "--hub", hub.address)
    finally:
        hub.stop()
    assert (done.returncode, done.stdout) == (2, "")
    assert "actual operation" in done.stderr


def test_a_roster_of_an_actual_operation_is_never_drilled(tmp_path: Path) -> None:
    roster = json.loads((DRILLS / "minimal-roster.json").read_text())
    roster["operation"]["kind"] = "actual"
    (tmp_path / "actual.json").write_text(json.dumps(roster))
    done = played(written(tmp_path, [order("+00:00:10")], roster="actual.json"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "set operation.kind to exercise" in done.stderr


def test_the_quiet_time_before_a_kill_is_no_downtime(tmp_path: Path) -> None:
    """The hub wrote nothing for a minute, and was there: its holder's absence counts on."""
    done = played(
        written(
            tmp_path,
            [
                {"at": "+00:01:00", "as": "lee", "do": "link", "state": "down"},
                {"at": "+00:02:30", "do": "restart"},
                {"at": "+00:02:59", "as": "dana", "do": "assume", "scope": "ops", "expect": "duty-held"},
                {"at": "+00:03:01", "as": "dana", "do": "assume", "scope": "ops"},
            ],
        )
    )
    assert done.stdout == "4 injects, 4 as expected, 0 not\n", done.stdout + done.stderr


def test_a_hub_out_of_reach_is_said(tmp_path: Path) -> None:
    done = played(written(tmp_path, [order("+00:00:10")]), "--hub", f"unix:{tmp_path}/nobody", "--json")
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1


def test_a_hub_that_stays_down_gets_what_was_said_meanwhile_when_it_is_back(tmp_path: Path) -> None:
    lines = [
        {"at": "+00:01:00", "as": "sol", "do": "message", "precedence": "FLASH", "text": "Help.", "tag": "one"},
        {"at": "+00:01:10", "do": "restart", "until": "+00:04:10"},
        {"at": "+00:02:00", "as": "sol", "do": "message", "precedence": "ROUTINE", "text": "Two.", "tag": "two"},
        {"at": "+00:04:11", "do": "check", "desk": {"ops": ["$one", "$two"]}, "entries_of": {"start": 1, "alarm": 2}},
    ]
    done = played(written(tmp_path, lines))
    assert done.stdout == "4 injects, 4 as expected, 0 not\n", done.stdout + done.stderr
    for wrong, said in (({"at": "+00:03:00", "do": "check", "overdue": []}, "the hub is down"),
                        ({"at": "+00:05:00", "do": "restart", "until": "+00:05:00"}, "later than `at`")):
        done = played(written(tmp_path, [*lines, wrong]))
        assert (done.returncode, said in done.stderr) == (2, True)

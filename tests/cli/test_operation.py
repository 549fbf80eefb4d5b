"""An operation worked from the command line alone, against a real hub process: said, decided, refused, shown."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Line
from tests.end_to_end.running import HubProcess


def test_a_message_goes_through_the_poc_and_shows_in_every_view(line: Line) -> None:
    sent = line("message", "River gauge at 4.1 m", "--precedence", "immediate", "--topic", "ops/water", "--as", "nia",
                "--to", "south", "--wants-reply", "--json")
    assert sent.code == 0
    accepted: Any = sent.json()["accepted"]
    assert accepted["number"] == "M-1"
    desk = line("desk", "ops", "--as", "lee")
    assert "M-1" in desk.out
    assert "River gauge" in desk.out
    assert "River gauge" not in line("desk", "--as", "sol").out, "not before it is relayed"
    assert line("relay", "M-1", "--to", "south,icp", "--as", "lee").code == 0
    assert "new" in line("inbox", "--as", "sol").out
    assert line("acknowledge", "M-1", "--as", "sol").code == 0
    assert "acknowledged" in line("inbox", "--as", "sol").out
    assert line("reply", "M-1", "Boats ready", "--as", "sol").code == 0
    shown: Any = json.loads(line("inbox", "south", "--as", "sol", "--json").out)
    assert [message["number"] for message in shown] == ["M-1"]


def test_a_refusal_shows_who_when_why_and_ways_out_that_work(line: Line) -> None:
    order = ["order", "EVACUATE", "area/north/zone-4", "--to", "north,icp", "--rationale", "Gauge above 4 m"]
    assert line(*order, "--as", "lee").code == 0
    refused = line("order", "SHELTER", "area/north", "--to", "icp", "--as", "lee")
    assert refused.code == 3
    assert "NOT SENT: CONTRADICTION" in refused.err
    assert "lee@eoc" in refused.err
    assert 'because "Gauge above 4 m"' in refused.err
    remedies = [row.strip() for row in refused.err.splitlines() if row.strip().startswith("coordinator ")]
    assert any("--supersedes" in row for row in remedies)
    superseding = next(row for row in remedies if "--supersedes" in row)
    assert line(*superseding.split()[1:], "--as", "lee").code == 0, "the remedy as it was printed sends"


def test_a_refusal_as_json_has_the_agreed_shape(line: Line) -> None:
    assert line("order", "CLOSE", "route/route-9", "--to", "icp", "--as", "lee").code == 0
    refused = line("order", "OPEN", "route/route-9", "--to", "icp", "--as", "lee", "--json")
    assert refused.code == 3
    said: Any = refused.json()["refused"]
    assert said["code"] == "contradiction"
    assert set(said) >= {"code", "message", "clashes", "remedies"}
    (clash,) = said["clashes"]
    assert [entry["seq"] for entry in said["entries"]] == [clash]
    assert said["entries"][0]["by"] == "lee"
    assert all({"text"} <= set(remedy) for remedy in said["remedies"])


def test_who_may_not_order_has_proposed(line: Line) -> None:
    refused = line("order", "ASSIGN", "resource/engine-3", "--object", "south", "--to", "icp", "--as", "ike")
    assert refused.code == 3
    assert "NO-AUTHORITY" in refused.err
    assert "proposal P-1" in line("desk", "--as", "lee").out


def test_an_order_is_read_back_and_the_orders_view_counts(line: Line) -> None:
    sent: Any = line("order", "HOLD", "area/south", "--to", "south,icp", "--as", "lee", "--json").json()["accepted"]
    assert "0/2" in row_of(line("orders", "--as", "lee").out, sent["number"])
    assert line("readback", sent["number"], "HOLD", "area/south", "--as", "sol").code == 0
    assert "1/2 not icp" in row_of(line("orders", "--as", "lee").out, sent["number"])
    shown: Any = json.loads(line("orders", "--as", "lee", "--json").out)
    assert sent["seq"] in [order["seq"] for order in shown["in_force"]]


def row_of(text: str, number: str) -> str:
    return next(row for row in text.splitlines() if row.startswith(f"{number} "))


def test_status_roll_call_and_board(line: Line) -> None:
    assert line("status", "DEGRADED", "generator only", "--headcount", "14", "--as", "sol").code == 0
    assert line("rollcall", "south,icp", "5m", "--as", "lee").code == 0
    board = line("board", "--as", "nia").out
    assert "DEGRADED" in board
    assert "generator only" in board
    assert "outstanding icp, south" in board
    assert all(len(row) <= 80 for row in board.splitlines())


def test_duty_and_charter_say_who_holds_and_what_belongs_elsewhere(line: Line) -> None:
    assert "Lee Marsh" in line("charter", "--as", "sol").out
    assert "press/**: County press office, 555-0100" in line("charter", "ops", "--as", "sol").out
    (row,) = json.loads(line("duty", "--as", "sol", "--json").out)
    assert (row["scope"], row["holder"]) == ("ops", "lee")
    assert line("charter", "nowhere", "--as", "sol").code == 2


def test_what_was_said_by_radio_is_on_record_as_such(line: Line) -> None:
    said = line("note", "boat sunk", "--means", "radio", "--words", "she is under", "--said-at", "-20m", "--hand", "jo",
                "--as", "lee", "--json")
    accepted: Any = said.json()["accepted"]
    entry: Any = json.loads(line("log", str(accepted["seq"]), "--json", "--as", "lee").out)
    assert (entry["means"], entry["words"], entry["hand"]) == ("radio", "she is under", "jo")
    assert entry["found"]["late"] is True


def test_the_log_is_the_canonical_lines_and_can_be_searched(line: Line) -> None:
    assert line("note", "the weir has failed", "--as", "nia").code == 0
    rows = [json.loads(row) for row in line("log", "--json", "--as", "rev", "--limit", "1000").out.splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert line("log", "--search", "weir failed", "--as", "sol").out == "", "a note is not for everybody"
    found = line("log", "--search", "weir failed", "--as", "nia").out
    assert "the weir has failed" in found
    assert len(found.splitlines()) == 1
    assert line("log", "--kind", "open", "--as", "sol").out.startswith("#1 ")
    assert len(line("log", "--limit", "3", "--as", "sol").out.splitlines()) == 3
    assert line("log", "M-1", "--as", "sol").code == 2
    assert line("log", "--follow", "--search", "x", "--as", "sol").code == 2


def test_the_same_id_again_is_the_same_answer(line: Line) -> None:
    first = line("note", "once", "--id", "script-7", "--as", "nia", "--json")
    assert line("note", "once", "--id", "script-7", "--as", "nia", "--json").out == first.out
    other = line("note", "twice", "--id", "script-7", "--as", "nia")
    assert (other.code, other.out) == (2, "")


def test_join_of_numbers_joins_messages(line: Line) -> None:
    numbers = []
    for text in ("smoke at the mill", "smoke seen at the mill"):
        sent: Any = line("message", text, "--as", "ike", "--json").json()["accepted"]
        numbers.append(sent["number"])
    assert line("join", *numbers, "--as", "lee").code == 0


def test_a_package_comes_from_a_file_or_as_json(line: Line, tmp_path: Path) -> None:
    orders = [
        {"verb": "SHELTER", "subject": "area/north/zone-5", "to": ["north"]},
        {"verb": "ASSIGN", "subject": "resource/ambulances", "object": "north", "quantity": 2, "to": ["icp"]},
    ]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps({"orders": orders}), encoding="utf-8")
    supersedes = [row.split()[0] for row in line("orders", "--as", "lee").out.splitlines() if "area/north" in row]
    done = line("package", str(file), "--supersedes", ",".join(supersedes), "--as", "lee", "--json")
    assert done.code in (0, 3), done.err
    assert line("package", "no-such-file.json", "--as", "lee").code == 2
    assert line("package", "[", "--as", "lee").code == 2


def test_who_writes_nothing_is_told_so(line: Line) -> None:
    refused = line("note", "x", "--as", "rev")
    assert refused.code == 3
    assert "reviewers" in refused.err


def test_the_log_of_it_all_is_whole(line: Line, hub: HubProcess) -> None:
    verified = line("verify", str(hub.journal))
    assert verified.code == 0
    assert "chain whole" in verified.out

"""What the desk reads and prints: a message and its neighbours, resources, roll calls, sheets; forms by field."""

import io
from pathlib import Path

import pytest

from coordinator.journal.code import short
from coordinator.journal.reads import Reads
from tests.cli.conftest import Line
from tests.end_to_end.running import HubProcess


def number(done_out: str) -> str:
    return done_out.split()[1].rstrip(",")


def test_a_form_is_filled_field_by_field_and_is_its_own_text(line: Line) -> None:
    sent = line("message", "--form", "METHANE", "--field", "type=Flood", "--field", "location=The weir", "--as", "nia")
    assert sent.code == 0, sent.err
    shown = line("show", number(sent.out), "--as", "lee").out
    assert "METHANE: Flood, The weir" in shown
    assert "location: The weir" in shown
    wrong = line("message", "Help", "--field", "type=Flood", "--as", "nia")
    assert (wrong.code, "--form METHANE" in wrong.err) == (2, True)


def test_a_message_is_shown_with_what_may_be_the_same_and_with_what_stands_against_it(line: Line) -> None:
    first = number(line("message", "Cars still use the quay road", "--topic", "ops/quay", "--as", "nia").out)
    other = number(line("message", "Cars use the quay road still", "--topic", "ops/quay", "--as", "sol").out)
    shown = line("show", other, "--as", "lee").out
    assert f"maybe the same: {first}" in shown
    assert "ball         ops desk" in shown
    assert line("show", other, "--as", "lee", "--json").json()["duplicates"] == [first]


def test_what_stands_against_an_answer_is_said_before_it_goes(line: Line) -> None:
    asked = number(line("message", "Which way?", "--topic", "ops/way", "--wants-reply", "--as", "sol").out)
    line("declare", "route/route-9", "under water", "--as", "nia")
    sent = line("answer", asked, "Take route 9", "--check", "--as", "lee")
    assert sent.code == 0, "nothing is refused"
    assert "route/route-9 was declared under water" in sent.err
    assert "already" in line("answer", asked, "Take route 9!", "--check", "--as", "lee").err


def test_a_request_is_followed_to_its_resource(line: Line) -> None:
    form = ("--form", "ICS-213RR", "--field", "quantity=1", "--field", "kind=ambulance")
    asked = number(line("message", "An ambulance", *form, "--topic", "ops/amb", "--as", "nia").out)
    to = ("--object", "north", "--quantity", "2", "--to", "icp", "--request", asked)
    assert line("order", "ASSIGN", "resource/ambulances", *to, "--as", "lee").code == 0
    shown = line("resources", "--as", "sol").out
    assert "2/4" in shown
    assert "2 ASSIGN north" in shown
    assert asked in line("resources", "--as", "lee").out


def test_a_roll_call_is_counted(line: Line) -> None:
    line("rollcall", "north,icp", "5m", "--as", "lee")
    line("status", "OPERATIONAL", "--headcount", "6", "--as", "nia")
    shown = line("rollcalls", "--as", "lee").out
    assert "1 of 2 confirmed" in shown
    assert "icp     OUTSTANDING" in shown
    assert "no phone, no call sign" in shown, "how to reach who is outstanding, or that nobody knows"


def test_a_drafted_brief_is_sent_from_standard_input(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = line("situation", "--as", "lee").out
    assert "EXERCISE: River Ford drill. Situation report B-1" in draft
    monkeypatch.setattr("sys.stdin", io.StringIO(draft))
    assert line("brief", "-", "--as", "lee").out.startswith("done: B-1")
    assert "Situation report B-2" in line("situation", "--as", "lee").out


def test_a_handover_sheet_bears_the_code_of_the_log(line: Line, hub: HubProcess) -> None:
    sheet = line("handover-sheet", "ops", "--as", "lee").out
    at = int(sheet.split("Log up to entry ")[1].split(",")[0])
    reads = Reads(hub.journal)
    (stored,) = reads.lines(at, at)
    reads.close()
    assert f"code {short(stored.digest)}" in sheet
    assert "Open requests and messages" in sheet


def test_a_charter_is_a_page_to_pin_up(line: Line) -> None:
    page = line("charter", "--format", "md", "--as", "sol").out
    for part in ("# River Ford drill (EXERCISE): points of contact", "**Lee Marsh", "| Deputies, in order |"):
        assert part in page


def test_a_dossier_has_notes_and_former_operations(line: Line, hub: HubProcess, tmp_path: Path) -> None:
    line("note", "South has a new generator", "--as", "sol")
    assert "South has a new generator" in line("dossier", "south", "--as", "lee").out
    assert "Which way?" in line("dossier", "south", "--search", "way", "--as", "lee").out
    (tmp_path / "broken.journal").write_text("no journal")
    drill = Path(__file__).parents[1] / "drills" / "minimal-drill.jsonl"
    from server.drill_cli import run

    assert run(drill, journal=tmp_path / "spring.journal") == 0
    said = line("dossier", "south", "--former", str(tmp_path), "--as", "lee").out
    assert "broken.journal cannot be read" in said
    assert "(spring.journal): " in said

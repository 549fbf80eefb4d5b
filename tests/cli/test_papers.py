"""Papers say everything that whoever reads them needs, and a net's log goes on record once."""

from pathlib import Path

import pytest

from tests.cli.conftest import Line


def test_a_message_prints_as_its_form_with_its_reply(line: Line) -> None:
    asks = ("--topic", "ops/boats", "--subject", "Boat", "--wants-reply", "--as", "nia")
    sent = line("message", "We need a boat", *asks)
    number = sent.out.split()[1].rstrip(",")
    assert line("answer", number, "At the mill at six", "--as", "lee").code == 0
    printed = line("form", number, "--as", "nia")
    assert printed.code == 0
    for part in ("General Message (ICS-213)", "River Ford drill (EXERCISE)", "Nia Ford, North field post", "4 Subject",
                 "We need a boat", "9 Reply          At the mill at six", "10 Replied by     Lee Marsh"):
        assert part in printed.out
    hidden = line("form", number, "--as", "sol")
    assert hidden.code == 2
    assert "no message" in hidden.err


def test_a_methane_keeps_its_fields(line: Line) -> None:
    form = '{"name": "METHANE", "fields": {"location": "The mill", "hazards": "Live cable"}}'
    sent = line("message", "METHANE follows", "--topic", "ops/flood", "--form", form, "--as", "nia")
    assert sent.code == 0, sent.err
    number = sent.out.split()[1].rstrip(",")
    printed = line("form", number, "--as", "lee").out
    assert "METHANE report" in printed
    assert "Exact location: The mill" in printed
    assert "Number and severity of casualties: -" in printed


def test_the_briefing_answers_what_is_open_with_whom_until_when(line: Line) -> None:
    line("message", "Who has the keys of the weir?", "--topic", "ops/weir", "--wants-reply", "--as", "sol")
    said = line("briefing", "ops", "--as", "dana")
    assert said.code == 0
    assert "Who has the keys of the weir?" in said.out
    assert "with the ops desk" in said.out or "ops" in said.out
    assert "due 20" in said.out


def test_a_dossier_has_everything_with_one_centre(line: Line) -> None:
    line("status", "DEGRADED", "--headcount", "4", "--as", "sol")
    said = line("dossier", "south", "--as", "lee")
    assert "South field post (south, POST)" in said.out
    assert "DEGRADED" in said.out
    assert "4 heads" in said.out
    assert line("dossier", "mars", "--as", "lee").code == 2


LOG = """Date/Time,From,Origin ID,To,Destination ID,Subject
2026-11-22T12:01:00Z,north,N-1,south,S-1,Gauge three point nine
2026-11-22T12:06:00Z,south,S-2,north,,Copied
"""


def test_an_offline_net_goes_on_record_once(line: Line, tmp_path: Path) -> None:
    net = tmp_path / "net.csv"
    net.write_text(LOG)
    first = line("late", str(net), "--as", "dana")
    assert first.code == 0, first.err
    assert "2 rows, 2 on record, 0 not" in first.out
    again = line("late", str(net), "--as", "dana")
    assert again.out == first.out, "the same rows, the same entries"
    shown = line("log", "--as", "dana").out
    assert shown.count("Gauge three point nine") == 1
    assert "radio" in shown


@pytest.mark.parametrize(
    ("text", "said"), [("a,b\n1,2\n", "no column for"), ("Date/Time,From,Subject\nnoon,north,Hello\n", "line 2")]
)
def test_a_log_that_cannot_be_read_is_refused_whole(line: Line, tmp_path: Path, text: str, said: str) -> None:
    net = tmp_path / "net.csv"
    net.write_text(text)
    done = line("late", str(net), "--as", "dana")
    assert done.code == 2
    assert said in done.err

"""What a reviewer types: export, verify, and the line that says what went wrong."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Line
from tests.end_to_end.running import HubProcess
from tests.review.played import bytes_of, lines, played


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("played") / "hub.journal")


def test_an_export_is_made_and_verified(bare: Line, journal: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    made = bare("export", str(journal), "-o", out)
    assert made.code == 0, made.err
    assert f"{len(lines(journal))} entries, head " in made.out
    checked = bare("verify", out)
    assert checked.code == 0, checked.err
    assert "chain whole, replayed" in checked.out
    assert "files as exported; not signed" in checked.out
    (tmp_path / "out" / "head.json").write_text("{}")
    broken = bare("verify", out)
    assert broken.code == 5
    assert "head.json is not what was exported" in broken.err
    assert broken.err.count("\n") == 1
    assert bare("verify", out, "--json").json()["whole"] is False


def test_what_was_left_out_is_told(bare: Line, journal: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    made = bare("export", str(journal), "-o", out, "--redact", "m-1=a patient", "--redact", "#5=tactics")
    assert made.code == 0, made.err
    assert "1 as digests only: a patient" in made.out
    assert "1 as digests only: tactics" in made.out
    checked = bare("verify", out)
    assert "1 as digests only: a patient" in checked.out
    assert bare("verify", out, "--json").json()["withheld"] == {"a patient": 1, "tactics": 1}


def test_an_export_can_be_signed_and_its_signer_asked_for(bare: Line, journal: Path, tmp_path: Path) -> None:
    key, out = tmp_path / "key", tmp_path / "out"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    made = bare("export", str(journal), "-o", str(out), "--sign", str(key), "--identity", "quill@county")
    assert made.code == 0, made.err
    asked = ("verify", str(out), "--allowed", str(out / "allowed_signers"), "--identity")
    assert "signed by quill@county" in bare(*asked, "quill@county").out
    assert bare(*asked, "reyes").code == 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--redact", "M-1"), "with its reason"), (("--redact", "=x"), "with its reason"),
        (("--redact", "M-1=\x1b[2J"), "control character"), (("--redact", "M-1=" + "x" * 500), "400 characters"),
        (("--redact", "M-99=x"), "no entry 'M-99'"), (("--as", "mars"), "no operator"),
        (("--identity", 'x namespaces="y"'), "file of signers"), (("--operational-period", "noon"), "FROM/UNTIL"),
        (("--sign", "/etc/passwd"), "no private SSH key"),
    ],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_is_one_line_and_no_folder(
    bare: Line, journal: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    done = bare("export", str(journal), "-o", str(tmp_path / "out"), *words)
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_log_or_no_place_for_an_export_is_refused(bare: Line, journal: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for words in (("nowhere", "out"), ("text", "out"), (str(journal), "text"), (str(journal), "none/out")):
        done = bare("export", str(tmp_path / words[0]), "-o", str(tmp_path / words[1]))
        assert done.code in (2, 70)
        assert done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


def test_the_communications_log_of_one_operation_is_entered_in_another(
    line: Line, journal: Path, hub: HubProcess, tmp_path: Path
) -> None:
    assert line("export", str(journal), "-o", str(tmp_path / "out")).code == 0
    report = tmp_path / "out" / "reports" / "ics-309.csv"
    kept = [row for row in report.read_text().splitlines() if '"all"' not in row]
    report.write_text("\n".join(kept))
    entered = line("late", str(report), "--as", "dana")
    assert entered.code == 0, entered.err
    assert f"{len(kept) - 1} rows, {len(kept) - 1} on record, 0 not" in entered.out


def test_the_running_hubs_journal_is_exported_for_somebody(line: Line, hub: HubProcess, tmp_path: Path) -> None:
    line("note", "north only", "--as", "nia")
    for who, sees in (("nia", True), ("sol", False)):
        assert line("export", str(hub.journal), "-o", str(tmp_path / who), "--as", who).code == 0
        assert any(b"north only" in data for data in bytes_of(tmp_path / who).values()) is sees

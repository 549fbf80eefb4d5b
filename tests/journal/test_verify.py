"""Verification: a whole log is found whole; whatever is changed in it is found, by the first entry that it shows at."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from coordinator.incident import acts, hubacts
from coordinator.incident.roster import HUB
from coordinator.incident.snapshot import freeze
from coordinator.journal import verify
from coordinator.journal.errors import NotAJournal
from coordinator.journal.lines import GENESIS, digest, encode
from coordinator.journal.store import Journal
from tests.journal.samples import Operation, filled, note

Check = Callable[[Path], verify.Report]


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short operation's journal, with a snapshot entry in its middle."""
    path = tmp_path_factory.mktemp("operation") / "hub.journal"
    with Journal.create(path) as journal:
        run = Operation(journal)
        run.do("nia", acts.Message(precedence="ROUTINE", text="water at 4.1 m", wants_reply=True))
        run.do(HUB, hubacts.Snapshot(digest=hashlib.sha256(freeze(run.state)).hexdigest()))
        run.do("lee", acts.Answer(ref=2, text="noted"))
        run.do("sol", acts.Note(text="quiet here"))
    return path


def lines_of(path: Path) -> list[bytes]:
    with Journal.open(path) as journal:
        return [stored.line.encode() for stored in journal.reads.lines(1, 10_000)]


def exported(folder: Path, lines: list[bytes]) -> Path:
    path = folder / verify.EXPORTED
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def forged(lines: list[bytes], at: int, change: Callable[[dict[str, object]], object]) -> list[bytes]:
    """The log with one entry changed, and every digest after it made to fit, as its keeper could."""
    made, prev = [], GENESIS
    for number, line in enumerate(lines, start=1):
        entry = json.loads(line)
        if number == at:
            change(entry)
        entry["prev"] = prev
        made.append(json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        prev = digest(made[-1])
    return made


@pytest.mark.parametrize("check", [verify.chain, verify.replay])
def test_a_whole_log_is_whole_as_a_journal_and_as_an_export(operation: Path, tmp_path: Path, check: Check) -> None:
    lines = lines_of(operation)
    for path in (operation, exported(tmp_path, lines), tmp_path / verify.EXPORTED):
        report = check(path)
        assert report.fault is None
        assert (report.seq, report.digest) == (len(lines), digest(lines[-1]))
    assert verify.replay(operation).snapshots == 1


def test_a_running_journal_can_be_verified(tmp_path: Path) -> None:
    with filled(tmp_path / "a", 20):
        assert verify.chain(tmp_path / "a").seq == 20


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_any_changed_byte_is_found_no_later_than_at_the_next_entry(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines, prev = [], GENESIS
    for seq in range(1, 7):
        lines.append(encode(replace(note(seq), prev=prev)))
        prev = digest(lines[-1])
    at = data.draw(st.integers(0, 4))  # a change in the last line of all is only seen by who kept the head
    place = data.draw(st.integers(0, len(lines[at]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (lines[at][place], 10)))
    lines[at] = lines[at][:place] + bytes([other]) + lines[at][place + 1 :]
    folder = exported(tmp_path_factory.mktemp("changed"), lines)
    if lines[0].startswith(b"{"):
        fault = verify.chain(folder).fault
        assert fault is not None
        assert fault.seq in (at + 1, at + 2)


@pytest.mark.parametrize("check", [verify.chain, verify.replay])
@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE entries SET line = replace(line, 'noted', 'denied') WHERE seq = 4", 4),
        ("UPDATE entries SET digest = upper(digest) WHERE seq = 3", 3),
        ("DELETE FROM entries WHERE seq = 2", 2),
        ("UPDATE entries SET seq = seq + 10 WHERE seq = 2", 2),
    ],
)
def test_a_journal_that_was_changed_is_found_out(
    operation: Path, tmp_path: Path, check: Check, statement: str, seq: int
) -> None:
    report = check(changed(operation, tmp_path, statement))
    assert report.fault is not None
    assert report.fault.seq == seq
    assert report.seq == seq - 1


def changed(journal: Path, folder: Path, statement: str) -> Path:
    copy = folder / "copy.journal"
    copy.write_bytes(journal.read_bytes())
    connection = sqlite3.connect(copy)
    for name in ("entries_keep", "entries_stay", "entries_follow"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    return copy


@pytest.mark.parametrize(
    ("statement", "seq", "what"),
    [
        ("UPDATE entries SET kind = 'status' WHERE seq = 5", 5, "files it as status"),
        ("DELETE FROM commands WHERE seq = 4", 4, "could be decided twice"),
        ("UPDATE commands SET seq = 2 WHERE seq = 4", 4, "could be decided twice"),
    ],
)
def test_replay_finds_what_the_chain_does_not_cover(
    operation: Path, tmp_path: Path, statement: str, seq: int, what: str
) -> None:
    report = verify.replay(changed(operation, tmp_path, statement))
    assert report.fault is not None
    assert report.fault.seq == seq
    assert what in report.fault.what


@pytest.mark.parametrize(
    ("at", "change", "seq", "what"),
    [
        (2, lambda entry: entry["body"].update(text="water at 1.4 m"), 3, "not the one that the hub had"),
        (2, lambda entry: entry.update(seq=7), 2, "calls itself entry 7"),
        (4, lambda entry: entry.update(at="2020-01-01T00:00:00Z"), 4, "time"),
        (5, lambda entry: entry.update(kind="dance"), 5, "newer release"),
        (5, lambda entry: entry.update(centre=""), 5, "canonical"),
        (4, lambda entry: entry.update(ref="four"), 4, "not an entry"),
        (1, lambda entry: entry.update(kind="note", body={"text": "x"}), 1, "does not fit"),
    ],
)
def test_a_log_that_was_rewritten_to_fit_its_own_chain_is_found_by_replaying_it(
    operation: Path, tmp_path: Path, at: int, change: Callable[[dict[str, object]], object], seq: int, what: str
) -> None:
    folder = exported(tmp_path, forged(lines_of(operation), at, change))
    assert verify.chain(folder).whole
    report = verify.replay(folder)
    assert report.fault is not None
    assert report.fault.seq == seq
    assert what in report.fault.what


def test_a_line_with_more_room_in_it_is_not_canonical(operation: Path, tmp_path: Path) -> None:
    lines = lines_of(operation)
    lines[-1] = lines[-1].replace(b'"seq":', b'"seq": ')
    report = verify.replay(exported(tmp_path, lines))
    assert report.fault == verify.Fault(seq=len(lines), what="its line is not in canonical form")


@pytest.mark.parametrize("check", [verify.chain, verify.replay])
def test_what_is_neither_journal_nor_export_is_refused(tmp_path: Path, check: Check) -> None:
    (tmp_path / "text").write_text("hello")
    for name in ("text", "nowhere"):
        with pytest.raises(NotAJournal, match=name):
            check(tmp_path / name)


def test_a_torn_file_is_reported_not_raised(tmp_path: Path) -> None:
    filled(tmp_path / "a", 400).close()
    data = bytearray((tmp_path / "a").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8192] = bytes(8192)
    (tmp_path / "a").write_bytes(data)
    assert verify.chain(tmp_path / "a").fault is not None


def test_a_journal_can_be_verified_where_nothing_may_be_written(operation: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    copy = folder / "hub.journal"
    copy.write_bytes(operation.read_bytes())
    copy.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert verify.chain(copy).whole
    finally:
        folder.chmod(0o700)

"""The journal: nothing in it changes, one hub holds it, what was acknowledged is there, and it says when it is not."""

import sqlite3
import stat
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from coordinator.journal import connect
from coordinator.journal.errors import BadSettings, BrokenChain, InUse, NotAJournal, WriteFailed
from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from coordinator.journal.schema import APPLICATION_ID, VERSION
from coordinator.journal.store import Decided, Head, Journal
from tests.journal.samples import filled, note, notes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.journal"


def altered(path: Path, *statements: str) -> None:
    """Change the file as somebody would who means to, around its triggers."""
    connection = sqlite3.connect(path)
    for name in ("entries_keep", "entries_stay", "entries_follow"):
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_what_was_submitted_is_there_after_it_is_opened_again(path: Path) -> None:
    with filled(path, 5) as journal:
        before = journal.reads.lines(1, 9)
    with Journal.open(path) as journal:
        assert journal.reads.lines(1, 9) == before
        assert journal.head == Head(5, before[-1].digest)
        assert journal.reads.line(3) == before[2].line
        assert journal.reads.line(6) is None
        assert [stored.seq for stored in journal.reads.page(5, 2)] == [4, 3]
        assert journal.reads.entries_of("note") == 5


def test_an_empty_journal_has_a_head_to_follow_from(path: Path) -> None:
    with Journal.create(path) as journal:
        assert journal.head == Head(0, GENESIS)
        assert journal.restored().snapshot is None


def test_only_its_owner_may_read_it(path: Path) -> None:
    with filled(path, 1):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert len(modes) >= 3
    assert set(modes.values()) == {0o600}


def test_commits_are_told_in_order_and_only_once_they_are_readable(path: Path) -> None:
    told: list[tuple[int, int]] = []

    def committed(seq: int) -> None:
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        told.append((seq, reader.execute("SELECT max(seq) FROM entries").fetchone()[0]))
        reader.close()

    with Journal.create(path, committed=committed) as journal:
        for batch in notes(300):
            journal.submit(batch)
        journal.settle()
    assert told[-1] == (300, 300)
    assert told == sorted(told)
    assert all(seq <= there for seq, there in told)


def test_all_that_waits_goes_into_one_commit(path: Path) -> None:
    told: list[int] = []
    busy, go = Event(), Event()

    def committed(seq: int) -> None:
        told.append(seq)
        busy.set()
        go.wait(10)

    with Journal.create(path, committed=committed) as journal:
        first, *others = notes(101)
        journal.submit(first)
        assert busy.wait(10)
        for batch in others:
            journal.submit(batch)
        go.set()
        journal.settle()
    assert told == [1, 101]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET line = '{}' WHERE seq = 2",
        "UPDATE entries SET seq = 9 WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries",
        "REPLACE INTO entries (seq, kind, line, digest) VALUES (2, 'note', '{}', '')",
        "INSERT OR REPLACE INTO entries (seq, kind, line, digest) VALUES (3, 'note', '{}', '')",
        "INSERT INTO entries (seq, kind, line, digest) VALUES (5, 'note', '{}', '')",
        "INSERT INTO entries (kind, line, digest) VALUES ('note', '{}', '')",
        "INSERT INTO entries (seq, kind, line, digest) VALUES (0, 'note', '{}', '')",
    ],
)
def test_entries_are_neither_edited_nor_deleted_by_any_client(path: Path, statement: str) -> None:
    filled(path, 3).close()
    db = Database(path, recursive_triggers=False)
    with pytest.raises(sqlite3.IntegrityError, match=r"never|right after"):
        db.conn.execute(statement)
    assert db.conn.execute("SELECT count(*) FROM entries WHERE line <> '{}'").fetchone() == (3,)
    db.close()


def test_the_tables_hold_only_what_they_are_declared_to(path: Path) -> None:
    filled(path, 1).close()
    db = Database(path)
    assert all(db.table(name).strict for name in ("entries", "commands", "snapshots"))
    with pytest.raises(sqlite3.IntegrityError):
        db.conn.execute("INSERT INTO entries (seq, kind, line, digest) VALUES (2, 'note', NULL, '')")
    db.close()


def test_the_file_says_what_it_is(path: Path) -> None:
    filled(path, 1).close()
    db = Database(path)
    assert db.conn.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert db.conn.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert db.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_settings_are_read_back_and_a_setting_not_taken_stops_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path, 1).close()
    connection = connect.writing(path)
    got = {name: connection.execute(f"PRAGMA {name}").fetchone() for name in connect._SETTINGS}
    connection.close()
    assert got == {
        "journal_mode": ("wal",), "synchronous": (2,), "foreign_keys": (1,), "trusted_schema": (0,),
        "cell_size_check": (1,), "mmap_size": (0,), "recursive_triggers": (1,),
    }
    monkeypatch.setitem(connect._SETTINGS, "synchronous", ("NORMAL", 2))
    with pytest.raises(BadSettings, match="synchronous"):
        Journal.open(path)
    monkeypatch.undo()
    Journal.open(path).close()


def test_a_second_hub_is_refused_even_through_a_link(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.journal"
    other.symlink_to(path)
    with filled(path, 1):
        for name in (path, other):
            with pytest.raises(InUse, match="in use by process"):
                Journal.open(name)
    Journal.open(other).close()


def test_a_new_journal_replaces_no_file_and_an_old_one_must_exist(path: Path) -> None:
    with pytest.raises(NotAJournal, match="no journal"):
        Journal.open(path)
    path.write_text("precious")
    with pytest.raises(NotAJournal, match="exists already"):
        Journal.create(path)
    with pytest.raises(NotAJournal, match="cannot be made"):
        Journal.create(path.parent / "nowhere" / "hub.journal")
    assert path.read_text() == "precious"


def test_a_folder_where_no_lock_can_be_made_is_named(path: Path) -> None:
    filled(path, 1).close()
    lock = path.with_name(f"{path.name}.lock")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(NotAJournal, match="cannot be locked"):
        Journal.open(path)


def test_what_another_program_made_is_left_alone(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(NotAJournal):
        Journal.open(path)
    path.unlink()
    db = Database(path)
    db.table("things").insert({"id": 1})
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotAJournal, match="another program"):
        Journal.open(path)
    assert Database(path).table_names() == ["things"]
    assert len(before) == len(path.read_bytes())


def test_a_journal_of_a_newer_release_is_refused(path: Path) -> None:
    filled(path, 1).close()
    altered(path, f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(NotAJournal, match="newer release"):
        Journal.open(path)


def test_a_first_start_that_was_cut_off_is_made_good(path: Path) -> None:
    connect.create_file(path)  # and then the power went
    with Journal.open(path) as journal:
        assert journal.head.seq == 0


def test_a_command_is_known_by_its_id_with_what_it_said_and_made(path: Path) -> None:
    with Journal.create(path) as journal:
        made = rows([note(1), replace(note(2), id="")], GENESIS, "said")
        journal.submit(made)
        journal.settle()
        assert journal.reads.by_command("command-1") == Decided("said", 1, 2)
        assert journal.reads.by_command("command-2") is None


def test_the_same_command_cannot_be_written_twice(path: Path) -> None:
    failed: list[WriteFailed] = []
    with Journal.create(path, failed=failed.append) as journal:
        first = rows([note(1)], GENESIS, "said")
        journal.submit(first)
        journal.submit(rows([replace(note(2), id="command-1")], first[-1].digest, "said"))
        journal.settle()
    assert len(failed) == 1


def test_rows_that_do_not_follow_are_not_taken(path: Path) -> None:
    with filled(path, 2) as journal:
        with pytest.raises(BrokenChain, match="entry 4"):
            journal.submit(rows([note(4)], journal.head.digest))
        with pytest.raises(BrokenChain, match="entry 3"):
            journal.submit(rows([note(3)], GENESIS))
        journal.submit(rows([note(3)], journal.head.digest))
        journal.settle()
        assert journal.reads.head().seq == 3


def test_after_a_failed_commit_nothing_more_is_written_or_acknowledged(path: Path) -> None:
    told: list[int] = []
    failed: list[WriteFailed] = []
    with filled(path, 3) as journal:
        head = journal.head
    connection = sqlite3.connect(path)
    # RAISE(ROLLBACK) leaves no transaction behind, as an error of the disk does.
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON entries WHEN new.seq = 5 BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END"
    )
    connection.close()
    with Journal.open(path, told.append, failed.append) as journal:
        journal.submit(rows([note(4)], head.digest))
        journal.settle()
        journal.submit(rows([note(5)], journal.head.digest))
        journal.settle()
        assert "disk full" in str(journal.failure)
        with pytest.raises(WriteFailed, match="could not be written"):
            journal.submit(rows([note(6)], journal.head.digest))
        journal.settle()
    assert told == [4]
    assert [str(error) for error in failed] == [str(failed[0])]
    with Journal.open(path) as journal:
        assert journal.reads.head().seq == 4


def test_a_start_goes_on_from_the_newest_snapshot(path: Path) -> None:
    with filled(path, 9) as journal:
        for seq in (2, 4, 6, 8):
            journal.keep(seq, journal.reads.lines(seq, seq)[0].digest, f'{{"seq":{seq}}}'.encode())
        journal.settle()
        assert [kept.seq for kept in journal.reads.snapshots()] == [8, 6, 4]
        found = journal.restored()
        assert found.snapshot is not None
        assert found.snapshot.state == b'{"seq":8}'
        assert [stored.seq for stored in found.tail] == [9]
        from_start = journal.restored(snapshots=False)
        assert from_start.snapshot is None
        assert len(list(from_start.tail)) == 9


def test_a_damaged_snapshot_is_only_a_lost_cache(path: Path) -> None:
    with filled(path, 4) as journal:
        for seq in (2, 3):
            journal.keep(seq, journal.reads.lines(seq, seq)[0].digest, b"{}")
    altered(path, "UPDATE snapshots SET state = x'00' WHERE seq = 3")
    with Journal.open(path) as journal:
        assert [kept.seq for kept in journal.reads.snapshots()] == [2]
        assert [stored.seq for stored in journal.restored().tail] == [3, 4]
    altered(path, "DELETE FROM snapshots")
    with Journal.open(path) as journal:
        assert len(list(journal.restored().tail)) == 4


def test_a_broken_chain_stops_the_start_and_says_where(path: Path) -> None:
    with filled(path, 6) as journal:
        journal.keep(2, journal.reads.lines(2, 2)[0].digest, b"{}")
    altered(path, "UPDATE entries SET line = replace(line, 'a note', 'a lie') WHERE seq = 4")
    with Journal.open(path) as journal, pytest.raises(BrokenChain, match="entry 4") as caught:
        list(journal.restored().tail)
    assert caught.value.seq == 4


def test_an_entry_before_the_snapshot_that_was_swapped_is_seen_too(path: Path) -> None:
    with filled(path, 6) as journal:
        journal.keep(3, journal.reads.lines(3, 3)[0].digest, b"{}")
    altered(path, "UPDATE entries SET line = replace(line, 'a note', 'a lie') WHERE seq = 3")
    with Journal.open(path) as journal, pytest.raises(BrokenChain, match="entry 3"):
        journal.restored()


def test_a_missing_entry_is_seen(path: Path) -> None:
    with filled(path, 6) as journal:
        pass
    altered(path, "DELETE FROM entries WHERE seq = 3")
    with Journal.open(path) as journal, pytest.raises(BrokenChain, match="entry 3: it is missing"):
        list(journal.restored().tail)


def test_a_long_tail_is_read_in_pages_to_its_end(path: Path) -> None:
    with filled(path, 2100) as journal:
        assert [stored.seq for stored in journal.restored().tail] == list(range(1, 2101))

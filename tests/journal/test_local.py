"""The client's file: its copy of the log follows or is refused; what its operator wrote outlives everything."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.journal.errors import BrokenChain, ForkedLog, InUse, NotAJournal
from coordinator.journal.left import Others
from coordinator.journal.lines import GENESIS, digest
from coordinator.journal.local import FILES, Local, paths
from coordinator.journal.outbox import Outbox
from coordinator.journal.reads import Head, Kept
from coordinator.journal.replica import Replica
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from tests.journal.samples import START, note, notes

ROOT = Path(__file__).parents[2]


def lines(count: int, text: str = "a note") -> list[str]:
    return [batch[0].line for batch in notes(count, text=text)]


def digest_of(line: str) -> str:
    return digest(line.encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nia.db"


@pytest.fixture
def local(path: Path) -> Iterator[Local]:
    with Local(path, "log", "nia") as local:
        yield local


# The copy of the log


def test_a_copy_holds_the_lines_that_are_visible_and_the_digests_of_all(local: Local) -> None:
    all_lines = lines(5)
    replica = Replica(local)
    items = [all_lines[0], digest_of(all_lines[1]), all_lines[2]]
    assert replica.append(1, items) == 3
    assert replica.head == Head(3, digest_of(all_lines[2]))
    assert replica.line(1) == all_lines[0]
    assert replica.line(2) is None
    assert replica.hidden() == {2: digest_of(all_lines[1])}
    assert [stored.seq for stored in replica.page(9, 9)] == [3, 1]
    assert replica.append(2, all_lines[1:5]) == 2, "what is there already is passed over"


def test_a_line_that_does_not_follow_is_a_forked_log_and_nothing_is_taken(local: Local) -> None:
    replica = Replica(local)
    replica.append(1, lines(3))
    other = lines(5, "another log")
    with pytest.raises(ForkedLog, match="entry 4"):
        replica.append(4, other[3:])
    assert replica.head == Head(3, digest_of(lines(3)[2]))
    assert replica.line(4) is None
    with pytest.raises(BrokenChain, match="missing"):
        replica.append(6, [other[4]])


def test_a_first_entry_follows_from_nothing(local: Local) -> None:
    with pytest.raises(ForkedLog, match="entry 1"):
        Replica(local).append(1, [rows([note(1)], "f" * 64)[0].line])


def test_a_copy_may_begin_in_the_middle(local: Local) -> None:
    replica = Replica(local)
    replica.append(4, lines(6)[3:])
    assert replica.head == Head(6, digest_of(lines(6)[5]))


def test_a_revealed_line_must_be_the_one_whose_digest_was_received(local: Local) -> None:
    all_lines = lines(3)
    replica = Replica(local)
    replica.append(1, [all_lines[0], digest_of(all_lines[1]), all_lines[2]])
    with pytest.raises(ForkedLog, match="entry 2"):
        replica.reveal([lines(3, "another")[1]])
    assert replica.hidden()
    replica.reveal([all_lines[1]])
    assert replica.line(2) == all_lines[1]
    assert not replica.hidden()
    replica.reveal([all_lines[1], all_lines[0]])  # what is known already changes nothing


def test_a_start_finds_the_state_and_the_lines_that_came_after_it_as_they_came(path: Path) -> None:
    all_lines = lines(6)
    with Local(path, "log", "nia") as local:
        replica = Replica(local)
        replica.append(1, [all_lines[0], digest_of(all_lines[1]), all_lines[2]])
        replica.rest(b'{"state":3}')
        replica.append(4, [all_lines[3]])
        replica.reveal([all_lines[1]])
        replica.append(5, [all_lines[4]])
    with Local(path, "log", "nia") as local:
        replica = Replica(local)
        kept, since = replica.restored()
        assert kept == Kept(3, digest_of(all_lines[2]), b'{"state":3}')
        assert since == [all_lines[3], all_lines[1], all_lines[4]]
        assert replica.head == Head(5, digest_of(all_lines[4]))


def test_without_a_state_a_copy_starts_from_its_first_entry(path: Path) -> None:
    with Local(path, "log", "nia") as local:
        Replica(local).append(1, lines(3))
    with Local(path, "log", "nia") as local:
        assert Replica(local).restored() == (None, lines(3))


def test_a_state_from_the_hub_begins_the_copy_anew_and_old_lines_stay_to_be_read(local: Local) -> None:
    all_lines = lines(30)
    replica = Replica(local)
    replica.append(1, all_lines[:5])
    replica.begin(20, digest_of(all_lines[19]), b"{}")
    replica.append(21, all_lines[20:25])
    assert replica.head == Head(25, digest_of(all_lines[24]))
    assert [stored.seq for stored in replica.page(22, 3)] == [21, 5, 4]
    assert replica.restored() == (Kept(20, digest_of(all_lines[19]), b"{}"), all_lines[20:25])
    assert replica.heads() == [Head(20, digest_of(all_lines[19])), Head(25, digest_of(all_lines[24]))]


def test_a_hub_that_went_back_or_says_otherwise_of_the_past_is_forked(local: Local) -> None:
    all_lines = lines(9)
    replica = Replica(local)
    replica.append(1, all_lines[:5])
    with pytest.raises(ForkedLog, match="ends before entry 5"):
        replica.begin(3, digest_of(all_lines[2]), b"{}")
    with pytest.raises(ForkedLog, match="another entry"):
        replica.begin(5, "f" * 64, b"{}")
    replica.begin(5, digest_of(all_lines[4]), b"{}")


def test_a_damaged_state_empties_the_copy_but_not_what_was_seen_of_the_log(path: Path) -> None:
    all_lines = lines(9)
    with Local(path, "log", "nia") as local:
        replica = Replica(local)
        replica.begin(5, digest_of(all_lines[4]), b"{}")
        replica.append(6, all_lines[5:])
        local.connection.execute("UPDATE rest SET state = x'00'")
    with Local(path, "log", "nia") as local:
        replica = Replica(local)
        assert replica.restored() == (None, [])
        assert replica.head is None
        assert [head.seq for head in replica.heads()] == [5, 9]
        with pytest.raises(ForkedLog):
            replica.begin(9, "f" * 64, b"{}")


def test_the_copy_is_searched_as_the_journal_is(local: Local) -> None:
    replica = Replica(local)
    made = rows([note(1, "The Bridge is down"), note(2, 'mill "quarter"'), note(3, "bridge again")], GENESIS)
    replica.append(1, [row.line for row in made])
    assert [stored.seq for stored in replica.search("bridge")] == [3, 1]
    assert [stored.seq for stored in replica.search("BRIDGE down")] == [1]
    assert [stored.seq for stored in replica.search('"quarter"')] == [2]
    assert [stored.seq for stored in replica.search("bridge", before=3, limit=5)] == [1]
    assert [stored.seq for stored in replica.search("bridge", limit=1)] == [3]
    assert replica.search("body") == []
    assert replica.search("  ") == []


# What was written


def test_what_waits_is_kept_in_order_until_it_is_decided(path: Path) -> None:
    with Local(path, "log", "nia") as local:
        outbox = Outbox(local)
        for id in ("c", "a", "b"):
            outbox.put(id, "note", id.encode(), START)
        outbox.put("a", "note", b"another", START)
        outbox.sent("c")
        outbox.settle("a", "accepted")
    with Local(path, "log", "nia") as local:
        outbox = Outbox(local)
        left = outbox.undecided()
        assert [(queued.id, queued.packed, queued.sent) for queued in left] == [("c", b"c", True), ("b", b"b", False)]
        assert left[0].queued_at == START
        assert (outbox.became("a"), outbox.became("b"), outbox.became("x")) == ("accepted", None, None)


def test_drafts_are_kept_until_they_are_empty(path: Path) -> None:
    with Local(path, "log", "nia") as local:
        Outbox(local).save("compose", "River at 4", START)
    with Local(path, "log", "nia") as local:
        outbox = Outbox(local)
        assert outbox.draft("compose") == "River at 4"
        assert [draft.name for draft in outbox.drafts()] == ["compose"]
        outbox.save("compose", "", START)
        assert outbox.draft("compose") == ""
        assert outbox.drafts() == []


def test_one_program_holds_a_file_and_a_second_one_gets_its_own(tmp_path: Path) -> None:
    with Local.claim(tmp_path, "nia", "log", "nia") as one, Local.claim(tmp_path, "nia", "log", "nia") as two:
        assert [one.path.name, two.path.name] == ["nia.db", "nia-2.db"]
        with pytest.raises(InUse):
            Local(one.path, "log", "nia")
    with Local.claim(tmp_path, "nia", "log", "nia") as again:
        assert again.path.name == "nia.db"


def test_there_is_an_end_to_files(tmp_path: Path) -> None:
    held = [Local.claim(tmp_path, "nia", "log", "nia") for _ in range(FILES)]
    with pytest.raises(InUse, match="end one of them"):
        Local.claim(tmp_path, "nia", "log", "nia")
    for local in held:
        local.close()


def test_what_a_program_that_ended_left_behind_is_taken_over_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    one, two, three = (Local.claim(tmp_path, "nia", "log", "nia") for _ in range(3))
    Outbox(two).put("left", "note", b"left", START)
    Outbox(two).save("compose", "half a sentence", START)
    Outbox(three).put("held", "note", b"held", START)
    two.close()
    mine = Outbox(one)
    mine.save("compose", "mine", START)
    assert mine.adopt(tmp_path, "nia", "log", "nia") == 1
    assert [queued.id for queued in mine.undecided()] == ["left"]
    assert mine.draft("compose") == "mine\nhalf a sentence"
    assert mine.adopt(tmp_path, "nia", "log", "nia") == 0
    one.close()
    three.close()


def test_what_waits_for_another_log_is_found_taken_over_and_dropped_and_nothing_else_is(tmp_path: Path) -> None:
    """Neither another operator's, nor what a living program holds, nor what is no client's file."""
    for name, log, operator in (("old", "old log", "nia"), ("sol", "old log", "sol"), ("none", "empty log", "nia")):
        with Local(tmp_path / f"{name}.db", log, operator) as local:
            if name != "none":
                Outbox(local).put(f"{name}-1", "note", b"1", START)
                Outbox(local).put(f"{name}-2", "note", b"2", START)
                Outbox(local).put(f"{name}-3", "note", b"3", START)
                Outbox(local).save("compose", "half a sentence", START)
    (tmp_path / "strange.db").write_bytes(b"no database")
    living = Local(tmp_path / "living.db", "third log", "nia")
    Outbox(living).put("held", "note", b"held", START)
    others = Others(tmp_path, "nia", "log")
    with Local(tmp_path / "new.db", "log", "nia") as local:
        mine = Outbox(local)
        (left,) = others.left()
        assert (left.log, [one.id for one in left.queued]) == ("old log", ["old-1", "old-2", "old-3"])
        assert [one.id for one in others.take_one("old-2", mine)] == ["old-2"]
        dropped = others.drop("old-1")
        assert dropped is not None
        assert (dropped.packed, others.drop("old-1"), others.drop("sol-1")) == (b"1", None, None)
        assert others.take(lambda left: left.log == "third log", mine) == []
        assert [one.id for one in others.take(lambda left: left.log == "old log", mine)] == ["old-3"]
        assert [(one.id, one.former) for one in mine.undecided()] == [("old-2", True), ("old-3", True)]
        assert mine.draft("compose") == "half a sentence"
        assert others.left() == []
    living.close()


def test_a_file_of_another_log_or_program_is_not_touched(path: Path, tmp_path: Path) -> None:
    Local(path, "log", "nia").close()
    with pytest.raises(NotAJournal, match="another log"):
        Local(path, "other log", "nia")
    with pytest.raises(NotAJournal, match="another log"):
        Local(path, "log", "sol")
    Local(path, "log", "nia").close()
    Journal.create(tmp_path / "hub").close()
    with pytest.raises(NotAJournal, match="another program"):
        Local(tmp_path / "hub", "log", "nia")
    assert paths(tmp_path, "nia")[0] == path


KILLED = """
import os, sys
from pathlib import Path
from coordinator.journal.local import Local
from coordinator.journal.outbox import Outbox
from coordinator.journal.replica import Replica
from tests.journal.samples import START, notes
local = Local(Path(sys.argv[1]), "log", "nia")
outbox, replica = Outbox(local), Replica(local)
for number, batch in enumerate(notes(10_000), start=1):
    outbox.put(f"c-{number}", "note", b"text", START)
    os.write(1, f"{number}\\n".encode())
    replica.append(number, [batch[0].line])
"""


def test_a_killed_program_loses_nothing_that_was_put(path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    last = 0
    for line in process.stdout:
        last = int(line)
        if last == 200:
            os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with Local(path, "log", "nia") as local:
        assert len(Outbox(local).undecided()) in (last, last + 1)
        replica = Replica(local)
        kept, since = replica.restored()
        assert kept is None
        assert replica.head is not None
        assert len(since) == replica.head.seq >= last - 1

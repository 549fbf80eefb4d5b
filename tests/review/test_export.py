"""An export can be checked by whoever gets it, with tools that are not ours; what is left out is in no byte of it."""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.incident.acts import Message, Note, Relay
from coordinator.incident.entries import Accepted
from coordinator.journal import verify
from coordinator.journal.errors import BrokenChain, NotAJournal
from coordinator.journal.lines import decode, digest
from coordinator.journal.local import Local
from coordinator.journal.replica import Replica
from coordinator.journal.withheld import Withheld, withheld
from coordinator.review import checked, folder
from coordinator.review.export import HEAD, Wishes, export
from coordinator.review.folder import SUMS, CannotWrite
from coordinator.review.thinning import Refused
from coordinator.session.client import Session
from tests.end_to_end.running import HubProcess, until
from tests.review.played import SECRET, bytes_of, lines, played, secret


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("played") / "hub.journal")


def run(*words: object, cwd: Path, given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(list(map(str, words)), cwd=cwd, input=given, capture_output=True, check=False)


def key(folder: Path, name: str) -> Path:
    assert run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", name, cwd=folder).returncode == 0
    return folder / name


def found(path: Path) -> list[str]:
    """What the command says is wrong with an export's files."""
    return list(checked.faults(path, verify.replay(path)))


# The whole of it


def test_an_export_holds_the_exact_lines_and_stock_tools_check_it(journal: Path, tmp_path: Path) -> None:
    done = export(journal, tmp_path / "out", Wishes())
    files = bytes_of(tmp_path / "out")
    assert files["log.jsonl"].splitlines() == lines(journal)
    assert done.head.digest == digest(lines(journal)[-1])
    checks = run("sha256sum", "--strict", "-c", SUMS, cwd=tmp_path / "out")
    assert checks.returncode == 0, checks.stderr
    assert checks.stdout.count(b": OK") == len(files) - 1, "every file but the list itself"
    assert verify.replay(tmp_path / "out").whole
    assert found(tmp_path / "out") == []


def test_the_same_log_makes_the_same_bytes(journal: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(journal, tmp_path / name, Wishes(redact={"M-1": "private"}))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_an_export_of_an_export_is_the_same(journal: Path, tmp_path: Path) -> None:
    export(journal, tmp_path / "one", Wishes(redact={"M-1": "private"}))
    export(tmp_path / "one", tmp_path / "two", Wishes())
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


async def test_a_running_hubs_journal_is_exported_and_after_a_kill_it_is_the_same_log(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path)
    hub.start()
    try:
        async with Session(hub.address, operator="nia") as nia:
            await nia.ready(10)
            assert isinstance(await nia.send(Note(text="before")), Accepted)
            before = await asyncio.to_thread(export, hub.journal, tmp_path / "before", Wishes())
            assert isinstance(await nia.send(Note(text="after")), Accepted)
        hub.kill()
        hub.start()
        after = await asyncio.to_thread(export, hub.journal, tmp_path / "after", Wishes())
    finally:
        hub.stop()
    first, second = (bytes_of(tmp_path / name)["log.jsonl"] for name in ("before", "after"))
    assert second.startswith(first), "byte for byte what it was"
    assert second.count(b'"text":"after"') == 1
    assert after.head.log == before.head.log
    assert after.head.seq > before.head.seq


def test_a_broken_journal_is_not_exported(journal: Path, tmp_path: Path) -> None:
    export(journal, tmp_path / "out", Wishes())
    broken = tmp_path / "out" / "log.jsonl"
    broken.write_bytes(broken.read_bytes().replace(b"4.1 m", b"1.4 m", 1))
    with pytest.raises(BrokenChain, match="entry 3"):
        export(broken, tmp_path / "again", Wishes())
    assert not (tmp_path / "again").exists()


# Signatures


def test_the_signature_is_checked_by_stock_ssh_keygen(journal: Path, tmp_path: Path) -> None:
    """The command of docs/review.md, as it stands there."""
    export(journal, tmp_path / "out", Wishes(key=key(tmp_path, "quill"), identity="quill@county"))
    shutil.copy(tmp_path / "out" / "allowed_signers", tmp_path / "signers")
    documented = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    command = next(line for line in documented.splitlines() if line.startswith("ssh-keygen -Y verify"))
    good = subprocess.run(command, shell=True, cwd=tmp_path / "out", capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert b'Good "coordinator-export" signature for quill@county' in good.stdout
    (tmp_path / "out" / SUMS).write_bytes((tmp_path / "out" / SUMS).read_bytes() + b" ")
    assert subprocess.run(command, shell=True, cwd=tmp_path / "out", capture_output=True, check=False).returncode != 0


def test_verify_knows_whose_signature_it_is(journal: Path, tmp_path: Path) -> None:
    mine, other = key(tmp_path, "mine"), key(tmp_path, "other")
    export(journal, tmp_path / "out", Wishes(key=mine, identity="quill"))
    export(journal, tmp_path / "theirs", Wishes(key=other, identity="quill"))
    export(journal, tmp_path / "bare", Wishes())
    signers, theirs = tmp_path / "out" / "allowed_signers", tmp_path / "theirs" / "allowed_signers"
    assert checked.signature(tmp_path / "out", signers, "quill") == ("signed by quill", True)
    assert not checked.signature(tmp_path / "out", signers, "somebody")[1]
    assert not checked.signature(tmp_path / "out", theirs, "quill")[1]
    assert not checked.signature(tmp_path / "bare", signers, "quill")[1], "unsigned is not signed by quill"
    assert checked.signature(tmp_path / "out", None, "")[1]
    shutil.copy(tmp_path / "theirs" / f"{HEAD}.sig", tmp_path / "out" / f"{HEAD}.sig")
    assert not checked.signature(tmp_path / "out", signers, "quill")[1], "each signature counts"


def test_a_signature_for_another_purpose_does_not_count(journal: Path, tmp_path: Path) -> None:
    mine = key(tmp_path, "mine")
    export(journal, tmp_path / "out", Wishes(key=mine, identity="quill"))
    (tmp_path / "out" / f"{SUMS}.sig").unlink()
    assert run("ssh-keygen", "-Y", "sign", "-q", "-f", mine, "-n", "file", SUMS, cwd=tmp_path / "out").returncode == 0
    assert not checked.signature(tmp_path / "out", tmp_path / "out" / "allowed_signers", "quill")[1]
    assert not checked.signature(tmp_path / "out", None, "")[1]


# What was changed is found


@pytest.mark.parametrize("name", ["log.jsonl", HEAD, "rosters/end.json", "reports/report.html", "reports/ics-309.csv"])
def test_any_changed_file_is_named(journal: Path, tmp_path: Path, name: str) -> None:
    export(journal, tmp_path / "out", Wishes())
    with (tmp_path / "out" / name).open("ab") as file:
        file.write(b" ")
    assert any(name in fault for fault in found(tmp_path / "out"))


def added(out: Path) -> None:
    (out / "reports" / "more.html").write_text("<script>")


def removed(out: Path) -> None:
    (out / "rosters" / "start.json").unlink()


def unsummed(out: Path) -> None:
    (out / SUMS).unlink()


def linked(out: Path) -> None:
    (out / "rosters" / "start.json").unlink()
    (out / "rosters" / "start.json").symlink_to("/etc/passwd")


def piped(out: Path) -> None:
    os.mkfifo(out / "pipe")


def climbing(out: Path) -> None:
    (out / SUMS).write_bytes((out / SUMS).read_bytes() + b"0" * 64 + b"  ../../../etc/passwd\n")


def lying(out: Path) -> None:
    """Somebody cuts the log short, and makes all sums anew: the head still says where it ended."""
    log = out / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    (out / SUMS).unlink()
    (out / SUMS).write_bytes(folder.sums(out))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (added, "more.html is not in"), (removed, "start.json is missing"), (unsummed, "not a whole export"),
        (linked, "no plain file"), (piped, "no plain file"), (climbing, "no digest of a file"),
        (lying, "head.json says"),
    ],
)  # fmt: skip
def test_whatever_was_done_to_the_folder_is_found(
    journal: Path, tmp_path: Path, change: Callable[[Path], None], says: str
) -> None:
    export(journal, tmp_path / "out", Wishes())
    change(tmp_path / "out")
    assert says in "; ".join(found(tmp_path / "out"))


# Redaction


def test_redacted_words_are_in_no_byte_and_the_chain_goes_on(tmp_path: Path) -> None:
    """Nor where they are quoted: in a briefing, by somebody else, in what the hub took up again."""
    journal, told = secret(tmp_path / "hub.journal")
    kinds = {decode(line).kind for line in lines(journal) if SECRET.encode() in line}
    assert {"message", "recall"} <= kinds, "it is there to be left out"
    done = export(journal, tmp_path / "out", Wishes(redact={"M-1": "a patient's name"}))
    for name, data in bytes_of(tmp_path / "out").items():
        assert SECRET[:20].casefold().encode() not in data.lower(), name
    report = verify.replay(tmp_path / "out")
    assert report.whole
    assert report.digest == digest(lines(journal)[-1])
    assert sum(report.withheld.values()) == 4
    assert report.withheld["a patient's name"] == 1
    assert told not in done.repeated
    assert len(done.repeated) == 3
    shown = bytes_of(tmp_path / "out")
    assert b"a patient" in shown["reports/log.csv"]
    assert b"That was all" in shown["reports/log.csv"]


def test_each_redacted_line_is_its_digest_and_its_reason(journal: Path, tmp_path: Path) -> None:
    export(journal, tmp_path / "out", Wishes(redact={"4": "private", "O-1": "tactics"}))
    kept, out = lines(journal), bytes_of(tmp_path / "out")["log.jsonl"].splitlines()
    differ = {seq: withheld(line) for seq, line in enumerate(out, start=1) if line != kept[seq - 1]}
    order = next(seq for seq, line in enumerate(kept, start=1) if b'"number":"O-1"' in line)
    assert differ == {
        4: Withheld(digest=digest(kept[3]), reason="private", seq=4),
        order: Withheld(digest=digest(kept[order - 1]), reason="tactics", seq=order),
    }


@pytest.mark.parametrize("change", [0, 1])
def test_a_redaction_hides_no_other_change(journal: Path, tmp_path: Path, change: int) -> None:
    """Neither a digest that is another one, nor two entries in the place of one."""
    export(journal, tmp_path / "out", Wishes(redact={"4": "private"}))
    log = tmp_path / "out" / "log.jsonl"
    out = log.read_bytes().splitlines()
    record = withheld(out[3])
    assert record is not None
    others = Withheld(digest="0" * 64, reason="x", seq=4), Withheld(digest=record.digest, reason="x", seq=5, first=4)
    out[3] = others[change].line
    log.write_bytes(b"\n".join(out) + b"\n")
    fault = verify.replay(log).fault
    assert fault is not None
    assert fault.seq in (5, 6)


def test_a_journal_itself_may_have_no_line_withheld(tmp_path: Path) -> None:
    """A hub's journal is whole or broken; only copies and exports hold digests."""
    import sqlite3

    path = played(tmp_path / "hub.journal")
    third = lines(path)[2]
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER entries_keep")
        record = Withheld(digest=digest(third), reason="gone", seq=3).line.decode()
        connection.execute("UPDATE entries SET line = ? WHERE seq = 3", (record,))
    connection.close()
    fault = verify.replay(path).fault
    assert fault is not None
    assert fault.seq == 3


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        (Wishes(redact={"1": "x"}), "cannot be redacted"), (Wishes(redact={"999": "x"}), "no entry '999'"),
        (Wishes(redact={"O-99": "x"}), "no entry 'O-99'"), (Wishes(viewer="mars"), "no operator 'mars'"),
    ],
)  # fmt: skip
def test_what_cannot_be_left_out_is_refused(journal: Path, tmp_path: Path, wishes: Wishes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        export(journal, tmp_path / "out", wishes)
    assert list(tmp_path.iterdir()) == []


def test_for_whom_can_only_be_told_from_a_whole_log(journal: Path, tmp_path: Path) -> None:
    export(journal, tmp_path / "one", Wishes(redact={"4": "private"}))
    with pytest.raises(Refused, match="whole log"):
        export(tmp_path / "one", tmp_path / "two", Wishes(viewer="nia"))


# Copies


def test_a_copy_that_began_late_and_anew_is_exported_with_its_gaps(journal: Path, tmp_path: Path) -> None:
    whole = lines(journal)
    items = [line.decode() for line in whole]
    with Local(tmp_path / "copy.db", "log", "sol") as local:
        replica = Replica(local)
        replica.begin(2, digest(whole[1]), b"{}")
        replica.append(3, [items[2], digest(whole[3]), items[4]])
        replica.begin(7, digest(whole[6]), b"{}")
        replica.append(8, items[7:])
        done = export(tmp_path / "copy.db", tmp_path / "out", Wishes())  # while its owner has it open
        with pytest.raises(NotAJournal, match=rf"copy\.db \(sol's, up to entry {len(whole)}\)"):
            export(tmp_path, tmp_path / "again", Wishes())
    assert done.withheld == {"not in this copy": 4, "not for sol": 1}
    report = verify.replay(tmp_path / "out")
    assert report.whole
    assert not report.replayed, "without the first entry there is no state to begin with"
    assert report.digest == digest(whole[-1])
    assert verify.replay(tmp_path / "copy.db").digest == report.digest
    assert b"Brief at noon" in bytes_of(tmp_path / "out")["reports/ics-309.csv"]


async def test_a_clients_own_copy_that_began_with_a_state_knows_its_operation(tmp_path: Path) -> None:
    """As everybody has it who joined: without the first entry, with the roster of the state that it came with."""
    hub = HubProcess(tmp_path)
    hub.start()
    try:
        async with Session(hub.address, operator="nia", folder=tmp_path / "kept") as nia:
            await nia.ready(10)
            sent = await nia.send(Message(precedence="ROUTINE", text="gauge at 4.1 m", to=("south",)))
            assert isinstance(sent, Accepted)
            async with Session(hub.address, operator="lee", follow=False) as lee:
                await lee.ready(10)
                relayed = await lee.send(Relay(ref=sent.seq, to=("south",)))
            assert isinstance(relayed, Accepted)
            await until(lambda: nia.seq >= relayed.seq, "nia has it")
    finally:
        hub.stop()
    (copy,) = (tmp_path / "kept").glob("*.db")
    done = export(copy, tmp_path / "out", Wishes())
    files = bytes_of(tmp_path / "out")
    assert done.head.log == digest(lines(hub.journal)[0])
    assert done.head.operation["name"] == "River Ford drill"
    assert b"North field post" in files["rosters/end.json"]
    assert files["reports/ics-309.csv"].count(b'"gauge at 4.1 m"') == 2, "as it was sent, and as it was relayed"
    assert b"River Ford drill (EXERCISE)" in files["reports/report.html"]
    assert verify.replay(tmp_path / "out").whole


# The folder


def test_nothing_is_replaced_and_no_link_is_followed(journal: Path, tmp_path: Path) -> None:
    full, file, link, dangling = (tmp_path / name for name in ("full", "file", "link", "dangling"))
    full.mkdir()
    (full / "mine").write_text("mine")
    file.write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    dangling.symlink_to(tmp_path / "nowhere")
    for to in (full, file, link, dangling, tmp_path / "none" / "out"):
        with pytest.raises(CannotWrite):
            export(journal, to, Wishes())
    assert (full / "mine").read_text() == file.read_text() == "mine"
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "elsewhere", "file", "full", "link"]


def test_an_empty_folder_is_taken_and_only_its_owner_may_read_it(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export(journal, tmp_path / "out", Wishes())
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*")} == {0}


@pytest.mark.parametrize("at", [1, 3, 6, 9])
def test_what_fails_halfway_leaves_nothing_that_could_be_taken_for_an_export(
    journal: Path, tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        export(journal, tmp_path / "out", Wishes())
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_killed_leaves_no_folder_of_that_name(journal: Path, tmp_path: Path) -> None:
    """What it leaves has another name, and no list of digests."""
    program = (
        "import os, sys; from pathlib import Path; from coordinator.review import export as e, folder\n"
        "folder.sums = lambda _: os._exit(9)\n"
        "e.export(Path(sys.argv[1]), Path(sys.argv[2]), e.Wishes())\n"
    )
    import sys

    done = run(sys.executable, "-c", program, journal, tmp_path / "out", cwd=Path(__file__).parents[2])
    assert done.returncode == 9, done.stderr
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.")
    assert found(left) == [f"{SUMS} is missing; it is not a whole export"]


def test_sums_are_those_of_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    assert folder.sums(tmp_path) == f"{hashlib.sha256(b'x').hexdigest()}  a\n".encode()

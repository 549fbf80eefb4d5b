"""Notices reach people though the hub, the notifier or the pager dies; none holds up the hub, and none is lost."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coordinator.cli.main import run
from coordinator.incident import acts, hubacts
from coordinator.incident.entries import Entry
from server import notifier
from server.notices import Notice, Person, notice
from server.notifier import AT_ONCE, FIRST_AGAIN, Notifier, Taken, alone
from server.spool import NEW, SENT, Spool
from server.telling import Settings, Unfit, settings
from tests.end_to_end.running import ROSTER, HubProcess
from tests.incident.world import minimal

AT = datetime(2026, 11, 22, 13, tzinfo=UTC)


def entry(body: acts.Act, seq: int = 7) -> Entry:
    kind = "due" if isinstance(body, hubacts.Due) else "alarm"
    return Entry(seq=seq, at=AT, kind=kind, by="hub", body=body)


def page(seq: int = 7, *to: str) -> Notice:
    people = tuple(Person(id=one, name=one) for one in to or ("lee",))
    return Notice(
        id=f"feed-{seq}", seq=seq, at=AT, operation="Drill", exercise=True, what="queue", text="9 wait", to=people
    )


def pager(folder: Path, *, fails: bool = False) -> tuple[str, ...]:
    """A command that keeps what it gets, one file a notice; or that cannot."""
    kept = folder / "paged"
    kept.mkdir(exist_ok=True)
    script = folder / "page.py"
    lines = (
        "import json, pathlib, sys",
        "one = json.load(sys.stdin)",
        "sys.exit('no network')" if fails else f"pathlib.Path({str(kept)!r}, one['id']).write_text(json.dumps(one))",
    )
    script.write_text("\n".join(lines))
    return (sys.executable, str(script))


def test_only_what_is_worth_waking_somebody_for_makes_a_notice() -> None:
    roster = minimal()
    for what, wanted in (
        ("acknowledge-half", False), ("answer-due", False), ("answer-overdue", True), ("owner-escalation-2", True),
        ("rollcall-half", False), ("rollcall-contact", True), ("window-ends", False),
    ):
        made = notice(entry(hubacts.Due(ref=3, what=what, to=("lee",), text="M-1")), "f" * 64, roster)
        assert (made is not None) is wanted, what
    alarm = hubacts.Alarm(what="holder-out-of-contact", scope="ops", to=("dana", "gone"), text="may be assumed")
    made = notice(entry(alarm), "f" * 64, roster)
    assert made is not None
    assert (made.id, made.exercise, [one.id for one in made.to]) == ("f" * 16 + "-7", True, ["dana", "gone"])
    assert notice(entry(hubacts.Alarm(what="queue", scope="ops")), "f" * 64, roster) is None, "nobody to tell"


def test_a_notice_is_written_once_and_leaves_new_when_it_was_delivered(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(page())
    spool.add(page())
    assert len(spool.waiting()) == 1
    assert Notifier(spool, Settings(command=pager(tmp_path))).once(0.0) == []
    assert json.loads((tmp_path / "paged" / "feed-7").read_text())["text"] == "9 wait"
    spool.add(page())
    assert spool.waiting() == [], "it was sent already"
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_what_cannot_be_delivered_is_tried_again_later_each_time_and_holds_up_no_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(page())
    broken = Notifier(spool, Settings(command=pager(tmp_path, fails=True)))
    (said,) = broken.once(100.0)
    assert "no network" in said
    assert broken.once(100.0 + FIRST_AGAIN - 0.1) == [], "not yet"
    assert len(broken.once(100.0 + FIRST_AGAIN)) == 1
    spool.add(page(8))
    assert len(broken.once(100.0 + FIRST_AGAIN + 0.1)) == 1, "the new one is tried at once"
    assert Notifier(spool, Settings(command=pager(tmp_path))).once(0.0) == []
    assert spool.waiting() == []


def hanging(folder: Path) -> tuple[str, ...]:
    """A command that hangs for the first notice until there is a file `go`, and writes down what it has ended with."""
    script = folder / "hang.py"
    script.write_text(
        "import json, pathlib, sys, time\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "one = json.load(sys.stdin)\n"
        "mine = folder / f'begun-{one[\"seq\"]}'\n"
        "mine.touch()\n"
        "with (folder / 'at-once').open('a') as file:\n"
        "    file.write(f'{len(list(folder.glob(\"begun-*\")))}\\n')\n"
        "while one['seq'] == 1 and not (folder / 'go').exists():\n"
        "    time.sleep(0.01)\n"
        "mine.unlink()\n"
        "with (folder / 'ended').open('a') as file:\n"
        "    file.write(f'{one[\"seq\"]}\\n')\n"
    )
    return (sys.executable, str(script))


def ended(folder: Path) -> list[int]:
    """The notices that the hanging command has ended with, in that order."""
    file = folder / "ended"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def delivered(spool: Spool, folder: Path, *, first_hangs: bool) -> list[int]:
    """Deliver all of a spool; the first notice hangs until all others were delivered. The order in which they ended."""
    made = Notifier(spool, Settings(command=hanging(folder)))
    count = len(spool.waiting())
    if not first_hangs:
        (folder / "go").touch()

    def looked() -> bool:
        assert made.look(0.0) == []
        made.rest()
        return len(ended(folder)) >= count - first_hangs

    until(looked)
    (folder / "go").touch()
    assert made.once(0.0) == []
    assert spool.waiting() == []
    return ended(folder)


def test_a_command_that_hangs_for_one_holds_up_no_other_person(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(page(1, "lee"))
    for seq in range(2, 6):
        spool.add(page(seq, f"person-{seq}"))
    order = delivered(spool, tmp_path, first_hangs=True)
    assert order[-1] == 1
    assert sorted(order) == [1, 2, 3, 4, 5]


def test_the_same_person_is_told_in_order(tmp_path: Path) -> None:
    """Of two who are named in different notices, each gets theirs in order: one that waits is not overtaken."""
    spool = Spool(tmp_path / "spool")
    named = [("lee",), ("lee", "dana"), ("dana",), ("lee",), ("dana",), ("dana", "lee")]
    for seq, people in enumerate(named, start=1):
        spool.add(page(seq, *people))
    order = delivered(spool, tmp_path, first_hangs=False)
    for person in ("lee", "dana"):
        theirs = [seq for seq, people in enumerate(named, start=1) if person in people]
        assert [seq for seq in order if seq in theirs] == theirs


def test_the_order_is_not_worth_waiting_for_what_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "PATIENCE", 0.2)
    spool = Spool(tmp_path / "spool")
    for seq in range(1, 4):
        spool.add(page(seq, "lee"))
    assert delivered(spool, tmp_path, first_hangs=True)[-1] == 1


def test_so_many_are_told_at_once_and_no_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for seq in range(1, 3 * AT_ONCE):
        spool.add(page(seq, f"person-{seq}"))
    assert len(delivered(spool, tmp_path, first_hangs=True)) == 3 * AT_ONCE - 1
    most = max(int(line) for line in (tmp_path / "at-once").read_text().split())
    assert 1 < most <= AT_ONCE


def test_tries_again_leave_room_for_what_is_new(tmp_path: Path) -> None:
    """As many hang again and again as may be told at once; a new one is told all the same."""
    spool = Spool(tmp_path / "spool")
    for seq in range(1, AT_ONCE + 1):
        spool.add(page(seq, f"person-{seq}"))
    made = Notifier(spool, Settings(command=pager(tmp_path, fails=True)))
    assert len(made.once(0.0)) == AT_ONCE
    assert made.look(FIRST_AGAIN) == []
    spool.add(page(99, "lee"))
    made.look(FIRST_AGAIN)
    assert ("feed-99", "") in {one.key for one in made._tries}
    made.once(FIRST_AGAIN)


def test_settings_that_will_not_do_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="is missing"):
        settings(tmp_path)
    (tmp_path / "notify.toml").write_text("comand = ['x']")
    with pytest.raises(Unfit, match="cannot be used"):
        settings(tmp_path)


def test_one_spool_has_one_notifier(tmp_path: Path) -> None:
    held = alone(tmp_path)
    with pytest.raises(Taken):
        alone(tmp_path)
    os.close(held)
    os.close(alone(tmp_path))


def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def said(hub: HubProcess, operator: str, *words: str) -> None:
    assert run([*words, "--hub", hub.address, "--as", operator]) == 0


def test_the_hub_spools_and_delivers_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    """A fallen bridge rings for the order that uses it; the pager gets it, though the hub is killed at once."""
    folder = tmp_path / "spool"
    folder.mkdir()
    command = ", ".join(json.dumps(word) for word in pager(tmp_path))
    (folder / "notify.toml").write_text(f"command = [{command}]")
    hub = HubProcess(tmp_path, options=("--keyless", "--notify", str(folder)))
    hub.start()
    try:
        said(hub, "lee", "order", "OPEN", "route/route-9", "--to", "north")
        said(hub, "nia", "declare", "route/route-9", "down")
        until(lambda: list((folder / SENT).glob("*.json")))
        said(hub, "nia", "declare", "route/route-9", "gone")
        hub.kill()
        assert not list((folder / NEW).glob("*.half"))
        hub.start()
        until(lambda: len(list((folder / SENT).glob("*.json"))) == 2)
        texts = [json.loads(path.read_text())["text"] for path in (tmp_path / "paged").iterdir()]
        assert sorted(text.split(",")[0] for text in texts) == ["route/route-9 is down", "route/route-9 is gone"]
    finally:
        hub.stop()


def test_a_hub_does_not_start_with_a_spool_that_tells_nobody(tmp_path: Path) -> None:
    journal, spool = str(tmp_path / "j"), str(tmp_path / "n")
    where = ("--journal", journal, "--listen", f"unix:{tmp_path}/s/hub.sock", "--notify", spool)
    command = [sys.executable, "-m", "server", "serve", str(ROSTER), "--keyless", *where]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "notify.toml is missing" in done.stderr

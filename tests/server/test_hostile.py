"""Input made by an enemy: each piece ends in one clear error, and who is honest is served as before."""

import asyncio
import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgpack  # type: ignore[import-untyped]  # it ships no types
import pytest

import coordinator.cli.main
import server.cli
from coordinator.incident.acts import Note
from coordinator.incident.check import load
from coordinator.wire import limits
from coordinator.wire.frames import ErrorFrame, Hello, Page, Search, Welcome
from server.endings import as_before
from tests.campaign import seed
from tests.fuzz.changed import changed
from tests.fuzz.targets import seeds
from tests.hostile import PATHS, QUERIES, TEXTS
from tests.server.raw import Client, Place

DRILLS = Path(__file__).parent.parent / "drills"
PEACE = limits.Rate(1e6, 1e6)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMMANDS", "FRAMES", "READS"):
        monkeypatch.setattr(limits, name, PEACE)


def command(**fields: object) -> bytes:
    packed: bytes = msgpack.packb({"t": "command", "id": "c-1", "do": "note", "text": "x", **fields})
    return packed


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


FRAMES = {
    "nothing": b"",
    "nil": b"\xc0",
    "a number": b"\x05",
    "a list": b"\x91\x05",
    "an empty map": b"\x80",
    "two frames in one": command() + command(),
    "cut short": command()[:-1],
    "a length that lies": b"\xdf\xff\xff\xff\xff",
    "a text of four gigabytes": b"\x81\xa1t\xdb\xff\xff\xff\xff",
    "a key twice": b"\x82\xa1t\xa3got\xa1t\xa5hello",
    "keys that are numbers": msgpack.packb({1: 2}),
    "keys that are bytes": b"\x81\xc4\x01a\x01",
    "bytes": command(text=b"x"),
    "an extension": b"\x81\xa1t\xd4\x01\x00",
    "a timestamp": msgpack.packb({"t": "command", "id": "c-1", "do": "note", "text": msgpack.Timestamp(1)}),
    "NaN": command(basis=float("nan")),
    "infinity": command(basis=float("inf")),
    "a fraction": command(basis=1.5),
    "a negative basis": command(basis=-1),
    "a basis beyond all": command(basis=2**63),
    "true for a number": command(basis=True),
    "a text for a number": command(basis="1"),
    "a number for a text": command(text=5),
    "nested": command(text=nested(30)),
    "nested beyond the reader": b"\x81\xa1t" + b"\x91" * 2000 + b"\xc0",
    "half a character": command(text="x").replace(b"\xa1x", b"\xa3\xed\xa0\x80"),
    "no UTF-8": command(text="x").replace(b"\xa1x", b"\xa1\xff"),
    "too long a text": command(text="x" * 4097),
    "too long an id": command(id="x" * 65),
    "an id with a newline": command(id="a\nb"),
    "an empty id": command(id=""),
    "no id": msgpack.packb({"t": "command", "do": "note", "text": "x"}),
    "the hub's own word": command(do="snapshot"),
    "another's name": command(by="lee"),
    "a frame of the hub's": msgpack.packb({"t": "welcome", "v": 1}),
    "an unknown frame": msgpack.packb({"t": "shutdown"}),
    "a type that is a list": msgpack.packb({"t": ["command"]}),
    "too many refs": msgpack.packb({"t": "got", "seen": list(range(1, 2000))}),
    "a negative seq": msgpack.packb({"t": "got", "seen": [-1]}),
    "a page of all": msgpack.packb({"t": "fetch", "n": 1, "limit": 10**9}),
    "a page of nothing": msgpack.packb({"t": "fetch", "n": 1, "limit": 0}),
    "a page before the beginning": msgpack.packb({"t": "fetch", "n": 1, "before": -5}),
    "too many keys": msgpack.packb({"t": "command", **{f"k{number}": 1 for number in range(300)}}),
    "terms without end": command(term={f"s{number}": 1 for number in range(257)}),
    "a time without zone": command(said_at="2026-11-22T13:00:00"),
    "a time before all": command(said_at="0001-01-01T00:00:00Z"),
    "a time that is none": command(said_at="9999-99-99T99:99:99Z"),
}


async def still_serves(place: Place, operator: str = "dana") -> None:
    client = await place.join(operator)
    assert (await client.do(Note(text="still here"))).kind == "note"
    await client.close()


@pytest.fixture(autouse=True)
def _no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A fault of the hub's would be logged, even where nobody notices."""
    yield
    assert not [record for record in caplog.records if record.name == "coordinator.hub"], caplog.text


async def test_every_hostile_frame_gets_its_error_and_changes_nothing(place: Place) -> None:
    nia = await place.join("nia")
    before = place.hub.state.seq
    for name, data in FRAMES.items():
        errors = len(nia.all(ErrorFrame))
        await nia.send(data)
        error = await nia.wait(ErrorFrame, errors)
        assert error.code in ("malformed", "too-deep", "text", "too-large"), name
        assert error.message, name
    assert place.hub.state.seq == before
    assert (await nia.do(Note(text="and I am honest"))).seq == before + 1
    await still_serves(place)


@pytest.mark.parametrize("name", FRAMES)
async def test_none_of_them_opens_a_conversation(place: Place, name: str) -> None:
    stranger = await place.knock()
    await stranger.send(FRAMES[name])
    await stranger.wait(ErrorFrame)
    await stranger.closed.wait()
    assert not stranger.all(Welcome)


async def test_frames_that_went_bad_harm_nobody(place: Place) -> None:
    chance = random.Random(seed())
    begin = [*seeds("frame"), *seeds("command")]
    nia, lee = await place.join("nia"), await place.join("lee")
    for number in range(2000):
        if nia.closed.is_set():
            nia = await place.join("nia")
        await nia.send(changed(chance.choice(begin), chance))
        if number % 100 == 0:
            assert (await lee.do(Note(text=f"calm {number}"))).kind == "note"
    await still_serves(place)


async def test_every_hostile_text_is_taken_whole_or_refused_by_its_place(place: Place) -> None:
    nia = await place.join("nia")
    taken = 0
    for number, text in enumerate(TEXTS):
        id = f"text-{number}"
        try:
            data = command(id=id, text=text)
        except UnicodeEncodeError:
            continue
        await nia.send(data)

        def answered(id: str = id) -> ErrorFrame | object | None:
            errors = [one for one in nia.all(ErrorFrame) if one.id == id]
            return errors[0] if errors else next((one for one in nia.entries()[-3:] if one.id == id), None)

        answer = await nia.until(answered)  # type: ignore[arg-type]  # an entry or an error
        if isinstance(answer, ErrorFrame):
            assert answer.code in ("text", "malformed"), ascii(text)
            assert answer.code != "text" or "at character " in answer.message
            assert answer.message.isprintable()
        else:
            assert getattr(answer.body, "text", None) == text
            taken += 1
    assert 100 < taken < len(TEXTS)


async def test_no_query_is_more_than_words(place: Place) -> None:
    nia = await place.join("nia")
    await nia.do(Note(text="NEAR the mill, AND not OR"))
    for number, query in enumerate(QUERIES):
        await nia.send(Search(n=number, query=query))
        async with asyncio.timeout(10):
            while len(nia.all(Page)) + len(nia.all(ErrorFrame)) == number:
                await asyncio.sleep(0.001)
    assert {one.code for one in nia.all(ErrorFrame)} <= {"text", "malformed"}
    await nia.send(Search(n=9999, query="NEAR AND OR mill"))
    found = await nia.until(lambda: next((page for page in nia.all(Page) if page.n == 9999), None))
    assert isinstance(found, Page)
    assert len(found.lines) == 1, "an operator's word is a word"


@pytest.mark.parametrize("name", [path for path in PATHS if path not in ("", "con")])
async def test_no_name_is_a_path(place: Place, name: str) -> None:
    stranger = await place.knock()
    await stranger.send(Hello(v=1, operator=name[:128]))
    assert (await stranger.wait(ErrorFrame)).code in ("not-admitted", "text", "malformed")
    for path in ("operators", "centres", "scopes"):
        document = json.loads((DRILLS / "minimal-roster.json").read_bytes())
        document[path][0]["id"] = name
        assert load(json.dumps(document)).roster is None


# Connections that are not what they should be


OPENINGS = (
    b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n" + b"X: y\r\n" * 500, b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0-x\r\n",
    b"GET /" + b"a" * 20_000, os.urandom(4000), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \x9b31m\r\n",
)  # fmt: skip


async def test_openings_that_are_none(place: Place) -> None:
    for opening in OPENINGS:
        reader, writer = await asyncio.open_unix_connection(str(place.socket))
        writer.write(opening)
        writer.write_eof()
        with_all = await asyncio.wait_for(reader.read(100_000), 10)
        assert b"Traceback" not in with_all
        writer.close()
    await still_serves(place)


async def test_many_who_say_nothing_or_say_it_slowly_keep_nobody_out(place: Place) -> None:
    silent = [await asyncio.open_unix_connection(str(place.socket)) for _ in range(60)]
    slow = [await asyncio.open_unix_connection(str(place.socket)) for _ in range(20)]
    lee = await place.join("lee")
    for char in b"GET / HTTP/1.1\r\nHost: x\r\n":
        for _, writer in slow:
            writer.write(bytes((char,)))
        assert (await lee.do(Note(text="on time"))).kind == "note"
    half = [await place.knock() for _ in range(20)]
    for client in half:
        client.connection.transport.pause_reading()
        await client.send(Hello(v=1, operator="nia"))
    for number in range(20):
        assert (await lee.do(Note(text=f"in time {number}"))).kind == "note"
    await still_serves(place)
    for client in half:
        client.connection.transport.abort()
    for _, writer in (*silent, *slow):
        writer.transport.abort()


async def test_they_are_all_sent_away_in_the_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELLO_WITHIN", 0.1)
    waiting: list[Client] = [await place.knock() for _ in range(10)]
    for client in waiting:
        await asyncio.wait_for(client.closed.wait(), 10)


# Files made by an enemy


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A call of one of the two programs, in this process: its exit code and everything it said."""
    monkeypatch.setenv("COORDINATOR_CONFIG", os.devnull)

    def run(verb: str, *words: str) -> tuple[int, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["coordinator-hub", verb, *words])
        try:
            code = coordinator.cli.main.run([verb, *words]) if verb == "verify" else _hub()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def _hub() -> int:
    with as_before():  # a program that ends hears no more signals; this process goes on
        server.cli.main()
    return 0


def _sqlite(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()


def _files(folder: Path) -> dict[str, Path]:
    """Files that are none of ours, whatever they call themselves."""
    good = (DRILLS / "minimal-roster.json").read_bytes()
    contents = {
        "empty": b"", "noise": os.urandom(5000), "zeros": bytes(5000), "nested": b"[" * 100_000,
        "half": good[:900], "number": b"1" * 10_000, "surrogate": b'{"operation": {"id": "\\ud800"}}',
        "escapes": b'{"operation": "\x1b[2J\x9b31m"}',
        "twice": good.replace(b'"operation"', b'"operation": 1, "operation"', 1),
        "sqlite": b"SQLite format 3\0" + os.urandom(5000), "line": b'{"seq": 1}\n', "lines": b'{"drill": "x"}\n' * 3,
    }  # fmt: skip
    made = {}
    for name, content in contents.items():
        made[name] = folder / name
        made[name].write_bytes(content)
    made["folder"] = folder / "folder"
    made["folder"].mkdir()
    made["loop"] = folder / "loop"
    made["loop"].symlink_to(made["loop"])
    made["another's"] = folder / "another"
    _sqlite(made["another's"], "CREATE TABLE entries (seq, kind, line, digest)", "PRAGMA user_version=1")
    made["marked"] = folder / "marked"
    _sqlite(
        made["marked"], "CREATE TABLE entries (seq, kind, line, digest)", "PRAGMA application_id=1131366004",
        "CREATE VIEW commands AS SELECT load_extension('x') AS id",
    )  # fmt: skip
    return made


@pytest.mark.parametrize("verb", ["check", "serve", "drill", "verify"])
def test_a_file_made_by_an_enemy_ends_in_one_line(tmp_path: Path, run: Run, verb: str) -> None:
    for name, path in _files(tmp_path).items():
        words = {
            "check": ("check", str(path)),
            "serve": (
                "serve", str(DRILLS / "minimal-roster.json"), "--journal", str(path), "--listen", "ws://127.0.0.1:1",
                "--keyless",
            ),
            "drill": ("drill", str(path)),
            "verify": ("verify", str(path)),
        }[verb]  # fmt: skip
        if verb == "serve" and name == "empty":
            continue  # an empty file is a journal whose first start was cut short
        code, said = run(*words)
        assert code in (2, 5), (name, code, said)
        assert "Traceback" not in said
        assert all(line.isprintable() for line in said.splitlines()), (name, said)
        last = said.splitlines()[-1]
        assert len(last) < 600, (name, last)
        if verb != "check":
            assert len(said.splitlines()) <= 3, (name, said)

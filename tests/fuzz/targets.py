"""What bytes from outside reach first. Each target takes any bytes and raises nothing but what it promises; what it
does take keeps its own laws. The same targets are driven by chance, and by a fuzzer that watches which lines they
reach.
"""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec

from coordinator.incident.check import load
from coordinator.incident.entries import Command, Entry
from coordinator.incident.hubacts import Open
from coordinator.incident.roster import HUB, Roster
from coordinator.journal.errors import BadLine, JournalError
from coordinator.journal.lines import GENESIS, decode, digest, encode
from coordinator.journal.rows import rows
from coordinator.journal.search import terms
from coordinator.journal.verify import replay
from coordinator.journal.withheld import Withheld
from coordinator.review import export as review
from coordinator.review.checked import faults
from coordinator.review.thinning import Refused
from coordinator.wire.commands import pack_command
from coordinator.wire.frames import unpack_to_client, unpack_to_hub
from coordinator.wire.problems import WireError
from coordinator.wire.text import check, clean
from server import scenario, traffic_csv
from tests.journal.samples import ROSTER, START, note

DRILLS = Path(__file__).parent.parent / "drills"


def frame(data: bytes) -> None:
    """A client's frame: a WireError, or something that says the same when it is said again."""
    with contextlib.suppress(WireError):
        found = unpack_to_hub(data, "lee")
        if isinstance(found, Command):
            assert unpack_to_hub(pack_command(found), "lee") == found
    with contextlib.suppress(WireError):
        unpack_to_client(data)


def command(data: bytes) -> None:
    """A frame that is nearly a command: the bytes are its fields."""
    with contextlib.suppress(ValueError, msgpack.exceptions.StackError, TypeError):
        fields = msgpack.unpackb(data, strict_map_key=True)
        if isinstance(fields, dict):
            frame(msgpack.packb({**fields, "t": "command", "id": "c-1"}))


def line(data: bytes) -> None:
    """A line of a log: a BadLine, or an entry whose own line can be read again."""
    with contextlib.suppress(BadLine):
        entry = decode(data)
        made = encode(entry)
        assert encode(decode(made)) == made


def roster(data: bytes) -> None:
    """A roster: usable, or with something wrong that has words."""
    found = load(data)
    assert found.roster is not None or all(str(problem) for problem in found.errors)
    assert found.roster is not None or found.errors


def text(data: bytes) -> None:
    """A text: what the client cleans is what the hub takes, and a clean text is left alone."""
    try:
        said = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        said = data.decode("utf-16-le", "replace")
    for body in (False, True):
        made = clean(said, body).text
        assert check(made, body) is None, ascii(said)
        assert clean(made, body).text == made
        flaw = check(said, body)
        assert flaw is None or 1 <= flaw.position <= len(said) + 1
    terms(said)


def drill(data: bytes) -> None:
    """A drill: one that can be played, or a ScenarioError."""
    _in_file("drill.jsonl", data, scenario.read)


def traffic(data: bytes) -> None:
    """A traffic file: one that can be played, or a ScenarioError."""
    _in_file("traffic.csv", data, lambda path: traffic_csv.read_traffic(path, "capcom"))


def _in_file(name: str, data: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        roster_there = Path(folder) / "minimal-roster.json"
        roster_there.write_bytes((DRILLS / "minimal-roster.json").read_bytes())
        path = Path(folder) / name
        path.write_bytes(data)
        with contextlib.suppress(scenario.ScenarioError):
            read(path)


def export(data: bytes) -> None:
    """An export, or what calls itself a journal: a verdict, or a JournalError. What can be exported is then whole."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "log.jsonl", Path(folder) / "out"
        for name in ("log.jsonl", "SHA256SUMS", "head.json"):
            (Path(folder) / name).write_bytes(data)
        with contextlib.suppress(JournalError):
            assert list(faults(Path(folder), replay(path))), "no bytes are all three"
        with contextlib.suppress(JournalError, Refused):
            review.export(path, out, review.Wishes(redact={"2": "x"} if len(data) % 2 else {}))
            report = replay(out)
            assert report.whole
            assert not list(faults(out, report))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frame": frame, "command": command, "line": line, "roster": roster, "text": text, "drill": drill,
    "traffic": traffic, "export": export,
}  # fmt: skip


def _logs() -> list[bytes]:
    """A log of two entries and a third: whole, with the second withheld, and with the first missing."""
    roster_of_tests = msgspec.json.decode(ROSTER.read_bytes(), type=Roster)
    entries = [
        Entry(seq=1, at=START, kind="open", by=HUB, body=Open(roster=roster_of_tests)), note(2), note(3),
    ]  # fmt: skip
    whole = [row.line.encode() for row in rows(entries, GENESIS)]
    second = Withheld(digest=digest(whole[1]), reason="private", seq=2)
    both = Withheld(digest=digest(whole[1]), reason="not in this copy", seq=2, first=1)
    logs = (whole, [whole[0], second.line, whole[2]], [both.line, whole[2]])
    return [b"".join(line + b"\n" for line in log) for log in logs]


def seeds(target: str) -> list[bytes]:
    """Good bytes to begin with, for each target."""
    note = {"t": "command", "id": "c-1", "do": "note", "text": "gauge at 4.1 m", "basis": 3, "term": {"ops": 1}}
    order = {
        "t": "command", "id": "c-2", "do": "order", "verb": "HOLD", "subject": "area/south", "to": ["south"],
        "window": {"until": "2026-11-22T15:00:00Z"}, "except": [], "supersedes": ["O-1", 4],
    }  # fmt: skip
    entry = b'{"at":"2026-11-22T13:00:00.000000Z","body":{"text":"x"},"by":"lee","kind":"note","prev":"0","seq":2}'
    drills = [path.read_bytes() for path in sorted(DRILLS.glob("minimal*.jsonl"))]
    return {
        "frame": [msgpack.packb(one) for one in (note, order, {"t": "hello", "v": 1}, {"t": "got", "seen": [1]})],
        "command": [msgpack.packb(one) for one in (note, order)],
        "line": [entry],
        "roster": [(DRILLS / "minimal-roster.json").read_bytes()],
        "text": [b"gauge at 4.1 m", "e\u0301\u202e\t\r\n".encode()],
        "drill": drills,
        "traffic": [b"at,from,to,text\n2026-11-22T13:00:00Z,capcom,cdr,go\n2026-11-22T13:00:09Z,cdr,capcom,roger\n"],
        "export": [entry + b"\n", *_logs()],
    }[target]

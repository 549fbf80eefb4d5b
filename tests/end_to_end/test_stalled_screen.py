"""A session is not a person: a screen that shows nothing new is out of contact, and one that is cut off says so."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from coordinator.cli.main import run
from coordinator.incident.hubacts import Presence
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from tests.end_to_end.running import ROSTER, HubProcess
from tests.end_to_end.terminal import Terminal

WITHIN = 25.0


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub that loses patience within seconds."""
    document = msgspec.json.decode(ROSTER.read_bytes(), type=dict[str, object])
    scope, *others = msgspec.convert(document["scopes"], list[dict[str, object]])
    document["scopes"] = [{**scope, "assume_after": "3s"}, *others]
    document["settings"] = {**msgspec.convert(document["settings"], dict[str, str]), "link_lost_after": "3s"}
    roster = tmp_path / "roster.json"
    roster.write_bytes(msgspec.json.encode(document))
    process = HubProcess(tmp_path, roster)
    process.start()
    yield process
    process.stop()


def presence(hub: HubProcess, operator: str) -> list[bool]:
    """Whether the operator's screen stood still, as the log has it, one after the other."""
    with closing(Reads(hub.journal)) as reads:
        entries = [decode(stored.line) for stored in reads.lines_of(["presence"], 1, reads.head().seq)]
    bodies = [entry.body for entry in entries]
    return [one.unpainted_since is not None for one in bodies if isinstance(one, Presence) and one.operator == operator]


@pytest.mark.timeout(90)
def test_a_stalled_terminal_is_no_person_and_one_cut_off_says_so(hub: HubProcess, tmp_path: Path) -> None:
    lee = Terminal(hub.address, "lee", tmp_path / "lee", columns=200, lines=60)
    try:
        lee.joined()
        lee.stall()
        ends = time.monotonic() + WITHIN
        for _ in range(20):
            lee.press("ctrl+l")  # until the line takes no more
        number = 0
        while True not in presence(hub, "lee"):
            number += 1
            said = ("message", f"The {number}th of many lines that nobody sees", "--topic", "ops/all")
            assert run([*said, "--hub", hub.address, "--as", "nia"]) == 0
            lee.press("ctrl+l")
            assert time.monotonic() < ends, "the log never said that the screen stands still"
            time.sleep(0.3)
        lee.wake()
        lee.sees(f"The {number}th of many")
        hub.kill()
        lee.sees("DESK NOT CERTAIN")
    finally:
        lee.close()

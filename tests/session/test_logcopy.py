"""The client's copy of the log: what does not follow from it is refused, what was hidden must be what is shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from coordinator.incident.acts import Note
from coordinator.incident.check import load
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry
from coordinator.incident.evolve import opened
from coordinator.incident.hubwork import opening
from coordinator.incident.snapshot import freeze
from coordinator.journal.errors import BadLine
from coordinator.journal.lines import GENESIS, digest, encode, with_prev, without_prev
from coordinator.session.faults import ForkedLog
from coordinator.session.head import Head
from coordinator.session.logcopy import Gap, LogCopy
from coordinator.wire import limits
from coordinator.wire.frames import Entries, SnapshotPart, packed_state

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
ROSTER = Path(__file__).parent.parent / "drills" / "minimal-roster.json"


def lines(count: int, word: str = "note") -> list[str]:
    """The lines of a log: the opening, and notes."""
    roster = load(ROSTER.read_bytes()).roster
    assert roster is not None
    entries: list[Entry] = [opening(roster, NOW)]
    state = opened(entries[0])
    for number in range(count - 1):
        command = Command(by="nia", act=Note(text=f"{word} {number}"), id=f"id-{word}-{number}")
        decision = decide(replace(state, seq=len(entries)), command, NOW)
        entries += decision.entries
    return chained(entries)


def frame(first: int, items: Sequence[str]) -> Entries:
    """The frame in which the hub sends these lines and digests."""
    last = digest(items[-1].encode()) if items[-1].startswith("{") else items[-1]
    sent = [without_prev(item) if item.startswith("{") else item for item in items]
    return Entries(first=first, items=sent, head=last[: limits.HEAD_SHOWN])


def chained(entries: Sequence[Entry]) -> list[str]:
    prev, made = GENESIS, []
    for entry in entries:
        line = encode(replace(entry, prev=prev))
        prev = digest(line)
        made.append(line.decode())
    return made


def test_entries_make_the_state_and_the_head() -> None:
    log, copy = lines(4), LogCopy()
    seen = copy.entries(frame(1, log))
    assert [entry.seq for entry in seen] == [1, 2, 3, 4]
    assert copy.head == Head(4, digest(log[-1].encode()))
    assert copy.state is not None
    assert copy.state.seq == 4


def test_entries_that_are_here_already_are_passed_over() -> None:
    log, copy = lines(5), LogCopy()
    copy.entries(frame(1, log[:3]))
    assert [entry.seq for entry in copy.entries(frame(2, log[1:]))] == [4, 5]
    assert copy.entries(frame(1, log)) == []


def test_missing_entries_are_a_gap() -> None:
    log, copy = lines(5), LogCopy()
    copy.entries(frame(1, log[:2]))
    with pytest.raises(Gap):
        copy.entries(frame(4, log[3:]))


def test_an_entry_of_another_log_is_refused_and_changes_nothing() -> None:
    log, other, copy = lines(4), lines(4, "another"), LogCopy()
    copy.entries(frame(1, log[:2]))
    state, head = copy.state, copy.head
    with pytest.raises(ForkedLog):
        copy.entries(frame(3, other[2:]))
    assert (copy.state, copy.head) == (state, head)


@pytest.mark.parametrize("prev", ["", "0" * 63, GENESIS, '"'])
def test_a_frame_whose_head_does_not_follow_is_refused_and_changes_nothing(prev: str) -> None:
    log, copy = lines(4), LogCopy()
    copy.entries(frame(1, log[:2]))
    state, head = copy.state, copy.head
    sent = frame(3, log[2:])
    wrong = replace(sent, items=[with_prev(sent.items[0], prev)]) if prev else replace(sent, head="f" * 16)
    with pytest.raises((ForkedLog, BadLine)):
        copy.entries(wrong)
    assert (copy.state, copy.head) == (state, head)


def test_a_hidden_entry_is_a_digest_and_its_line_must_match_it() -> None:
    log, copy = lines(4), LogCopy()
    hidden = digest(log[2].encode())
    assert [entry.seq for entry in copy.entries(frame(1, [*log[:2], hidden, log[3]]))] == [1, 2, 4]
    with pytest.raises(ForkedLog):
        copy.reveal([lines(4, "another")[2]])
    assert [entry.seq for entry in copy.reveal([log[2]])] == [3]


def test_a_state_comes_in_parts_and_the_log_goes_on_from_it() -> None:
    log, whole, copy = lines(4), LogCopy(), LogCopy()
    whole.entries(frame(1, log[:3]))
    assert whole.state is not None
    frozen = freeze(whole.state)
    packed = packed_state(frozen)
    third = len(packed) // 3
    parts = [packed[:third], packed[third : 2 * third], packed[2 * third :]]
    for number, piece in enumerate(parts, start=1):
        part = SnapshotPart(seq=3, digest=digest(log[2].encode()), part=number, parts=3, state=piece)
        assert copy.snapshot(part) == (number == 3)
    assert copy.state is not None
    assert freeze(copy.state) == frozen
    assert [entry.seq for entry in copy.entries(frame(4, log[3:]))] == [4]

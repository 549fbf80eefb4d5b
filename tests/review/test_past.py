"""Protects: the past is what it was. Any state that is jumped to is the one that a replay from the start comes to, and
nobody is said to have been able to see what the hub's rules had not given them at some entry up to then.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.incident.clock import next_due
from coordinator.incident.entries import Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.snapshot import freeze, trimmed
from coordinator.incident.state import State
from coordinator.incident.visibility import OF_MESSAGES, audience, tokens
from coordinator.journal.errors import NotAJournal
from coordinator.review.export import Wishes, export
from coordinator.review.past import Past, begins
from tests.review import played
from tests.review.random_plays import PEOPLE, SEEDS, written
from tests.review.random_plays import played as at_random


def states(entries: list[Entry]) -> list[State]:
    """The state after each entry, by replay from the start."""
    made = [opened(entries[0])]
    for entry in entries[1:]:
        made.append(evolve(made[-1], entry))
    return made


@contextmanager
def past_of(entries: list[Entry]) -> Iterator[Past]:
    with TemporaryDirectory() as folder:
        past = Past(written(Path(folder), entries), first=2, most=4)
        assert past.read().whole
        with closing(past):
            yield past


@given(seed=SEEDS, jumps=st.lists(st.integers(0, 10_000), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_state_that_is_jumped_to_is_the_one_that_replay_comes_to(seed: int, jumps: list[int]) -> None:
    entries = at_random(seed)
    made = states(entries)
    with past_of(entries) as past:
        for jump in jumps:
            seq = jump % len(entries) + 1
            assert freeze(past.state(seq)) == freeze(made[seq - 1])
            assert next_due(past.state(seq)) == next_due(made[seq - 1]), "what is derived, too"


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_what_somebody_could_see_and_since_when_is_what_the_rules_gave_them(seed: int) -> None:
    entries = at_random(seed)
    made = states(entries)
    with past_of(entries) as past:
        for person in PEOPLE:
            mine = [tokens(state, person) for state in made]
            for entry in entries:
                could = (at + 1 for at in range(entry.seq - 1, len(made)) if may_see(mine[at], made[at], entry))
                since, first = past.sight.since(person, entry.seq), next(could, None)
                assert since == first, (person, entry)


def may_see(mine: frozenset[str], state: State, entry: Entry) -> bool:
    """By the rules, as long as the thing that the entry is about has not been archived."""
    about = entry.seq if entry.kind == "message" else entry.ref
    here = (state.messages, state.orders, state.rollcalls, state.proposals)
    if entry.kind in OF_MESSAGES and about is not None and not any(about in things for things in here):
        return False
    return not mine.isdisjoint(audience(state, entry))


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_log_as_it_was_holds_each_entry_once_and_late_ones_where_they_happened(seed: int) -> None:
    entries = at_random(seed)
    with past_of(entries) as past:
        for seq in range(1, len(entries) + 1):
            back = list(past.times.back(seq))
            assert sorted(back) == list(range(1, seq + 1))
            when = [happened(entries[one - 1]) for one in back]
            assert when == sorted(when, reverse=True)


def happened(entry: Entry) -> datetime:
    return entry.said_at if entry.found.late and entry.said_at is not None else entry.at


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_who_was_cut_off_had_what_they_had_when_the_link_went(seed: int) -> None:
    entries = at_random(seed)
    made = states(entries)
    with past_of(entries) as past:
        for seq in range(1, len(entries) + 1):
            for person in PEOPLE:
                known = past.known(seq, person)
                contact = made[seq - 1].contacts.get(person)
                gone = contact is not None and contact.ever and not contact.up
                assert known.up != gone
                assert known.seq == (last_by(entries, seq, contact.since) if gone and contact else seq)
                assert freeze(known.state) == freeze(trimmed(made[known.seq - 1], person))


def last_by(entries: list[Entry], seq: int, moment: datetime) -> int:
    return max(entry.seq for entry in entries[:seq] if entry.at <= moment)


def test_a_ladder_stays_as_short_as_it_may_be(tmp_path: Path) -> None:
    entries = at_random(1, 200)
    past = Past(written(tmp_path, entries), first=2, most=16)
    past.read()
    assert 8 <= len(past._ladder) <= 16
    assert past._ladder.every * 16 >= len(entries)
    past.close()


def test_journal_export_and_lines_have_the_same_past(tmp_path: Path) -> None:
    journal = played.played(tmp_path / "one.journal")
    export(journal, tmp_path / "out", Wishes())
    pasts = [Past(path) for path in (journal, tmp_path / "out", tmp_path / "out" / "log.jsonl")]
    assert {past.read().digest for past in pasts} == {pasts[0].read().digest}
    for seq in range(1, pasts[0].last + 1):
        assert len({freeze(past.state(seq)) for past in pasts}) == 1
    found = [[entry.seq for entry in past.find("gauge above", lambda _: True, 10)] for past in pasts]
    assert found[0]
    assert found[0] == found[1] == found[2]
    assert list(pasts[0].find("gauge above", lambda seq: seq != found[0][0], 10)) != list(
        pasts[0].find("gauge above", lambda _: True, 10)
    )
    for past in pasts:
        past.close()


def test_of_a_part_of_a_log_its_owner_is_known_and_the_rest_is_missing(tmp_path: Path) -> None:
    journal = played.played(tmp_path / "one.journal")
    export(journal, tmp_path / "out", Wishes(viewer="sol"))
    past = Past(tmp_path / "out")
    assert past.read().whole
    assert past.owner == "sol"
    assert sum(past.missing.values()) > 0
    for seq in range(1, past.last + 1):
        assert past.state(seq).seq <= seq
    past.close()


def test_a_broken_log_is_read_up_to_the_break_and_no_further(tmp_path: Path) -> None:
    journal = played.played(tmp_path / "one.journal")
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("DROP TRIGGER entries_keep")
        connection.execute("UPDATE entries SET line = replace(line, 'heard', 'herd') WHERE seq = 4")
    past = Past(journal)
    report = past.read()
    assert report.fault is not None
    assert report.fault.seq == 4
    assert past.last == 3
    assert past.state(3).seq == 3
    past.close()


@pytest.mark.parametrize("content", [b"", b"hello", b'{"digest":"","reason":"not here","seq":1}\n', b'{"at":1}\n'])
def test_what_has_no_beginning_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    with pytest.raises(NotAJournal) as refused:
        begins(path)
    assert "\n" not in str(refused.value)

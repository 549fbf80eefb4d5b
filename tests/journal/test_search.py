"""Full-text search: what was said is found, newest first, and no query is anything but words."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from coordinator.journal.writer import IDLE, INDEXED_AT_ONCE
from tests.journal.samples import note, notes

SAID = (
    "The bridge on Route 9 is down",
    "Évacuation of area/north/zone-4 begins",
    "O-12 cancelled; bridge team withdrew",
    'He said "mill quarter" twice',
    "河川が氾濫しています zone-4",
)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    with Journal.create(tmp_path_factory.mktemp("search") / "hub.journal") as journal:
        journal.submit(rows([note(seq, text) for seq, text in enumerate(SAID, start=1)], GENESIS))
        journal.settle()
        yield journal


def found(journal: Journal, query: str) -> list[int]:
    return [stored.seq for stored in journal.reads.search(query)]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("bridge", [3, 1]),
        ("BRIDGE down", [1]),
        ("evacuation", [2]),
        ("zone-4", [5, 2]),
        ("area/north", [2]),
        ("O-12", [3]),
        ("o 12", [3]),
        ('"mill quarter"', [4]),
        ('"quarter mill"', []),
        ("evac*", [2]),
        ("bri", []),
        ("nothing", []),
        ("", []),
        ("   ", []),
        ("*", []),
        ('"', []),
        ('""', []),
        ('"mill', [4]),
        ("bridge -", [3, 1]),
        ("NOT bridge", []),
        ("bridge OR mill", []),
        ("NEAR(bridge down)", []),
        ("words:bridge", []),
        ("bridge\0down", [1]),
        ("bridge'; DROP TABLE entries; --", []),
    ],
)
def test_a_query_is_words_and_nothing_else(journal: Journal, query: str, hits: list[int]) -> None:
    assert found(journal, query) == hits


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=80) | st.text('"*^:(){}+-,NEAROT \0\\\'', max_size=40))
def test_no_query_is_an_error(journal: Journal, query: str) -> None:
    found(journal, query)


def test_a_query_of_a_great_many_words_is_cut(journal: Journal) -> None:
    assert found(journal, "bridge " * 2000) == [3, 1]


def test_pages_go_on_where_the_last_one_ended(journal: Journal) -> None:
    first = journal.reads.search("bridge", limit=1)
    assert [stored.seq for stored in first] == [3]
    assert [stored.seq for stored in journal.reads.search("bridge", before=3)] == [1]
    assert journal.reads.search("bridge", before=1) == []


def test_what_the_index_does_not_reach_yet_is_found_with_what_it_does(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "hub.journal") as journal:
        for batch in notes(INDEXED_AT_ONCE + 30, text="Évacuation of zone-4"):
            journal.submit(batch)
            journal.settle()
        (reach,) = journal.reads._connection.execute("SELECT seq FROM indexed").fetchone()
        assert 0 < reach < journal.head.seq
        hits = [stored.seq for stored in journal.reads.search('evacuation "zone 4"', limit=100)]
        assert hits == list(range(journal.head.seq, journal.head.seq - 100, -1))
        again = journal.reads.search("evac*", before=reach + 3, limit=4)
        assert [stored.seq for stored in again] == [reach + 2, reach + 1, reach, reach - 1]
        below = journal.reads.search("zone", before=reach, limit=2)
        assert [stored.seq for stored in below] == [reach - 1, reach - 2]
    with Journal.open(tmp_path / "hub.journal") as journal:
        assert journal.reads._connection.execute("SELECT seq FROM indexed").fetchone() == (journal.head.seq,)
        assert len(journal.reads.search("zone", limit=1000)) == journal.head.seq


def test_the_index_is_brought_up_when_nothing_else_is_to_do(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "hub.journal") as journal:
        journal.submit(notes(1)[0])
        journal.settle()
        deadline = time.monotonic() + 10
        while journal.reads._connection.execute("SELECT seq FROM indexed").fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(IDLE / 5)
        assert [stored.seq for stored in journal.reads.search("note")] == [1]

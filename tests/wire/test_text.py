"""The text gate: what the client cleans passes the hub, and what the hub refuses is named with its place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.wire.text import MARKS, check, clean

HOSTILE = {
    "escape": ("a\x1b[2Jb", 2),
    "C1 control": ("ab\x9b31m", 3),
    "delete": ("\x7f", 1),
    "NUL": ("a\0", 2),
    "right-to-left override": ("ab\u202ecd", 3),
    "isolate": ("\u2066x", 1),
    "arabic letter mark": ("x\u061c", 2),
    "line separator": ("a\u2028b", 2),
    "byte order mark": ("\ufeffa", 1),
    "lone surrogate": ("a\ud800", 2),
    "unassigned": ("a\u0378", 2),
    "noncharacter": ("a\uffff", 2),
    "not composed": ("e\u0301", 1),
    "tab": ("a\tb", 2),
    "carriage return": ("a\rb", 2),
    "storm of marks": ("x" + "\u0334" * (MARKS + 1), MARKS + 2),
}
FINE = (
    "", "River gauge at 4.1 m", "Überflutung: 3 Häuser", "救援は四時", "שלום", "مرحبا", "👩\u200d🚒",
    "x" + "\u0334" * MARKS,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_with_its_position(name: str) -> None:
    text, position = HOSTILE[name]
    for body in (False, True):
        flaw = check(text, body)
        assert flaw is not None
        assert flaw.position == position
        assert f"character {position}" in str(flaw)


@pytest.mark.parametrize("text", FINE)
def test_what_people_write_passes_untouched(text: str) -> None:
    assert check(text) is None
    assert clean(text).text == text
    assert clean(text).changes == ()


def test_a_newline_may_stand_in_a_body_only() -> None:
    assert check("two\nlines", body=True) is None
    flaw = check("two\nlines")
    assert flaw is not None
    assert flaw.position == len("two") + 1


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.booleans())
def test_whatever_is_typed_passes_once_it_is_cleaned(text: str, body: bool) -> None:
    cleaned = clean(text, body)
    assert check(cleaned.text, body) is None
    assert bool(cleaned.changes) == (cleaned.text != text)
    assert clean(cleaned.text, body) == type(cleaned)(cleaned.text)


@given(st.text(st.sampled_from("ae\u0301\u0327\u0334\u20dd\ufe0f\n\u1e9b"), max_size=40))
def test_marks_and_composition_survive_each_other(text: str) -> None:
    cleaned = clean(text, body=True).text
    assert check(cleaned, body=True) is None
    assert unicodedata.is_normalized("NFC", cleaned)


def test_changes_are_said_in_words() -> None:
    cleaned = clean("a\tb\u202ec\r\n", body=True)
    assert cleaned.text == "a bc\n"
    assert {change.rsplit(" ", 1)[0] for change in cleaned.changes} == {
        "tab became a space", "direction mark removed", "line break made plain",
    }

"""Canonical lines: what is read is what was written, to the byte; and text that would not be canonical is refused."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from coordinator.incident import acts, hubacts
from coordinator.incident.entries import Command, Entry, Found, OnRecord, Remedy
from coordinator.journal.errors import BadLine
from coordinator.journal.lines import GENESIS, content, decode, digest, encode, prev_of
from coordinator.journal.rows import rows, words
from tests.journal.samples import note

CALM = settings(max_examples=150, deadline=None, derandomize=True)

characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=60).map(lambda text: unicodedata.normalize("NFC", text))
EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2020, 2100))
times = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
bodies = st.one_of(
    st.builds(acts.Note, text=texts),
    st.builds(
        acts.Message, precedence=st.sampled_from(["FLASH", "ROUTINE"]), text=texts,
        to=st.lists(texts, max_size=3).map(tuple), reply_by=st.none() | times,
        form=st.none() | st.builds(acts.Form, name=texts, fields=st.dictionaries(texts, texts, max_size=3)),
    ),
    st.builds(
        acts.Order, verb=texts, subject=texts, to=st.lists(texts, max_size=2).map(tuple),
        excepted=st.just(("area/north",)),
        window=st.builds(acts.Window, start=st.none() | times, until=st.none() | times),
    ),
    st.builds(
        hubacts.Refusal, do=texts, said=st.dictionaries(texts, texts | st.integers(0, 9) | st.booleans(), max_size=4)
    ),
    st.builds(hubacts.Clock, step=st.integers(-(10**9), 10**9)),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    body = draw(bodies)
    return Entry(
        seq=draw(st.integers(1, 2**40)), at=draw(times), kind=hubacts.KIND_OF[type(body)], by=draw(texts), body=body,
        centre=draw(texts), id=draw(texts), ref=draw(st.none() | st.integers(1, 99)), said_at=draw(st.none() | times),
        words=draw(texts), found=Found(message=draw(texts), clashes=(1, 2), remedies=(Remedy(text=draw(texts)),)),
        prev=hashlib.sha256(draw(st.binary(max_size=4))).hexdigest(),
    )


@CALM
@given(entries())
def test_a_line_reads_back_as_its_entry_and_writes_again_as_the_same_bytes(entry: Entry) -> None:
    line = encode(entry)
    assert decode(line) == entry
    assert encode(decode(line)) == line
    assert prev_of(line) == entry.prev


@CALM
@given(entries())
def test_a_line_is_plain_sorted_json_without_floats_and_raw_control_characters(entry: Entry) -> None:
    text = encode(entry).decode()

    def no_float(_: str) -> object:
        raise AssertionError("a float")

    read = json.loads(text, parse_float=no_float)
    assert list(read) == sorted(read)
    assert not any(unicodedata.category(char) == "Cc" for char in text)


@CALM
@given(st.lists(texts, min_size=1, max_size=8))
def test_each_line_of_a_chain_holds_the_digest_of_the_one_before(said: list[str]) -> None:
    made = rows([note(seq, text) for seq, text in enumerate(said, start=1)], GENESIS)
    prev = GENESIS
    for row in made:
        assert decode(row.line).prev == prev
        prev = hashlib.sha256(row.line.encode()).hexdigest()
        assert row.digest == prev


def test_prev_cannot_be_shadowed_by_what_somebody_said() -> None:
    other = "f" * 64
    body = hubacts.Refusal(do="note", said={"prev": other, "x": f'"prev":"{other}"'})
    entry = replace(note(7), kind="refusal", body=body, words=f',"prev":"{other}"', prev=GENESIS)
    assert prev_of(encode(entry)) == GENESIS


def test_a_line_that_states_no_former_one_has_none() -> None:
    assert prev_of(b"{}") == ""


def test_text_that_is_not_composed_is_refused_and_so_is_half_a_character() -> None:
    with pytest.raises(BadLine, match="NFC"):
        encode(note(1, "cafe\u0301"))
    with pytest.raises(BadLine, match="Unicode"):
        encode(note(1, "\ud800"))


def test_a_mark_after_a_newline_is_composed_as_far_as_it_can_be() -> None:
    # In the line the newline is `\n`, and the mark would seem to belong to the n.
    assert decode(encode(note(1, "one\n\u0301two"))).body == acts.Note(text="one\n\u0301two")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not an entry"),
        (b"[]", "not an entry"),
        (b"\xff", "not an entry"),
        (b'{"seq":1}', "not an entry"),
        (encode(note(1)).replace(b'"note"', b'"dance"'), "newer release"),
        (encode(note(1)).replace(b'"text"', b'"tune"'), "not an entry"),
    ],
)
def test_what_is_no_entry_is_refused_in_one_sentence(line: bytes, why: str) -> None:
    with pytest.raises(BadLine, match=why) as caught:
        decode(line)
    assert "\n" not in str(caught.value)


def test_the_content_of_a_command_is_what_it_says_not_what_its_author_had_seen() -> None:
    said = Command(by="nia", act=acts.Note(text="one"), id="a", basis=1)
    assert content(said) == content(replace(said, basis=9, term={"ops": 2}, id="b"))
    assert content(said) != content(replace(said, act=acts.Note(text="two")))
    assert content(said) != content(replace(said, by="sol"))
    assert content(said) != content(replace(said, record=OnRecord(words="heard")))
    assert content(Command(by="nia", act=acts.Accept(ref=3))) != content(Command(by="nia", act=acts.Complete(ref=3)))


def test_an_entry_is_found_by_what_was_said_and_by_its_number() -> None:
    entry = Entry(
        seq=3, at=note(1).at + timedelta(1), kind="order", by="lee", words="as heard", found=Found(number="O-7"),
        body=acts.Order(verb="EVACUATE", subject="area/north", to=("north",), rationale="water rises"),
    )
    assert set(words(entry).split()) >= {"O-7", "EVACUATE", "area/north", "water", "heard"}
    form = acts.Form(name="WITHDRAW", fields={"leader": "Quill"})
    assert "Quill" in words(replace(entry, kind="message", body=acts.Message(precedence="FLASH", text="", form=form)))
    refused = hubacts.Refusal(do="note", said={"text": "mill", "n": 1})
    assert "mill" in words(replace(entry, kind="refusal", body=refused))


def test_digest_is_plain_sha256_so_that_any_tool_can_check_it() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

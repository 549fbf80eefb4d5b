"""The words of the command line and the command bar: each act can be said, and what is spelled reads back the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.incident.acts import (
    ACTS,
    Act,
    Decline,
    Hold,
    Join,
    Message,
    Order,
    Package,
    Readback,
    Relay,
    Rollcall,
    Window,
)
from coordinator.incident.times import stamp
from coordinator.session import saying, spelling
from coordinator.session.words import WORDS, called, meant, slots

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


def test_everything_that_can_be_done_can_be_said() -> None:
    assert set(WORDS) == set(ACTS)


@pytest.mark.parametrize("do", sorted(set(WORDS) - {"package", "roster"}))
def test_every_example_is_a_command(do: str) -> None:
    assert isinstance(saying.read(WORDS[do].example, NOW).act, ACTS[do])


def test_main_fields_and_options_are_the_formats_own() -> None:
    line = "order EVACUATE area/north/zone-4 --to north,icp --until 2026-11-22T15:00:00Z --supersedes O-17"
    assert saying.read(line, NOW).act == Order(
        verb="EVACUATE", subject="area/north/zone-4", to=("north", "icp"), supersedes=("O-17",),
        window=Window(until=datetime(2026, 11, 22, 15, tzinfo=UTC)),
    )
    assert saying.read("relay M-12 --to south --to icp --hold-replies", NOW).act == Relay(
        ref="M-12", to=("south", "icp"), hold_replies=True
    )
    assert saying.read("readback O-17 EVACUATE area/north --except area/north/zone-4", NOW).act == Readback(
        ref="O-17", verb="EVACUATE", subject="area/north", excepted=("area/north/zone-4",)
    )
    assert saying.read("rollcall north,south 5m", NOW).act == Rollcall(centres=("north", "south"), due="5m")


def test_an_exclamation_mark_is_a_flash_with_no_other_field_needed() -> None:
    assert saying.read('message "!two on the roof"', NOW).act == Message(precedence="FLASH", text="two on the roof")
    assert saying.read('message "calm"', NOW).act == Message(precedence="ROUTINE", text="calm")


def test_decline_of_a_message_and_of_proposals_are_told_apart() -> None:
    assert saying.read("decline M-3 --reason no", NOW).act == Decline(ref="M-3", reason="no")
    assert saying.read("decline P-3 P-4 --reason no", NOW).act == Decline(refs=("P-3", "P-4"), reason="no")
    assert saying.read("join M-1,M-2 7", NOW).act == Join(refs=("M-1", "M-2", 7))


def test_times_may_count_from_now() -> None:
    until = NOW + timedelta(minutes=30)
    assert saying.read("hold M-1 +30m tide", NOW).act == Hold(ref="M-1", until=until, reason="tide")
    line = "note x --said-at -10m --means radio --words 'as heard' --centre north --hand jo --basis 41"
    said = saying.read(line, NOW)
    assert said.record.said_at == NOW - timedelta(minutes=10)
    assert (said.record.means, said.record.words, said.record.centre, said.record.hand) == (
        "radio", "as heard", "north", "jo",
    )
    assert said.basis == 41


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "write a command"),
        ("nope", "no command 'nope'"),
        ("order X", "needs --subject"),
        ("note a b", "quotes"),
        ("note 'a", "quote is left open"),
        ("hold M-1 soon x", "+30m from now"),
        ("status FINE", "one of"),
        ("note x --nope 1", "has no --nope"),
        ("note --text", "needs a value"),
        ("status OUT --headcount many", "a number"),
        ("message x --form '{'", "no JSON"),
        ("note x --basis y", "number of an entry"),
        ("order A b --to x --quantity 0", "quantity"),
        (f"note {'x' * 5000}", "text"),
    ],
)
def test_what_makes_no_command_is_one_line_that_says_why(line: str, says: str) -> None:
    with pytest.raises(saying.Usage) as wrong:
        saying.read(line, NOW)
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_package_is_its_orders_or_an_object_with_them() -> None:
    orders = [{"verb": "EVACUATE", "subject": "area/north", "to": ["north"], "except": ["area/north/zone-5"]}]
    for document in (orders, {"orders": orders, "supersedes": ["O-1"]}):
        fields = saying.document("package", "orders", msgspec.json.encode(document).decode())
        act = saying.build("package", [], fields, NOW)
        assert isinstance(act, Package)
        assert act.orders[0].excepted == ("area/north/zone-5",)
        assert act.supersedes == (("O-1",) if document is not orders else ())
    with pytest.raises(saying.Usage, match="no 'order'"):
        saying.document("package", "orders", '{"order": []}')


def test_terms_are_scopes_and_numbers() -> None:
    assert saying.terms(["ops=2", "medical=1,info=3"]) == {"ops": 2, "medical": 1, "info": 3}
    assert saying.terms([]) is None
    with pytest.raises(saying.Usage):
        saying.terms(["ops"])


NAMES = st.from_regex(r"[a-z][a-z0-9/-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30).filter(str.strip)
REFS = st.one_of(st.integers(1, 9999), st.from_regex(r"[MOPC]-[1-9][0-9]{0,3}", fullmatch=True))
MOMENTS = st.integers(0, 10**6).map(lambda seconds: stamp(NOW + timedelta(seconds=seconds)))
KINDS: dict[str, st.SearchStrategy[Any]] = {  # Any: each kind of field has values of its own
    "text": TEXTS,
    "texts": st.lists(TEXTS, min_size=1, max_size=3),
    "names": st.lists(NAMES, min_size=1, max_size=3),
    "ref": REFS,
    "refs": st.lists(REFS, min_size=1, max_size=3),
    "count": st.integers(1, 999),
    "flag": st.just(value=True),
    "moment": MOMENTS,
    "json": st.just({"name": "MAYDAY", "fields": {"where": 'mill, "north" bank'}}),
}


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, Act]:
    do = draw(st.sampled_from(sorted(set(WORDS) - {"package", "roster", "decline"})))
    fields: dict[str, Any] = {}
    for place in slots(do):
        if not place.required and not draw(st.booleans()):
            continue
        value = draw(st.sampled_from(place.choices) if place.choices else KINDS[place.kind])
        if place.within:
            fields.setdefault(place.within, {})[place.name] = value
        else:
            fields[place.name] = value
    return do, msgspec.convert(fields, ACTS[do])


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(acts())
def test_what_is_spelled_reads_back_the_same(said: tuple[str, Act]) -> None:
    """Remedies are shown as command lines: what is shown must be what is meant."""
    do, act = said
    assert saying.read(spelling.line(do, msgspec.to_builtins(act)), NOW).act == act


def test_a_remedy_changes_the_fields_that_it_names_and_empties_those_it_leaves_out() -> None:
    order = msgspec.to_builtins(Order(verb="EVACUATE", subject="area/north", to=("north",), object="south", quantity=2))
    changed = spelling.with_changes(order, {"verb": "DIRECT", "object": "", "quantity": None, "basis": 12})
    assert spelling.line("order", changed) == "order DIRECT area/north --to north --basis 12"


def test_names_are_read_however_they_are_written() -> None:
    assert called("end_operation") == "end-operation"
    assert {meant("end-operation"), meant("END_OPERATION")} == {"end_operation"}
    assert meant("frobnicate") is None

"""Protects: what is written on a screen is plain, fits, and means what the core means."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from coordinator.incident.acts import Answer, Message, Note, Order, Propose, ResourceState
from coordinator.incident.entries import Remedy
from coordinator.tui.cells import dangerous
from coordinator.tui.remedy import begun, plan
from coordinator.tui.texts import coarse, fit, fitted, length, plain, span, wrapped

ORDER = Order(verb="EVACUATE", subject="area/north", to=("north",), rationale="gauge")


@given(st.text(max_size=200))
def test_plain_text_has_nothing_that_moves_or_turns(text: str) -> None:
    assert not any(dangerous(character) for character in plain(text))
    assert not any(dangerous(character) for character in plain(text, newlines=True) if character != "\n")


@given(st.text(max_size=120), st.integers(1, 90))
def test_fitted_text_takes_exactly_its_columns(text: str, width: int) -> None:
    text = plain(text)
    assert cell_len(fit(text, width)) == width
    assert length(fitted(((text, ""), (text, "strong")), width)) == width


@given(st.text(max_size=300), st.integers(10, 80))
def test_wrapped_text_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == plain(text, newlines=True).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0s"), (95, "95s"), (120, "2m"), (3599, "59m"), (3900, "1h05"), (90000, "1d")]
)
def test_spans_are_said_as_people_read_them(seconds: int, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_what_is_always_shown_changes_seldom() -> None:
    assert {coarse(timedelta(seconds=seconds)) for seconds in range(10)} == {"0s"}


def test_a_remedy_changes_the_order_that_was_refused() -> None:
    made = plan(ORDER, Remedy(text="supersede O-1", do="order", changes={"supersedes": [4]}))
    assert made is not None
    assert made.act == Order(verb="EVACUATE", subject="area/north", to=("north",), rationale="gauge", supersedes=(4,))
    assert (
        plan(Propose(verb="HOLD", subject="area/south", to=("south",)), Remedy(text="", do="order", changes={}))
        is not None
    )


def test_a_remedy_may_ask_for_a_reason_and_may_bring_its_basis() -> None:
    both = Remedy(text="both stand", do="order", changes={"despite": [4], "rationale": None})
    asked = plan(ORDER, both)
    assert asked is not None
    assert asked.asks == "rationale"
    answered = plan(ORDER, both, "deck cracked")
    assert answered is not None
    assert isinstance(answered.act, Order)
    assert answered.act.rationale == "deck cracked"
    again = plan(ORDER, Remedy(text="again", do="order", changes={"basis": 17}))
    assert again is not None
    assert (again.basis, again.act) == (17, ORDER)


def test_a_remedy_that_clears_the_way_is_followed_by_the_order() -> None:
    cleared = plan(ORDER, Remedy(text="back", do="resource", changes={"resource": "engine-3", "state": "AVAILABLE"}))
    assert cleared is not None
    assert (cleared.act, cleared.then) == (ResourceState(resource="engine-3", state="AVAILABLE"), ORDER)
    released = plan(
        ORDER, Remedy(text="", do="release", changes={"verb": "RELEASE", "subject": "resource/x", "to": ["icp"]})
    )
    assert released is not None
    assert isinstance(released.act, Order)
    assert released.then == ORDER


def test_a_remedy_keeps_what_was_said() -> None:
    noted = plan(Message(precedence="FLASH", text="two on the roof"), Remedy(text="note", do="note"))
    assert noted is not None
    assert noted.act == Note(text="two on the roof")
    assert plan(ORDER, Remedy(text="it lies as a proposal on the ops desk")) is None


def test_a_remedy_without_a_word_of_its_own_is_the_same_command_changed() -> None:
    said = Message(precedence="FLASH", text="two on the roof", to=("nowhere",))
    made = plan(said, Remedy(text="let the POC decide", changes={"to": []}))
    assert made is not None
    assert made.act == Message(precedence="FLASH", text="two on the roof")


def test_a_remedy_that_leaves_something_to_write_begins_its_form() -> None:
    remedy = Remedy(text="correct the first answer", do="correct", changes={"ref": 12})
    assert begun(Answer(ref=7, text="use the mill road"), remedy) == {"ref": "12", "text": "use the mill road"}
    reopen = Remedy(text="let its originator reopen it", do="reopen")
    assert plan(Answer(ref=7, text="no"), reopen) is None
    assert begun(Answer(ref=7, text="no"), reopen)["ref"] == "7"

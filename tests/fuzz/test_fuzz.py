"""The fuzzers' targets, driven by chance for a moment; `make campaign-fuzz` and CI drive them by what they reach.

What those find stands here as an example for ever.
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaign import seed
from tests.fuzz.changed import changed
from tests.fuzz.targets import TARGETS, seeds
from tests.hostile import TEXTS

RUNS = {"roster": 60, "drill": 60, "traffic": 150, "export": 150}
"""How many for those that are slow."""

FOUND: list[tuple[str, bytes]] = [
    ("line", b'{"body":' + b"[" * 4000),
    ("roster", b'{"operation": {"id": "\\ud800"}}'),
    ("roster", b'{"\\udfff": 1}'),
    ("text", b"e\x0f" + b"\xcc\x81" * 5 + b"\xe2\x80\xae" + b"\xcc\x81" * 6),
]
"""What longer runs have found, by target."""


@pytest.mark.parametrize("target", TARGETS)
def test_good_bytes_that_went_bad_are_refused_in_words(target: str) -> None:
    chance = random.Random(f"{seed()}{target}")
    begin = seeds(target)
    for data in begin:
        TARGETS[target](data)
    for _ in range(RUNS.get(target, 1500)):
        data = changed(chance.choice(begin), chance)
        try:
            TARGETS[target](data)
        except Exception as error:
            raise AssertionError(f"{target} fails with {data!r}") from error


@pytest.mark.parametrize("target", ["frame", "command", "line", "text"])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(target: str, data: bytes) -> None:
    TARGETS[target](data)


@given(said=st.text(max_size=200))
def test_any_text_is_cleaned_to_what_the_hub_takes(said: str) -> None:
    TARGETS["text"](said.encode("utf-8", "surrogatepass"))


def test_every_hostile_text_is_cleaned_to_what_the_hub_takes() -> None:
    for said in TEXTS:
        TARGETS["text"](said.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(("target", "data"), FOUND)
def test_what_was_found_once_stays_mended(target: str, data: bytes) -> None:
    TARGETS[target](data)

"""Chance from Hypothesis, and when random operations begin."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

STARTS = datetime(2026, 11, 22, 13, tzinfo=UTC)
Thing = TypeVar("Thing")


class Drawn:
    """A `Pick` whose choices Hypothesis can shrink."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def __call__(self, options: Sequence[Thing]) -> Thing:
        return self.data.draw(st.sampled_from(options))

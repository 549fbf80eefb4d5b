"""docs/protocol.md is what others write clients from: it names everything that there is."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from coordinator.incident import state
from coordinator.incident.acts import ACTS, Act
from coordinator.incident.entries import Code, Entry, Found
from coordinator.incident.hubacts import HUB_ACTS
from coordinator.wire import frames, limits
from coordinator.wire.bounds import BODIES
from coordinator.wire.commands import ENVELOPE
from coordinator.wire.problems import Problem

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
STRUCTS = [one for one in vars(state).values() if isinstance(one, type) and issubclass(one, state.Thing)]


def rows(word: str) -> list[str]:
    """The table rows whose first cell is that word."""
    return [line for line in TEXT.splitlines() if re.match(rf"\| `?{re.escape(word)}`? \|", line)]


def names(row: str) -> set[str]:
    return set(re.findall(r"[a-z_]+", row))


@pytest.mark.parametrize("kind", [*ACTS, *(kind for kind in HUB_ACTS if kind != "tick")])
def test_every_kind_has_its_row_with_every_field(kind: str) -> None:
    act: type[Act] = {**ACTS, **HUB_ACTS}[kind]
    fields = {field.encode_name for field in msgspec.structs.fields(act)}
    assert any(fields <= names(row) for row in rows(kind)), f"{kind}: {sorted(fields)}"


@pytest.mark.parametrize("frame", [*frames._TO_HUB.values(), *frames._TO_CLIENT.values()])
def test_every_frame_has_its_row_with_every_field(frame: type[msgspec.Struct]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(frame)}
    assert any(fields <= names(row) for row in rows(str(frame.__struct_config__.tag)))


@pytest.mark.parametrize("struct", [Entry, Found])
def test_every_field_of_an_entry_has_its_row(struct: type[msgspec.Struct]) -> None:
    assert [field.name for field in msgspec.structs.fields(struct) if not rows(field.encode_name)] == []


def test_every_part_of_the_state_is_named() -> None:
    said = set(re.findall(r"[a-z_]+", TEXT.split("## 13.")[1]))
    left_out = {"claims", "committed", "agenda", "desk_due"}
    missing = {
        f"{one.__name__}.{field.encode_name}" for one in STRUCTS for field in msgspec.structs.fields(one)
        if field.encode_name not in said | left_out
    }  # fmt: skip
    assert missing == set()


def test_codes_limits_and_envelope_are_named() -> None:
    for code in (*get_args(Problem), *get_args(Code)):
        assert f"`{code}`" in TEXT
    for number in (limits.FRAME, limits.SOCKET_FRAME, limits.ITEMS, limits.KEYS, limits.PAGE, limits.DEPTH):
        assert f"{number:,}" in TEXT
    for rate in (limits.COMMANDS, limits.FRAMES, limits.READS):
        assert f"{rate.per_second:.0f} a second, {rate.at_once:,.0f} at once" in TEXT
    assert all(rows(name) or rows(f"{name}?") for name in ENVELOPE - {"t"})
    assert all(f"`{name}`" in TEXT for name in BODIES)

"""A fault of the hub's own in one command harms nobody else; one in keeping time ends it loudly."""

import asyncio

import pytest

from coordinator.incident import decide
from coordinator.incident.acts import Act, Note
from coordinator.incident.ruling import Case, Draft, Rule
from coordinator.journal.errors import WriteFailed
from coordinator.wire.frames import ErrorFrame
from server import hub as hub_module
from tests.server.raw import Place


def _breaks(case: Case) -> list[Draft]:
    raise KeyError("a table of the core lacks this")


async def test_a_command_that_cannot_be_decided_has_no_effect_and_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    nia = await place.join("nia")
    before = place.hub.state
    rules: dict[type[Act], Rule] = {**decide.RULES, Note: _breaks}
    with monkeypatch.context() as broken:
        broken.setattr(decide, "RULES", rules)
        await nia.say(Note(text="one"), "poison")
        error = await nia.wait(ErrorFrame)
    assert (error.id, error.code) == ("poison", "malformed")
    assert place.hub.state is before
    assert (await nia.do(Note(text="two"))).kind == "note", "the same connection goes on"


async def test_a_hub_that_cannot_keep_time_ends_loudly(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: hub_module.Hub) -> None:
        raise KeyError("time")

    monkeypatch.setattr(hub_module.Hub, "next_due", breaks)
    async with asyncio.timeout(5):
        with pytest.raises(WriteFailed, match="cannot go on"):
            await place.hub.failed

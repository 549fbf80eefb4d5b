"""The worst hour by keyboard: the Point of Contact and the deputy do all of their acts at real screens, by keys alone.

The scenario, its clock and its hub are those of the drill; what the duty promises is judged as there, and the bells
that the screens ring are counted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from coordinator.incident import acts
from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry, OnRecord
from coordinator.incident.hubacts import KIND_OF
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.session.client import Session
from coordinator.tui import interface
from coordinator.tui.interface import Interface
from coordinator.tui.screens.base import Base
from server.drill import Player, Result
from server.drill_stage import HubStage
from server.scenario import Scenario, read
from tests.server.test_worst_hour import (
    DRILL,
    MINUTE,
    test_no_flash_lies_untouched_for_more_than_a_minute_without_the_hub_acting,
    test_nothing_is_ownerless_at_the_end,
    test_the_briefing_names_all_that_was_open_with_whom_and_until_when,
    test_the_desk_rings_at_most_ten_times_in_any_ten_minutes,
    test_what_fell_due_while_the_hub_was_down_is_one_summary_and_each_fires_once,
)
from tests.tui.seat import PATIENCE, Seat

__all__ = [
    "test_no_flash_lies_untouched_for_more_than_a_minute_without_the_hub_acting",
    "test_nothing_is_ownerless_at_the_end",
    "test_the_briefing_names_all_that_was_open_with_whom_and_until_when",
    "test_the_desk_rings_at_most_ten_times_in_any_ten_minutes",
    "test_what_fell_due_while_the_hub_was_down_is_one_summary_and_each_fires_once",
]
POC, DEPUTY = "okafor", "ortega"
PRECEDENCE = {"FLASH": "1", "IMMEDIATE": "2", "PRIORITY": "3", "ROUTINE": "4"}
MEANS = {"radio": "2", "phone": "3", "runner": "4", "face": "5"}


class Ringing(Interface):
    """An interface whose bells are counted, each at the scenario's time."""

    CSS_PATH = str(Path(interface.__file__).with_name("theme.tcss"))

    def __init__(self, session: Session) -> None:
        super().__init__(session, driver_class=None, every=0.02)
        self.rung: list[datetime] = []

    def bell(self) -> None:
        self.rung.append(self.session.clock.now())


class Keyboard(HubStage):
    """The drill's stage, where two people sit at screens: what they say is struck, key by key."""

    def __init__(self, scenario: Scenario, folder: Path, journal: Path) -> None:
        super().__init__(scenario, folder, journal)
        self.seats: dict[str, Seat] = {}
        self.screens: dict[str, Ringing] = {}
        self.said = 0
        self._struck: dict[type[Act], Callable[[Seat, Act, OnRecord], Awaitable[None]]] = {
            acts.Message: self._message,
            acts.Relay: self._relay,
            acts.Answer: self._answer,
            acts.Close: self._close,
            acts.Offer: self._offer,
            acts.Take: self._take,
        }

    async def leave(self) -> None:
        """Everybody gets up; their sessions are the stage's."""
        for seat in self.seats.values():
            await seat.leave()

    async def settle(self) -> None:
        await super().settle()
        for screen in self.screens.values():
            if screen.view is not None:
                screen.call_next(screen.pulse)  # what a quarter of a second would bring: here time stands still
        await asyncio.sleep(0)

    async def say(self, by: str, act: Act, record: OnRecord, basis: int | None) -> str:
        seat = self.seats.get(by)
        if seat is None:
            return await super().say(by, act, record, basis)
        before = self.state.seq
        await seat.press("d", "1", "home")
        await self._struck[type(act)](seat, act, record)
        await self.settle()
        mine = [entry for entry in map(self._entry, range(before + 1, self.state.seq + 1)) if entry.by == by]
        (entry,) = mine  # exactly one command came of it
        assert (entry.kind, entry.centre) == (KIND_OF[type(act)], record.centre or "eoc")
        assert (entry.means, entry.words) == (record.means, record.words)
        self.said += 1
        self._author[entry.id] = by
        return entry.id

    async def _join(self, operator: str) -> None:
        if operator in (POC, DEPUTY):
            await self._sit(operator)
        else:
            await super()._join(operator)

    async def _sit(self, operator: str) -> None:
        """They join as they do in life: with a copy of the log and drafts on the disk."""
        session = Session(self.address, operator=operator, folder=self._folder / operator, clock=self.clock, sure=True)
        self._sessions[operator] = session
        await session.__aenter__()
        await session.ready(PATIENCE)
        self.screens[operator] = Ringing(session)
        seat = self.seats[operator] = Seat(self.screens[operator], session)
        await seat.begin((80, 24))
        await seat.sees("WHOM TO BRING THINGS TO")
        await seat.press("escape")
        await seat.sees("1 INBOUND")

    # What each act is at the keyboard

    async def _message(self, seat: Seat, act: Act, record: OnRecord) -> None:
        assert isinstance(act, acts.Message)
        await seat.press("m")
        await seat.sees("MESSAGE to the Point of Contact")
        await seat.press(*act.text, "enter", PRECEDENCE[act.precedence])
        await seat.press(*",".join(act.to), "enter", *act.topic, "enter")
        await seat.press("2" if act.wants_reply else "enter", "enter", "enter")
        await seat.press(MEANS[record.means], *record.centre, "enter", "enter", *record.words)
        await seat.send()

    async def _relay(self, seat: Seat, act: Act, record: OnRecord) -> None:
        assert isinstance(act, acts.Relay)
        await self._at(seat, act.ref)
        await seat.press("r")
        await seat.sees("RELAY about")
        await seat.press("end", *["backspace"] * 40, *",".join(act.to))
        await self._sent(seat)

    async def _answer(self, seat: Seat, act: Act, record: OnRecord) -> None:
        assert isinstance(act, acts.Answer)
        await self._at(seat, act.ref)
        await seat.press("w")
        await seat.sees("ANSWER to the originator")
        await seat.press(*act.text)
        await self._sent(seat)

    async def _close(self, seat: Seat, act: Act, record: OnRecord) -> None:
        assert isinstance(act, acts.Close)
        await self._at(seat, act.ref)
        await seat.press("x")
        await seat.sees("CLOSE with a reason")
        await seat.press(*act.reason)
        await self._sent(seat)

    async def _offer(self, seat: Seat, act: Act, record: OnRecord) -> None:
        await seat.press("H")
        await seat.sees("HAND OVER the desk", DEPUTY)
        await self._sent(seat)

    async def _take(self, seat: Seat, act: Act, record: OnRecord) -> None:
        await seat.sees("T take")
        await seat.press("T")
        await seat.sees("TAKE THE ops DESK")
        await seat.press("y")

    async def _at(self, seat: Seat, ref: object) -> None:
        """The cursor down the queue to that message."""
        screen = self.screens[seat.session.operator]
        for _ in range(60):
            if isinstance(screen.screen, Base) and screen.screen.spot.seq == ref:
                return
            await seat.press("down")
        raise AssertionError(f"#{ref} is not on the desk:\n{seat.text}")

    async def _sent(self, seat: Seat) -> None:
        """The two keys that send; where something stands against it, it was shown, and they are pressed again."""
        await seat.send()
        if "STANDS AGAINST IT" in seat.text:
            await seat.press("enter", "enter")


class Played:
    """What came of it."""

    def __init__(self, results: list[Result], entries: list[Entry], stage: Keyboard) -> None:
        self.results = results
        self.entries = entries
        self.said = stage.said
        self.rung = {operator: screen.rung for operator, screen in stage.screens.items()}


async def _play(journal: Path, folder: Path) -> Played:
    scenario = read(DRILL)
    results: list[Result] = []
    stage = Keyboard(scenario, folder, journal)
    async with stage:
        try:
            await Player(scenario, stage, results.append).play()
        finally:
            await stage.leave()
    reads = Reads(journal)
    entries = [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
    reads.close()
    return Played(results, entries, stage)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("keyboard")
    return asyncio.run(_play(folder / "worst.journal", folder))


@pytest.fixture(scope="module")
def log(played: Played) -> list[Entry]:
    return played.entries


def test_every_act_of_the_poc_and_the_deputy_was_struck_and_all_went_as_expected(played: Played) -> None:
    assert [(one.line, one.problems) for one in played.results if one.problems] == []
    at_screens = [one for one in played.results if one.by in (POC, DEPUTY) and one.do != "link"]
    assert played.said == len(at_screens) > 45


@pytest.mark.parametrize("operator", [POC, DEPUTY])
def test_a_screen_rings_at_most_ten_times_in_any_ten_minutes_and_not_never(played: Played, operator: str) -> None:
    rung = played.rung[operator]
    most = max(sum(timedelta(0) <= other - at < 10 * MINUTE for other in rung) for at in rung)
    assert 2 < most <= 10

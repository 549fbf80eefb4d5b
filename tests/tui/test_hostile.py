"""A hub that checks nothing, a roster made by an enemy: every screen and every view shows their texts as text.

The texts are put into the log past the gate that refuses them, in every field that a screen or a view shows; then all
screens are gone through, and all views printed. No control, no direction mark, no markup, no fault.
"""

import asyncio
import contextlib
import unicodedata
from collections.abc import AsyncIterator, Iterable
from itertools import count
from pathlib import Path

import msgspec
import pytest

from coordinator.cli.main import run
from coordinator.incident import acts
from coordinator.incident.acts import Act
from coordinator.incident.entries import Command, Malformed, OnRecord
from coordinator.incident.roster import Roster
from coordinator.review import lines as review_lines
from coordinator.tui import texts
from coordinator.tui.texts import fit
from server.hub import Fresh
from tests.hostile import TEXTS, kept, obeyed
from tests.session.stage import Stage
from tests.tui.seat import Room, Seat

PACK = 12
"""Texts in one field: long enough to be cut, short enough to be shown."""


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 200
    assert len(set(TEXTS)) > 200


@pytest.mark.parametrize("newlines", [True, False])
def test_what_a_widget_shows_is_plain(newlines: bool) -> None:
    for text in TEXTS:
        shown = texts.plain(text, newlines)
        assert not list(obeyed(shown)), ascii(text)
        assert newlines or "\n" not in shown
        for width in (0, 1, 2, 7, 80):
            assert not list(obeyed(fit(shown, width)))


def test_what_a_view_prints_is_plain() -> None:
    for text in TEXTS:
        assert not list(obeyed(review_lines.plain(text))), ascii(text)


def packs() -> list[str]:
    fitting = [text for text in TEXTS if kept(text) and len(text) < 300]
    return [" ".join(fitting[start : start + PACK]) for start in range(0, len(fitting), PACK)]


def enemys_roster(stage: Stage) -> Roster:
    """Names that no check would let pass."""
    some = [text[:100] for text in packs()]
    roster = stage.roster
    centres = tuple(
        msgspec.structs.replace(centre, name=some[place], callsign=some[place + 1], phone=some[place + 2])
        for place, centre in enumerate(roster.centres)
    )
    operators = tuple(
        msgspec.structs.replace(operator, name=some[place + 4], callsign=some[place])
        for place, operator in enumerate(roster.operators)
    )
    (scope,) = roster.scopes
    scope = msgspec.structs.replace(scope, name=some[1], elsewhere={"press/**": some[2]})
    operation = msgspec.structs.replace(roster.operation, name=some[3])
    return msgspec.structs.replace(
        roster, centres=centres, operators=operators, scopes=(scope,), operation=operation
    )


class Enemy:
    """Writes into the hub what no client could."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ids = count(1)

    def say(self, by: str, act: Act, record: OnRecord | None = None) -> int:
        command = Command(by=by, act=act, id=f"enemy-{next(self._ids)}", record=record or OnRecord())
        done = self._stage.hub.submit(command)
        assert not isinstance(done, Malformed), done.message
        assert isinstance(done, Fresh)
        return done.seq

    async def fill(self, some: Iterable[str]) -> None:
        """Everything that can be said, said with each text."""
        for text in some:
            line = text[:500]
            ref = self.say("nia", acts.Message(precedence="FLASH", text=text, topic="ops/x", to=("south",)))
            self.say("lee", acts.Relay(ref=ref, to=("south", "icp"), text=text))
            self.say("sol", acts.Reply(ref=ref, text=text))
            waiting = self.say("nia", acts.Message(precedence="ROUTINE", text=text, topic="ops/x", wants_reply=True))
            self.say("lee", acts.Ask(ref=waiting, text=text))
            self.say("ike", acts.Status(state="DEGRADED", text=text), OnRecord(hand=line[:60], means=line[:60]))
            self.say("nia", acts.Note(text=text), OnRecord(words=text, hand=line[:60]))
            order = self.say(
                "lee",
                acts.Order(
                    verb="DIRECT", subject=line, to=("south", "eoc"), text=text, rationale=text, authority=line
                ),
            )
            self.say("sol", acts.Unable(ref=order, reason=text, alternative=text))
            self.say("sol", acts.Propose(verb="DIRECT", subject=line, to=("north",), text=text, rationale=text))
            self.say("nia", acts.Declare(subject="route/route-9", state=line, text=text))
            self.say("lee", acts.Broadcast(precedence="ROUTINE", text=text))
            self.say("lee", acts.Brief(text=text))
            self.say("ike", acts.Correct(ref=ref, text=text))
        self.say("lee", acts.Order(verb="HOLD", subject="area/south", to=("south",), rationale=packs()[0]))
        self.say("lee", acts.Offer(scope="ops", to="ike", briefing=packs()[0]))
        await self._stage.hub.settled()


@pytest.fixture
async def enemy(tmp_path: Path) -> AsyncIterator[tuple[Stage, Room]]:
    stage = Stage(tmp_path)
    await stage.start(enemys_roster(stage))
    room = Room(stage)
    try:
        await Enemy(stage).fill(packs())
        yield stage, room
    finally:
        await room.close()
        await stage.kept.aclose()
        await stage.hub.stop()


def assert_plain(seat: Seat, where: str) -> None:
    for line in seat.lines:
        assert not list(obeyed(line)), f"{where}: {line!a}"
        assert "\n" not in line


SCREENS = "dpvblcI."


async def gone_through(seat: Seat) -> None:
    """Every screen, every row of it, everything about each."""
    for screen in SCREENS:
        await seat.press(screen)
        assert_plain(seat, screen)
        for _ in range(6):
            await seat.press("down")
            assert_plain(seat, f"{screen} down")
        for _ in range(2):
            await seat.press("enter")
            assert_plain(seat, f"{screen} enter")
            await seat.press("pagedown")
            assert_plain(seat, f"{screen} enter, further")
            await seat.press("escape", "down")
        await seat.press("escape")
    for key in ("m", "o", "H", "K", "r", "w", "?", ";", "/", "k", "y", "Y", "O", "M", "G"):
        await seat.press("d" if key in "rwY" else "v", key)
        assert_plain(seat, f"form {key}")
        await seat.type("a")
        await seat.press("tab", "down")
        assert_plain(seat, f"form {key}, further")
        await seat.press("escape", "escape", "escape")


@pytest.mark.parametrize(("who", "size"), [("lee", (80, 24)), ("sol", (120, 40))])
async def test_every_screen_shows_it_as_text(enemy: tuple[Stage, Room], who: str, size: tuple[int, int]) -> None:
    _, room = enemy
    seat = await room.sit(who, size)
    await gone_through(seat)


async def test_a_refusal_shows_it_as_text(enemy: tuple[Stage, Room]) -> None:
    _, room = enemy
    lee = await room.sit("lee")
    await lee.press("o")
    await lee.sees("Rationale")
    for word in ("EVACUATE", "area/south"):
        await lee.type(word)
        await lee.press("enter")
    await lee.type("south")
    await lee.send()
    await lee.sees("NOT SENT")
    assert_plain(lee, "refusal")
    await lee.press("pagedown")
    assert_plain(lee, "refusal, further")


EXACT = ("log", "-n", "500", "--json")
"""Prints the lines as they are hashed: controls are escaped in them, and nothing else."""
VIEWS = (
    ("log", "-n", "500"), EXACT, ("desk",), ("desk", "--json"), ("board",), ("board", "--json"),
    ("orders",), ("orders", "--json"), ("duty",), ("duty", "--json"), ("inbox",), ("inbox", "--json"), ("charter",),
    ("charter", "--json"), ("log", "--search", "bold"),
)  # fmt: skip


async def test_every_view_prints_it_as_text(
    enemy: tuple[Stage, Room], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, _ = enemy
    monkeypatch.setenv("COORDINATOR_CONFIG", "/dev/null")
    for view in VIEWS:
        for who in ("lee", "sol"):
            capsys.readouterr()
            await asyncio.to_thread(run, [*view, "--hub", stage.address, "--as", who])
            said = capsys.readouterr()
            for line in (said.out + said.err).split("\n"):
                found = [char for char in line if unicodedata.category(char) == "Cc"] if view == EXACT else obeyed(line)
                assert not list(found), f"{view}: {line!a}"
            assert "Traceback" not in said.err
    with contextlib.suppress(SystemExit):
        await asyncio.to_thread(run, ["verify", str(stage.journal)])
    said = capsys.readouterr()
    assert not list(obeyed((said.out + said.err).replace("\n", "")))

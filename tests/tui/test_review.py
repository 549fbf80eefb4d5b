"""Protects: a review shows what was, to whom it was known, on the screens that people used; and writes nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from textual.pilot import Pilot

from coordinator.incident import acts, hubacts
from coordinator.incident.entries import OnRecord
from coordinator.incident.roster import HUB
from coordinator.incident.visibility import audience, tokens
from coordinator.journal.store import Journal
from coordinator.review.past import Past
from coordinator.tui.past_keys import KEYS, shown
from coordinator.tui.review import Review, Source
from tests.journal.samples import START, Operation
from tests.review.played import bytes_of

PATIENCE = 6.0
SIZES = ((80, 24), (160, 48))
SCREENS = ("review", "desk", "post", "orders", "board", "resources", "contacts", "log", "charter")


class Hands:
    """A review, and the hands that use it."""

    def __init__(self, review: Review, pilot: Pilot[int]) -> None:
        self.review = review
        self._pilot = pilot

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.review.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text for word in words), words)

    async def until(self, so: Callable[[], bool], what: object = "") -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not so():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{what} never came:\n{self.text}") from None

    async def goes(self, where: str) -> None:
        assert not self.review.go_to(where)
        await self.until(self.still, where)

    def still(self) -> bool:
        """Whether what is wanted is shown."""
        return self.review._shown == (self.review._moment, self.review._person)

    async def looks_as(self, person: str) -> None:
        self.review.look_as(person)
        await self.until(self.still, person)


@asynccontextmanager
async def reviewing(path: Path, size: tuple[int, int] = (80, 24), **source: str) -> AsyncIterator[Hands]:
    review = Review(Past(path), Source(name=str(path), export="coordinator export x -o DIR", **source),
                    driver_class=None, every=0.02)  # fmt: skip
    async with review.run_test(size=size) as pilot:
        hands = Hands(review, pilot)
        await hands.until(lambda: review.asking.done and review.view is not None)
        await hands.sees("REVIEW (read only)")
        yield hands
    review.source.close()


def played(path: Path) -> Path:
    """Each narrow thing bears a word of its own; a link goes; something is written late."""
    with Journal.create(path) as journal:
        run = Operation(journal)
        run.do(HUB, hubacts.Link(operator="sol", state="up", since=run.now))
        asked = run.do("nia", acts.Message(precedence="PRIORITY", text="canaryrequest", wants_reply=True))
        run.do("sol", acts.Note(text="canarynote"))
        run.do(HUB, hubacts.Link(operator="sol", state="down", since=run.now + timedelta(seconds=5)))
        run.do("lee", acts.Relay(ref=asked, to=("south",), text="canarysummary"))
        run.do(HUB, hubacts.Link(operator="sol", state="up", since=run.now))
        run.do("lee", acts.Order(verb="EVACUATE", subject="area/north", to=("south",), rationale="the levee"))
        got = hubacts.Receipt(centre="south", delivered=(asked,))
        run.do(HUB, hubacts.Receipts(receipts=(got,)))
        run.do("sol", acts.Reply(ref=asked, text="canaryreply"))
        run.do("lee", acts.Offer(scope="ops", to="dana", briefing="canarybriefing"))
        said = OnRecord(means="radio", said_at=START + timedelta(seconds=15), centre="north")
        run.do("lee", acts.Message(precedence="ROUTINE", text="canarylate"), said)
    return path


CANARIES = ("request", "note", "summary", "reply", "briefing", "late")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return played(tmp_path / "one.journal")


@pytest.mark.parametrize("person", ["sol", "nia", "dana", ""])
async def test_nobody_is_shown_a_word_that_they_could_not_see_by_then(journal: Path, person: str) -> None:
    async with reviewing(journal, (160, 48)) as hands:
        past = hands.review.past
        with closing(Past(journal)) as oracle:
            oracle.read()
            await hands.looks_as(person)
            shown: set[str] = set()
            for seq in (3, 6, 10, past.last):
                await hands.goes(f"#{seq}")
                allowed = {word for word in CANARIES if not person or could_see(oracle, person, word, seq)}
                for screen in SCREENS:
                    hands.review.do(screen)
                    await hands.sees("REVIEW (read only)", f"#{seq} of")
                    found = {word for word in CANARIES if f"canary{word}" in hands.text}
                    assert found <= allowed, (person, seq, screen, hands.text)
                    shown |= found
    assert shown, "and what is theirs is shown"
    assert person or shown >= {"request", "note", "summary", "reply", "late"}


def could_see(oracle: Past, person: str, word: str, by: int) -> bool:
    """Whether the hub's rules let somebody see an entry with that word, at some entry up to then."""
    states = [oracle.state(seq) for seq in range(1, by + 1)]
    held = [one for one in oracle._pages.entries(1, by) if f"canary{word}" in repr(one.body)]
    return any(
        not tokens(state, person).isdisjoint(audience(state, one))
        for one in held for state in states if state.seq >= one.seq
    )  # fmt: skip


async def test_what_had_reached_somebody_is_said_in_words(journal: Path) -> None:
    async with reviewing(journal) as hands:
        await hands.looks_as("sol")
        await hands.goes("#8")
        await hands.press("p")
        await hands.sees("NOT THERE", "canarysummary" if "canarysummary" in hands.text else "M-1")
        await hands.goes("#9")
        await hands.sees("there 13:0")
        await hands.press("1", "down", "enter")
        await hands.sees("had it on the screen since")


async def test_who_was_cut_off_is_shown_with_what_they_had(journal: Path) -> None:
    async with reviewing(journal) as hands:
        await hands.looks_as("sol")
        await hands.goes("#6")
        await hands.sees("LINK DOWN", "had up to #")
        assert "canarysummary" not in hands.text
        await hands.goes("#7")
        await hands.sees("LINK ok", "RELAY")


@pytest.mark.parametrize("size", SIZES)
async def test_it_moves_by_keys_alone(journal: Path, size: tuple[int, int]) -> None:
    async with reviewing(journal, size) as hands:
        await hands.press(">")
        await hands.sees("#12 of 12")
        await hands.press(",")
        await hands.sees("#11 of 12")
        await hands.press("<", ".")
        await hands.sees("#2 of 12")
        await hands.press("g", *"#5", "enter")
        await hands.sees("#5 of 12")
        await hands.press("b", "]")
        await hands.sees("#12 of 12")
        await hands.press("m", "enter")
        await hands.sees("#5 of 12")
        await hands.press("/", *"canaryreply", "enter")
        await hands.sees("1 entries")
        await hands.press("enter")
        await hands.sees("#10 of 12", "REPLY")
        await hands.press("[")
        await hands.sees("#1 of 12")
        await hands.press("+", "space")
        await hands.sees("x8 PLAYING")
        await hands.press(">")
        await hands.sees("#12 of 12", "x8 STILL")
        await hands.press("w", *"nia", "enter")
        await hands.sees("AS Nia")
    assert [line.split()[1] for line in hands.review.marks()] == ["#5"]


async def test_a_late_entry_stands_where_it_happened_and_says_when_it_was_written(journal: Path) -> None:
    async with reviewing(journal, (160, 48)) as hands:
        await hands.press(">", "l")
        await hands.sees("13:00:15 #12", "LATE, written 13:01:50")
        order = [int(line.split("#")[1].split()[0]) for line in hands.text.splitlines() if " #" in line[:12]]
        assert order.index(12) == order.index(2) - 1
        await hands.press("r")
        await hands.sees("LATE: it happened at 13:00:15Z", "~")


async def test_where_there_is_no_such_time_it_says_so(journal: Path) -> None:
    async with reviewing(journal) as hands:
        for text in ("#99", "25:61", "yesterday"):
            assert hands.review.go_to(text)
        await hands.press("g", *"#99", "enter")
        await hands.sees("there is no entry 99; they go from 1 to 12", "REVIEW (read only)")


async def test_no_key_writes_anything(journal: Path) -> None:
    """The interface has no session that could; each key is tried all the same, on one screen after the other."""
    before = bytes_of(journal.parent)["one.journal"]
    async with reviewing(journal) as hands:
        assert not hasattr(hands.review, "session")
        await hands.press(">")
        for code, screen in zip(range(33, 127), cycle(("review", "desk", "post"))):
            if chr(code) not in "qL":
                hands.review.do(screen)
                await hands.press(chr(code), "enter", "escape")
                assert "REVIEW (read only)" in hands.text, chr(code)
        assert hands.review.drafts.all == ()
    assert bytes_of(journal.parent)["one.journal"] == before


async def test_what_is_broken_is_shown_up_to_the_break_loudly(tmp_path: Path) -> None:
    journal = played(tmp_path / "one.journal")
    changed(journal)
    async with reviewing(journal) as hands:
        await hands.press(">")
        await hands.sees("BROKEN AT #6", "#5 of 5")
        assert hands.review.asking.fault.startswith("BROKEN at entry 6")


def changed(journal: Path) -> None:
    import sqlite3

    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.execute("DROP TRIGGER entries_keep")
        connection.execute("UPDATE entries SET line = replace(line, 'canarysummary', 'other') WHERE seq = 6")


def test_every_key_is_given_once_and_named_in_the_document() -> None:
    keys = [key.key for key in KEYS]
    assert len(set(keys)) == len(keys)
    text = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    assert [key.key for key in KEYS if f"| `{shown(key.key)}` | {key.help} |" not in text] == []

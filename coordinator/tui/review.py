"""The review: a log's past on the screens that people used, moved through by keys. Nothing can be written from it.

Law: it has no session, no form and no command. The loop never waits for the log (asking.py), nor for the terminal.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver

from coordinator.incident.entries import Entry
from coordinator.review.lines import told
from coordinator.review.past import Past
from coordinator.tui import moment
from coordinator.tui.ahead import TypeAhead
from coordinator.tui.asking import FOUND, Asking
from coordinator.tui.drafts import Drafts
from coordinator.tui.driver import CellDriver
from coordinator.tui.moment import Moment
from coordinator.tui.pace import Notice
from coordinator.tui.past_keys import KEYS, OF, shown
from coordinator.tui.past_log import PastLog
from coordinator.tui.past_view import PastView, past_view
from coordinator.tui.rows import past as rows
from coordinator.tui.rows.scrubber import Standing
from coordinator.tui.screens.base import Base
from coordinator.tui.screens.choosing import ChoosingScreen, FindScreen, GoScreen
from coordinator.tui.screens.past import SCREENS, PastPaper, PastThing
from coordinator.tui.screens.past import Past as PastScreen
from coordinator.tui.spots import NOWHERE, Listing, Row, Spot, SpotKind
from coordinator.tui.texts import Span, fit, plain
from coordinator.tui.widgets.fields import Line

EVERY = 0.25
"""While it plays the picture is new at most four times a second."""
FIVE = timedelta(minutes=5)
EVERYTHING = "*"
MAIN = 2
"""Screens on the stack: the default one, and the main one."""


class Source(Struct, frozen=True):
    """What is reviewed, as the command line has it."""

    name: str
    """Its path, or the hub's address."""
    export: str
    """The command that exports it."""
    owner: str = ""
    """Whose part of the log it is, where it is an operator's."""
    begin: str = ""
    """Where to begin: a time or an entry."""


class Refusals:
    """Where screens look for what was refused just now: nothing is sent from here."""

    refusals: ClassVar[Mapping[str, object]] = {}


class Review(App[int], inherit_bindings=False):
    """One log under review."""

    CSS_PATH: ClassVar = ["theme.tcss", "review.tcss"]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "do('leave')", "Leave", show=False, priority=True),
        Binding("ctrl+l", "do('repaint')", "Repaint", show=False, priority=True),
        Binding("ctrl+p", "do('help')", "Keys", show=False, priority=True),
    ]

    def __init__(
        self,
        past: Past,
        source: Source,
        *,
        checked: Callable[[], str] = str,
        driver_class: type[Driver] | None = CellDriver,
        every: float = EVERY,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self.past = past
        self.source = PastLog(past)
        self.view: PastView | None = None
        self.drafts = Drafts()
        self.sending = Refusals()
        self.asking = Asking(past, checked)
        self.marked: set[int] = set()
        self._from = source
        self._every = every
        self._moment: Moment | None = None
        self._person = source.owner
        self._speed = 1
        self._played_at: float | None = None
        self._shown: tuple[Moment, str] | None = None
        self._drawn: object = None
        self._looking = False
        self._done = False
        self._notice = Notice(time.monotonic)
        self._ahead = TypeAhead(super().on_event, lambda: [self.focused, self.screen, self])
        self._does: dict[str, Callable[[], None]] = {
            "play": self._play,
            "back": lambda: self._step(-1),
            "on": lambda: self._step(1),
            "earlier": lambda: self._move(-FIVE),
            "later": lambda: self._move(FIVE),
            "first": lambda: self._stand(moment.at_entry(past.times, 1)),
            "last": lambda: self._stand(moment.at_entry(past.times, past.last)),
            "slower": lambda: self._pace(-1),
            "faster": lambda: self._pace(1),
            "go": lambda: self._open(GoScreen(self.go_to)),
            "find": lambda: self._open(FindScreen(self._find, self._to)),
            "mark": self._mark,
            "marks": self._marks,
            "export": lambda: self.tell(self._export()),
            "person": self._persons,
            "there": self._there,
            "open": self._open_thing,
            "paper": lambda: self._open(PastPaper(self._spot)),
            "help": self._help,
            "repaint": self._repaint,
            "leave": lambda: self.exit(0),
        }

    # From the log to the screen

    def on_mount(self) -> None:
        self.theme = "ansi-dark"
        self.asking.begin()
        self.set_interval(self._every, self.pulse)
        self.pulse()

    def pulse(self) -> None:
        """Let time go on, and take in how far the log has been read."""
        if not self.past.last:
            if self.asking.done:
                self.exit(1)
            return
        if self._moment is None:
            self._begin()
        if self._played_at is not None:
            self._go_on()
        if self.asking.done and not self._done:
            self._done = True
            self._read()
        self._wanted()
        if self._seen() != self._drawn:
            self._again()

    def _seen(self) -> object:
        """What the picture is made of; while it stays as it is, nothing is drawn."""
        return self._shown, self.standing, self.notice

    def _begin(self) -> None:
        self._moment = moment.at_entry(self.past.times, 1)
        self.push_screen(SCREENS["review"]())

    def _read(self) -> None:
        """All has been read: say what is wrong; and go where it was to begin, if nobody has moved meanwhile."""
        if self.asking.fault:
            self.tell(f"{self.asking.fault}; what stands before it is shown", "bad")
        if self._from.begin and self._moment is not None and self._moment.seq == 1:
            self.tell(self.go_to(self._from.begin), "bad")

    def _wanted(self) -> None:
        """See to it that what is wanted is looked up, one after the other."""
        if not self._looking and self._moment is not None and self._shown != (self._moment, self._person):
            self._looking = True
            self.run_worker(self._look(), group="look")

    async def _look(self) -> None:
        try:
            while self._moment is not None and self._shown != (wanted := (self._moment, self._person)):
                at, person = wanted
                known = await self.asking.known(at.seq, person)
                self.view = past_view(known, at.seq, at.now, person)
                self.source.stand(known.seq, person)
                self._shown = wanted
                self._again()
        finally:
            self._looking = False

    def _again(self) -> None:
        self._drawn = self._seen()
        top = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(top, Base):
            top.again()

    @property
    def standing(self) -> Standing:
        """What the top of every screen says."""
        at = self._shown[0] if self._shown is not None else moment.at_entry(self.past.times, 1)
        return Standing(
            at, self.past.last, self._verdict(), self._speed, self._played_at is not None, frozenset(self.marked)
        )

    def _verdict(self) -> Span:
        if not self.asking.done:
            return "reading ...", ""
        if self.asking.fault:
            report = self.past.report
            at = f" AT #{report.fault.seq}" if report is not None and report.fault is not None else ""
            return (f"BROKEN{at}" if at else "NOT AS EXPORTED", "alarm")
        withheld = sum(self.past.missing.values())
        return (f"chain OK, {withheld} withheld" if withheld else "chain OK", "")

    @property
    def broken(self) -> bool:
        """Whether the log, or what came with it, is not whole."""
        return self.asking.done and bool(self.asking.fault)

    @property
    def notice(self) -> Span:
        """What was said last, while it is worth reading."""
        return self._notice.now

    def tell(self, text: str, look: str = "") -> None:
        """Say something in the line above the keys."""
        if text:
            self._notice.say(text, look)

    def answer(self, found: Entry | None) -> tuple[int, str] | None:
        """What answered a message, as far as whoever is looked at could know it by then."""
        seq = self.past.times.answer(found.seq) if found is not None else None
        if found is None or seq is None or self.view is None:
            return None
        answered = self.source.find(seq)
        return rows.after(found, answered) if answered is not None else None

    # From keys to moments

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._ahead.take(event)
        else:
            await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """A key that no field or list took."""
        screen = self.screen
        if not isinstance(screen, PastScreen) or isinstance(self.focused, Line):
            return
        pressed = event.character if event.is_printable and event.character != " " and event.character else event.key
        if event.key == "escape" and len(self.screen_stack) > MAIN:
            screen.dismiss()
        elif pressed in OF:
            self.do(OF[pressed])
        elif pressed.isdigit():
            screen.go(int(pressed))

    def action_do(self, id: str) -> None:
        """Do something by its name."""
        self.do(id)

    def do(self, id: str) -> None:
        """Do it: a screen, or something of the review's own."""
        if id in self._does:
            self._does[id]()
            self._wanted()
            self._again()
        elif self.view is not None:
            self._go(id)

    def _go(self, screen: str) -> None:
        """To a main screen."""
        while len(self.screen_stack) > MAIN:
            self.pop_screen()
        if not self.is_screen_installed(screen):
            self.install_screen(SCREENS[screen](), screen)
        self.switch_screen(screen)

    @property
    def _spot(self) -> Spot:
        return self.screen.spot if isinstance(self.screen, Base) else NOWHERE

    def _open(self, screen: Base) -> None:
        if self.view is not None and (isinstance(self.screen, PastScreen) or isinstance(screen, PastScreen)):
            self.push_screen(screen)

    def _open_thing(self) -> None:
        spot = self._spot
        if spot != NOWHERE and self.view is not None:
            self._open(PastThing(_thing(self.view, spot)))

    def _stand(self, at: Moment) -> None:
        self._moment = at
        if self._played_at is not None:
            self._played_at = time.monotonic()
        self._wanted()

    def _step(self, by: int) -> None:
        if self._moment is not None:
            self._stand(moment.stepped(self.past.times, self._moment, by))

    def _move(self, by: timedelta) -> None:
        if self._moment is not None:
            self._stand(moment.moved(self.past.times, self._moment, by))

    def go_to(self, text: str) -> str:
        """To a time or an entry; why not, where it cannot."""
        assert self._moment is not None
        try:
            self._stand(moment.named(self.past.times, self._moment, text))
        except ValueError as wrong:
            return str(wrong)
        return ""

    def _to(self, seq: str) -> None:
        """To an entry; for a person, to when they could see it."""
        since = self.past.sight.since(self._person, int(seq)) if self._person else int(seq)
        self._stand(moment.at_entry(self.past.times, since or int(seq)))

    def _there(self) -> None:
        if self._spot.seq:
            self._to(self._spot.ref)
        else:
            self.tell("put the cursor on an entry, a message or an order first", "warn")

    # Playing

    def _play(self) -> None:
        self._played_at = time.monotonic() if self._played_at is None else None

    def _pace(self, by: int) -> None:
        self._speed = moment.faster(self._speed, by)

    def _go_on(self) -> None:
        assert self._moment is not None
        assert self._played_at is not None
        now = time.monotonic()
        passed, self._played_at = now - self._played_at, now
        self._moment = moment.moved(self.past.times, self._moment, timedelta(seconds=passed * self._speed))
        if self._moment.seq >= self.past.last and self.asking.done:
            self._played_at = None
            self.tell("the log ends here")

    # Lists to choose from

    def _mark(self) -> None:
        if self._shown is not None:
            self.marked ^= {self._shown[0].seq}

    def _marks(self) -> None:
        found = tuple(_marked(self.source, seq) for seq in sorted(self.marked))
        self._open(ChoosingScreen(Listing(f"MARKS {len(found)}", found, "no entry is marked: b marks one"), self._to))

    def marks(self) -> list[str]:
        """The marked entries in words, to be printed when the review has ended."""
        found = [(seq, self.source.any(seq)) for seq in sorted(self.marked)]
        return [f"marked {told(entry) if entry is not None else f'#{seq}'}" for seq, entry in found]

    def _persons(self) -> None:
        if not self.asking.done:
            self.tell("whose screen it was can be chosen when the log has been read", "warn")
        elif self.past.missing and not self.past.owner:
            self.tell("who could see what can only be told from a whole log; this one has lines withheld", "warn")
        elif self.view is not None:
            self._open(ChoosingScreen(_people(self.view, self.past.owner), self.look_as))

    def look_as(self, person: str) -> None:
        """Show what that operator could see by then; empty: everything."""
        self._person = "" if person == EVERYTHING else person
        self._wanted()

    def _export(self) -> str:
        whose = f" --as {self._person}" if self._person and not self.past.missing else ""
        return f"{self._from.export}{whose}"

    def _help(self) -> None:
        made = tuple(
            Row(key.id, ((fit(shown(key.key), 8), "key"), (fit(key.words, 11), "strong"), (key.help, "")),
                Spot("none", key.id))
            for key in KEYS
        )  # fmt: skip
        self._open(ChoosingScreen(Listing(f"KEYS {len(made)}", made), self._later))

    def _later(self, id: str) -> None:
        self.call_later(self.do, id)

    def _find(self, words: str, screen: FindScreen) -> None:
        async def found() -> None:
            entries = await self.asking.find(words, self._person)
            more = "the first " if len(entries) == FOUND else ""
            listing = Listing(
                f"FIND {plain(words)}: {more}{len(entries)} entries",
                tuple(Row(f"e{one.seq}", rows.line(one), Spot("entry", str(one.seq))) for one in entries),
                "no entry holds all of these words",
            )
            screen.found(words, listing)

        self.run_worker(found(), group="find", exclusive=True)

    # The terminal

    def _repaint(self) -> None:
        if isinstance(self._driver, CellDriver):
            self._driver.output.repaint()

    def on_resize(self, event: events.Resize) -> None:
        if isinstance(self._driver, CellDriver):
            self._driver.output.resize(event.size.width, event.size.height)

    def on_unmount(self) -> None:
        self._ahead.stop()
        self.asking.end()


def _thing(view: PastView, spot: Spot) -> Spot:
    """An entry as the message, order or proposal that it is, where it is one."""
    kinds: dict[SpotKind, Mapping[int, object]] = {
        "message": view.state.messages, "order": view.state.orders, "proposal": view.state.proposals
    }  # fmt: skip
    found = (kind for kind, things in kinds.items() if spot.kind == "entry" and spot.seq in things)
    return Spot(next(found, spot.kind), spot.ref)


def _marked(source: PastLog, seq: int) -> Row:
    entry = source.any(seq)
    line = rows.line(entry) if entry is not None else ((f"#{seq}", ""),)
    return Row(f"e{seq}", line, Spot("entry", str(seq)))


def _people(view: PastView, owner: str) -> Listing:
    people = [one for one in view.state.roster.operators if not owner or one.id == owner]
    made = [Row(EVERYTHING, (("everything, as no one person saw it", "strong"),), Spot("none", EVERYTHING))]
    made += [
        Row(one.id, ((fit(plain(one.id), 12), "strong"), (plain(f"{one.name}, {one.centre} ({one.role})"), "")),
            Spot("none", one.id))
        for one in people
    ]  # fmt: skip
    return Listing("AS WHOM", tuple(made))


def run(past: Past, source: Source, checked: Callable[[], str]) -> tuple[str, list[str]]:
    """The review, until its reader leaves. What is wrong with the log, if anything; and the marks, in words."""
    review = Review(past, source, checked=checked)
    asyncio.run(review.run_async(mouse=False))
    marks = review.marks()
    review.source.close()
    return review.asking.fault, marks

"""The interface: a session in, views on the screen, keys out. The only place where the two meet.

Law: the loop never waits for the terminal or the hub, and what is shown is at most a quarter of a second old.
"""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.worker import Worker

from coordinator.session.client import Session
from coordinator.session.faults import Fault
from coordinator.tui.actions import BY_ID, Action, keys
from coordinator.tui.ahead import TypeAhead
from coordinator.tui.doing import Doing
from coordinator.tui.drafts import Drafts
from coordinator.tui.driver import CellDriver, Output
from coordinator.tui.herald import Herald
from coordinator.tui.introduction import Introduction
from coordinator.tui.log_source import LogSource
from coordinator.tui.pace import Bell, Notice, Painting, Typed
from coordinator.tui.rows import alarms, detail
from coordinator.tui.run_on import RunOn
from coordinator.tui.screens.base import Base
from coordinator.tui.screens.board import BoardScreen
from coordinator.tui.screens.charter import CharterScreen
from coordinator.tui.screens.confirm import ConfirmScreen
from coordinator.tui.screens.contacts import ContactsScreen
from coordinator.tui.screens.desk import DeskScreen
from coordinator.tui.screens.join import JoinScreen
from coordinator.tui.screens.log import LogScreen
from coordinator.tui.screens.orders import OrdersScreen
from coordinator.tui.screens.post import PostScreen
from coordinator.tui.screens.refusal import RefusalScreen
from coordinator.tui.screens.resources import ResourcesScreen
from coordinator.tui.sending import Refusal, Sending
from coordinator.tui.shelf import DiskShelf
from coordinator.tui.spots import Spot
from coordinator.tui.texts import Span
from coordinator.tui.view import View, seen
from coordinator.tui.widgets.fields import Line

EVERY = 0.25
"""Changes are shown together, at most four times a second."""
MAIN = 2
"""Screens on top of each other where nothing is open: Textual's own, and a main one."""
TAIL = 20
"""The log's tail shows at least so many entries, if there are that many."""

SCREENS: Mapping[str, type[Base]] = {
    "desk": DeskScreen,
    "post": PostScreen,
    "orders": OrdersScreen,
    "board": BoardScreen,
    "resources": ResourcesScreen,
    "contacts": ContactsScreen,
    "log": LogScreen,
    "charter": CharterScreen,
}


class Interface(App[int], inherit_bindings=False):
    """One operator's terminal."""

    CSS_PATH = "theme.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "leave", "Leave", show=False, priority=True),
        Binding("ctrl+l", "repaint", "Repaint", show=False, priority=True),
        Binding("ctrl+p", "act('palette')", "Palette", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        *,
        changed_keys: Mapping[str, str] | None = None,
        driver_class: type[Driver] | None = CellDriver,
        every: float = EVERY,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.animation_level = "none"
        self.session = session
        self.view: View | None = None
        self.source = LogSource(session)
        self.drafts = Drafts()
        self.sending = Sending(self)
        self.command_line = ""
        self._every = every
        self._ahead = TypeAhead(self._typed, lambda: [self.focused, self.screen, self])
        self.run_on = RunOn(self)
        self.fault: Fault | None = None
        self._doing = Doing(self)
        self._keys = keys(changed_keys or {})
        self._key_of = {action: key for key, action in self._keys.items()}
        self._notice = Notice(session.clock.monotonic)
        self._dirty = True
        self._second = -1
        self._painting = Painting(session.clock.monotonic)
        self.typed = Typed(self.drafts, session.clock.monotonic)
        self._bell = Bell(session.clock.monotonic)
        self._home = ""
        self._introduction = Introduction(session)
        self._remarked = ""
        self._herald = Herald()

    # From the session to the screen

    def on_mount(self) -> None:
        self.theme = "ansi-dark"
        self.push_screen(JoinScreen())
        self.session.listen(self._changed)
        self.session.arriving(lambda entries: self._herald.arrived(entries, self.session.operator))
        self._changed(self.session)
        self.session.key_pressed()  # somebody has just started this
        self.set_interval(self._every, self.pulse)

    def _changed(self, _: Session) -> None:
        self._dirty = True
        if self.view is None and self.session.state is not None:
            self.call_next(self.pulse)  # the first picture waits for nothing

    def pulse(self) -> None:
        """Take in what changed since the last time; a second that passed is a change."""
        if not self.screen_stack:
            return  # the interface closes
        if self.session.fault is not None:
            self.fault = self.session.fault
            self.exit(1)
            return
        self.typed.save()
        self.run_on.look()
        output = self.driver_output
        if self._painting.done(stalled=output is not None and output.waiting, more=self._dirty):
            self.session.painted()
        second = int(self.session.clock.monotonic())
        if not self._dirty and second == self._second:
            return
        new, self._dirty, self._second = self._dirty, False, second
        state = self.session.state
        if state is not None:
            self._look(new)
        if isinstance(self.screen, Base):
            self.screen.again()
            self._painting.drawn()

    def _look(self, new: bool) -> None:
        session, state = self.session, self.session.state
        assert state is not None
        self.view = seen(session, state)
        self.sending.settle()
        if new:
            disk = session.place.disk
            self.drafts.settle(DiskShelf(disk.outbox) if disk is not None else None)
            self.source.update()
            said = self._herald.look(self.view)
            if said is not None:
                self.tell(*said)
            if session.link.notice != self._remarked:
                self._remarked = session.link.notice
                self.tell(self._remarked, "warn")
            self._bell.hear(alarms.flash(self.view) | self._herald.alarms)
        if self._bell.wanted():
            self.bell()
        if len(self.source) < TAIL and not self.source.ends and session.link.up:
            _: Worker[bool] = self.run_worker(self.source.ask, exclusive=True, group="log")
        if not self._home:
            self._home = "desk" if self.view.my_desks else "post"
            self.go(self._home)
        charter = self._introduction.due(self.view, free=self._at_home)
        if charter is not None:
            self.push_screen(charter)

    @property
    def _at_home(self) -> bool:
        """Whether only a main screen is there, and nothing is being written."""
        return len(self.screen_stack) <= MAIN and not isinstance(self.focused, Line)

    @property
    def driver_output(self) -> Output | None:
        """Our driver's output, where the terminal is a real one."""
        driver = self._driver
        return driver.output if isinstance(driver, CellDriver) else None

    @property
    def notice(self) -> Span:
        """What happened last, while it is worth reading."""
        return self._notice.now

    def tell(self, text: str, look: str = "") -> None:
        """Say something in the line above the keys."""
        self._notice.say(text, look)
        self._dirty = True

    # From keys to acts

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.session.key_pressed()
            self._ahead.take(event)
        else:
            await super().on_event(event)

    async def _typed(self, event: events.Event) -> None:
        if not self.run_on.takes(event):
            await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """A key that no field or list took: an action, where the screen lets actions in."""
        screen = self.screen
        if not isinstance(screen, Base) or not screen.main or isinstance(self.focused, Line):
            return
        pressed = event.character if event.is_printable and event.character else event.key
        if event.key == "escape" and len(self.screen_stack) > MAIN:
            screen.dismiss()
        elif pressed in self._keys:
            self.perform(BY_ID[self._keys[pressed]])
        elif pressed.isdigit():
            screen.go(int(pressed))

    @property
    def pressed(self) -> int:
        """How many keys were pressed so far; the same number later: nobody has touched the keyboard."""
        return self._ahead.count + self._ahead.waiting

    def again(self, event: events.Key) -> None:
        """The key is for the screen that comes now."""
        self._ahead.again(events.Key(event.key, event.character))

    def perform(self, action: Action) -> None:
        """Do it, about what the cursor is on."""
        screen = self.screen
        self._doing.perform(action, screen.spot if isinstance(screen, Base) else Spot())

    def action_act(self, id: str) -> None:
        """Do an action by its name."""
        self.perform(BY_ID[id])

    def key_of(self, id: str) -> str:
        """The key of an action."""
        return self._key_of[id]

    def footer(self, view: View, spot: Spot) -> list[tuple[str, str]]:
        """The most useful keys here."""
        return self._doing.footer(view, spot)

    # Screens

    def go(self, screen: str) -> None:
        """To a main screen."""
        while len(self.screen_stack) > MAIN:
            self.pop_screen()
        if not self.is_screen_installed(screen):
            self.install_screen(SCREENS[screen](), screen)
        self.switch_screen(screen)

    def open_form(self, do: str, about: Spot, values: dict[str, str]) -> None:
        """A form with these values in it."""
        self._doing.form(do, about, values)

    def open_seq(self, seq: int) -> None:
        """Whatever that entry is."""
        state = self.session.state
        kind = "order" if state is not None and seq in state.orders else "entry"
        self._doing.open_spot(Spot("order" if kind == "order" else "entry", str(seq)))

    def opened(self, view: View, spot: Spot) -> None:
        """Somebody opened it: seen is more than delivered."""
        self.session.saw(detail.seqs(view, spot))

    def show_refusal(self, refusal: Refusal) -> None:
        """A command was refused just now."""
        self.tell("")
        self.push_screen(RefusalScreen(refusal))

    # The end

    def action_repaint(self) -> None:
        """Something else wrote to the terminal: paint it anew."""
        output = self.driver_output
        if output is not None:
            output.repaint()

    def action_leave(self) -> None:
        """Leave; where something is unsent, ask first."""
        self.typed.save(now=True)
        if isinstance(self.screen, ConfirmScreen):
            return
        waiting, drafts = len(self.session.waiting), len(self.drafts.all)
        if not waiting and not drafts and self.screen.id != "form":
            self.exit(0)
            return
        text = (
            f"{drafts} drafts and {waiting} unsent commands are kept on this machine and come back when you join again."
        )
        self.push_screen(ConfirmScreen("LEAVE?", text, {"y": ("leave; all of it is kept", lambda: self.exit(0))}))

    def on_resize(self, event: events.Resize) -> None:
        output = self.driver_output
        if output is not None:
            output.resize(event.size.width, event.size.height)

    def on_unmount(self) -> None:
        self._ahead.stop()
        self.typed.save(now=True)

"""What all screens share: two lines at the top, one for what happened, one for the keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from coordinator.tui.minding import Minding
from coordinator.tui.rows import alarms, detail, duty
from coordinator.tui.spots import NOWHERE, Listing, Spot
from coordinator.tui.texts import Line, Span, fitted, length
from coordinator.tui.widgets.bars import Bar
from coordinator.tui.widgets.fields import Send
from coordinator.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from coordinator.tui.interface import Interface
    from coordinator.tui.view import View

WIDE = 120
"""From this many columns on, list and detail stand side by side."""


class Base(Screen[None]):
    """A screen that shows Views."""

    AUTO_FOCUS = None
    main = False
    """Whether the keys of all actions work here."""

    @property
    def interface(self) -> Interface:
        return cast("Interface", self.app)

    @property
    def spot(self) -> Spot:
        """What actions would be about."""
        return NOWHERE

    def compose(self) -> ComposeResult:
        yield Bar("header")
        yield from self.body()
        yield Bar("status")
        yield Bar("footer")

    def body(self) -> ComposeResult:
        """What stands between the bars."""
        return ()

    def on_mount(self) -> None:
        self.refit()
        self.first_focus()
        self.again()

    def first_focus(self) -> None:
        """Where the cursor begins."""

    def go(self, digit: int) -> None:
        """To the part of the screen with that digit, where it has such parts."""

    def on_resize(self, _: events.Resize) -> None:
        self.refit()
        self.again()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        self.refit()
        self.again()

    def refit(self) -> None:
        """Side by side where there is room."""
        self.set_class(self.size.width >= WIDE, "wide")

    def again(self) -> None:
        """Show what there is now; a screen that is not up yet, or is on its way out, shows nothing."""
        if self.is_mounted and self.query("#footer") and self.interface.view is not None:
            self.show(self.interface.view)

    def show(self, view: View) -> None:
        """Show this view: bars, then what is the screen's own."""
        width = self.size.width
        if not width:
            return
        self.query_one("#header", Bar).show(*duty.header(view, width))
        self.query_one("#status", Bar).show(alarms.line(view, self.interface.notice, width))
        self.query_one("#footer", Bar).show(fitted(self.keys(view), width))
        self.fill(view)

    def fill(self, view: View) -> None:
        """Show what is the screen's own."""

    def keys(self, view: View) -> Line:
        """The most useful keys, as many as fit."""
        spans: list[Span] = []
        for key, words in self.interface.footer(view, self.spot):
            more: list[Span] = [(key, "key"), (f" {words}  ", "")]
            if length((*spans, *more)) > self.size.width:
                break
            spans += more
        return tuple(spans)


class Writing(Base):
    """A screen where something is written that is to be sent."""

    do = ""
    about = NOWHERE
    """The command that is written, and about what: its draft's name."""
    command_id = ""
    """Set while the hub has not decided what was sent."""

    @cached_property
    def minding(self) -> Minding:
        """What its author was shown to stand against it."""
        return Minding(self.interface.session)

    def sent(self, id: str | None) -> None:
        """It is in the outbox under that id: what waits there is a draft no more. None: it could not be kept there."""
        self.command_id = id or ""
        if id is not None:
            self.interface.typed.drop(self.do, self.about)
            if not self.interface.session.link.sends:
                self.dismiss()

    def action_last(self) -> None:
        """To the row that sends."""
        self.query_one(Send).focus()

    def action_back(self) -> None:
        """Leave; what is written stays a draft."""
        send = self.query_one(Send)
        if send.armed:
            send.disarm()
            return
        if self.interface.typed.has(self.do, self.about):
            self.interface.tell("kept as a draft: the same key brings it back, Post lists it")
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        """Whoever writes on has sent this one: its words are safe in the outbox, and the key is for what comes next."""
        if self.command_id and event.is_printable and isinstance(self.focused, Send):
            event.stop()
            self.dismiss()
            self.interface.again(event)


class At(Base):
    """A screen that is about one thing from its beginning to its end."""

    def __init__(self, about: Spot) -> None:
        super().__init__()
        self._about = about

    @property
    def spot(self) -> Spot:
        return self._about


class About(At):
    """One thing in one pane; all actions about it work here."""

    main = True

    def body(self) -> ComposeResult:
        yield Pane("thing")

    def first_focus(self) -> None:
        self.query_one(Pane).focus()

    def fill(self, view: View) -> None:
        self.query_one(Pane).show(self.listing(view))

    def listing(self, view: View) -> Listing:
        """What is shown of it."""
        raise NotImplementedError


class Panes(Base):
    """A main screen made of lists, with the detail beside them where there is room."""

    main = True
    ORDER: tuple[str, ...] = ()
    """Its panes; digit n goes to the nth."""
    beside = True
    """Whether the detail of what the cursor is on stands beside them."""

    @property
    def spot(self) -> Spot:
        pane = self.focused
        return pane.spot if isinstance(pane, Pane) else NOWHERE

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield from self.lists()
            if self.beside:
                yield Pane("detail")

    def lists(self) -> ComposeResult:
        """The panes, from top to bottom."""
        yield from map(Pane, self.ORDER)

    def listings(self, view: View) -> dict[str, Listing]:
        """What each pane shows."""
        raise NotImplementedError

    def first_focus(self) -> None:
        self.query_one(f"#{self.ORDER[0]}", Pane).focus()

    def go(self, digit: int) -> None:
        if 0 < digit <= len(self.ORDER):
            self.query_one(f"#{self.ORDER[digit - 1]}").focus()

    def fill(self, view: View) -> None:
        for id, listing in self.listings(view).items():
            self.query_one(f"#{id}", Pane).show(listing)
        self._show_detail(view)

    def on_pane_moved(self, event: Pane.Moved) -> None:
        event.stop()
        view = self.interface.view
        if view is None or event.pane.id == "detail":
            return
        self._show_detail(view)
        self.query_one("#footer", Bar).show(fitted(self.keys(view), self.size.width))

    def _show_detail(self, view: View) -> None:
        if not self.has_class("wide") or not self.beside:
            return
        pane = self.query_one("#detail", Pane)
        rows = detail.of(view, self.spot, pane.size.width) if self.spot != NOWHERE else ()
        pane.show(Listing("DETAIL", rows, "nothing chosen"))

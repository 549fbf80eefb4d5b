"""What a review asks: one of a list, a time or an entry, words to be found. Each is a line, a list, or both.

Law: Enter takes what the cursor is on, Esc leaves, and neither changes anything but what is looked at.
"""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.tui.screens.timed import Timed
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import Line as TextLine
from coordinator.tui.texts import fitted, plain, wrapped
from coordinator.tui.view import View
from coordinator.tui.widgets.fields import Changed, Done, Line
from coordinator.tui.widgets.pane import Pane

Chosen = Callable[[str], None]


class Choices(Pane, can_focus=False):
    """A list whose cursor is seen while the line has the keys."""

    def _drawn(self, row: Row, place: int, width: int) -> TextLine:
        chosen = place == self._place and row.spot is not None
        return fitted(((">", "strong") if chosen else (" ", ""), *row.line), width)


class ChoosingScreen(Timed):
    """One row of a list, which what is typed makes shorter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
    ]

    def __init__(self, listing: Listing, chosen: Chosen) -> None:
        super().__init__()
        self._listing = listing
        self._chosen = chosen

    def body(self) -> ComposeResult:
        yield Line("", "line")
        yield Choices("found")

    def first_focus(self) -> None:
        self.query_one(Line).focus()

    @property
    def typed(self) -> str:
        """What is in the line."""
        return self.query_one(Line).said.strip()

    def fill(self, view: View) -> None:
        wanted = self.typed.casefold()
        rows = tuple(row for row in self._listing.rows if wanted in "".join(text for text, _ in row.line).casefold())
        self.query_one(Choices).show(self._listing._replace(rows=rows))

    def keys(self, view: View) -> TextLine:
        return (("type", "key"), (" makes it shorter  ", ""), ("Up Down Enter", "key"), (" choose  ", ""), *BACK)

    def on_changed(self, event: Changed) -> None:
        event.stop()
        self.edited()

    def on_done(self, event: Done) -> None:
        event.stop()
        self.taken()

    def edited(self) -> None:
        """Something was typed."""
        self.again()

    def taken(self) -> None:
        """Enter: take what the cursor is on."""
        ref = self.query_one(Choices).spot.ref
        if ref:
            self.dismiss()
            self._chosen(ref)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(Choices).action_cursor(by)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()


class GoScreen(ChoosingScreen):
    """To a time or an entry."""

    def __init__(self, where: Callable[[str], str]) -> None:
        """`where` goes there; what comes back is why it could not."""
        super().__init__(Listing("GO TO  14:31  14:31:40  2026-11-22T14:31:40Z  #214", ()), lambda _: None)
        self._where = where

    def keys(self, view: View) -> TextLine:
        return (("Enter", "key"), (" goes there  ", ""), *BACK)

    def taken(self) -> None:
        wrong = self._where(self.typed)
        if not wrong:
            self.dismiss()
            return
        rows = tuple(Row(f"w{place}", ((text, "warn"),)) for place, text in enumerate(wrapped(wrong, self.size.width)))
        self._listing = self._listing._replace(rows=rows)
        self.query_one(Choices).show(self._listing)

    def fill(self, view: View) -> None:
        self.query_one(Choices).show(self._listing)

    def edited(self) -> None:
        self._listing = self._listing._replace(rows=())
        super().edited()


class FindScreen(ChoosingScreen):
    """Words in the log: Enter finds them, Enter again goes to the entry under the cursor."""

    def __init__(self, find: Callable[[str, "FindScreen"], None], chosen: Chosen) -> None:
        super().__init__(Listing("FIND", (), "write words; an entry must hold all of them"), chosen)
        self._find = find
        self._asked = ""

    def keys(self, view: View) -> TextLine:
        return (("Enter", "key"), (" finds, again: goes there  ", ""), ("Up Down", "key"), (" choose  ", ""), *BACK)

    def fill(self, view: View) -> None:
        self.query_one(Choices).show(self._listing)

    def found(self, asked: str, listing: Listing) -> None:
        """What was found; what was asked before is of no interest any more."""
        if asked == self._asked and self.is_mounted:
            self._listing = listing
            self.again()

    def taken(self) -> None:
        if self.typed == self._asked:
            super().taken()
            return
        self._asked = self.typed
        self._listing = Listing(f"FIND {plain(self._asked)}", (), "looking ...")
        self.again()
        self._find(self._asked, self)


BACK: TextLine = (("Esc", "key"), (" back", ""))

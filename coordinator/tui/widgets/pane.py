"""A list with a heading and a cursor: what every screen is made of.

Law: it shows a Listing and knows nothing else. The cursor stays on its row, by key, whatever comes or goes around it.
"""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from coordinator.tui.spots import NOWHERE, Listing, Row, Spot
from coordinator.tui.texts import Line, fit, fitted
from coordinator.tui.widgets.drawn import content

NOTHING = Listing("", ())


class Pane(Widget, can_focus=True):
    """A list of rows under a heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor(1)", "Down", show=False),
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home", "cursor(-100000)", "First", show=False),
        Binding("end", "cursor(100000)", "Last", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row now."""

        def __init__(self, pane: "Pane") -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> "Pane":
            return self.pane

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._listing = NOTHING
        self._key = ""
        self._place = 0
        self._top = 0

    @property
    def spot(self) -> Spot:
        """What the cursor is on."""
        row = self._row()
        return row.spot or NOWHERE if row else NOWHERE

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._listing.rows

    def show(self, listing: Listing) -> None:
        """Show this from now on."""
        if listing == self._listing:
            return
        before = self.spot
        self._listing = listing
        self._settle()
        self.refresh()
        if self.spot != before:
            self.post_message(self.Moved(self))

    def select(self, key: str) -> None:
        """Put the cursor on the row of that key, if there is one."""
        for place, row in enumerate(self._listing.rows):
            if row.key == key:
                self._go(place)

    def render(self) -> Content:
        width, height = self.size
        if not width or not height:
            return Content("")
        lines: list[Line] = [self._heading(width)] if self._listing.heading else []
        room = height - len(lines)
        self._scroll_to_cursor(room)
        shown = self._listing.rows[self._top : self._top + room]
        lines += [self._drawn(row, self._top + place, width) for place, row in enumerate(shown)]
        if not shown and self._listing.empty:
            lines.append(fitted(((" " + self._listing.empty, ""),), width))
        return content(lines)

    def action_cursor(self, by: int) -> None:
        """Move the cursor by so many rows that can be acted on."""
        places = [place for place, row in enumerate(self._listing.rows) if row.spot is not None]
        if not places:
            self._top = max(0, min(self._top + by, len(self._listing.rows) - 1))
            self.refresh()
            return
        at = places.index(self._place) if self._place in places else 0
        self._go(places[max(0, min(at + by, len(places) - 1))])

    def action_page(self, by: int) -> None:
        """Move the cursor by a screenful."""
        self.action_cursor(by * max(1, self.size.height - 2))

    def on_focus(self, _: events.Focus) -> None:
        self.refresh()
        self.post_message(self.Moved(self))

    def on_blur(self, _: events.Blur) -> None:
        self.refresh()

    def _go(self, place: int) -> None:
        if place == self._place:
            return
        self._place = place
        self._key = self._listing.rows[place].key
        self.refresh()
        self.post_message(self.Moved(self))

    def _row(self) -> Row | None:
        return self._listing.rows[self._place] if self._place < len(self._listing.rows) else None

    def _settle(self) -> None:
        """The cursor's place among new rows: its own row, else the nearest that can be acted on."""
        rows = self._listing.rows
        for place, row in enumerate(rows):
            if row.key == self._key and row.spot is not None:
                self._place = place
                return
        able = [place for place, row in enumerate(rows) if row.spot is not None]
        self._place = min(able, key=lambda place: abs(place - self._place)) if able else 0
        self._key = rows[self._place].key if able else ""

    def _scroll_to_cursor(self, room: int) -> None:
        last = max(0, len(self._listing.rows) - room)
        if any(row.spot is not None for row in self._listing.rows):
            self._top = min(self._top, self._place)
            self._top = max(self._top, self._place - room + 1)
        self._top = max(0, min(self._top, last))

    def _heading(self, width: int) -> Line:
        hidden = len(self._listing.rows) - (self.size.height - 1)
        note = self._listing.note or (f" {hidden} more " if hidden > 0 else "")
        text = fit(f"{self._listing.heading} ", min(len(self._listing.heading) + 1, width))
        dashes = max(0, width - len(text) - len(note))
        look = "strong" if self.has_focus else ""
        return fitted(((text, look), ("-" * dashes, ""), (note, look)), width)

    def _drawn(self, row: Row, place: int, width: int) -> Line:
        mark = (">", "strong") if place == self._place and self.has_focus and row.spot else (" ", "")
        return fitted((mark, *row.line), width)

"""The log, newest first, drawn line by line: a million entries cost what is on the screen."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from coordinator.incident.entries import Entry
from coordinator.tui.log_source import LogSource
from coordinator.tui.rows.tell import line
from coordinator.tui.spots import NOWHERE, Spot
from coordinator.tui.texts import Line, fitted
from coordinator.tui.widgets.drawn import content

AHEAD = 64


class LogView(ScrollView, can_focus=True):
    """All entries, or those that were found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor(1)", "Down", show=False),
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home", "newest", "Newest", show=False),
        Binding("end", "page(1000)", "Older", show=False),
    ]

    class Moved(Message):
        """The cursor is on another entry."""

    class Exhausted(Message):
        """What is kept here ends: older entries are with the hub."""

    def __init__(self, source: LogSource) -> None:
        super().__init__(id="log")
        self._source = source
        self._found: list[Entry] | None = None
        self._at = 0

    @property
    def follows(self) -> bool:
        """Whether the newest entry is shown as it comes."""
        return self._at == 0

    @property
    def spot(self) -> Spot:
        """The entry under the cursor."""
        entry = self.entry_at(self._at)
        return Spot("entry", str(entry.seq)) if entry is not None else NOWHERE

    def entry_at(self, place: int) -> Entry | None:
        """The entry of that row."""
        if self._found is not None:
            return self._found[place] if place < len(self._found) else None
        return self._source.entry(place)

    def update(self) -> None:
        """Take in what is new; where the newest is not looked at, the picture stays where it is."""
        came = self._source.update()
        if self._found is None and came and not self.follows:
            self._at += came
            self.scroll_to(y=self.scroll_offset.y + came, animate=False, immediate=True)
        self._measure()
        if came:
            self.refresh()

    def show_found(self, found: list[Entry] | None) -> None:
        """Show only these; None: everything again."""
        self._found = found
        self._at = 0
        self.scroll_to(y=0, animate=False, immediate=True)
        self._measure()
        self.refresh()

    def told(self, entry: Entry) -> Line:
        """An entry as a line."""
        return line(entry)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        place = self.scroll_offset.y + y
        entry = self.entry_at(place)
        if entry is None:
            return Strip.blank(width)
        mark = (">", "strong") if place == self._at and self.has_focus else (" ", "")
        return Strip(content([fitted((mark, *self.told(entry)), width)]).render_segments(), width)

    def action_cursor(self, by: int) -> None:
        """Move the cursor by so many entries."""
        last = max(self._length() - 1, 0)
        self._at = max(0, min(self._at + by, last))
        height = max(self.size.height, 1)
        top = self.scroll_offset.y
        top = min(max(top, self._at - height + 1), self._at)
        self._measure()
        self.scroll_to(y=top, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Moved())
        if self._found is None and self._at >= len(self._source) - height and not self._source.ends:
            self.post_message(self.Exhausted())

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_cursor(by * max(self.size.height - 1, 1))

    def action_newest(self) -> None:
        """To the newest entry, and follow."""
        self.action_cursor(-self._at)

    def on_focus(self) -> None:
        self.refresh()

    def _length(self) -> int:
        if self._found is not None:
            return len(self._found)
        self._source.entry(self._at + self.size.height + AHEAD)
        return len(self._source)

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, self._length())

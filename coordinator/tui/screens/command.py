"""The command bar: the same words as at the command line, completed from the roster."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.session import saying
from coordinator.session.words import WORDS, called, meant
from coordinator.tui.actions import BY_ID
from coordinator.tui.choices import completions
from coordinator.tui.minding import SENT_AGAIN
from coordinator.tui.rows import aside
from coordinator.tui.screens.base import Writing
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import Line as TextLine
from coordinator.tui.texts import plain
from coordinator.tui.view import View
from coordinator.tui.widgets.fields import Changed, Done, Line
from coordinator.tui.widgets.pane import Pane

SHOWN = 12


class CommandScreen(Writing):
    """One line of words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def __init__(self, begins: str = "") -> None:
        super().__init__()
        self._begins = begins
        self._armed = ""

    def body(self) -> ComposeResult:
        yield Line(self._begins, "line")
        yield Pane("aside")

    def first_focus(self) -> None:
        self.query_one(Pane).can_focus = False
        line = self.query_one(Line)
        line.put(self._begins)
        line.focus()

    def fill(self, view: View) -> None:
        line = self.query_one(Line).said
        if self._armed == line and line and self.minding.shown:
            self.query_one(Pane).show(aside.standing(self.minding.shown, self.size.width))
            return
        words = line.split()
        do = meant(words[0]) if words else None
        _, found = completions(view, line)
        rows = [
            Row(word, ((f"  {plain(word)}", ""), (f"  {_meaning(word)}" if not do else "", "")))
            for word in found[:SHOWN]
        ]
        if do is not None:
            rows = [Row("help", ((WORDS[do].help, ""),)), Row("example", ((f"as in: {WORDS[do].example}", ""),)), *rows]
        heading = "ENTER again sends it " if self._armed == line and line else "COMMAND Tab completes, Enter sends "
        self.query_one(Pane).show(Listing(heading, tuple(rows), "write a command, such as: note …"))

    def keys(self, view: View) -> TextLine:
        return (
            ("Tab", "key"),
            (" completes  ", ""),
            ("Enter Enter", "key"),
            (" sends  ", ""),
            ("Esc", "key"),
            (" leaves, the line is kept", ""),
        )

    def on_changed(self, event: Changed) -> None:
        event.stop()
        self._armed = ""
        self.interface.command_line = self.query_one(Line).said
        self.again()

    def on_done(self, event: Done) -> None:
        """Enter: a screen or other action at once; a command after a second Enter."""
        event.stop()
        line = self.query_one(Line).said.strip()
        action = BY_ID.get(line.replace("-", "_"))
        if action is not None and (action.how in ("screen", "own") or meant(line) is None):
            self.interface.command_line = ""
            self.dismiss()
            self.interface.call_later(self.interface.perform, action)
            return
        try:
            said = saying.read(line, self.interface.session.now())
        except saying.Usage as wrong:
            self.interface.tell(str(wrong), "bad")
            return
        stands = self.minding.holds_up(said.act)
        if stands or self._armed != self.query_one(Line).said:
            self._armed = self.query_one(Line).said
            self.interface.tell(SENT_AGAIN if self.minding.shown else "Enter again sends it", "warn" if stands else "")
            self.again()
            return
        if self.interface.sending.say(said.act, said.record, basis=said.basis) is not None:
            self.interface.command_line = ""
            self.dismiss()

    def action_complete(self) -> None:
        """Take the first word that fits."""
        view = self.interface.view
        line = self.query_one(Line)
        if view is None:
            return
        head, found = completions(view, line.said)
        if found:
            ends = "" if head.endswith(",") else " "
            line.put(head + found[0] + ends)

    def action_back(self) -> None:
        """Leave; the line is kept."""
        self.dismiss()


def _meaning(word: str) -> str:
    do = meant(word)
    return WORDS[do].help if do is not None and called(do) == word else ""

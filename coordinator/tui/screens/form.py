"""A form: one command's fields, kept as a draft at every key, sent by two deliberate ones.

Law: Esc never discards. What is written stays a draft until it is safe in the outbox.
"""

import re
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from coordinator.incident.entries import OnRecord
from coordinator.session.saying import Usage
from coordinator.tui import choices
from coordinator.tui.forms import FORMS, NO, RECORD, YES, act_of, begun, label, place, record_of
from coordinator.tui.minding import SENT_AGAIN
from coordinator.tui.rows import aside
from coordinator.tui.screens.base import Writing
from coordinator.tui.spots import Listing, Spot
from coordinator.tui.texts import Line as TextLine
from coordinator.tui.texts import fitted
from coordinator.tui.view import View
from coordinator.tui.widgets.bars import Bar
from coordinator.tui.widgets.fields import Body, Changed, Choice, Done, Field, Line, Send
from coordinator.tui.widgets.pane import Pane

HERE = ("", "here")
"""What *Said by* says of words that are written by who says them."""
TEXTS = frozenset(("text", "briefing", "rationale", "reason", "alternative", "words"))


class FormScreen(Writing):
    """One command being written."""

    SEND = "SEND"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("tab", "complete", "Complete", show=False, priority=True),
        Binding("pagedown", "last", "To the last row", show=False, priority=True),
        Binding("down", "next", "Next", show=False),
        Binding("up", "before", "Before", show=False),
    ]

    def __init__(self, do: str, about: Spot, values: dict[str, str], *, resumed: bool = False) -> None:
        super().__init__()
        self.do = do
        self.about = about
        self._form = FORMS[do]
        self._values = dict(values)
        record = RECORD if do not in ("note", "decision", "offer", "assume", "stand_down", "end_operation") else ()
        shown = (*self._form.fields, *record)
        self._shown: tuple[str, ...] = tuple(name for name in shown if not (name == "refs" and "ref" in values))
        self._ready = False
        self._resumed = resumed
        self._begun = dict(values)
        self._anew: dict[str, str] = {}
        """What it begins with where there is no draft."""
        self._kept = False
        """Whether anything was written: what a form begins with is drafted anew each time, and is no draft."""

    @property
    def values(self) -> dict[str, str]:
        """What is written now, with what the form began with and does not show."""
        written = {name: self._field(name).said for name in self._shown}
        return {**self._values, **written}

    def body(self) -> ComposeResult:
        yield Bar("title")
        with VerticalScroll(id="fields", can_focus=False):
            for name in self._shown:
                with Horizontal(id=f"row-{name}", classes="field long" if name in self._form.long else "field"):
                    yield _label(name)
                    yield self._made(name)
        yield Send(self.SEND)
        yield Pane("aside")

    def first_focus(self) -> None:
        self.query_one("#aside", Pane).can_focus = False
        self._unfold()
        self._field(self._begins_at()).focus()
        self._begun = self.values
        view = self.interface.view
        self._anew = begun(view, self.do, self.about) if view is not None else {}
        self._ready = True

    @property
    def _elsewhere(self) -> bool:
        """Whether it was said elsewhere than at this keyboard: by radio, by phone."""
        return "means" in self._shown and self._field("means").said not in HERE

    def _unfold(self) -> None:
        """For whom, when and in which words is asked of what was said elsewhere."""
        for name in RECORD[1:]:
            if name in self._shown:
                self.query_one(f"#row-{name}").display = self._elsewhere

    def _begins_at(self) -> str:
        """The first field to be written; for a draft that is back, the text that was being written."""
        if self._resumed:
            return next((name for name in self._shown if name in TEXTS), self._shown[0])
        empty = [name for name in self._shown if not self._field(name).said and name not in RECORD]
        return empty[0] if empty else self._shown[0]

    def fill(self, view: View) -> None:
        about = f" about {view.number(self.about.seq)}" if self.about.seq else ""
        self.query_one("#title", Bar).show(fitted(((self._form.title + about, "strong"),), self.size.width))
        self.query_one("#aside", Pane).show(self._beside(view))

    def keys(self, view: View) -> TextLine:
        return (
            ("Enter", "key"),
            (" next  ", ""),
            ("Tab", "key"),
            (" complete  ", ""),
            ("PgDn", "key"),
            (" to SEND  ", ""),
            ("Esc", "key"),
            (" leave, the draft is kept", ""),
        )

    def on_changed(self, event: Changed) -> None:
        event.stop()
        if self._ready and (self._kept or self.values != self._begun):
            self._kept = True
            self.command_id = ""  # what was sent is gone; this is written anew, and stays
            self._flash()
            self._unfold()
            self.keep()
            self.again()

    def keep(self) -> None:
        """What is written stays a draft; a form that was emptied again is none."""
        if {name: value for name, value in self.values.items() if value} == self._anew:
            self.interface.typed.drop(self.do, self.about)
        else:
            self.interface.typed.keep(self.do, self.about, self.values, self.interface.session.now())

    def on_done(self, event: Done) -> None:
        event.stop()
        self.action_next()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for name in self._shown:
            self.query_one(f"#label-{name}", Bar).show(_named(name, on=event.widget.id == name))
        self.again()

    def on_send_pressed(self, event: Send.Pressed) -> None:
        event.stop()
        if not self.command_id:
            self.send()

    def send(self) -> None:
        """The row that sends was pressed twice."""
        now = self.interface.session.now()
        try:
            act = act_of(self.do, self.spelled(), now)
            record = record_of(self.values, now) if self._elsewhere else OnRecord()
        except Usage as wrong:
            self.wrong(str(wrong))
            return
        if self.minding.holds_up(act):
            self.query_one(Send).disarm()
            self.interface.tell(SENT_AGAIN, "warn")
            self.again()
            return
        self.sent(self.interface.sending.say(act, record, written=(self.do, self.about, self.values)))

    def spelled(self) -> dict[str, str]:
        """What is written, with names from the roster as the roster spells them: `evacuate` is EVACUATE."""
        view = self.interface.view
        values = self.values
        if view is None:
            return values
        return {name: choices.spelled(choices.names(view, self.do, name), value) for name, value in values.items()}

    def wrong(self, sentence: str) -> None:
        """Say what is wrong in the form's own words, and go to the field."""
        found = re.search(r"--([a-z-]+)", sentence)
        name = found[1].replace("-", "_") if found is not None else ""
        if found is not None and name in self._shown:
            sentence = sentence.replace(found[0], label(name)).partition("; for example")[0]
            self._field(name).focus()
        self.interface.tell(sentence, "bad")

    def _flash(self) -> None:
        """A text that begins with ! is a FLASH, and says so at once."""
        if self.do in ("message", "broadcast") and self._field("text").said.startswith("!"):
            self._field("precedence").put("FLASH")

    def action_next(self) -> None:
        """To the next row."""
        self._step(1)

    def action_before(self) -> None:
        """To the row before."""
        self._step(-1)

    def action_complete(self) -> None:
        """Complete a name; where there is nothing to complete, go on."""
        field, view = self.focused, self.interface.view
        if isinstance(field, Line) and view is not None:
            name = field.id or ""
            head, part = aside.part(self.do, name, field.said)
            found = aside.matching(view, self.do, name, field.said)
            if part and found and found[0] != part:
                field.put(head + found[0])
                return
        self.action_next()

    def _beside(self, view: View) -> Listing:
        field = self.focused
        if self.minding.shown and isinstance(field, Send):
            return aside.standing(self.minding.shown, self.size.width)
        subject = self._field("subject").said.strip() if self.do in ("order", "propose") else ""
        name, said = (field.id or "", field.said) if isinstance(field, Line) else ("", "")
        return aside.aside(view, self.do, self.about, self.size.width, field=name, said=said, subject=subject)

    def _step(self, by: int) -> None:
        names = [name for name in self._shown if self.query_one(f"#row-{name}").display]
        rows: list[Widget] = [*map(self._field, names), self.query_one(Send)]
        at = rows.index(self.focused) if self.focused in rows else 0
        rows[max(0, min(at + by, len(rows) - 1))].focus()

    def _field(self, name: str) -> Field:
        found = self.query_one(f"#{name}")
        assert isinstance(found, Line | Body | Choice)
        return found

    def _made(self, name: str) -> Field:
        slot, value = place(self.do, name), self._values.get(name, "")
        if slot.kind == "flag":
            return Choice(value, name, (YES, NO))
        if slot.kind == "choice":
            return Choice(value, name, slot.choices)
        if name in TEXTS:
            return Body(value, name, long=name in self._form.long)
        return Line(value, name)


def _named(name: str, *, on: bool) -> TextLine:
    return fitted(((">" if on else " ", "strong"), (label(name), "strong" if on else "")), 15)


def _label(name: str) -> Bar:
    bar = Bar(f"label-{name}")
    bar.add_class("label")
    bar.show(_named(name, on=False))
    return bar

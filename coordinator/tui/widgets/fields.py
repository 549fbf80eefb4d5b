"""Where things are written: a line, a text, a choice by digit, and the row that sends.

Law: Enter goes on to the next field; nothing is sent but from the last row, by a second, deliberate key.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from coordinator.tui.texts import LOOKS, Span


class Changed(Message):
    """The value of a field changed."""


class Done(Message):
    """The operator goes on to the next field."""


class Line(Input):
    """One line of text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "done", "Next", show=False)]

    def __init__(self, value: str, id: str) -> None:
        super().__init__(value, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    @property
    def said(self) -> str:
        return self.value

    def put(self, value: str) -> None:
        """Write this in it, with the cursor at its end."""
        self.value = value
        self.cursor_position = len(value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Changed())

    def action_done(self) -> None:
        """Go on."""
        self.post_message(Done())


class Body(TextArea):
    """A text of several lines. Where `long`, Enter begins a new line; else it goes on."""

    def __init__(self, value: str, id: str, *, long: bool) -> None:
        super().__init__(value, id=id, soft_wrap=True, compact=True, tab_behavior="focus", show_line_numbers=False)
        self.cursor_blink = False
        self.highlight_cursor_line = False
        self._long = long

    @property
    def said(self) -> str:
        return self.text

    def put(self, value: str) -> None:
        """Write this in it."""
        self.text = value

    def on_mount(self) -> None:
        if not self._long:
            self.move_cursor(self.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(Changed())

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not self._long:
            event.stop()
            event.prevent_default()
            self.post_message(Done())
            return
        await super()._on_key(event)


    def action_cursor_up(self, select: bool = False) -> None:
        """A line up; from the first, to the row before."""
        if self.navigator.is_first_wrapped_line(self.cursor_location):
            raise SkipAction
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """A line down; from the last, to the row after."""
        if self.navigator.is_last_wrapped_line(self.cursor_location):
            raise SkipAction
        super().action_cursor_down(select)


class Choice(Widget, can_focus=True):
    """One of a few, by digit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before", show=False),
        Binding("right", "step(1)", "After", show=False),
        Binding("enter", "done", "Next", show=False),
        Binding("backspace,delete", "clear", "None", show=False),
    ]

    def __init__(self, value: str, id: str, choices: Sequence[str]) -> None:
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._value = value if value in self._choices else ""

    @property
    def said(self) -> str:
        return self._value

    def put(self, value: str) -> None:
        """Choose this."""
        if value != self._value:
            self._value = value if value in self._choices else ""
            self.refresh()
            self.post_message(Changed())

    def render(self) -> Content:
        spans: list[Span] = []
        for digit, choice in enumerate(self._choices, start=1):
            chosen = choice == self._value
            spans.append((f"[{digit} {choice}]" if chosen else f"{digit} {choice}", "cursor" if chosen else ""))
            spans.append((" ", ""))
        return Content.assemble(*((text, LOOKS[look]) for text, look in spans))

    def on_key(self, event: events.Key) -> None:
        digit = event.character or ""
        if digit.isdigit() and 0 < int(digit) <= len(self._choices):
            event.stop()
            self.put(self._choices[int(digit) - 1])
            self.post_message(Done())

    def action_step(self, by: int) -> None:
        """Choose the one before or after."""
        at = self._choices.index(self._value) if self._value else -1 if by > 0 else 0
        self.put(self._choices[(at + by) % len(self._choices)])

    def action_clear(self) -> None:
        """Choose none."""
        self.put("")

    def action_done(self) -> None:
        """Go on."""
        self.post_message(Done())

    def on_focus(self, _: events.Focus) -> None:
        self.refresh()


class Send(Widget, can_focus=True):
    """The last row: Enter arms it, Enter again sends."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", "Send", show=False)]

    class Pressed(Message):
        """Send it."""

    def __init__(self, word: str) -> None:
        super().__init__(id="send")
        self._word = word
        self._armed = False

    def render(self) -> Content:
        if not self.has_focus:
            return Content(f"  {self._word}")
        text = f"> {self._word}: ENTER again to send, Esc to go back" if self._armed else f"> {self._word}: ENTER"
        return Content.assemble((text, LOOKS["cursor" if self._armed else "strong"]))

    def action_press(self) -> None:
        """Arm, then send."""
        if self._armed:
            self.disarm()
            self.post_message(self.Pressed())
        else:
            self._armed = True
            self.refresh()

    @property
    def armed(self) -> bool:
        return self._armed

    def disarm(self) -> None:
        """Wait for two keys again."""
        self._armed = False
        self.refresh()

    def on_focus(self, _: events.Focus) -> None:
        self.refresh()

    def on_blur(self, _: events.Blur) -> None:
        self.disarm()


Field = Line | Body | Choice

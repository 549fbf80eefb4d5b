"""Reading an order back: its one hidden field is picked by digit, and Enter says it to the hub."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.incident.state import Order
from coordinator.tui.forms import label
from coordinator.tui.quiz import NONE, answer, quiz
from coordinator.tui.rows.orders import window
from coordinator.tui.screens.base import Base
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, exact, joined, plain, wrapped
from coordinator.tui.view import View, standing
from coordinator.tui.widgets.pane import Pane

HIDDEN = "?????????"


class ReadbackScreen(Base):
    """One order, one field hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", show=False, priority=True)]

    def __init__(self, order: Order, view: View) -> None:
        super().__init__()
        self._order = order
        self._cancelled = not standing(order, view.now) and not order.releasing
        self._quiz = quiz(order, view.centre, view.ground, cancelled=self._cancelled)

    def body(self) -> ComposeResult:
        yield Pane("order")
        yield Pane("options")

    def first_focus(self) -> None:
        self.query_one("#order", Pane).can_focus = False
        options = self.query_one("#options", Pane)
        options.styles.height = len(self._quiz.options) + 4
        options.focus()

    def fill(self, view: View) -> None:
        number = self._order.number
        title = f"{number} HAS ENDED: read back what has become of it " if self._cancelled else f"READ BACK {number} "
        self.query_one("#order", Pane).show(Listing(title, self._facts(view)))
        rows = [Row("o0", (("  choose by its digit", ""),), Spot("none", ""))]
        rows += [
            Row(f"o{place}", ((f"{place} ", "strong"), (plain(option), "")), Spot("none", option))
            for place, option in enumerate((*self._quiz.options, NONE), start=1)
        ]
        asked = (
            f"WHAT WAS {label(self._quiz.field).upper()}? digit, then Enter "
            if not self._cancelled
            else "WHAT NOW? digit, then Enter "
        )
        self.query_one("#options", Pane).show(Listing(asked, tuple(rows)))

    def keys(self, view: View) -> Line:
        return (
            ("digit", "key"),
            (" chooses  ", ""),
            ("Enter", "key"),
            (" reads it back  ", ""),
            ("Esc", "key"),
            (" later", ""),
        )

    def on_key(self, event: events.Key) -> None:
        options = self.query_one("#options", Pane)
        if (event.character or "").isdigit():
            event.stop()
            options.select(f"o{event.character}")
        elif event.key == "enter":
            event.stop()
            if not options.spot.ref:
                self.interface.tell("choose by its digit first", "warn")
                return
            self.interface.sending.say(answer(self._order, self._quiz, options.spot.ref))
            self.dismiss()

    def action_back(self) -> None:
        """Later."""
        self.dismiss()

    def _facts(self, view: View) -> tuple[Row, ...]:
        order, hidden = self._order, "" if self._cancelled else self._quiz.field
        said = order.said
        times = [f"from {exact(said.start)}Z"] if said.start is not None else []
        times += [f"until {HIDDEN if hidden == 'until' else f'{exact(said.until)}Z'}"] if said.until is not None else []
        facts = {
            "verb": order.verb,
            "subject": order.subject,
            "except": joined(order.excepted),
            "object": order.object,
            "quantity": str(order.quantity) if order.quantity is not None else "",
            "window": " ".join(times) or window(order),
            "to": joined(order.to),
            "by": f"{view.name(order.by)} at {exact(order.at)}Z",
            "because": order.rationale,
            "text": order.text,
        }
        width = max(self.size.width - 14, 20)
        rows: list[Row] = []
        for name, value in facts.items():
            look = "strong" if name == hidden else ""
            text = HIDDEN if name == hidden else value
            for place, part in enumerate(wrapped(text, width) if text else []):
                rows.append(Row(f"{name}{place}", ((f"{label(name) if not place else '':<12}", ""), (part, look))))
        return tuple(rows)

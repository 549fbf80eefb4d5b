"""A package: orders added one by one, changed and taken out, and sent as one step by two deliberate keys.

Law: Esc never discards. The package is one draft, saved at every key, whichever of its orders is being written.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from coordinator.session.saying import Usage
from coordinator.tui.forms import act_of
from coordinator.tui.minding import SENT_AGAIN
from coordinator.tui.packing import Bundle, Part, act, read
from coordinator.tui.rows import aside
from coordinator.tui.screens.base import Writing
from coordinator.tui.screens.form import FormScreen
from coordinator.tui.spots import NOWHERE, Listing, Row, Spot
from coordinator.tui.texts import Line as TextLine
from coordinator.tui.texts import fit, fitted, plain
from coordinator.tui.view import View
from coordinator.tui.widgets.bars import Bar
from coordinator.tui.widgets.fields import Changed, Done, Line, Send
from coordinator.tui.widgets.pane import Pane

DO = "package"


class PartScreen(FormScreen):
    """One order of a package: the order's form, which puts it in instead of sending it."""

    SEND = "PUT IT INTO THE PACKAGE"

    def __init__(self, values: Part, keep: Callable[[Part], None]) -> None:
        super().__init__("order", NOWHERE, values, resumed=bool(values))
        self._keep_part = keep

    def keep(self) -> None:
        """What is written is part of the package's draft."""
        self._keep_part({name: value for name, value in self.spelled().items() if value})

    def send(self) -> None:
        try:
            act_of(self.do, self.spelled(), self.interface.session.now())
        except Usage as wrong:
            self.wrong(str(wrong))
            return
        self.keep()
        self.dismiss()

    def action_back(self) -> None:
        """Back to the package; what is written stays in it."""
        self.dismiss()


class PackageScreen(Writing):
    """The orders of a package, and what it supersedes as a whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, priority=True),
        Binding("pagedown", "last", "To the last row", show=False, priority=True),
    ]

    do = DO

    def __init__(self, values: Part) -> None:
        super().__init__()
        self._bundle = read(values)

    def body(self) -> ComposeResult:
        yield Bar("title")
        yield Pane("parts")
        with Horizontal(classes="field"):
            label = Bar("label-supersedes")
            label.add_class("label")
            label.show(fitted(((" Supersedes", ""),), 15))
            yield label
            yield Line(self._bundle.supersedes, "supersedes")
        yield Send("SEND ALL AS ONE STEP")
        yield Pane("aside")

    def first_focus(self) -> None:
        self.query_one("#aside", Pane).can_focus = False
        self.query_one("#parts", Pane).focus()

    def fill(self, view: View) -> None:
        title = "PACKAGE of orders: all in force together, or none"
        self.query_one("#title", Bar).show(fitted(((title, "strong"),), self.size.width))
        rows = tuple(_row(place, part) for place, part in enumerate(self._bundle.parts))
        self.query_one("#parts", Pane).show(Listing(f"ORDERS {len(rows)}", rows, "none yet: a adds one"))
        shown = self.minding.shown
        self.query_one("#aside", Pane).show(aside.standing(shown, self.size.width) if shown else _HELP)

    def keys(self, view: View) -> TextLine:
        words = {"a": "add", "Enter": "change", "x": "take out", "Tab": "supersedes", "PgDn": "to SEND"}
        spans = [span for key, text in words.items() for span in ((key, "key"), (f" {text}  ", ""))]
        return (*spans, ("Esc", "key"), (" leave, kept", ""))

    def on_key(self, event: events.Key) -> None:
        pane = self.query_one("#parts", Pane)
        if not pane.has_focus:
            return
        place = int(pane.spot.ref) if pane.spot.ref else -1
        if event.character == "a":
            self._write(len(self._bundle.parts))
        elif event.key == "enter" and place >= 0:
            self._write(place)
        elif event.character == "x" and place >= 0:
            self._keep(self._bundle.without(place))
        else:
            return
        event.stop()

    def on_changed(self, event: Changed) -> None:
        event.stop()
        said = self.query_one("#supersedes", Line).said
        if said != self._bundle.supersedes:
            self._keep(Bundle(self._bundle.parts, said))

    def on_done(self, event: Done) -> None:
        event.stop()
        self.action_last()

    def on_send_pressed(self, event: Send.Pressed) -> None:
        event.stop()
        if self.command_id:
            return
        try:
            made = act(self._bundle, self.interface.session.now())
        except Usage as wrong:
            self.interface.tell(str(wrong), "bad")
            return
        if self.minding.holds_up(made):
            self.interface.tell(SENT_AGAIN, "warn")
            self.again()
            return
        self.sent(self.interface.sending.say(made, written=(DO, NOWHERE, self._bundle.values)))

    def _write(self, place: int) -> None:
        written = self._bundle.parts[place] if place < len(self._bundle.parts) else {}
        self.interface.push_screen(PartScreen(written, lambda part: self._keep(self._bundle.put(place, part))))

    def _keep(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self.command_id = ""  # what was sent is gone; this is written anew, and stays
        if bundle.parts or bundle.supersedes:
            self.interface.typed.keep(DO, NOWHERE, bundle.values, self.interface.session.now())
        else:
            self.interface.typed.drop(DO, NOWHERE)
        self.again()


_HELP = Listing(
    "EACH IS DECIDED AGAINST WHAT THOSE BEFORE IT LEAVE ",
    (Row("one", (("The first that fails refuses all of them, and is named.", ""),)),),
)


def _row(place: int, part: Part) -> Row:
    what = " ".join(part.get(name, "") for name in ("verb", "subject", "object", "quantity") if part.get(name))
    but = f" except {part['except']}" if part.get("except") else ""
    more = [
        f"to {part.get('to', '?')}",
        *(f"{name} {part[name]}" for name in ("supersedes", "until") if part.get(name)),
    ]
    line: TextLine = (
        (fit(f"{place + 1}", 3), "strong"),
        (plain(what + but) or "not written yet", "strong"),
        (f"  {plain('; '.join(more))}", ""),
    )
    return Row(f"part{place}", line, Spot("none", str(place)))

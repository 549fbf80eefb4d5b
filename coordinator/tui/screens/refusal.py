"""The refusal: what you ordered, what it clashes with and why, and the ways out, each by a digit and Enter."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coordinator.incident.acts import Act
from coordinator.incident.entries import Command, Remedy
from coordinator.tui.forms import FORMS
from coordinator.tui.remedy import Plan, begun, plan
from coordinator.tui.rows.tell import told
from coordinator.tui.rows.words import said, what
from coordinator.tui.screens.base import Base
from coordinator.tui.sending import Refusal
from coordinator.tui.spots import NOWHERE, Listing, Row, Spot
from coordinator.tui.texts import Line, exact, joined, plain, wrapped
from coordinator.tui.view import View
from coordinator.tui.widgets.fields import Body, Changed, Done
from coordinator.tui.widgets.pane import Pane

SHOWN = 8


class RefusalScreen(Base):
    """Why not, and what now."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", show=False, priority=True)]

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self._refusal = refusal
        self._asking: int | None = None

    @property
    def act(self) -> Act:
        return self._refusal.sent.act

    def body(self) -> ComposeResult:
        yield Pane("why")
        yield Pane("ways")
        yield Body("", "words", long=False)

    def first_focus(self) -> None:
        self.query_one("#why", Pane).can_focus = False
        self.query_one("#words", Body).display = False
        self.query_one("#ways", Pane).focus()

    def fill(self, view: View) -> None:
        width = self.size.width
        why = self._why(view, width)
        pane, ways = self.query_one("#why", Pane), self._ways(width)
        ways_pane = self.query_one("#ways", Pane)
        ways_pane.styles.height = min(len(ways.rows) + 1, max(self.size.height // 2, 5))
        pane.show(Listing(f"NOT SENT: {self._refusal.outcome.code.upper()} ", why, "", " what you wrote is kept "))
        ways_pane.show(ways)

    def keys(self, view: View) -> Line:
        if self._asking is not None:
            return (("Enter", "key"), (" sends it with this reason  ", ""), ("Esc", "key"), (" back", ""))
        return (
            ("digit", "key"),
            (" chooses  ", ""),
            ("Enter", "key"),
            (" sends it  ", ""),
            ("e", "key"),
            (" change it myself  ", ""),
            ("v", "key"),
            (" show the clash  ", ""),
            ("x", "key"),
            (" drop it  ", ""),
            ("Esc", "key"),
            (" later", ""),
        )

    def on_key(self, event: events.Key) -> None:
        if self._asking is not None:
            return
        pressed = event.character or event.key
        if pressed.isdigit():
            ways = self.query_one("#ways", Pane)
            ways.select(f"way{pressed}")
            if ways.spot.ref.isdigit() and _same_again(self._refusal.outcome.remedies[int(ways.spot.ref)]):
                self._take()
        elif event.key == "enter":
            self._take()
        elif pressed == "e":
            self._change()
        elif pressed == "v" and self._refusal.outcome.clashes:
            self.interface.open_seq(self._refusal.outcome.clashes[0])
        elif pressed == "x":
            self._drop()
        else:
            return
        event.stop()

    def on_changed(self, event: Changed) -> None:
        event.stop()

    def on_done(self, event: Done) -> None:
        """The reason that the remedy asked for is written."""
        event.stop()
        words = self.query_one("#words", Body).said.strip()
        if self._asking is not None and words:
            made = plan(self.act, self._refusal.outcome.remedies[self._asking], words)
            if made is not None:
                self._send(made)
        else:
            self.interface.tell("say why: it stands in the log beside both", "warn")

    def action_back(self) -> None:
        """Leave it for later: it stays listed on Post, and what was written is a draft."""
        if self._asking is not None:
            self._asking = None
            self.query_one("#words", Body).display = False
            self.query_one("#ways", Pane).focus()
            self.again()
            return
        self.interface.tell("kept: Post lists the refusal and your draft")
        self.dismiss()

    def _take(self) -> None:
        spot = self.query_one("#ways", Pane).spot
        if not spot.ref.isdigit():
            self.interface.tell("choose a way by its digit first", "warn")
            return
        remedy = self._refusal.outcome.remedies[int(spot.ref)]
        made = plan(self.act, remedy)
        if made is None and remedy.do in FORMS:
            shown = (*FORMS[remedy.do].fields, "ref")
            values = {name: value for name, value in begun(self.act, remedy).items() if name in shown}
            self._done()
            self.interface.open_form(remedy.do, NOWHERE, values)
        elif made is None:
            self.interface.tell(f"{plain(remedy.text)}: nothing to send from here", "warn")
        elif made.asks:
            self._asking = int(spot.ref)
            words = self.query_one("#words", Body)
            words.display = True
            words.focus()
            self.interface.tell("because: write the reason, then Enter sends it", "warn")
            self.again()
        else:
            self._send(made)

    def _send(self, made: Plan) -> None:
        sent = self._refusal.sent
        self._done()
        id = self.interface.sending.say(made.act, sent.record, basis=made.basis, written=sent.written, then=made.then)
        if id is not None:
            self._drop_draft()

    def _change(self) -> None:
        written = self._refusal.sent.written
        self._done()
        if written is None:
            self.interface.tell("write it anew: it did not come from a form", "warn")
            return
        draft = self.interface.sending.draft(self._refusal)
        if draft is not None:
            self.interface.drafts.take(draft)
        self.interface.open_form(*written)

    def _drop_draft(self) -> None:
        draft = self.interface.sending.draft(self._refusal)
        if draft is not None:
            self.interface.drafts.drop(draft.do, draft.kind, draft.ref, draft.command)

    def _drop(self) -> None:
        self._drop_draft()
        self.interface.tell("dropped; the refusal stands in the log")
        self._done()

    def _done(self) -> None:
        self.interface.sending.forget(self._refusal.id)
        self.dismiss()

    def _why(self, view: View, width: int) -> tuple[Row, ...]:
        outcome = self._refusal.outcome
        lines: list[Line] = [((part, "warn"),) for part in wrapped(outcome.message, width - 2)]
        lines += _pair("you", said(Command(by=view.me, act=self.act)), width)
        for seq in outcome.clashes[:SHOWN]:
            lines += self._clash(view, seq, width)
        if len(outcome.clashes) > SHOWN:
            lines.append(((f"and {len(outcome.clashes) - SHOWN} more", ""),))
        return tuple(Row(f"w{place}", line) for place, line in enumerate(lines))

    def _clash(self, view: View, seq: int, width: int) -> list[Line]:
        order = view.state.orders.get(seq)
        if order is None:
            found = self.interface.source.find(seq)
            return _pair("entry", f"#{seq} {told(found) if found is not None else ''}", width)
        term = next(
            (t.term for d in view.desks for t in reversed(d.terms) if t.holder == order.by and t.seq <= order.seq), None
        )
        who = f"{view.name(order.by)}" + (f" (term {term})" if term is not None else "")
        until = f" until {exact(order.until)}Z" if order.until is not None else ""
        lines = _pair("holds", f"{order.number} {what(order)} since {exact(order.start)}Z{until}", width)
        lines += _pair("  by", f"{who}, to {joined(order.to)}", width)
        return lines + (_pair("  because", f'"{order.rationale}"', width) if order.rationale else [])

    def _ways(self, width: int) -> Listing:
        rows = [Row("way0", (("  choose a way by its digit", ""),), Spot("none", ""))]
        for place, remedy in enumerate(self._refusal.outcome.remedies):
            digit = str(place + 1) if place < SHOWN + 1 else " "
            at_once = " (at once)" if _same_again(remedy) else ""
            first, *rest = wrapped(remedy.text + at_once, width - 5)
            rows.append(Row(f"way{digit}", ((f"{digit} ", "strong"), (first, "")), Spot("none", str(place))))
            rows += [Row(f"way{digit}-{more}", ((f"   {text}", ""),)) for more, text in enumerate(rest)]
        return Listing("WAYS OUT: digit, then Enter ", tuple(rows), "e changes it")


def _same_again(remedy: Remedy) -> bool:
    """Whether it sends just what its author sent, knowing more now: one key is enough for that."""
    return set(remedy.changes) == {"basis"}


def _pair(name: str, text: str, width: int) -> list[Line]:
    first, *rest = wrapped(plain(text), max(width - 12, 20))
    return [((f"{name:<10}", "strong"), (first, "")), *[((" " * 10, ""), (more, "")) for more in rest]]

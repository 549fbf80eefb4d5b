"""Proposals that clash, side by side: one key issues one of them, one more declines the rest with one reason."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from coordinator.incident.state import Proposal
from coordinator.tui.rows.order_detail import proposal_facts
from coordinator.tui.screens.base import Base
from coordinator.tui.spots import NOWHERE, Listing, Row, Spot
from coordinator.tui.view import View
from coordinator.tui.widgets.pane import Pane

AT_MOST = 3


class RivalsScreen(Base):
    """A proposal and those that it clashes with."""

    main = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before", show=False, priority=True),
        Binding("right", "step(1)", "After", show=False, priority=True),
    ]

    def __init__(self, seqs: tuple[int, ...]) -> None:
        super().__init__()
        self._seqs = seqs[:AT_MOST]

    @property
    def spot(self) -> Spot:
        focused = self.focused
        if focused is None or not (focused.id or "").startswith("rival"):
            return NOWHERE
        return Spot("proposal", (focused.id or "").removeprefix("rival"))

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            for seq in self._seqs:
                pane = Pane(f"rival{seq}")
                pane.add_class("rival")
                yield pane

    def first_focus(self) -> None:
        self.query(Pane).first().focus()

    def go(self, digit: int) -> None:
        if 0 < digit <= len(self._seqs):
            self.query_one(f"#rival{self._seqs[digit - 1]}").focus()

    def action_step(self, by: int) -> None:
        """To the one beside it."""
        seq = self.spot.seq
        at = self._seqs.index(seq) if seq in self._seqs else 0
        self.go((at + by) % len(self._seqs) + 1)

    def fill(self, view: View) -> None:
        for place, seq in enumerate(self._seqs, start=1):
            pane = self.query_one(f"#rival{seq}", Pane)
            proposal = view.state.proposals.get(seq)
            lines = proposal_facts(view, proposal, max(pane.size.width - 2, 20)) if proposal is not None else []
            rows = tuple(Row(f"p{line_place}", line) for line_place, line in enumerate(lines))
            over = proposal.end.upper() if proposal is not None and proposal.end else "i issues, D declines"
            pane.show(Listing(f"{place} {view.number(seq)}", rows, "", f" {over} "))


def rivals(view: View, proposal: Proposal) -> tuple[int, ...]:
    """A proposal, then the open ones that it clashes with, either way round."""
    open_ones = {one.seq: one for one in view.proposals}
    clashing = [seq for seq, one in open_ones.items() if seq in proposal.clashes or proposal.seq in one.clashes]
    return (proposal.seq, *(seq for seq in clashing if seq != proposal.seq))

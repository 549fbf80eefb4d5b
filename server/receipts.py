"""Delivered, seen and opened, batched: what clients report becomes one entry about every second.

Law: only what concerns the reporting centre counts, or lies on a desk of the one who opened it; and each fact once.
"""

from collections import defaultdict
from collections.abc import Iterable

from coordinator.incident.hubacts import Receipt, Receipts
from coordinator.incident.hubwork import awaits_opening, awaits_receipt
from coordinator.incident.state import Mark, Report, State

EVERY = 1.0
"""Seconds that a receipt may wait for others."""


class ReceiptBook:
    def __init__(self) -> None:
        self._delivered: dict[str, set[int]] = defaultdict(set)
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._opened: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.since: float | None = None
        """When the oldest waiting receipt came."""

    def note(self, state: State, operator: str, delivered: Iterable[int], seen: Iterable[int], now: float) -> None:
        """Take down what reached an operator's screen, and what they opened."""
        centre = state.roster.ground.operators[operator].centre
        for seq in delivered:
            mark = _mark(state, seq, centre)
            if mark is not None and mark.delivered is None and mark.seen is None:
                self._delivered[centre].add(seq)
                self.since = now if self.since is None else self.since
        for seq in seen:
            mark = _mark(state, seq, centre)
            if mark is not None and mark.seen is None:
                self._seen[centre].add(seq)
                self.since = now if self.since is None else self.since
            if awaits_opening(state, seq, operator):
                self._opened[centre][operator].add(seq)
                self.since = now if self.since is None else self.since

    def take(self) -> Receipts:
        """All that waits, as the body of one entry."""
        centres = sorted({*self._delivered, *self._seen, *self._opened})
        made = Receipts(
            receipts=tuple(
                Receipt(
                    centre=centre,
                    delivered=tuple(sorted(self._delivered[centre])),
                    seen=tuple(sorted(self._seen[centre])),
                    opened={name: tuple(sorted(seqs)) for name, seqs in sorted(self._opened[centre].items())},
                )
                for centre in centres
            )
        )
        self._delivered.clear()
        self._seen.clear()
        self._opened.clear()
        self.since = None
        return made


def _mark(state: State, seq: int, centre: str) -> Mark | Report | None:
    """What that centre has done with a message or an order that is addressed to it; None: it is not."""
    if not awaits_receipt(state, seq, centre):
        return None
    message, order = state.messages.get(seq), state.orders.get(seq)
    if message is not None:
        return message.marks.get(centre, Mark())
    return order.reports.get(centre, Report()) if order is not None else None

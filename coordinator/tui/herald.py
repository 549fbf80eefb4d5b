"""Says what changes about the duty, and what rings: on joining, when a desk or a charter changes, when an alarm comes.

Law: one line, never a modal; what came while nobody looked is collapsed into its number and the newest.
"""

from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Alarm, Due
from coordinator.incident.roster import Scope
from coordinator.tui.texts import Span, plain
from coordinator.tui.view import View

RINGING = ("-overdue", "-escalation-", "rollcall-again", "rollcall-contact")
"""Deadlines that ring; half time and due time are only shown."""


class Herald:
    """Remembers what was last announced."""

    def __init__(self) -> None:
        self._holders: dict[str, tuple[str, int]] = {}
        self._charters: dict[str, Scope] = {}
        self._rung: list[tuple[int, str]] = []
        self.alarms: frozenset[int] = frozenset()
        """Entries that have just rung at this operator, for the bell."""

    def arrived(self, entries: list[Entry], me: str) -> None:
        """Entries came in: keep those that ring here."""
        for entry in entries:
            body = entry.body
            if not isinstance(body, Alarm | Due) or me not in body.to:
                continue
            if isinstance(body, Due) and (entry.found.late or not any(part in body.what for part in RINGING)):
                continue  # what fell due while the hub was down rings once, as its summary
            self._rung.append((entry.seq, body.text or body.what))

    def look(self, view: View) -> Span | None:
        """What is to be said now, if anything."""
        duty = self._duty(view)
        rung, self._rung = self._rung, []
        self.alarms = frozenset(seq for seq, _ in rung)
        if rung:
            more = f"{len(rung)} alarms, the last: " if len(rung) > 1 else ""
            moved = f"; {duty[0]}" if duty is not None else ""
            return (f"{more}{plain(rung[-1][1])}{moved}", "alarm")
        return duty

    def _duty(self, view: View) -> Span | None:
        first = not self._holders
        holders = {desk.scope: (desk.holder, desk.term) for desk in view.desks}
        charters = {scope.id: scope for scope in view.state.roster.scopes}
        moved = [scope for scope, held in holders.items() if self._holders.get(scope) != held]
        changed = [id for id, scope in charters.items() if id in self._charters and self._charters[id] != scope]
        self._holders, self._charters = holders, charters
        if first:
            return (f"Charter (c): bring things to {_points(view, list(holders))}", "info")
        if moved:
            return (f"On duty now: {_points(view, moved)}", "info")
        return (f"The charter of {', '.join(map(plain, changed))} has changed: c shows it", "info") if changed else None


def _points(view: View, scopes: list[str]) -> str:
    """`Operations: Jude Okafor; Medical: UNHELD`."""
    desks = (desk for desk in view.desks if desk.scope in scopes)
    return "; ".join(
        f"{plain(scope.name if (scope := view.scope(desk.scope)) is not None else desk.scope)}: "
        + (plain(view.name(desk.holder)) if desk.holder else "UNHELD")
        for desk in desks
    )

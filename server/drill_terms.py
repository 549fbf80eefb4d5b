"""Who held which desk at which entry, so that an inject carries the terms that its author held as of its basis."""

from coordinator.incident.state import State


class Terms:
    """Learned state by state, as the log grows."""

    def __init__(self) -> None:
        self._held: list[tuple[int, dict[str, tuple[str, int]]]] = []
        self._last: object = None

    def learn(self, state: State) -> None:
        """The state as of its last entry."""
        if state.desks is not self._last:
            self._last = state.desks
            held = {desk.scope: (desk.holder, desk.term) for desk in state.desks.values()}
            self._held.append((state.seq, held))

    def of(self, operator: str, basis: int) -> dict[str, int]:
        """The terms that an operator held as of an entry."""
        held = next((held for seq, held in reversed(self._held) if seq <= basis), {})
        return {scope: term for scope, (holder, term) in held.items() if holder == operator}

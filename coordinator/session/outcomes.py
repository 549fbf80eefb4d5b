"""What became of a session's commands, for whoever waits for it now or asks for it later."""

import asyncio

from coordinator.incident.entries import Outcome
from coordinator.session.faults import Fault, Unreachable

REMEMBERED = 1_000
"""Outcomes that are still known after they were given."""


class Outcomes:
    """Outcomes by the commands' ids."""

    def __init__(self) -> None:
        self._known: dict[str, Outcome] = {}
        self._awaited: dict[str, asyncio.Future[Outcome]] = {}

    def of(self, id: str) -> Outcome | None:
        """What became of it, once that is known."""
        return self._known.get(id)

    async def wait(self, id: str) -> Outcome:
        """Wait until it is known. Raises the fault that ends all waiting."""
        known = self._known.get(id)
        if known is not None:
            return known
        awaited = self._awaited.get(id)
        if awaited is None:
            awaited = self._awaited[id] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(awaited)

    def settle(self, id: str, outcome: Outcome) -> None:
        """It is known now."""
        self._known[id] = outcome
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        awaited = self._awaited.pop(id, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(outcome)

    def fail(self, fault: Fault) -> None:
        """Nothing more will be known: the session has met a fault."""
        for awaited in self._awaited.values():
            if not awaited.done():
                awaited.set_exception(fault)
                awaited.exception()  # looked at here: it is no mistake where nobody waits any more
        self._awaited.clear()

    def close(self) -> None:
        """Nothing more will be known: the session ends."""
        self.fail(Unreachable("the session ended before the hub decided"))

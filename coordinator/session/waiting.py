"""Commands on their way to the hub: kept before they are sent, one at a time in the order they were written.

An order that waited too long, or was written for another log, is held back until its author says that it is still
wanted; what was written after it goes on. Sans I/O: the shelf keeps, the session sends.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from coordinator.incident.acts import Act, Issue, Order, Package
from coordinator.incident.entries import Command

STILL_WANTED_AFTER = timedelta(minutes=2)
"""An order older than this does not fire by itself (DESIGN 8)."""


class Waiting(Struct, frozen=True, kw_only=True):
    """A command that was written and is not decided."""

    command: Command
    queued_at: datetime
    former: bool = False
    """It was written for another log than the one that it waits for now."""

    @property
    def id(self) -> str:
        return self.command.id


class Box(Protocol):
    """Where undecided commands are kept, so that they outlive the program."""

    def put(self, waiting: Waiting) -> None:
        """Keep a command; when this returns, it is kept."""
        ...

    def undecided(self) -> list[Waiting]:
        """What is kept, in the order in which it was written."""
        ...

    def settle(self, id: str, how: str) -> None:
        """It waits no more: decided, dropped by its author, or refused with the code of an error."""
        ...


class MemoryBox:
    """Keeps commands only as long as the program runs: for scripts, which say so."""

    def __init__(self) -> None:
        self._kept: dict[str, Waiting] = {}

    def put(self, waiting: Waiting) -> None:
        self._kept[waiting.id] = waiting

    def undecided(self) -> list[Waiting]:
        return list(self._kept.values())

    def settle(self, id: str, how: str) -> None:
        self._kept.pop(id, None)


class Queue:
    """The order in which what waits is sent."""

    def __init__(self, box: Box, sure: bool = False) -> None:
        self._box = box
        self._sure = sure
        self._waiting = {waiting.id: waiting for waiting in box.undecided()}
        self._confirmed: set[str] = set()
        self._under_way = ""

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, id: str) -> bool:
        return id in self._waiting

    @property
    def all(self) -> tuple[Waiting, ...]:
        """Everything undecided, oldest first."""
        return tuple(self._waiting.values())

    def put(self, waiting: Waiting) -> None:
        """Keep a command behind all others."""
        self._box.put(waiting)
        self._waiting[waiting.id] = waiting

    def join(self, taken: Iterable[Waiting]) -> None:
        """What was taken over into the box waits here as well, behind all others."""
        self._waiting.update({waiting.id: waiting for waiting in taken})

    def next(self, now: datetime) -> Waiting | None:
        """What to send now, if anything: nothing while one is under way."""
        if self._under_way:
            return None
        return next((waiting for waiting in self._waiting.values() if not self._asks(waiting, now)), None)

    def doubtful(self, now: datetime) -> tuple[Waiting, ...]:
        """Orders that waited too long: they are not sent until their author confirms them."""
        return tuple(waiting for waiting in self._waiting.values() if self._asks(waiting, now))

    def sent(self, id: str) -> None:
        """It is under way; the next one waits for its decision."""
        self._under_way = id

    def again(self) -> None:
        """What was under way may not have arrived: send it again, with the same id."""
        self._under_way = ""

    def confirm(self, id: str) -> None:
        """Its author still wants it."""
        self._confirmed.add(id)

    def drop(self, id: str) -> Waiting | None:
        """Its author does not want it any more; what it said comes back, so that no text is lost."""
        if id == self._under_way:
            return None
        self._box.settle(id, "dropped")
        return self._waiting.pop(id, None)

    def settled(self, id: str, how: str) -> None:
        """The hub has decided, or cannot take it; `how` is one word for it."""
        if self._waiting.pop(id, None) is not None:
            self._box.settle(id, how)
        if id == self._under_way:
            self._under_way = ""

    def _asks(self, waiting: Waiting, now: datetime) -> bool:
        old = waiting.former or now - waiting.queued_at > STILL_WANTED_AFTER
        sure = self._sure or waiting.id in self._confirmed or waiting.id == self._under_way
        return old and not sure and fires(waiting.command.act)


def fires(act: Act) -> bool:
    """Whether an act brings an order into force. One that was given elsewhere is a fact already."""
    return isinstance(act, Issue | Package) or (type(act) is Order and not act.given)

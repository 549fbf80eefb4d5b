"""What is typed ahead goes where it was meant: a key is looked at only when all that the one before did is done.

Law: keys are taken one at a time, in order. On a slow line they come in bursts; without this the letters of a text
would be actions of the screen that is still there.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

PATIENCE = 1.0
"""A part of the interface that is busy for longer holds up no key."""
ROUNDS = 2
"""What a key brings about may itself bring about something: a screen that opens puts the cursor somewhere."""

Handle = Callable[[events.Event], Awaitable[None]]


class TypeAhead:
    """Keys that wait for the one before them."""

    def __init__(self, handle: Handle, parts: Callable[[], "list[MessagePump | None]"]) -> None:
        self._handle = handle
        self._parts = parts
        self._waiting: deque[events.Event] = deque()
        self._task: asyncio.Task[None] | None = None
        self._begun = 0

    @property
    def count(self) -> int:
        """How many keys have been looked at; one that waits still is not among them."""
        return self._begun

    @property
    def waiting(self) -> bool:
        """Whether keys came that were not looked at yet."""
        return bool(self._waiting)

    def take(self, event: events.Event) -> None:
        """A key, or a text that was pasted."""
        self._waiting.append(event)
        self._begin()

    def again(self, event: events.Event) -> None:
        """A key that the screen before only made way for: the next one takes it, before any other key."""
        self._waiting.appendleft(event)
        self._begin()

    def stop(self) -> None:
        """No more keys."""
        self._waiting.clear()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            self._begun += 1
            await self._handle(self._waiting.popleft())
            for _ in range(ROUNDS):
                for place in range(len(self._parts())):
                    await self._done(self._parts()[place])

    async def _done(self, part: "MessagePump | None") -> None:
        """Wait until that part has seen to everything it was given so far."""
        if part is None:
            return
        done = asyncio.Event()
        if part.call_later(done.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), PATIENCE)

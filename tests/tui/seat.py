"""One operator at one screen, without a terminal: keys in, lines of text out."""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context

from textual import events
from textual.keys import _character_to_key
from textual.strip import Strip

from coordinator.session.client import Session
from coordinator.tui.interface import Interface
from coordinator.tui.rows.welcome import ANY_KEY
from tests.session.stage import Stage

PATIENCE = 6.0
NAMED = {"enter": "\r", "tab": "\t", "escape": "\x1b", "space": " "}
"""What a terminal sends for a key with a name, where that is a character."""


class Seat:
    """An interface in a task of its own, as it has a process of its own in life, and the hands that use it."""

    def __init__(self, interface: Interface, session: Session) -> None:
        self.interface = interface
        self.session = session
        self._keys: asyncio.Queue[tuple[str, ...] | Callable[[], object] | None] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._context: Context | None = None
        self._task: asyncio.Task[None] | None = None

    async def begin(self, size: tuple[int, int]) -> None:
        """Sit down."""
        self._task = asyncio.create_task(self._sit(size))
        await self._ready.wait()

    async def leave(self) -> None:
        """Get up; the session stays."""
        self._keys.put_nowait(None)
        if self._task is not None:
            await self._task

    async def end(self) -> None:
        """Leave."""
        await self.leave()
        await self.session.close()

    async def _sit(self, size: tuple[int, int]) -> None:
        async with self.interface.run_test(size=size) as pilot:
            self._context = copy_context()
            self._ready.set()
            while (keys := await self._keys.get()) is not None:
                if callable(keys):
                    keys()
                else:
                    await self._strike(keys)
                await pilot.pause(0)
                self._keys.task_done()

    async def _strike(self, keys: tuple[str, ...]) -> None:
        """The keys one after the other, each when the one before is done: the interface itself sees to that.

        Textual's own way waits for the whole process to be idle, which it never is with several interfaces in it.
        """
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
            await self.interface.on_event(events.Key(name, key if len(key) == 1 else NAMED.get(key)))
        if (task := self.interface._ahead._task) is not None:
            await task

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        assert self._context is not None
        return [strip.text.rstrip() for strip in self._context.run(self._strips)]

    def _strips(self) -> list[Strip]:
        return self.interface.screen._compositor.render_strips()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def press(self, *keys: str) -> None:
        """Named keys, one after the other."""
        self._keys.put_nowait(keys)
        await self._keys.join()

    async def run(self, what: Callable[[], object]) -> None:
        """Something that the interface does by itself."""
        self._keys.put_nowait(what)
        await self._keys.join()

    async def type(self, text: str) -> None:
        """Write a text into the field that has the cursor, as a terminal pastes it."""
        self.interface.post_message(events.Paste(text))
        await self.press()

    async def sees(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not all(word in self.text for word in words):  # a screen tells nobody
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{words} never came:\n{self.text}") from None

    async def gone(self, word: str) -> None:
        """Wait until this is not on the screen any more."""
        async with asyncio.timeout(PATIENCE):
            while word in self.text:
                await asyncio.sleep(0.01)

    async def send(self) -> None:
        """From anywhere in a form: to the last row, and the two keys that send."""
        await self.press("pagedown", "enter", "enter")


class Room:
    """A hub and the seats before it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._seats: list[Seat] = []

    async def sit(self, operator: str, size: tuple[int, int] = (80, 24), keys: Mapping[str, str] | None = None) -> Seat:
        """An operator joins and sees their first screen."""
        folder = self.stage.folder / operator
        session = Session(self.stage.address, operator=operator, folder=folder, clock=self.stage.clock)
        await session.__aenter__()
        await session.ready(PATIENCE)
        seat = Seat(Interface(session, changed_keys=keys, driver_class=None, every=0.02), session)
        self._seats.append(seat)
        await seat.begin(size)
        await seat.sees("LINK ok")
        if ANY_KEY in seat.text:
            await seat.press("escape")
            await seat.gone(ANY_KEY)
        return seat

    def forget(self, seat: Seat) -> None:
        """It has left by itself."""
        self._seats.remove(seat)

    async def close(self) -> None:
        for seat in self._seats:
            await seat.end()

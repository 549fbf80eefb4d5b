"""Questions to the hub (older lines, searches) and their answers, matched by number."""

import asyncio

from msgspec import Struct, structs

from coordinator.incident.entries import Entry
from coordinator.journal.lines import decode
from coordinator.session.faults import HubSaid, Unreachable
from coordinator.session.transports import LinkLost, Transport
from coordinator.wire.frames import ErrorFrame, Fetch, Page, Search, pack


class Found(Struct, frozen=True):
    """What the hub found: entries, newest first; whether there may be older ones, and what to ask them `before`."""

    entries: tuple[Entry, ...]
    more: bool
    before: int


class Questions:
    """What has been asked and is not answered yet."""

    def __init__(self) -> None:
        self._asked: dict[int, asyncio.Future[Page]] = {}
        self._next = 0

    async def ask(self, transport: Transport | None, question: Fetch | Search) -> Found:
        """What the hub answers. Raises Unreachable, HubSaid."""
        if transport is None:
            raise Unreachable("the hub is out of reach; only what is kept here can be read")
        self._next += 1
        question = structs.replace(question, n=self._next)
        answer: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._asked[question.n] = answer
        try:
            await transport.send(pack(question))
            page = await answer
        except LinkLost:
            raise Unreachable("the link was lost before the hub answered") from None
        finally:
            self._asked.pop(question.n, None)
        return Found(tuple(decode(line.encode()) for line in page.lines), page.more, page.before)

    def answered(self, page: Page) -> None:
        """An answer came."""
        asked = self._asked.get(page.n)
        if asked is not None and not asked.done():
            asked.set_result(page)

    def failed(self, error: ErrorFrame) -> None:
        """The hub cannot answer."""
        asked = self._asked.get(error.n or 0)
        if asked is not None and not asked.done():
            asked.set_exception(HubSaid(error.code, error.message))

    def lost(self) -> None:
        """The link is gone: no answer will come."""
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(Unreachable("the link was lost before the hub answered"))

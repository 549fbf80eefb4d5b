"""Entries of a log by their numbers, wherever it lies. For the thread that first asks.

Law: a page is read at a time and only the last few are kept, so that a log of any length takes no room.
"""

from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path

from coordinator.incident.entries import Entry
from coordinator.journal.lines import decode
from coordinator.journal.sources import Source, source

PAGE = 64
KEPT = 32
"""Pages in memory."""


class Pages:
    """The entries of one log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._source: Source | None = None
        self._pages: OrderedDict[tuple[int, int], dict[int, Entry]] = OrderedDict()

    def lines(self, first: int, last: int) -> list[bytes]:
        """The lines that are here, from number `first` to `last`. Raises NotAJournal."""
        if self._source is None:
            self._source = self._stack.enter_context(source(self._path))
        return self._source.between(first, last)

    def entries(self, first: int, last: int) -> list[Entry]:
        """The same as entries."""
        return [decode(line) for line in self.lines(first, last)]

    def entry(self, seq: int, last: int) -> Entry | None:
        """One entry of those up to `last`, beyond which nothing is read; None where it is withheld."""
        first = (seq - 1) // PAGE * PAGE + 1
        page = (first, min(first + PAGE - 1, last))
        if page not in self._pages:
            self._pages[page] = {one.seq: one for one in self.entries(*page)}
        self._pages.move_to_end(page)
        if len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return self._pages[page].get(seq)

    def close(self) -> None:
        """Let go of the file."""
        self._source = None
        self._stack.close()

"""The log as a list that is as long as it is, of which only the looked-at part is ever in memory.

Law: newest first, in keyset pages from the copy kept here; what is older than the copy is asked of the hub.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Protocol

from coordinator.incident.entries import Entry
from coordinator.journal.lines import decode
from coordinator.session.client import Session
from coordinator.session.faults import Fault

PAGE = 64
KEPT = 32 * PAGE
"""Decoded entries in memory."""
ANYTHING = 2**62


class Kept(Protocol):
    """A line as the copy keeps it."""

    @property
    def seq(self) -> int: ...
    @property
    def line(self) -> str: ...


class Copy(Protocol):
    """What the local copy of the log can be asked."""

    def line(self, seq: int) -> str | None:
        """The line of an entry, if it is here and may be seen."""
        ...

    def page(self, before: int, limit: int) -> Iterable[Kept]:
        """Visible entries before that number, newest first."""
        ...


class LogSource:
    """Numbers of the visible entries, newest first, loaded as far as somebody looked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._newer: list[int] = []
        self._older: list[int] = []
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._afar: dict[int, Entry] = {}
        self._all = False
        self._asking = False

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    @property
    def ends(self) -> bool:
        """Whether everything that there is has been loaded."""
        return self._all

    def update(self) -> int:
        """Take in what is new. Returns how many entries came in front."""
        copy = self._copy()
        if copy is None:
            return 0
        newest = self._newest()
        fresh: list[Entry] = []
        for entry in self._read(copy, ANYTHING):
            if entry.seq <= newest:
                break
            fresh.append(entry)
        self._newer.extend(entry.seq for entry in reversed(fresh))
        if not newest:
            self._older, self._newer = self._newer[::-1], []
        return len(fresh)

    def entry(self, place: int) -> Entry | None:
        """The entry at that place, the newest being 0; None where it is not here."""
        while place >= len(self) and self._load():
            pass
        if place >= len(self):
            return None
        return self._entry(self._seq(place))

    def find(self, seq: int) -> Entry | None:
        """The entry of that number, if it is here."""
        return self._entry(seq)

    def latest(self, count: int, without: frozenset[str] = frozenset()) -> list[Entry]:
        """The newest entries, but for some kinds."""
        found: list[Entry] = []
        for place in range(count * 8):
            entry = self.entry(place)
            if entry is None:
                break
            if entry.kind not in without:
                found.append(entry)
            if len(found) == count:
                break
        return found

    async def ask(self) -> bool:
        """Older entries from the hub, where the copy here has no more. True when some came."""
        if self._asking or self._all or not self._session.link.up:
            return False
        self._asking = True
        try:
            lowest = self._seq(len(self) - 1) if len(self) else self._session.seq + 1
            entries, more = await self._session.fetch(before=lowest, limit=200)
        except Fault:
            return False
        finally:
            self._asking = False
        self._afar |= {entry.seq: entry for entry in entries}
        self._older.extend(entry.seq for entry in entries)
        self._all = not more
        return bool(entries)

    async def search(self, query: str) -> list[Entry]:
        """Entries that hold these words: of the hub's whole log, or of the copy while there is no link."""
        try:
            entries, _ = await self._session.search(query, limit=200)
        except Fault:
            disk = self._session.place.disk
            return [decode(kept.line.encode()) for kept in disk.replica.search(query)] if disk is not None else []
        return list(entries)

    def _copy(self) -> Copy | None:
        disk = self._session.place.disk
        return disk.replica if disk is not None else None

    def _newest(self) -> int:
        return self._seq(0) if len(self) else 0

    def _seq(self, place: int) -> int:
        return self._newer[-1 - place] if place < len(self._newer) else self._older[place - len(self._newer)]

    def _load(self) -> bool:
        """One page more from the copy. False where it has no more."""
        copy = self._copy()
        if copy is None or not len(self):
            return False
        page = list(copy.page(self._seq(len(self) - 1), PAGE))
        for kept in page:
            self._remember(decode(kept.line.encode()))
        self._older.extend(kept.seq for kept in page)
        self._all = self._all or bool(self._older and self._older[-1] == 1)
        return bool(page)

    def _read(self, copy: Copy, before: int) -> Iterator[Entry]:
        while page := list(copy.page(before, PAGE)):
            for kept in page:
                yield self._remember(decode(kept.line.encode()))
            if not len(self):
                return
            before = page[-1].seq

    def _entry(self, seq: int) -> Entry | None:
        found = self._entries.get(seq) or self._afar.get(seq)
        if found is None:
            copy = self._copy()
            line = copy.line(seq) if copy is not None else None
            found = self._remember(decode(line.encode())) if line is not None else None
        return found

    def _remember(self, entry: Entry) -> Entry:
        self._entries[entry.seq] = entry
        self._entries.move_to_end(entry.seq)
        if len(self._entries) > KEPT:
            self._entries.popitem(last=False)
        return entry

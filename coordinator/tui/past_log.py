"""The log as it was at a moment, for the same lists that show it live: what happened last first.

Law: nothing in it is younger than the moment, nor anything that the person who is looked at could not see by then.
A late entry stands where what it tells happened.
"""

from collections.abc import Iterator

from coordinator.incident.entries import Entry
from coordinator.review.pages import Pages
from coordinator.review.past import Past


class PastLog:
    """What `LogSource` is for the live log."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._pages = Pages(past.path)
        self._person = ""
        self._by = 0
        self._seqs: list[int] = []
        self._older: Iterator[int] = iter(())
        self.ends = False

    def stand(self, by: int, person: str) -> None:
        """From now on it is the log up to entry `by`, as that operator could see it (empty: all of it)."""
        if (by, person) != (self._by, self._person):
            self._by, self._person = by, person
            self._seqs, self._older, self.ends = [], self._past.times.back(by), False

    def __len__(self) -> int:
        return len(self._seqs)

    def update(self) -> int:
        """Nothing comes in by itself."""
        return 0

    def entry(self, place: int) -> Entry | None:
        """The entry at that place, the one that happened last being 0."""
        while place >= len(self._seqs) and self._load():
            pass
        return self._entry(self._seqs[place]) if place < len(self._seqs) else None

    def find(self, seq: int) -> Entry | None:
        """The entry of that number, if it was there and could be seen."""
        return self._entry(seq) if 0 < seq <= self._by and self._visible(seq) else None

    def any(self, seq: int) -> Entry | None:
        """The entry of that number, whenever it was written: for what the reviewer has marked."""
        return self._entry(seq)

    def latest(self, count: int, without: frozenset[str] = frozenset()) -> list[Entry]:
        """What happened last, but for some kinds."""
        found: list[Entry] = []
        for place in range(count * 8):
            entry = self.entry(place)
            if entry is None or len(found) == count:
                break
            if entry.kind not in without:
                found.append(entry)
        return found

    async def ask(self) -> bool:
        """Nobody has more."""
        return False

    def close(self) -> None:
        """Let go of the file."""
        self._pages.close()

    def _load(self) -> bool:
        for seq in self._older:
            if self._visible(seq) and self._entry(seq) is not None:
                self._seqs.append(seq)
                return True
        self.ends = True
        return False

    def _entry(self, seq: int) -> Entry | None:
        return self._pages.entry(seq, self._past.last)

    def _visible(self, seq: int) -> bool:
        return not self._person or self._past.sight.could_see(self._person, seq, self._by)

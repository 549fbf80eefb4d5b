"""The log that another one continues: the same entries, under a first line that names the last good one.

Law: whoever has the former log's head can check that nothing of it was changed. Chained again under the former first
line, the entries must come to the digest that the new first line names.
"""

from msgspec.structs import replace

from coordinator.incident.entries import Entry
from coordinator.incident.hubacts import Open
from coordinator.journal.lines import GENESIS, digest, encode

MOST = 7
"""Logs that one can continue, one after the other: what a line holds of their digests."""


def continuing(first: Entry, last_good: str) -> Entry:
    """A log's first entry as that of the log which continues it from the entry with that digest."""
    body = first.body
    assert isinstance(body, Open)
    named = [last_good, *body.continues.split()][:MOST]
    return replace(first, prev="", body=replace(body, continues=" ".join(named)))


class Former:
    """Follows a log's entries, and finds the last one of the log that it continues, if it continues one."""

    def __init__(self) -> None:
        self.seq = 0
        """The former log's last entry here; 0 until it is found."""
        self._wanted = ""
        self._prev = GENESIS

    def take(self, entry: Entry) -> None:
        """The next entry."""
        body = entry.body
        if entry.seq == 1 and isinstance(body, Open):
            self._wanted, _, rest = body.continues.partition(" ")
            entry = replace(entry, body=replace(body, continues=rest))
        if not self._wanted or self.seq:
            return
        self._prev = digest(encode(replace(entry, prev=self._prev)))
        if self._prev == self._wanted:
            self.seq = entry.seq

    @property
    def missing(self) -> bool:
        """Whether the log names a former one that its entries do not come to."""
        return bool(self._wanted) and not self.seq


def former_logs(first: Entry) -> tuple[str, ...]:
    """The ids of the logs that a log with this first entry continues, the nearest first: their first lines' digests."""
    found: list[str] = []
    while isinstance(first.body, Open) and first.body.continues:
        _, _, rest = first.body.continues.partition(" ")
        first = replace(first, prev=GENESIS, body=replace(first.body, continues=rest))
        found.append(digest(encode(first)))
    return tuple(found)

"""Who could see which entry by when: at once, or from the entry that revealed it.

Law: the hub's own rules (visibility.py), asked with the states as they were. An entry counts as seen from when it was
sent, or shown later; what somebody has had once, they have had. What lies on a desk is shown to whoever gains it.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator

from coordinator.incident.entries import Entry
from coordinator.incident.state import State
from coordinator.incident.visibility import EVERYBODY, Tokens, audience, of_message, reveals, tokens
from coordinator.journal.withheld import Withheld

Seats = tuple[str, ...]


class Sight:
    """What everybody could see, as far as the log has been read."""

    def __init__(self) -> None:
        self._audiences: list[Tokens] = [EVERYBODY]
        self._place: dict[Tokens, int] = {EVERYBODY: 0}
        self._of = array("I")
        """The place of each entry's audience."""
        self._shown = array("I")
        """The place of the first line below that is about an entry; 0: none."""
        self._by, self._to, self._next = array("I", (0,)), array("I", (0,)), array("I", (0,))
        """By which entry it was shown, to whom, and the next line about it."""
        self._fixed = bytearray()
        """Whether its audience is of that moment, and grows only by what shows it: an entry about a message."""
        self._changes: list[int] = []
        self._seated: list[State] = []
        self._tokens: dict[tuple[str, int], Tokens] = {}

    def take(self, record: Entry | Withheld, before: State | None, after: State | None) -> None:
        """The next entry, with the state before and after it."""
        if isinstance(record, Withheld) or after is None:
            nothing = [0] * (record.count if isinstance(record, Withheld) else 1)
            self._of.extend(nothing)
            self._shown.extend(nothing)
            self._fixed.extend(nothing)
            return
        if before is None or before.roster is not after.roster or _seats(before) != _seats(after):
            self._changes.append(record.seq)
            self._seated.append(after)
        self._of.append(self._kept(audience(after, record)))
        self._shown.append(0)
        self._fixed.append(of_message(after, record))
        for seen_by, older in reveals(before, after, record) if before is not None else ():
            for seq in older:
                self._by.append(record.seq)
                self._to.append(self._kept(seen_by))
                self._next.append(self._shown[seq - 1])
                self._shown[seq - 1] = len(self._by) - 1

    def could_see(self, person: str, seq: int, by: int) -> bool:
        """Whether an operator could see entry `seq` once entry `by` was there."""
        since = self.since(person, seq)
        return since is not None and since <= by

    def since(self, person: str, seq: int) -> int | None:
        """The entry from which on an operator could see entry `seq`; None: never, as far as the log has been read."""
        seen_by = self._audiences[self._of[seq - 1]]
        if seen_by is EVERYBODY:
            return seq
        if not self._fixed[seq - 1]:
            return self._from(person, seq, seen_by)
        shown = [(seq, seen_by), *self._reveals(seq)]
        return min((start for start, to in shown if not to.isdisjoint(self._then(person, start))), default=None)

    def _reveals(self, seq: int) -> Iterator[tuple[int, Tokens]]:
        place = self._shown[seq - 1]
        while place:
            yield self._by[place], self._audiences[self._to[place]]
            place = self._next[place]

    def _from(self, person: str, start: int, seen_by: Tokens) -> int | None:
        """The entry, from `start` on, after which an operator was one of those: a gained desk shows its past."""
        for place in range(bisect_right(self._changes, start) - 1, len(self._changes)):
            if not seen_by.isdisjoint(self._at(person, place)):
                return max(start, self._changes[place])
        return None

    def _then(self, person: str, seq: int) -> Tokens:
        """What an operator was, once that entry was there."""
        return self._at(person, bisect_right(self._changes, seq) - 1)

    def _at(self, person: str, place: int) -> Tokens:
        """What an operator was, after the change of that place."""
        if (person, place) not in self._tokens:
            self._tokens[person, place] = tokens(self._seated[place], person)
        return self._tokens[person, place]

    def _kept(self, seen_by: Tokens) -> int:
        """One and the same set for all entries with this audience."""
        if seen_by not in self._place:
            self._audiences.append(seen_by)
            self._place[seen_by] = len(self._audiences) - 1
        return self._place[seen_by]


def _seats(state: State) -> Seats:
    """Who holds the desks."""
    return tuple(desk.holder for desk in state.desks.values())

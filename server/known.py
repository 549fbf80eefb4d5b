"""Which commands have been decided: asked at every command, so the answer "not this one" must cost next to nothing.

A Bloom filter over the ids says so for certain, without a look at the disk; only where it says "perhaps" is the
journal asked. Until all ids of an older journal have been read into it, it says "perhaps" of everything.
"""

from functools import partial

from coordinator.journal.reads import Reads
from server.reader import Reader

BITS = 1 << 24
"""2 MiB; of a million commands it says "perhaps" wrongly of one in 200."""
MANY = 1_000
"""Ids that are taken in at a time, so that nobody waits for it."""


class Known:
    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)
        self._complete = False

    def add(self, id: str) -> None:
        """Remember one that has been decided."""
        bits = self._bits
        for place in _places(id):
            bits[place >> 3] |= 1 << (place & 7)

    def perhaps(self, id: str) -> bool:
        """False: it has certainly not been decided."""
        if not self._complete:
            return True
        bits = self._bits
        one, two, three = _places(id)
        return bool(bits[one >> 3] >> (one & 7) & bits[two >> 3] >> (two & 7) & bits[three >> 3] >> (three & 7) & 1)

    async def load(self, reader: Reader) -> None:
        """Take in all that the journal knows."""
        last = ""
        while ids := await reader.run(partial(_page, last)):
            for id in ids:
                self.add(id)
            last = ids[-1]
        self._complete = True


def _page(after: str, reads: Reads) -> list[str]:
    return reads.commands(after, MANY)


def _places(id: str) -> tuple[int, int, int]:
    both = hash(id)
    one, step = both & 0xFFFFFFFF, both >> 32 | 1
    return one % BITS, (one + step) % BITS, (one + 2 * step) % BITS

"""What a newcomer is sent before it follows: the entries since it was last here, or the state as it may see it.

Law: all of it is of one instant, and on the disk. Runs beside the loop, in a thread of its own; the state is immutable.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from coordinator.incident.archive import with_root
from coordinator.incident.entries import Entry
from coordinator.incident.snapshot import freeze, trimmed
from coordinator.incident.state import State
from coordinator.incident.visibility import audience, parties, tokens, touched
from coordinator.journal.lines import decode, without_prev
from coordinator.journal.reads import Head, Reads, Stored
from coordinator.wire import limits
from coordinator.wire.frames import Fetch, Have, Search, SnapshotPart, pack, packed_state
from coordinator.wire.problems import WireError
from server.subscribers import entries_frame, may_see, reveal_frames

RESUME = 2_000
"""Entries that are sent one by one; who is further behind gets the state instead."""
PIECE = 4_096
"""Bytes of a frame of them: over a link that breaks all the time, each that arrives whole need not be sent again."""
SCAN = 5_000
"""Lines that are looked at for one page, at most."""
DUTY = frozenset(("take", "assume", "roster"))
"""The kinds after which somebody may see what lies on a desk."""


Older = Callable[[int, int], list[Stored]]
"""The newest entries before a number, so many at most."""


class Found(NamedTuple):
    """A page of lines, whether there are older ones, and the number to ask before for them."""

    lines: list[str]
    more: bool
    before: int


def near(have: Have, log: str, head: Head, reads: Reads) -> bool:
    """Whether a client's copy can be carried on, entry by entry. Raises WireError where the log has forked.

    A copy of another operation's log is not carried on: the welcome names this one, and the client keeps the two apart.
    """
    if have.log != log:
        return False
    stored = reads.lines(have.seq, have.seq) if have.seq <= head.seq else []
    if not stored or stored[0].digest != have.digest:
        raise WireError(
            "forked",
            f"forked log: your copy's entry {have.seq} is not this hub's. Nothing was merged; keep the copy and tell"
            " the liaison",
        )
    return head.seq - have.seq <= RESUME


class Step(NamedTuple):
    """One entry as a viewer gets it, a line or a digest, and the older lines that they may see with it."""

    item: str
    digest: str
    reveals: list[str]

    @property
    def size(self) -> int:
        return sum(map(len, (self.item, *self.reveals)))


def since(have: int, head: Head, state: State, operator: str, reads: Reads) -> list[bytes]:
    """The entries after number `have` up to the head, in small frames, each after the older lines that it reveals.

    So what has arrived need not be sent again, nor what that revealed.
    """
    frames: list[bytes] = []
    first = have + 1
    for some in _pieces(_steps(have, head, state, operator, reads)):
        frames += reveal_frames([line for step in some for line in step.reveals])
        frames.append(entries_frame(first, [step.item for step in some], some[-1].digest))
        first += len(some)
    return frames


def _steps(have: int, head: Head, state: State, operator: str, reads: Reads) -> Iterator[Step]:
    rights = tokens(state, operator)
    shown: set[int] = set()
    for one in reads.lines(have + 1, head.seq):
        entry = decode(one.line)
        older = {seq for seq in _reveals(entry, state, operator, rights) if seq <= have} - shown
        shown |= older
        lines = [line for seq in sorted(older) if (line := visible(seq, state, operator, reads)) is not None]
        seen = may_see(rights, _audience(state, entry, reads))
        yield Step(without_prev(one.line) if seen else one.digest, one.digest, lines)


def _pieces(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Steps in runs of so many bytes; one that is longer is a run by itself."""
    some: list[Step] = []
    size = 0
    for step in steps:
        if some and size + step.size > PIECE:
            yield some
            some, size = [], 0
        some.append(step)
        size += step.size
    if some:
        yield some


def _reveals(entry: Entry, state: State, operator: str, rights: frozenset[str]) -> Iterator[int]:
    """What this viewer may see now, and could perhaps not before this entry."""
    gained = entry.kind in DUTY and (entry.found.holder == operator or entry.kind == "roster")
    things = state.messages if gained else touched(state, entry)
    for message in (state.messages.get(seq) for seq in things):
        if message is not None and not rights.isdisjoint(parties(state, message)):
            yield from message.entries


def whole(head: Head, state: State, operator: str) -> list[bytes]:
    """The state as this viewer may see it, in parts that fit a frame."""
    packed, size = packed_state(freeze(trimmed(state, operator))), (limits.FRAME - 256) // 4 * 3
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    return [
        pack(SnapshotPart(seq=head.seq, digest=head.digest, part=part, parts=len(parts), state=piece))
        for part, piece in enumerate(parts, start=1)
    ]


def _audience(state: State, entry: Entry, reads: Reads) -> frozenset[str]:
    return audience(with_root(state, entry, reads.archived), entry)


def visible(seq: int, state: State, operator: str, reads: Reads) -> str | None:
    """An entry's line, if there is one and this viewer may see it."""
    line = reads.line(seq) if 0 < seq <= state.seq else None
    if line is None or not may_see(tokens(state, operator), _audience(state, decode(line), reads)):
        return None
    return line


def asked(frame: Fetch | Search, state: State, operator: str, reads: Reads) -> Found:
    """The lines that a viewer asks for, as far as they may see them, newest first."""
    if isinstance(frame, Search):
        return _collected(frame, state, operator, reads, partial(reads.search, frame.query))
    if frame.seqs:
        lines = (visible(seq, state, operator, reads) for seq in sorted(frame.seqs, reverse=True))
        return Found([line for line in lines if line is not None], more=False, before=0)
    return _collected(frame, state, operator, reads, reads.page)


def _collected(frame: Fetch | Search, state: State, operator: str, reads: Reads, older: Older) -> Found:
    rights, limit = tokens(state, operator), frame.limit
    before = min(frame.before or state.seq + 1, state.seq + 1)
    lines: list[str] = []
    looked = 0
    while looked < SCAN:
        stored = older(before, limit)
        for one in stored:
            before = one.seq
            if may_see(rights, _audience(state, decode(one.line), reads)):
                lines.append(one.line)
                if len(lines) == limit:
                    return Found(lines, more=before > 1, before=before)
        looked += len(stored)
        if len(stored) < limit:
            return Found(lines, more=False, before=before)
    return Found(lines, more=True, before=before)

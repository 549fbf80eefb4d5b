"""Who is connected, and what each commit sends them: one frame per commit and audience, encoded once.

Law: only what is on the disk is published; who may not see a line gets its digest; a viewer that does not
read fast enough is dropped, and resumes. Nobody here waits for anybody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

from coordinator.incident.entries import Entry
from coordinator.incident.roster import Roster
from coordinator.incident.state import State
from coordinator.incident.visibility import tokens
from coordinator.journal.lines import without_prev
from coordinator.wire import limits
from coordinator.wire.frames import pack_map
from server.keys import holds_key

BACKLOG = 1024 * 1024
"""Bytes that may wait for one client in this process; one that is further behind is dropped, and resumes."""
ENVELOPE = 64
"""Bytes of an entries frame that are not items, and more than enough."""
EVERYBODY = "*"


class Written(Struct, frozen=True, gc=False):
    """One entry, as it is stored, and who may see it."""

    entry: Entry
    line: str
    digest: str
    audience: frozenset[str]
    reveals: Sequence[tuple[frozenset[str], tuple[int, ...]]]
    """Older entries that the tokens' bearers may see from this one on."""


class Unit(Struct, frozen=True, gc=False):
    """What one decision wrote, and the state after it."""

    state: State
    written: tuple[Written, ...]


class Subscriber:
    """One connection of one operator."""

    def __init__(
        self, operator: str, connection: ServerConnection, version: str = "", *, follow: bool = True, key: str = ""
    ) -> None:
        self.operator = operator
        self.connection = connection
        self.version = version
        self.follow = follow
        self.key = key
        """The fingerprint of the key it came with; on a keyless hub, none."""
        self.painted: float | None = None
        """When its screen was last painted, on the hub's monotonic clock; a session without a screen never says."""
        self.key_at: float | None = None
        """When a key was last pressed there, on the same clock; a session without a keyboard never says."""
        self.waiting = False
        """Whether there is something that has not been painted."""

    def tell(self, frame: bytes) -> None:
        """Hand over a frame, now; nothing is waited for."""
        tell([self], frame)

    def cut(self) -> None:
        """Drop the connection at once, as if the cable were cut."""
        self.connection.transport.abort()


def tell(subscribers: Iterable[Subscriber], frame: bytes) -> None:
    """Hand the same bytes to each of them. Who has too much waiting already is cut."""
    data = Frame(Opcode.BINARY, frame).serialize(mask=False)  # once for all: `broadcast` would do it for each
    for subscriber in subscribers:
        connection = subscriber.connection
        transport = connection.transport
        if transport.get_write_buffer_size() > BACKLOG:
            subscriber.cut()
        elif connection.state is OPEN and not transport.is_closing():
            transport.write(data)


class Rights:
    """Who of those that follow bears which token; made anew only when duty, the roster or the followers changed."""

    def __init__(self) -> None:
        self._duty: tuple[object, ...] = ()
        self._roster: Roster | None = None
        self._desks: object = None
        self._bearers: dict[str, set[str]] = {}

    def forget(self) -> None:
        """Somebody came or went."""
        self._desks = self._roster = None

    def bearing(self, state: State, wanted: frozenset[str], operators: Iterable[str]) -> set[str]:
        """Those of the operators who bear one of the wanted tokens, in that state."""
        if state.desks is not self._desks or state.roster is not self._roster:
            duty = tuple((desk.scope, desk.holder) for desk in state.desks.values())
            if duty != self._duty or state.roster is not self._roster:
                self._bearers = _bearers(state, operators)
            self._duty, self._roster, self._desks = duty, state.roster, state.desks
        return set().union(*(self._bearers.get(token, ()) for token in wanted))


def _bearers(state: State, operators: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for operator in operators:
        for token in tokens(state, operator):
            found[token].add(operator)
    return found


def may_see(rights: frozenset[str], audience: frozenset[str]) -> bool:
    """Whether a viewer with these tokens may see an entry with that audience."""
    return EVERYBODY in audience or not rights.isdisjoint(audience)


Audiences = dict[tuple[int, tuple[int, ...]], list[Subscriber]]


class Subscribers:
    def __init__(self, older: Callable[[int], str | None]) -> None:
        """`older` gives the line of an entry that is on the disk."""
        self._older = older
        self._followers: dict[str, set[Subscriber]] = defaultdict(set)
        self._asking: dict[str, list[Subscriber]] = {}
        self._rights = Rights()
        self.all: set[Subscriber] = set()

    def join(self, subscriber: Subscriber) -> None:
        """From now on it is sent what is published."""
        self.all.add(subscriber)
        if subscriber.follow:
            self._rights.forget()
            self._followers[subscriber.operator].add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        self.all.discard(subscriber)
        self._rights.forget()
        followers = self._followers[subscriber.operator]
        followers.discard(subscriber)
        if not followers:
            del self._followers[subscriber.operator]

    def dismiss(self, state: State) -> None:
        """End the sessions of those who are, or whose key is, on the roster no more."""
        for subscriber in tuple(self.all):
            if not holds_key(state.roster.ground.operator(subscriber.operator), subscriber.key):
                subscriber.tell(pack_map({"t": "bye", "reason": "you are on the roster no more"}))
                self.leave(subscriber)
                subscriber.connection.transport.close()

    def ask(self, id: str, subscriber: Subscriber) -> None:
        """Send it what the command makes when that has reached the disk; it does not follow the log."""
        self._asking.setdefault(id, []).append(subscriber)

    def beat(self, at: datetime, seq: int) -> None:
        """Tell everyone that the hub is there, and how far the log goes."""
        tell(self.all, pack_map({"t": "beat", "at": at.isoformat().replace("+00:00", "Z"), "seq": seq}))

    def publish(self, units: Sequence[Unit]) -> None:
        """Send what one commit wrote: to each audience its one frame."""
        written = [one for unit in units for one in unit.written]
        first = written[0].entry.seq
        stored = [(without_prev(one.line), one.digest) for one in written]
        for (mask, revealed), group in self._audiences(units, first).items():
            for frame in (*self._revealing(revealed), *frames_of(stored, mask, first)):
                tell(group, frame)
        if self._asking:
            self._answer(units)

    def _audiences(self, units: Sequence[Unit], first: int) -> Audiences:
        """Those who follow, by which of the commit's lines they may see (as bits) and which older ones from now on."""
        everybody, bit = 0, 1
        masks: dict[str, int] = defaultdict(int)
        older: dict[str, set[int]] = defaultdict(set)
        for unit in units:
            for one in unit.written:
                if EVERYBODY in one.audience:
                    everybody |= bit
                else:
                    for operator in self._bearing(unit, one.audience):
                        masks[operator] |= bit
                for entitled, seqs in one.reveals:
                    for operator in self._bearing(unit, entitled):
                        older[operator].update(seqs)
                bit <<= 1
        for operator, revealed in older.items():
            for seq in revealed:
                masks[operator] |= 1 << (seq - first) if seq >= first else 0
        return self._grouped(everybody, masks, older, first)

    def _grouped(self, everybody: int, masks: dict[str, int], older: dict[str, set[int]], first: int) -> Audiences:
        if not masks and not older:  # nothing in this commit is for some only
            return {(everybody, ()): list(chain.from_iterable(self._followers.values()))}
        groups: Audiences = defaultdict(list)
        for operator, followers in self._followers.items():
            before = tuple(sorted(seq for seq in older[operator] if seq < first)) if operator in older else ()
            groups[everybody | masks.get(operator, 0), before].extend(followers)
        return groups

    def _bearing(self, unit: Unit, wanted: frozenset[str]) -> set[str]:
        return self._rights.bearing(unit.state, wanted, self._followers)

    def _revealing(self, seqs: tuple[int, ...]) -> Iterator[bytes]:
        return reveal_frames([line for seq in seqs if (line := self._older(seq)) is not None])

    def _answer(self, units: Sequence[Unit]) -> None:
        for unit in units:
            for subscriber in self._asking.pop(unit.written[0].entry.id, ()):
                rights = tokens(unit.state, subscriber.operator)
                subscriber.tell(own_frame(one.line for one in unit.written if may_see(rights, one.audience)))


def own_frame(lines: Iterable[str]) -> bytes:
    """The answer to a command, where no entries frame carries it."""
    return pack_map({"t": "own", "lines": list(lines)})


def frames_of(stored: Sequence[tuple[str, str]], mask: int, first: int) -> Iterator[bytes]:
    """Consecutive entries (line without prev, digest) as frames: the lines whose bit is set, the others as digests."""
    items = [line if mask >> place & 1 else digest for place, (line, digest) in enumerate(stored)]
    sent = 0
    for some in in_frames(items):
        start, sent = sent, sent + len(some)
        yield entries_frame(first + start, some, stored[sent - 1][1])


def entries_frame(first: int, items: Sequence[str], head: str) -> bytes:
    """Consecutive entries from number `first` on; `head` is the digest of the last one."""
    return pack_map({"t": "entries", "first": first, "items": items, "head": head[: limits.HEAD_SHOWN]})


def reveal_frames(lines: Sequence[str]) -> Iterator[bytes]:
    """Older lines that somebody may see from now on."""
    for some in in_frames(lines):
        yield pack_map({"t": "reveal", "lines": some})


def in_frames(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Items in runs that fit one frame each; one item that is too long for that is a run by itself."""
    start, size = 0, ENVELOPE
    for place, item in enumerate(items):
        length = (len(item) if item.isascii() else len(item.encode())) + 5
        if size + length > limits.FRAME and place > start:
            yield items[start:place]
            start, size = place, ENVELOPE
        size += length
    if start < len(items):
        yield items[start:]

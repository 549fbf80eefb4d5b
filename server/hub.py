"""The hub: the one writer of an operation's log.

Law: one command at a time, with no `await` between reading the state and queueing the entries; nothing is
acknowledged or published before its commit has reached the disk; after a failed commit nothing is, ever.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from coordinator.incident.acts import Act, Correct
from coordinator.incident.archive import departed, missing, recall_of, with_root
from coordinator.incident.clock import TICK
from coordinator.incident.clock import next_due as core_next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Decision, Entry, Malformed, Outcome
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Alarm, Archive, Clock, Start, Stop
from coordinator.incident.hubwork import opening
from coordinator.incident.roster import HUB, Roster
from coordinator.incident.ruling import resolve
from coordinator.incident.state import State
from coordinator.incident.times import MILLISECOND, utc
from coordinator.incident.visibility import audience, reveals, tokens
from coordinator.journal.errors import WriteFailed
from coordinator.journal.lines import GENESIS, content, decode
from coordinator.journal.rows import Row, rows
from coordinator.journal.store import Decided, Head
from coordinator.session.clock import Clock as TimeSource
from coordinator.session.clock import SystemClock
from coordinator.wire import limits
from coordinator.wire.frames import Got
from coordinator.wire.problems import WireError
from server import snapshots
from server.commits import Commits
from server.known import Known
from server.links import Links
from server.reader import Reader
from server.receipts import EVERY, ReceiptBook
from server.restore import check_same, restored
from server.snapshots import Snapshots
from server.subscribers import Subscriber, Subscribers, Unit, Written, may_see
from server.timekeeper import Timekeeper

_LOG = logging.getLogger(__name__)

ARCHIVE_EVERY = 5_000
"""Entries between two archivings; what was settled before the last so many is let go of."""

LOOK_EVERY = 0.25
"""Seconds after which the hub looks at the time, at the latest: a clock may be stepped while it sleeps."""


class Door(Protocol):
    """What lets clients in; it is closed with the hub."""

    async def stop(self, reason: str = "stopped") -> None:
        """Say goodbye to all, and close."""

    def kill(self) -> None:
        """Drop every connection at once, and listen no more."""


class Undecided(Exception):
    """A fault of the hub's own in deciding a command: it is noted, the command has no effect, and the hub goes on."""

    def __init__(self, do: str) -> None:
        super().__init__(f"the hub cannot decide this {do}, by a fault of its own that is noted in its output")


class Fresh(Struct, frozen=True):
    """The command has been decided now; its entries follow when they are on the disk."""

    seq: int


class Again(Struct, frozen=True):
    """The command had been decided before: `made` entries from `seq` on. `durable`: they are on the disk."""

    seq: int
    made: int
    durable: bool


Answer = Fresh | Again | Malformed


class Hub:
    """`driven`: somebody else calls `tick`, as a drill does, and an open connection counts as heard.

    `died`: when the hub before this one ended, where that is known; else its last entry says so.
    """

    def __init__(
        self,
        path: Path,
        roster: Roster | None,
        clock: TimeSource | None = None,
        *,
        driven: bool = False,
        snapshot_every: int = snapshots.EVERY,
        archive_every: int = ARCHIVE_EVERY,
        died: datetime | None = None,
    ) -> None:
        self.path = path
        self.time = Timekeeper(clock or SystemClock())
        self.driven = driven
        self.log = ""
        """The log's id: the digest of its first line."""
        self.doors: list[Door] = []
        self.make_room: Callable[[], bool] | None = None
        """Lets go of what holds room on the journal's disk, in the journal's thread, where that is full."""
        self.full = ""
        """Why no commands are taken for now, where the disk is full; what is there can be read."""
        self.roster_listeners: list[Callable[[Roster], None]] = []
        """Told of each new roster when it has reached the disk."""
        self._roster = roster
        self._died = died
        self._snapshot_every = snapshot_every
        self._archive_every = archive_every
        self._known = Known()
        self.links = Links(self, beats=not driven)
        self._receipts = ReceiptBook()
        self._buckets: dict[str, limits.Bucket] = {}
        self.reader = Reader(path)
        self._tasks: list[asyncio.Task[None]] = []
        self._ended = False

    # Life

    async def start(self) -> None:
        """Open the journal, or make it, and be ready. Raises JournalError or OtherOperation."""
        self._commits = Commits(self.path, self._published, self._room)
        self._journal = self._commits.journal
        self.failed = self._commits.failed
        """Resolves when a commit did not reach the disk: the hub is to end, with code 70."""
        try:
            self._begin()
        except BaseException:
            self._journal.close()
            raise
        await self.settled()
        self._tasks = [asyncio.create_task(self._known.load(self.reader))]
        if not self.driven:
            self._tasks += [asyncio.create_task(self._watch_time()), asyncio.create_task(self._beat())]
        for task in self._tasks:
            task.add_done_callback(self._ended_badly)

    def _begin(self) -> None:
        found = restored(self._journal)
        now, _ = self.time.read()
        self.subscribers = Subscribers(self._journal.reads.line)
        self._head = self._journal.head
        self._archived = self._head.seq
        last = found.snapshot if found is not None else 0
        self._snapshots = Snapshots(self._journal, last, self._snapshot_every, self.do)
        if found is None:
            if self._roster is None:
                raise ValueError("a new journal needs a roster")
            self._head = Head(0, GENESIS)
            entry = opening(self._roster, now)
            self.state = self.durable = opened(entry)
            self._due = core_next_due(self.state)
            self._queue_first(entry)
        else:
            check_same(self._roster, found.state, self.path)
            self.state = self.durable = found.state
            self._due = core_next_due(found.state)
            self.log, self.durable_head = found.log, self._head
            self.do(Start(down_since=self._died or self._last_sign(found.state.at, now)))
        self._journal.show_life(now)

    def _last_sign(self, written: datetime, now: datetime) -> datetime:
        """Up to when this journal's former hub was there: what was quiet before it died is no downtime."""
        sign = None if self.driven else self._journal.last_sign
        return max(written, min(utc(sign), now)) if sign is not None else written

    def _queue_first(self, entry: Entry) -> None:
        made = rows([entry], GENESIS)
        self.log = made[0].digest
        self._take(made, (Written(entry, made[0].line, made[0].digest, audience(self.state, entry), ()),), self.state)

    async def stop(self, reason: str = "stopped") -> None:
        """End in good order: goodbye to all, a snapshot, a stop entry, everything on the disk. Raises WriteFailed."""
        if self._ended:
            return
        self._end_tasks()
        self._flush_receipts()
        self._snapshots.write(self.state, self._head)
        self.do(Stop(reason=reason))
        with contextlib.suppress(WriteFailed):
            await self.settled()
        for door in self.doors:
            await door.stop(reason)
        self._ended = True
        self._commits.end()
        self._journal_closed()
        if self._journal.failure is not None:
            raise WriteFailed(str(self._journal.failure))

    def kill(self) -> None:
        """End as if the process had died: connections are dropped, and what is not on the disk is lost."""
        if self._ended:
            return
        self._ended = True
        self._end_tasks()
        self._commits.end()
        for door in self.doors:
            door.kill()
        self._journal_closed()

    def _journal_closed(self) -> None:
        self._snapshots.close()
        self.reader.close()
        self._journal.close()

    def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    # Deciding

    def submit(self, command: Command) -> Answer:
        """Decide one operator's command, or find what was decided of it before. Raises WireError `id-reused`."""
        self._need_writing()
        said = content(command)
        if self._known.perhaps(command.id):
            known = self._commits.decided(command.id)
            if known is not None:
                return self._again(command, said, known)
        now = self.tick()
        try:
            self._take_up(command)
            decision = self._decide(command, now, said)
        except Undecided as fault:
            _LOG.exception("a command could not be decided")
            raise WireError("malformed", f"{fault}; nothing was done. Say it otherwise", command.id) from None
        if isinstance(decision.reply, Malformed):
            return decision.reply
        first = decision.entries[0].seq
        self._commits.promise(command.id, Decided(said, first, len(decision.entries)))
        self._known.add(command.id)
        self._fire(now)
        return Fresh(first)

    def _again(self, command: Command, said: str, known: Decided) -> Again:
        if known.content != said:
            raise WireError("id-reused", "this id was used for another command; give each its own", command.id)
        return Again(known.seq, known.made, durable=self._commits.durable(command.id))

    def _take_up(self, command: Command) -> None:
        """Have settled things again that the command names."""
        looked: set[int | str] = set()
        while refs := [ref for ref in self._missing(command) if ref not in looked]:  # one may name further ones
            looked.update(refs)
            for ref in refs:
                thing = self._commits.settled_thing(ref)
                if thing is not None:
                    self.do(recall_of(thing))

    def _missing(self, command: Command) -> Iterator[int | str]:
        yield from missing(self.state, command.act)
        named = self._named(command)
        if named is not None and named.ref is not None and named.ref not in self.state.messages:
            yield named.ref

    def may_command(self, operator: str, now: float) -> bool:
        """Whether that operator may send one more command now; if so, it is counted."""
        bucket = self._buckets.get(operator)
        if bucket is None:
            bucket = self._buckets[operator] = self.bucket(limits.COMMANDS)
        return bucket.take(now)

    def bucket(self, rate: limits.Rate) -> limits.Bucket:
        """A full bucket of that rate; where somebody else moves time, nothing can be too fast."""
        return limits.Bucket(limits.UNLIMITED if self.driven else rate, self.time.monotonic())

    def lines_of(self, again: Again, operator: str) -> list[str]:
        """What a command made that was decided before, as far as its author may see it."""
        found = self._journal.reads.lines(again.seq, again.seq + again.made - 1)
        rights = tokens(self.durable, operator)
        return [one.line for one in found if may_see(rights, self._audience(decode(one.line)))]

    def _audience(self, entry: Entry) -> frozenset[str]:
        return audience(with_root(self.durable, entry, self._journal.reads.archived), entry)

    def do(self, act: Act) -> None:
        """Have the hub itself do something. On a full disk it only rings: what it would write may not find room."""
        if not self.full or isinstance(act, Alarm):
            self._do(act)

    def ask(self, act: Act) -> Outcome:
        """Have the hub itself do something that the rules may refuse; what comes of it. Raises WireError `storage`."""
        self._need_writing()
        return self._do(act)

    def _do(self, act: Act) -> Outcome:
        now, _ = self.time.read()
        return self._decide(Command(by=HUB, act=act), now).reply

    def _decide(self, command: Command, now: datetime, said: str = "") -> Decision:
        try:
            decision, made, written, state = self._worked_out(command, now, said)
        except Exception as error:
            raise Undecided(command.do) from error
        if made:
            self._take(made, written, state)
            self._let_go(made[-1].seq)
        return decision

    def _worked_out(
        self, command: Command, now: datetime, said: str
    ) -> tuple[Decision, list[Row], tuple[Written, ...], State]:
        """What a command makes of the state; nothing here is changed by it."""
        decision, state = decide(self.state, command, now, self._named(command)), self.state
        made = rows(decision.entries, self._head.digest, said)
        written: list[Written] = []
        for entry, row in zip(decision.entries, made, strict=True):
            before, state = state, evolve(state, entry)
            seen_by = audience(state, entry)
            written.append(Written(entry, row.line, row.digest, seen_by, reveals(before, state, entry)))
        return decision, made, tuple(written), state

    def _let_go(self, seq: int) -> None:
        """At every so many entries, what was settled before the last so many leaves the working state."""
        if seq // self._archive_every > self._archived // self._archive_every:
            self._archived = seq
            self.do(Archive(before=seq - self._archive_every))

    def _take(self, made: list[Row], written: tuple[Written, ...], state: State) -> None:
        things = tuple(departed(self.state, state)) if written[0].entry.kind == "archive" else ()
        self.state, self._due = state, core_next_due(state)
        self._head = Head(made[-1].seq, made[-1].digest)
        self._commits.take(Unit(state, written), made, things)

    def _named(self, command: Command) -> Entry | None:
        """The entry that a correction names."""
        if not isinstance(command.act, Correct):
            return None
        seq = resolve(self.state, command.act.ref)
        if seq is None or not 0 < seq <= self.state.seq:
            return None
        return self._commits.entry(seq)

    def _need_writing(self) -> None:
        if self._ended or self.failed.done():
            raise WireError("storage", "the hub cannot write its journal any more; nothing was taken, keep your text")
        if self.full:
            raise WireError("storage", self.full)

    # From the disk to everyone

    def _room(self) -> bool:
        return self.make_room is not None and self.make_room()

    def _published(self, units: list[Unit]) -> None:
        """What these decisions wrote is on the disk: tell everyone."""
        last = units[-1].written[-1]
        self.durable, self.durable_head = units[-1].state, Head(last.entry.seq, last.digest)
        if any(unit.written[0].entry.kind == "roster" for unit in units):
            self.subscribers.dismiss(self.durable)
            for listener in self.roster_listeners:
                listener(self.durable.roster)
        self.subscribers.publish(units)
        self._snapshots.committed(self.durable, self.durable_head, lambda: self.state)

    def _ended_badly(self, task: asyncio.Task[None]) -> None:
        """A hub that no longer looks at the time is no hub: it ends loudly."""
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("the hub cannot go on", exc_info=error)
            self._commits.fail(WriteFailed(f"the hub cannot go on ({error!r}); acknowledged entries are safe"))

    async def settled(self) -> None:
        """Wait until all that was decided is on the disk and published. Raises WriteFailed."""
        await self._commits.settled()

    # Time

    def tick(self) -> datetime:
        """Do everything that time alone brought about up to now, which is returned."""
        now, step = self.time.read()
        if self.full:
            return now
        if step:
            self.do(Clock(step=step))
        mono = self.time.monotonic()
        self.links.look(now, mono)
        if self._receipts.since is not None and mono - self._receipts.since >= EVERY:
            self._flush_receipts()
        self._fire(now)
        return now

    def _fire(self, now: datetime) -> None:
        if self._due is not None and self._due <= now:
            self._decide(TICK, now)

    def next_due(self) -> datetime | None:
        """The first instant at which `tick` may have something to do."""
        now, _ = self.time.read()
        mono = self.time.monotonic()
        self._due = core_next_due(self.state)
        instants = [self._due]
        if self._receipts.since is not None:
            instants.append(now + timedelta(seconds=self._receipts.since + EVERY - mono))
        lost = self.links.next_loss(mono)
        if lost is not None:
            instants.append(now + timedelta(seconds=lost - mono) + MILLISECOND)
        return min((instant for instant in instants if instant is not None), default=None)

    async def _watch_time(self) -> None:
        while True:
            due = self.next_due() if not self.full else None
            now, _ = self.time.read()
            until = (due - now).total_seconds() if due is not None else LOOK_EVERY
            await self.time.sleep(min(max(until, 0.001), LOOK_EVERY))
            if not self.failed.done():
                self.tick()

    async def _beat(self) -> None:
        while True:
            await self.time.sleep(limits.BEAT_EVERY)
            now, _ = self.time.read()
            self.subscribers.beat(now, self.durable_head.seq)
            self._journal.show_life(now)

    # Sessions

    def arrive(self, subscriber: Subscriber) -> None:
        """A session has said who it is."""
        self.tick()
        self.links.arrive(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """A session's connection is gone. Its link is lost only when it stays away."""
        self.subscribers.leave(subscriber)
        self.links.leave(subscriber)

    def got(self, subscriber: Subscriber, got: Got) -> None:
        """Entries reached a screen, or were opened."""
        self._receipts.note(self.state, subscriber.operator, got.delivered, got.seen, self.time.monotonic())

    def _flush_receipts(self) -> None:
        if self._receipts.since is not None:
            self.do(self._receipts.take())

"""A place on disk: the copy of one log, the outbox and the drafts of one operator, in one file that only we hold."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgpack  # type: ignore[import-untyped]  # it ships no types
from msgspec.structs import replace

from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Open
from coordinator.incident.snapshot import freeze, thaw
from coordinator.incident.state import State
from coordinator.journal import errors
from coordinator.journal.left import Others
from coordinator.journal.lines import decode
from coordinator.journal.local import Local
from coordinator.journal.outbox import Outbox, Queued
from coordinator.journal.replica import Replica
from coordinator.session.faults import Broken, ForkedLog
from coordinator.session.head import Head
from coordinator.session.waiting import Waiting
from coordinator.wire.commands import command_from, pack_command


class Disk:
    """What `Place` keeps, kept. Raises Broken where the disk or another program does not let it."""

    def __init__(self, folder: Path, name: str, log: str, operator: str) -> None:
        self._operator = operator
        self._others = Others(folder, operator, log)
        with _plainly():
            self._local = Local.claim(folder, name, log, operator)
            self.outbox = Outbox(self._local)
            self.outbox.adopt(folder, name, log, operator)
            self.replica = Replica(self._local)
        self.left: tuple[tuple[str, Waiting], ...] = ()
        """What this operator wrote for other logs, and for which, as of the last look; nobody sends it."""
        self.look()

    def close(self) -> None:
        """Let go of the file."""
        self._local.close()

    # The copy of the log

    def restored(self) -> tuple[Head | None, State | None]:
        """Up to where the copy goes, and the state that it makes."""
        with _plainly():
            kept, lines = self.replica.restored()
            state = thaw(kept.state) if kept is not None else None
            for line in lines:
                entry = decode(line)
                if state is not None:
                    state = evolve(state, entry)
                elif entry.seq == 1 and isinstance(entry.body, Open):
                    state = opened(entry)
            head = self.replica.head
            if head is None or state is None:
                return None, None
            return Head(head.seq, head.digest), state

    def begin(self, head: Head, state: State) -> None:
        """The copy goes on from this state."""
        with _plainly():
            self.replica.begin(head.seq, head.digest, freeze(state))

    def append(self, first: int, items: Sequence[str]) -> None:
        """Keep consecutive entries."""
        with _plainly():
            self.replica.append(first, items)

    def reveal(self, lines: Sequence[str]) -> None:
        """Keep lines that were hidden."""
        with _plainly():
            self.replica.reveal(lines)

    def rest(self, state: State) -> None:
        """Keep the state, so that the next start is quick."""
        with _plainly():
            self.replica.rest(freeze(state))

    # The box

    def put(self, waiting: Waiting) -> None:
        """Keep a command; it is on the disk when this returns."""
        command = waiting.command
        with _plainly():
            self.outbox.put(command.id, command.do, pack_command(command), waiting.queued_at)

    def undecided(self) -> list[Waiting]:
        """What waits, in the order in which it was written."""
        with _plainly():
            return [self._waiting(kept) for kept in self.outbox.undecided()]

    def settle(self, id: str, how: str) -> None:
        """It waits no more."""
        with _plainly():
            self.outbox.settle(id, how)

    # What waits for other logs

    def look(self) -> None:
        """See what lies in the files of other logs."""
        with _plainly():
            self.left = tuple(
                (left.log, self._waiting(kept)) for left in self._others.left() for kept in left.queued
            )

    def take_over(self, logs: Collection[str]) -> list[Waiting]:
        """Have what waits for these logs wait here."""
        with _plainly():
            taken = self._others.take(lambda left: left.log in logs, self.outbox)
        self.look()
        return [self._waiting(kept) for kept in taken]

    def take_one(self, id: str) -> list[Waiting]:
        """Have one command that waits for another log wait here."""
        with _plainly():
            taken = self._others.take_one(id, self.outbox)
        self.look()
        return [self._waiting(kept) for kept in taken]

    def drop_left(self, id: str) -> Waiting | None:
        """A command that waits for another log is not wanted any more."""
        with _plainly():
            kept = self._others.drop(id)
        self.look()
        return self._waiting(kept) if kept is not None else None

    def _waiting(self, kept: Queued) -> Waiting:
        command = command_from(msgpack.unpackb(kept.packed), self._operator)
        if kept.former:  # the number that its author had seen is another entry's by now; who is asked sees this log
            command = replace(command, basis=None)
        return Waiting(command=command, queued_at=kept.queued_at, former=kept.former)


@contextmanager
def _plainly() -> Iterator[None]:
    """What goes wrong with the file, as a fault of the session."""
    import sqlite3

    try:
        yield
    except errors.ForkedLog as forked:
        raise ForkedLog(str(forked)) from forked
    except errors.JournalError as wrong:
        raise Broken(str(wrong)) from wrong
    except (sqlite3.Error, OSError) as wrong:
        raise Broken(f"what is kept here cannot be read or written ({wrong}); free space, then join again") from wrong

"""Delivers what the spool holds, in a process of its own: several at a time, each person's in order, until all know.

Law: a notice leaves `new` only after everybody named in it was told; until then it is tried again, later each time. One
that hangs holds up nobody for longer than `PATIENCE`. Somebody may be told twice (the id says so), nobody not at all.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import msgspec
from msgspec import Struct

from server.notices import Notice
from server.spool import Spool
from server.telling import Settings, Teller, Telling, Undelivered

AT_ONCE = 8
"""Tellings under way at one time."""
AGAIN_AT_ONCE = 4
"""How many of them may be tries again, so that what is new finds room."""
PATIENCE = 3.0
"""Seconds that a telling waits for an older one to the same person: their order is kept where it costs no more."""
LITTLE = 0.2
"""Seconds between two looks while tellings are under way, and none of them ends."""
FIRST_AGAIN, LAST_AGAIN = 2.0, 120.0
"""Seconds between two tries: doubled each time."""
EVERY = 0.5
"""Seconds between two looks at a spool where nothing is under way."""
ALONE = "notifier.lock"

Key = tuple[str, str]
"""A telling: its notice, and its name."""


class Pause(Struct, frozen=True):
    """A telling that failed is tried again at a time, and if that fails, so many seconds later."""

    at: float = 0.0
    next: float = FIRST_AGAIN


class Try(Struct, frozen=True, eq=False):
    """A telling under way."""

    key: Key
    people: frozenset[str]
    done: "Future[None]"
    begun: float
    again: bool


class Notifier:
    """Delivers one spool."""

    def __init__(self, spool: Spool, wanted: Settings) -> None:
        self._spool = spool
        self._teller = Teller(wanted)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notice")
        self._told: set[Key] = set()
        self._pauses: dict[Key, Pause] = {}
        self._tries: list[Try] = []

    def once(self, now: float) -> list[str]:
        """Try everything that is to be tried now, and wait for it; what went wrong, a sentence each."""
        wrong = self.look(now)
        while self.rest():
            wrong += self.look(now)
        return wrong

    def rest(self) -> bool:
        """Wait until a telling has ended, or a little. Whether any is under way."""
        wait([one.done for one in self._tries], LITTLE, FIRST_COMPLETED)
        return bool(self._tries)

    def look(self, now: float) -> list[str]:
        """Take notice of what has ended, and begin what may begin; what went wrong, a sentence each."""
        wrong = [line for one in self._ended() if (line := self._outcome(one, now))]
        held: set[str] = set()
        for path in self._spool.waiting():
            wrong += self._forward(path, now, held)
        return wrong

    def _ended(self) -> list[Try]:
        ended = [one for one in self._tries if one.done.done()]
        self._tries = [one for one in self._tries if one not in ended]
        return ended

    def _outcome(self, one: Try, now: float) -> str:
        error = one.done.exception()
        if error is None:
            self._told.add(one.key)
            self._pauses.pop(one.key, None)
            return ""
        if not isinstance(error, Undelivered):
            raise error
        return self._put_off(one.key, error, now)

    def _put_off(self, key: Key, why: Exception, now: float) -> str:
        pause = self._pauses.get(key, Pause())
        self._pauses[key] = Pause(now + pause.next, min(pause.next * 2, LAST_AGAIN))
        return f"{key[0]}: {why}; tried again in {pause.next:g} s"

    def _forward(self, path: Path, now: float, held: set[str]) -> Iterator[str]:
        """Bring one notice as far as it goes now; `held` are people for whom an older one has not begun."""
        whole = (path.stem, "file")
        if self._pauses.get(whole, Pause()).at > now:
            return
        try:
            one = msgspec.json.decode(path.read_bytes(), type=Notice)
            left = [telling for telling in self._teller.tellings(one) if (path.stem, telling.name) not in self._told]
            if not left:
                self._done_with(path)
            for telling in left:
                if not self._begin((path.stem, telling.name), telling, now, held):
                    held |= telling.people
        except (OSError, msgspec.MsgspecError) as error:
            yield self._put_off(whole, error, now)

    def _done_with(self, path: Path) -> None:
        self._spool.sent(path)
        self._told = {key for key in self._told if key[0] != path.stem}

    def _begin(self, key: Key, telling: Telling, now: float, held: set[str]) -> bool:
        """Begin it, if it is its turn. False only where it is new and must wait, and those after it with it."""
        pause = self._pauses.get(key)
        again = pause is not None
        if any(one.key == key for one in self._tries) or (pause is not None and pause.at > now):
            return True
        if not self._room(again=again) or held & telling.people or not self._turn(telling):
            return again
        self._tries.append(Try(key, telling.people, self._pool.submit(telling.tell), time.monotonic(), again=again))
        return True

    def _room(self, *, again: bool) -> bool:
        if again and sum(one.again for one in self._tries) >= AGAIN_AT_ONCE:
            return False
        return len(self._tries) < AT_ONCE

    def _turn(self, telling: Telling) -> bool:
        """Whether nothing that was begun before to the same person is worth waiting for."""
        lately = time.monotonic() - PATIENCE
        return not any(one.begun > lately and one.people & telling.people for one in self._tries)


class Taken(Exception):
    """Another notifier delivers this spool."""


def alone(folder: Path) -> int:
    """Keep others from delivering the same spool, as long as what comes back is open. Raises Taken."""
    lock = os.open(folder / ALONE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise Taken(f"another notifier delivers {folder}") from None
    return lock


def run(notifier: Notifier, report: Callable[[str], None], ended: Callable[[float], bool]) -> None:
    """Deliver until `ended`, which waits so many seconds, says so; then what is new once more."""
    over = False
    while not over:
        for line in notifier.look(time.monotonic()):
            report(line)
        over = ended(0.0 if notifier.rest() else EVERY)
    for line in notifier.once(time.monotonic()):
        report(line)

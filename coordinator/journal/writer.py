"""The only thread that writes to the journal, through the only connection that can.

All that has been submitted goes into one transaction; only when that has reached the disk is it
reported. After the first failure nothing is written or reported any more. The index for searching is
brought up afterwards, when there is enough to do or nothing else, so that nobody waits for it.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import cache, partial
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from msgspec import Struct
from sqlite_utils import Database

from coordinator.incident.archive import Thing
from coordinator.journal.connect import writing
from coordinator.journal.errors import JournalError, NotAJournal, WriteFailed, of_disk
from coordinator.journal.rows import Row
from coordinator.journal.schema import bring_up
from coordinator.journal.search import searchable

SNAPSHOTS_KEPT = 3
ROWS_IN_A_STATEMENT = 32
"""Each statement gives the interpreter's lock away and must win it back, so one carries many rows."""
INDEXED_AT_ONCE = 256
"""Entries that may lack in the index while there is other work."""
IDLE = 0.25
"""Seconds without work after which the index is brought up."""
WORK_IN_A_COMMIT = 1024
"""A flood must not keep the first of it waiting."""

Value = str | int | bytes


class Batch(Struct, frozen=True, gc=False):
    """The rows of one decision, and the settled things that it lets go of."""

    rows: Sequence[Row]
    things: Sequence[Thing] = ()


class Keep(Struct, frozen=True):
    """A snapshot to keep: the state after entry `seq`, whose line has this digest."""

    seq: int
    digest: str
    state: bytes


class Mark(Struct, frozen=True):
    """Tells when all that was submitted before it has been dealt with."""

    reached: Event
    last: bool = False


Work = Batch | Keep | Mark


def no_room() -> bool:
    """Nothing can be let go of."""
    return False


class Writer:
    """`committed` and `failed` are called in this thread; the hub hands them over to its loop.

    `room` is called in it too, where the disk is full: it makes room if it can, and says whether it did.
    """

    def __init__(
        self,
        path: Path,
        committed: Callable[[int], None],
        failed: Callable[[WriteFailed], None],
        room: Callable[[], bool] = no_room,
    ) -> None:
        self._path = path
        self._room = room
        self._committed = committed
        self._failed = failed
        self._queue: SimpleQueue[Sequence[Work]] = SimpleQueue()
        self._ready = Event()
        self._thread = Thread(target=self._run, name="journal-writer", daemon=True)
        self._unindexed: list[tuple[int, str]] = []
        self.failure: Exception | None = None

    def start(self) -> None:
        """Open the file and make its tables. Raises what was wrong with it."""
        self._thread.start()
        self._ready.wait()
        if self.failure is not None:
            self._thread.join()
            raise self.failure

    def put(self, *work: Work) -> None:
        """Queue what belongs into one transaction. Each call wakes the writer once."""
        self._queue.put(work)

    def settle(self) -> None:
        """Wait until all that was submitted so far has been dealt with."""
        mark = Mark(Event())
        self.put(mark)
        mark.reached.wait()

    def stop(self) -> None:
        """Finish what was submitted, bring it all into the one file, and end."""
        self.put(Mark(Event(), last=True))
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = writing(self._path)
        except (sqlite3.Error, JournalError) as error:
            self._refuse(error)
            self._ready.set()
            return
        with closing(connection):
            self._open(connection)

    def _open(self, connection: sqlite3.Connection) -> None:
        db = Database(connection)
        try:
            bring_up(db)
            _catch_up(db)
        except (sqlite3.Error, JournalError) as error:
            self._refuse(error)
            return
        finally:
            self._ready.set()
        while self._serve(db, self._taken()):
            pass
        if self.failure is None:
            self._tidy(connection)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Bring everything into the one file. Where that fails nothing is lost, but whoever copies it must know."""
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            self.failure = WriteFailed(
                f"the journal could not be brought into one file ({error}); keep {self._path} and {self._path}-wal"
                " together, every acknowledged entry is in them"
            )

    def _refuse(self, error: Exception) -> None:
        wrong = WriteFailed if of_disk(error) else NotAJournal
        plain = isinstance(error, JournalError)
        self.failure = error if plain else wrong(f"{self._path} cannot be opened as a journal: {error}")

    def _taken(self) -> list[Work]:
        """All that waits; nothing, when nothing has for a while and the index is behind."""
        taken: list[Work] = []
        with suppress(Empty):
            taken.extend(self._queue.get(timeout=IDLE if self._unindexed else None))
            while len(taken) < WORK_IN_A_COMMIT:
                taken.extend(self._queue.get_nowait())
        return taken

    def _serve(self, db: Database, taken: list[Work]) -> bool:
        """Do what was taken. Tells whether to go on."""
        if self.failure is None:
            try:
                self._write(db, taken)
                self._index(db, taken)
            except Exception as error:  # noqa: BLE001 - whatever it is, the state is now ahead of the disk
                self._fail(error)
        marks = [work for work in taken if isinstance(work, Mark)]
        for mark in marks:
            mark.reached.set()
        return not any(mark.last for mark in marks)

    def _write(self, db: Database, taken: list[Work]) -> None:
        batches = [work for work in taken if isinstance(work, Batch)]
        if batches:
            self._commit(db, partial(_decided, db.conn, batches))
            self._committed(batches[-1].rows[-1].seq)
            self._unindexed += [(row.seq, row.words) for batch in batches for row in batch.rows]
        for work in taken:
            if isinstance(work, Keep):
                _where_there_is_room(db, partial(_keep, db.conn, work))

    def _commit(self, db: Database, write: Callable[[], None]) -> None:
        """One transaction. Where the disk is full it was undone as a whole; with room made, it is tried once more."""
        try:
            with db.atomic():
                write()
        except sqlite3.OperationalError as error:
            if not _full(error) or not self._room():
                raise
            with db.atomic():
                write()

    def _index(self, db: Database, taken: list[Work]) -> None:
        """Bring the index up, if this is the time. What a power cut undoes is found at the next start."""
        ending = any(isinstance(work, Mark) and work.last for work in taken)
        if self._unindexed and (not taken or ending or len(self._unindexed) >= INDEXED_AT_ONCE):
            db.conn.execute("PRAGMA synchronous=NORMAL")
            done = _where_there_is_room(db, partial(_note_words, db.conn, self._unindexed))
            db.conn.execute("PRAGMA synchronous=FULL")
            self._unindexed = [] if done else self._unindexed

    def _fail(self, error: Exception) -> None:
        self.failure = WriteFailed(f"the journal could not be written ({error}); acknowledged entries are safe")
        with suppress(RuntimeError):  # the hub's loop has ended already: there is nobody left to tell
            self._failed(self.failure)


def _full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode == sqlite3.SQLITE_FULL


def _where_there_is_room(db: Database, write: Callable[[], None]) -> bool:
    """Write what is only for speed. On a full disk it is left for later, and that is no failure."""
    try:
        with db.atomic():
            write()
    except sqlite3.OperationalError as error:
        if not _full(error):
            raise
        return False
    return True


def _decided(connection: sqlite3.Connection, batches: list[Batch]) -> None:
    _insert(connection, [batch.rows for batch in batches])
    _archive(connection, [thing for batch in batches for thing in batch.things])


def _insert(connection: sqlite3.Connection, batches: list[Sequence[Row]]) -> None:
    rows = [row for batch in batches for row in batch]
    commands = [(batch[0].command, batch[0].content, batch[0].seq, len(batch)) for batch in batches if batch[0].command]
    _many(connection, "entries (seq, kind, line, digest)", [(row.seq, row.kind, row.line, row.digest) for row in rows])
    _many(connection, "commands (id, content, seq, made)", commands)


def _note_words(connection: sqlite3.Connection, said: list[tuple[int, str]]) -> None:
    _many(connection, "search (rowid, words)", [one for one in said if one[1]])
    connection.execute("UPDATE indexed SET seq = ?", (said[-1][0],))


def _catch_up(db: Database) -> None:
    """Index what a process that was killed had not."""
    sql = "SELECT seq, line FROM entries WHERE seq > (SELECT seq FROM indexed) ORDER BY seq LIMIT ?"
    while found := db.conn.execute(sql, (INDEXED_AT_ONCE,)).fetchall():
        with db.atomic():
            _note_words(db.conn, [(seq, searchable(line)) for seq, line in found])


def _archive(connection: sqlite3.Connection, things: list[Thing]) -> None:
    connection.executemany("INSERT OR REPLACE INTO archived (seq, number, kind, thing) VALUES (?, ?, ?, ?)", things)


def _many(connection: sqlite3.Connection, into: str, rows: Sequence[tuple[Value, ...]]) -> None:
    for start in range(0, len(rows), ROWS_IN_A_STATEMENT):
        some = rows[start : start + ROWS_IN_A_STATEMENT]
        connection.execute(_statement(into, len(some), len(some[0])), list(chain.from_iterable(some)))


@cache
def _statement(into: str, rows: int, columns: int) -> str:
    row = f"({_commas('?' for _ in range(columns))})"
    return f"INSERT INTO {into} VALUES {_commas(row for _ in range(rows))}"  # noqa: S608 - no value is in it


def _commas(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _keep(connection: sqlite3.Connection, snapshot: Keep) -> None:
    packed = zlib.compress(snapshot.state, 1)
    connection.execute(
        "INSERT OR REPLACE INTO snapshots (seq, digest, state_digest, state) VALUES (?, ?, ?, ?)",
        (snapshot.seq, snapshot.digest, hashlib.sha256(snapshot.state).hexdigest(), packed),
    )
    connection.execute(
        "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?)",
        (SNAPSHOTS_KEPT,),
    )

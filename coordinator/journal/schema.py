"""The journal's tables. A release that changes them adds a step at the end, and never alters a former one.

Entries are only ever added, each right after the last one: triggers see to it, whoever holds the pen.
"""

import sqlite3

from sqlite_utils import Database, Migrations

from coordinator.journal.errors import NotAJournal
from coordinator.journal.search import INDEX
from coordinator.journal.views import VIEWS

APPLICATION_ID = 0x436F4A6E
"""`CoJn`, at byte 68 of the file."""
VERSION = 1
"""Kept as `user_version`; one more with each step below."""

STEPS = Migrations("journal")

_FIRST = (
    # `kind` stands in the line too; here it is for counting. It is no generated column, because SQLite 3.40 calls
    # JSON functions unsafe in a schema that it is told not to trust.
    """CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, line TEXT NOT NULL, digest TEXT NOT NULL
) STRICT""",
    "CREATE INDEX entries_kind ON entries (kind)",
    """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    WHEN new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'an entry comes right after the last one'); END""",
    """CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never deleted; write a correction'); END""",
    """CREATE TRIGGER entries_keep BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never edited; write a correction'); END""",
    """CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES entries (seq),
    made INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
    INDEX,
    # How far the index reaches: it follows the entries in transactions of its own (writer.py).
    "CREATE TABLE indexed (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT",
    "INSERT INTO indexed VALUES (1, 0)",
    # Settled things that left the hub's working state (incident/archive.py): a cache, like snapshots.
    """CREATE TABLE archived (
    seq INTEGER PRIMARY KEY, number TEXT NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL
) STRICT""",
    "CREATE INDEX archived_number ON archived (number)",
    """CREATE TABLE snapshots (
    seq INTEGER PRIMARY KEY, digest TEXT NOT NULL, state_digest TEXT NOT NULL, state BLOB NOT NULL
) STRICT""",
)


@STEPS()
def first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    db.conn.execute("PRAGMA user_version=1")


def bring_up(db: Database) -> None:
    """Make a new file a journal, or bring an older one to this release; views hold nothing and are made anew."""
    if db.conn.execute("SELECT count(*) FROM sqlite_schema").fetchone() != (0,):
        check(db.conn)
    STEPS.apply(db)
    with db.atomic():
        for name, select in VIEWS.items():
            db.create_view(name, select, replace=True)


def check(connection: sqlite3.Connection) -> None:
    """Refuse what is no journal, or one that only a newer release can read."""
    try:
        (application,), (version,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        raise NotAJournal("this file is not a journal: it is no SQLite file") from None
    unfinished = application == 0 and _only_bookkeeping(connection)
    if application != APPLICATION_ID and not unfinished:
        raise NotAJournal("this file is not a journal: another program made it")
    if version > VERSION:
        raise NotAJournal(f"this journal is of a newer release (format {version}, we know {VERSION}); use that one")


def _only_bookkeeping(connection: sqlite3.Connection) -> bool:
    """Whether a first start was cut off before its tables were made."""
    names = connection.execute("SELECT tbl_name FROM sqlite_schema").fetchall()
    return all(name == STEPS.migrations_table for (name,) in names)

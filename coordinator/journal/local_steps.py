"""The tables of a client's own file, step by step: each release adds steps, and changes none."""

import sqlite3

from sqlite_utils import Database, Migrations

from coordinator.journal.local import APPLICATION_ID

STEPS = Migrations("local")

_FIRST = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # A line that is hidden from this operator is NULL. `arrival` numbers the order in which lines came.
    "CREATE TABLE entries (seq INTEGER PRIMARY KEY, digest TEXT NOT NULL, line TEXT, arrival INTEGER NOT NULL) STRICT",
    "CREATE INDEX entries_arrival ON entries (arrival)",
    """CREATE TABLE rest (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,
    arrival INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT""",
    "CREATE TABLE heads (seq INTEGER PRIMARY KEY, digest TEXT NOT NULL) STRICT",
    """CREATE TABLE outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    do TEXT NOT NULL,
    packed BLOB NOT NULL,
    queued_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'decided')),
    how TEXT NOT NULL DEFAULT ''
) STRICT""",
    "CREATE INDEX outbox_undecided ON outbox (place) WHERE state <> 'decided'",
    "CREATE TABLE drafts (name TEXT PRIMARY KEY, text TEXT NOT NULL, saved_at TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


@STEPS()
def first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    db.conn.execute("PRAGMA user_version=1")


def bring_up(connection: sqlite3.Connection) -> None:
    """Take every step that the file has not taken."""
    STEPS.apply(Database(connection))

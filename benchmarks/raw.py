"""The yardstick `raw`: how many one-row transactions a second SQLite commits durably here (WAL, synchronous=FULL)."""

import sqlite3
import tempfile
import time
from pathlib import Path


def transactions(seconds: float, folder: str | None = None) -> float:
    """Commits a second of one row of a benchmark's size."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        db = sqlite3.connect(Path(made) / "raw.db", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, line TEXT)")
        line, done, started = "x" * 600, 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < seconds:
            db.execute("BEGIN")
            db.execute("INSERT INTO entries (line) VALUES (?)", (line,))
            db.execute("COMMIT")
            done += 1
        db.close()
        return done / spent


if __name__ == "__main__":
    print(f"{transactions(3):.0f} transactions/s")

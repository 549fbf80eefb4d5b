"""A process that starts hubs by dividing itself, so that each of thousands begins at once, with the shim before it.

Law: one line in, a JSON object that says what the next hub is to suffer; two lines out, its process number and, when
it has ended, its exit code. Everything slow is imported before the first hub is born, and no thread is running then.
"""

import ctypes
import gc
import os
import sys
import traceback
from pathlib import Path

import msgspec
from sqlite_utils import Database

import server.cli
from coordinator.journal import connect, writer

HOW = ("EIO", "ENOSPC", "SHORT")
"""The ways in which a call can fail, in the shim's order."""

CALLS = "calls"
"""The file that says how many calls there were in a hub's life."""


class Suffering(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one hub's disk does. `nth`: the call that fails (0: none)."""

    folder: str
    roster: str
    nth: int = 0
    how: str = "EIO"
    lasting: bool = False
    """Whether all calls after the nth fail as well."""
    trace: str = ""
    careless: bool = False
    """With `synchronous=NORMAL`, which is not enough: a harness that finds nothing wrong then finds nothing at all."""


def journal_of(folder: Path) -> Path:
    return folder / "hub.journal"


def socket_of(folder: Path) -> Path:
    return folder / "socket" / "hub"


def _be_careless() -> None:
    """Have the writer commit as SQLite's other customary setting has it."""
    connect._SETTINGS["synchronous"] = ("NORMAL", 1)
    index = writer.Writer._index

    def indexed(self: writer.Writer, db: Database, taken: list[writer.Work]) -> None:
        index(self, db, taken)
        db.conn.execute("PRAGMA synchronous=NORMAL")

    writer.Writer._index = indexed  # type: ignore[method-assign]  # in this process, which ends with its hub


def _serve(suffering: Suffering) -> None:
    folder = Path(suffering.folder)
    log = os.open(folder / "hub.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, to in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(to, number)
    if suffering.careless:
        _be_careless()
    ctypes.CDLL(None).shim_watch(
        os.fsencode(journal_of(folder)), suffering.trace.encode(), ctypes.c_long(suffering.nth),
        HOW.index(suffering.how), int(suffering.lasting),
    )  # fmt: skip
    sys.argv = [
        "coordinator-hub", "serve", suffering.roster, "--journal", str(journal_of(folder)),
        "--listen", f"unix:{socket_of(folder)}", "--keyless",
    ]  # fmt: skip
    server.cli.main()


def _live(suffering: Suffering) -> int:
    """One hub's life, in a process of its own; what comes back is its exit code."""
    try:
        _serve(suffering)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 - whatever it is, it goes to the hub's log, where the test finds it
        traceback.print_exc()
        return 1
    finally:
        calls = ctypes.CDLL(None).shim_count()
        (Path(suffering.folder) / CALLS).write_text(str(calls))
    return 0


def _say(number: int) -> None:
    os.write(1, f"{number}\n".encode())


def main() -> None:
    """Serve until standard input ends."""
    gc.freeze()
    for line in sys.stdin:
        suffering = msgspec.json.decode(line, type=Suffering)
        born = os.fork()
        if not born:
            code = _live(suffering)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _say(born)
        _, status = os.waitpid(born, 0)
        _say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()

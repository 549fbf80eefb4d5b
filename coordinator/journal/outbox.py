"""Commands on their way to the hub, and drafts: what an operator wrote is never lost.

What is put here has reached the disk when the call returns. A command that was decided stays, as a record.
"""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from coordinator.incident.times import when
from coordinator.journal.connect import atomic
from coordinator.journal.errors import InUse
from coordinator.journal.local import Local, paths


class Queued(Struct, frozen=True, kw_only=True):
    """A command that is not decided. `packed` is the frame that will be sent, the same each time."""

    id: str
    do: str
    packed: bytes
    queued_at: datetime
    sent: bool = False
    former: bool = False
    """It was written for another log, which the present one continues or its author left for this one."""


class Draft(Struct, frozen=True, kw_only=True):
    """Text that was begun and not sent."""

    name: str
    text: str
    saved_at: datetime


FORMER = "former"
"""How a command came here that was written for another log."""


class Outbox:
    def __init__(self, local: Local) -> None:
        self._local = local

    def put(self, id: str, do: str, packed: bytes, queued_at: datetime, *, former: bool = False) -> None:
        """Keep a command behind all others. The same id again changes nothing."""
        self._write(
            "INSERT INTO outbox (id, do, packed, queued_at, state, how) VALUES (?, ?, ?, ?, 'waiting', ?)"
            " ON CONFLICT (id) DO NOTHING",
            id, do, packed, queued_at.isoformat(), FORMER if former else "",
        )

    def undecided(self) -> list[Queued]:
        """What waits, in the order in which it was written."""
        rows = self._local.connection.execute(
            "SELECT id, do, packed, queued_at, state, how FROM outbox WHERE state <> 'decided' ORDER BY place"
        ).fetchall()
        return [
            Queued(
                id=id, do=do, packed=packed, queued_at=when(queued_at), sent=state == "sent", former=how == FORMER
            )
            for id, do, packed, queued_at, state, how in rows
        ]

    def sent(self, id: str) -> None:
        """It went out; whether it arrived is not known."""
        with self._local.lightly() as connection:
            connection.execute("UPDATE outbox SET state = 'sent' WHERE id = ? AND state = 'waiting'", (id,))

    def settle(self, id: str, how: str) -> None:
        """It waits no more: accepted, refused, dropped by its author, …; `how` is one word for it."""
        self._write("UPDATE outbox SET state = 'decided', how = ? WHERE id = ?", how, id)

    def became(self, id: str) -> str | None:
        """How it was settled; None while it waits, or for another's."""
        found = self._local.connection.execute(
            "SELECT how FROM outbox WHERE id = ? AND state = 'decided'", (id,)
        ).fetchone()
        return found[0] if found else None

    def save(self, name: str, text: str, saved_at: datetime) -> None:
        """Keep a draft. An empty one is gone."""
        if text:
            self._write("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", name, text, saved_at.isoformat())
        else:
            self._write("DELETE FROM drafts WHERE name = ?", name)

    def drafts(self) -> list[Draft]:
        """What was begun and not sent, the latest first."""
        sql = "SELECT name, text, saved_at FROM drafts ORDER BY saved_at DESC"
        rows = self._local.connection.execute(sql).fetchall()
        return [Draft(name=name, text=text, saved_at=when(saved_at)) for name, text, saved_at in rows]

    def draft(self, name: str) -> str:
        """The text of that draft; empty where there is none."""
        found = self._local.connection.execute("SELECT text FROM drafts WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def adopt(self, folder: Path, name: str, log: str, operator: str) -> int:
        """Take over what programs that have ended left in the operator's other files. Tells how many commands.

        Should we end in the middle, both files hold a command: sent twice, it is decided once.
        """
        taken = 0
        for path in paths(folder, name):
            if path == self._local.path or not path.exists():
                continue
            try:
                other = Local(path, log, operator)
            except InUse:
                continue
            with other:
                taken += len(self.take(Outbox(other)))
        return taken

    def take(self, other: "Outbox", *, former: bool = False, only: str | None = None) -> list[Queued]:
        """Take over what waits in another file, drafts too, or `only` one command; what waits here now of it."""
        left = {queued.id: queued for queued in other.undecided() if only in (None, queued.id)}
        for queued in left.values():
            self.put(queued.id, queued.do, queued.packed, queued.queued_at, former=former or queued.former)
            other.settle(queued.id, "taken over")
        if only is None:
            self._take_drafts(other)
        return [queued for queued in self.undecided() if queued.id in left]

    def _take_drafts(self, other: "Outbox") -> None:
        for draft in other.drafts():
            mine = self.draft(draft.name)
            if draft.text not in mine:
                self.save(draft.name, f"{mine}\n{draft.text}".strip("\n"), draft.saved_at)
            other.save(draft.name, "", draft.saved_at)

    def _write(self, sql: str, *values: str | bytes) -> None:
        with atomic(self._local.connection) as connection:
            connection.execute(sql, values)

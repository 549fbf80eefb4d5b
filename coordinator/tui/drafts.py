"""What was typed and is not sent: kept as it is typed, so that neither a hang-up nor a crash loses more than a second.

Law: a draft goes only when its text is safe elsewhere (in the outbox), or when its author says so.
"""

from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace


class Draft(Struct, frozen=True):
    """A form as it was left: which command, about what, and what was written."""

    do: str
    kind: str
    ref: str
    values: dict[str, str]
    saved_at: datetime
    command: str = ""
    """Put by: what this command said that did not go, while something else is written under the same name."""

    @property
    def name(self) -> str:
        return name(self.do, self.kind, self.ref, self.command)


class Shelf(Protocol):
    """Where drafts outlive the program."""

    def save(self, name: str, text: str, saved_at: datetime) -> None:
        """Keep a draft; an empty one is gone."""
        ...

    def texts(self) -> dict[str, str]:
        """Every draft that is kept."""
        ...


class Drafts:
    """The drafts of one operator, newest first."""

    def __init__(self) -> None:
        self._shelf: Shelf | None = None
        self._drafts: dict[str, Draft] = {}

    def settle(self, shelf: Shelf | None) -> None:
        """Keep them here from now on, and take over what lies there."""
        if shelf is None or shelf is self._shelf:
            return
        self._shelf = shelf
        for text in shelf.texts().values():
            try:
                draft = msgspec.json.decode(text, type=Draft)
            except msgspec.DecodeError:
                continue  # another version's draft: it stays where it is, and is not ours to touch
            self._drafts.setdefault(draft.name, draft)
        for draft in self._drafts.values():
            self._keep(draft)

    @property
    def all(self) -> tuple[Draft, ...]:
        return tuple(sorted(self._drafts.values(), key=lambda draft: draft.saved_at, reverse=True))

    def find(self, do: str, kind: str, ref: str, command: str = "") -> Draft | None:
        """What was written of this before."""
        return self._drafts.get(name(do, kind, ref, command))

    def save(self, draft: Draft) -> None:
        """Keep it as it is now."""
        self._drafts[draft.name] = draft
        self._keep(draft)

    def take(self, draft: Draft) -> None:
        """What was put by is what its name brings back; what did so until now is put by instead."""
        before = self.find(draft.do, draft.kind, draft.ref)
        self.drop(draft.do, draft.kind, draft.ref, draft.command)
        if before is not None and draft.command:
            self.save(replace(before, command=draft.command))
        self.save(replace(draft, command=""))

    def drop(self, do: str, kind: str, ref: str, command: str = "") -> None:
        """It is safe elsewhere, or not wanted any more."""
        found = self._drafts.pop(name(do, kind, ref, command), None)
        if found is not None and self._shelf is not None:
            self._shelf.save(found.name, "", found.saved_at)

    def _keep(self, draft: Draft) -> None:
        if self._shelf is not None:
            self._shelf.save(draft.name, msgspec.json.encode(draft).decode(), draft.saved_at)


def name(do: str, kind: str, ref: str, command: str = "") -> str:
    """What a draft is kept under: one for each command on each thing, and one for each that was put by."""
    return f"form {do} {kind} {ref}" + (f" {command}" if command else "")

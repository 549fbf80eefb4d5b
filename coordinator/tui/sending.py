"""What was said and how it ended: nothing is called sent before the hub has it, and every refusal finds its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from coordinator.incident.acts import Act
from coordinator.incident.entries import Accepted, Command, Malformed, OnRecord, Outcome, Refused
from coordinator.session.faults import Fault
from coordinator.tui.drafts import Draft
from coordinator.tui.screens.base import Writing
from coordinator.tui.spots import Spot
from coordinator.tui.texts import joined, plain

if TYPE_CHECKING:
    from coordinator.tui.interface import Interface

Written = tuple[str, Spot, dict[str, str]]
"""The form it came from: which command, about what, and what was written."""

SOON = 6.0
"""A refusal within so many seconds, and no key since, answers whoever waits for it; others interrupt nobody."""


class Sent(Struct, frozen=True):
    """A command under way."""

    act: Act
    record: OnRecord
    written: Written | None
    then: Act | None
    at: float
    pressed: int
    """How many keys had been pressed by then."""


class Refusal(Struct, frozen=True):
    """A command that was refused, until its author has seen to it."""

    id: str
    sent: Sent
    outcome: Refused


class Sending:
    """The commands of this screen and what became of them."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        self._under_way: dict[str, Sent] = {}
        self.refusals: dict[str, Refusal] = {}

    def say(
        self,
        act: Act,
        record: OnRecord | None = None,
        *,
        basis: int | None = None,
        written: Written | None = None,
        then: Act | None = None,
    ) -> str | None:
        """Give a command to the session. Its id; None where it could not even be kept."""
        session = self._interface.session
        sent = Sent(act, record or OnRecord(), written, then, session.clock.monotonic(), self._interface.pressed)
        try:
            id = session.queue(act, record, basis)
        except Fault as fault:
            self._interface.tell(f"NOT SENT: {fault}", "bad")
            return None
        self._under_way[id] = sent
        if not session.link.sends:
            when = "the hub takes it" if session.link.up else "the link returns"
            self._interface.tell(f"HELD safely here: it is sent when {when}", "warn")
        else:
            self._interface.tell("sending ...")
        return id

    def settle(self) -> None:
        """Look at what has been decided since."""
        session = self._interface.session
        for waiting in session.waiting:
            if waiting.id not in self._under_way:
                before = session.clock.monotonic() - SOON
                self._under_way[waiting.id] = Sent(waiting.command.act, waiting.command.record, None, None, before, 0)
        for id, sent in list(self._under_way.items()):
            outcome = session.decided(id)
            if outcome is not None:
                del self._under_way[id]
                self._decided(id, sent, outcome)
            elif session.clock.monotonic() - sent.at > SOON:
                self._form(id, over=True)

    def _decided(self, id: str, sent: Sent, outcome: Outcome) -> None:
        if isinstance(outcome, Accepted):
            self._accepted(id, sent, outcome)
        elif isinstance(outcome, Refused):
            self._refused(id, sent, outcome)
        else:
            self._malformed(id, sent, outcome)

    def _accepted(self, id: str, sent: Sent, outcome: Accepted) -> None:
        do = Command(by="", act=sent.act).do
        number = outcome.number or f"#{outcome.seq}"
        advice = f"  BUT: {plain(joined(outcome.advisories))}" if outcome.advisories else ""
        self._interface.tell(f"{do} accepted: {number}{advice}", "warn" if advice else "good")
        self._form(id, over=True)
        if sent.then is not None:
            self.say(sent.then, sent.record, written=sent.written)

    def _refused(self, id: str, sent: Sent, outcome: Refused) -> None:
        self._save(id, sent)
        refusal = Refusal(id, sent, outcome)
        self.refusals[id] = refusal
        waits = self._waits(id, sent)
        self._form(id, over=True)
        if waits:
            self._interface.show_refusal(refusal)
        else:
            self._interface.tell(f"REFUSED (Post lists it): {outcome.code}: {plain(outcome.message)}", "bad")

    def _waits(self, id: str, sent: Sent) -> bool:
        """Whether its author waits for the answer; a screen that came up while they write would take their keys."""
        if self._interface.session.clock.monotonic() - sent.at > SOON:
            return False
        screen = self._interface.screen
        at_form = isinstance(screen, Writing) and screen.command_id == id
        return at_form or self._interface.pressed == sent.pressed

    def _malformed(self, id: str, sent: Sent, outcome: Malformed) -> None:
        self._save(id, sent)
        kept = "" if sent.written is None or self._form(id, over=False) else " (Post has the draft)"
        self._interface.tell(f"NOT SENT{kept}: {plain(outcome.message)}", "bad")

    def _save(self, id: str, sent: Sent) -> None:
        """What did not go is a draft again; where its author is writing another of the kind already, beside that."""
        if sent.written is None:
            return
        do, about, values = sent.written
        typed, now = self._interface.typed, self._interface.session.now()
        if typed.has(do, about) or self._being_written(id, do, about):
            typed.put_by(do, about, values, now, id)
        else:
            typed.keep(do, about, values, now)

    def _being_written(self, id: str, do: str, about: Spot) -> bool:
        screens = [screen for screen in self._interface.screen_stack if isinstance(screen, Writing)]
        return any((screen.do, screen.about) == (do, about) and screen.command_id != id for screen in screens)

    def _form(self, id: str, *, over: bool) -> bool:
        """The form that a command came from: over, or open again to be mended. Whether it is still there."""
        for screen in self._interface.screen_stack:
            if isinstance(screen, Writing) and screen.command_id == id:
                screen.command_id = ""
                if over and screen is self._interface.screen:
                    screen.dismiss()
                return True
        return False

    def forget(self, id: str) -> None:
        """Its author has seen to a refusal."""
        self.refusals.pop(id, None)

    def draft(self, refusal: Refusal) -> Draft | None:
        """What is kept of a refused form: put by, or still what its name brings back."""
        if refusal.sent.written is None:
            return None
        do, about, values = refusal.sent.written
        drafts = self._interface.drafts
        self._interface.typed.save(now=True)
        found = drafts.find(do, about.kind, about.ref, refusal.id) or drafts.find(do, about.kind, about.ref)
        return found if found is not None and found.values == values else None

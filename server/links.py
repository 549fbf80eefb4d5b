"""Who has been heard, and when: the hub's link and presence entries.

Law: a link is lost when nothing was heard from any session of that operator for `link_lost_after`; a quick
reconnect is no loss and makes no entry. Times are seconds of the hub's monotonic clock.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from coordinator.incident.acts import Act
from coordinator.incident.hubacts import Link, Presence
from coordinator.incident.state import State
from coordinator.incident.times import duration, utc
from coordinator.wire.frames import Beat
from server.subscribers import Subscriber
from server.timekeeper import Timekeeper


class Writer(Protocol):
    """What links need of the hub."""

    time: Timekeeper
    state: State

    def do(self, act: Act) -> None:
        """Have the hub itself do something."""


class Heard(Struct):
    """One operator's sessions, and when one of them was last heard."""

    at: float
    sessions: set[Subscriber]
    version: str = ""


class Links:
    """`beats`: whether an open connection must be heard to count; in a drill it need not, for its clock leaps."""

    def __init__(self, hub: Writer, *, beats: bool) -> None:
        self._hub = hub
        self._beats = beats
        self._heard: dict[str, Heard] = defaultdict(lambda: Heard(0.0, set()))
        self._look_at = 0.0
        """Before that, no link can have been lost: hearing something only moves it on."""

    def arrive(self, subscriber: Subscriber) -> None:
        """A session has said who it is."""
        heard = self._heard[subscriber.operator]
        heard.sessions.add(subscriber)
        heard.version = subscriber.version
        self.hear(subscriber, self._hub.time.monotonic())

    def leave(self, subscriber: Subscriber) -> None:
        """Its connection is gone; when it was last heard stays what it was."""
        heard = self._heard[subscriber.operator]
        heard.sessions.discard(subscriber)
        if not self._beats:
            heard.at = self._hub.time.monotonic()

    def hear(self, subscriber: Subscriber, mono: float) -> None:
        """Something came from it: the link is up, if it was not."""
        heard = self._heard[subscriber.operator]
        heard.at = mono
        contact = self._hub.state.contacts.get(subscriber.operator)
        if contact is None or not contact.up:
            now, _ = self._hub.time.read()
            self._hub.do(Link(operator=subscriber.operator, state="up", since=now, version=heard.version))

    def beat(self, subscriber: Subscriber, beat: Beat) -> None:
        """How long ago its screen was painted, and whether there is more to show; how long ago a key was pressed."""
        now, _ = self._hub.time.read()
        mono = self._hub.time.monotonic()
        if beat.painted is not None:
            subscriber.painted = mono - beat.painted / 1000
            subscriber.waiting = beat.waiting
        if beat.key is not None:
            subscriber.key_at = mono - beat.key / 1000
        contact = self._hub.state.contacts.get(subscriber.operator)
        logged = (contact.unpainted_since, contact.idle_since) if contact is not None else (None, None)
        since = (self._unpainted_since(subscriber.operator, mono), self._idle_since(subscriber.operator, mono))
        if [one is None for one in since] != [one is None for one in logged]:
            unpainted, idle = (None if one is None else utc(now - timedelta(seconds=mono - one)) for one in since)
            self._hub.do(Presence(operator=subscriber.operator, unpainted_since=unpainted, idle_since=idle))

    def look(self, now: datetime, mono: float) -> None:
        """Write down the links that were lost."""
        if mono < self._look_at:
            return
        lost_after = self._lost_after
        for operator, contact in self._hub.state.contacts.items():
            silent = mono - self._last(operator, mono) if contact.up else 0.0
            if silent > lost_after:
                since = utc(now - timedelta(seconds=silent))
                version = self._heard[operator].version
                self._hub.do(Link(operator=operator, state="down", since=since, version=version))
        self._look_at = min(self.next_loss(mono) or mono + lost_after, mono + lost_after)

    def next_loss(self, mono: float) -> float | None:
        """When the first link will be lost, if nothing more is heard."""
        up = [operator for operator, contact in self._hub.state.contacts.items() if contact.up]
        return min(self._last(operator, mono) for operator in up) + self._lost_after if up else None

    @property
    def _lost_after(self) -> float:
        return duration(self._hub.state.roster.settings.link_lost_after).total_seconds()

    def _last(self, operator: str, mono: float) -> float:
        heard = self._heard[operator]
        return mono if heard.sessions and not self._beats else heard.at

    def _unpainted_since(self, operator: str, mono: float) -> float | None:
        """Since when no screen of that operator's has shown what there is to show, if that is too long."""
        screens = [session for session in self._heard[operator].sessions if session.painted is not None]
        if not screens or not all(screen.waiting for screen in screens):
            return None
        last = max(screen.painted or 0.0 for screen in screens)
        return last if mono - last > self._lost_after else None

    def _idle_since(self, operator: str, mono: float) -> float | None:
        """Since when whoever holds a desk has pressed no key, if that is longer than `attention_within`."""
        if not any(desk.holder == operator for desk in self._hub.state.desks.values()):
            return None
        keys = [session.key_at for session in self._heard[operator].sessions if session.key_at is not None]
        patience = duration(self._hub.state.roster.settings.attention_within).total_seconds()
        return max(keys) if keys and mono - max(keys) > patience else None

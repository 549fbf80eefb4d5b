"""Where a review stands, and how it moves: by an entry, by minutes, to a time, or as fast as it is played. Pure.

Law: the entry is the last one written by then; of those written in one millisecond, each can be stood at.
"""

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from coordinator.incident.times import when
from coordinator.review.chronicle import Chronicle

SPEEDS = (1, 8, 60, 600, 3600)
"""How many times as fast as it happened."""
_ENTRY = re.compile(r"#?(\d+)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?")


class Moment(Struct, frozen=True):
    """After an entry, at a time."""

    seq: int
    now: datetime


def at_entry(times: Chronicle, seq: int) -> Moment:
    """When that entry had just been written; of a number beyond the log, its last one."""
    seq = max(1, min(seq, len(times)))
    return Moment(seq, times.at(seq))


def at_time(times: Chronicle, now: datetime) -> Moment:
    """That time, within the log."""
    now = max(times.at(1), min(now, times.at(len(times))))
    return Moment(times.seq_at(now), now)


def stepped(times: Chronicle, moment: Moment, by: int) -> Moment:
    """So many entries on or back; back first to the entry itself, where time has gone on since."""
    back_to_it = by < 0 and moment.now > times.at(moment.seq)
    return at_entry(times, moment.seq + by + back_to_it)


def moved(times: Chronicle, moment: Moment, by: timedelta) -> Moment:
    """So much time on or back."""
    return at_time(times, moment.now + by)


def faster(speed: int, by: int) -> int:
    """The next speed, or the one before."""
    return SPEEDS[max(0, min(SPEEDS.index(speed) + by, len(SPEEDS) - 1))]


def named(times: Chronicle, moment: Moment, text: str) -> Moment:
    """`#214`, `14:31`, `14:31:40` (of the day that is shown), `2026-11-22T14:31:40Z`. Raises ValueError."""
    text = text.strip()
    entry, clock = _ENTRY.fullmatch(text), _CLOCK.fullmatch(text)
    if entry is not None:
        if not 0 < int(entry[1]) <= len(times):
            raise ValueError(f"there is no entry {entry[1]}; they go from 1 to {len(times)}")
        return at_entry(times, int(entry[1]))
    return at_time(times, _on_the_day(moment.now, clock) if clock is not None else when(text))


def _on_the_day(now: datetime, clock: re.Match[str]) -> datetime:
    try:
        day = datetime(now.year, now.month, now.day, tzinfo=UTC)
        return day.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
    except ValueError:
        raise ValueError(f"'{clock[0]}' is no time of day; write 14:31 or 14:31:40, in UTC") from None

"""Time as the core knows it: UTC instants and durations that come in from outside, never a clock."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

MILLISECOND = timedelta(milliseconds=1)
"""A deadline is past when the time is strictly later, so it fires this much after its instant."""

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of a window that has none; never written to an entry."""

_BELOW_MILLISECOND = tuple(timedelta(microseconds=rest) for rest in range(1000))
"""Made once: to make one, or to call `datetime.replace`, costs as much as the digest of an entry."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")


@lru_cache(maxsize=1024)
def duration(text: str) -> timedelta:
    """Read `90s`, `10m`, `2h` or `1d`.

    Raises ValueError with a sentence for the user.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is not a duration; write 90s, 10m, 2h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def utc(moment: datetime) -> datetime:
    """The same moment in UTC, cut to whole milliseconds (the log's resolution)."""
    moment = moment.astimezone(UTC)
    return moment - _BELOW_MILLISECOND[moment.microsecond % 1000]


def when(text: str) -> datetime:
    """Read an RFC 3339 time with a zone, as UTC.

    Raises ValueError with a sentence for the user.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"'{text}' is not a time; write it as 2026-11-22T13:05:00Z")
    return utc(moment)


def stamp(moment: datetime) -> str:
    """RFC 3339 UTC to the second, as people read it: `2026-11-22T13:05:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

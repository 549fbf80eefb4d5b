"""Something wrong with a roster: where, what, and what to do about it."""

from typing import Literal

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True):
    path: str
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """The one line that people read."""
        return f"{self.severity}: {self.path or 'roster'}: {self.message}; {self.remedy}"


def error(path: str, message: str, remedy: str) -> Problem:
    """A problem that refuses the roster."""
    return Problem(path=path, message=message, remedy=remedy)


def warning(path: str, message: str, remedy: str) -> Problem:
    """A problem that is told, and does not refuse it."""
    return Problem(path=path, message=message, remedy=remedy, severity="warning")

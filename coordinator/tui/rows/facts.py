"""A fact on a line of its own: its name, then what it says, wrapped. Pure."""

from coordinator.tui.texts import Line, wrapped


def text(body: str, width: int) -> list[Line]:
    """A text from outside, wrapped."""
    return [((part, ""),) for part in wrapped(body, width)]


def pair(label: str, value: str, width: int, look: str = "") -> list[Line]:
    """A name and what it says; nothing where there is nothing to say."""
    if not value:
        return []
    first, *rest = wrapped(value, max(width - 12, 10))
    return [((f"{label:<12}", ""), (first, look)), *[((" " * 12, ""), (part, look)) for part in rest]]

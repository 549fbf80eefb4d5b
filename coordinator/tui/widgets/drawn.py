"""From lines of (text, look) to what Textual draws. Content only, never markup."""

from collections.abc import Iterable

from textual.content import Content

from coordinator.tui.texts import LOOKS, Line


def content(lines: Iterable[Line]) -> Content:
    """Lines as one content."""
    return Content("\n").join(Content.assemble(*((text, LOOKS[look]) for text, look in line)) for line in lines)

"""Everything that can be done in a review, each defined once: keys, help and the lines of keys derive from here.

Law: nothing here writes anything; a review has no session to write to.
"""

from collections.abc import Mapping

from msgspec import Struct

from coordinator.tui.actions import BY_ID
from coordinator.tui.texts import Line, Span, length


class Key(Struct, frozen=True):
    """One thing a reviewer can do."""

    id: str
    key: str
    words: str
    help: str
    footer: tuple[str, str] | None = None
    """Keys and words in the line of keys; None: only help lists it."""


def _screen(id: str, key: str = "") -> Key:
    """A screen of the interface, under its own key where that is free here."""
    action = BY_ID[id]
    return Key(id, key or action.key, action.words, action.help)


KEYS: tuple[Key, ...] = (
    Key("play", "space", "play", "Let time go on, and stop it", ("Space", "play")),
    Key("back", ",", "step back", "To the entry before", (", .", "step")),
    Key("on", ".", "step on", "To the next entry"),
    Key("earlier", "[", "5 min back", "Five minutes back", ("[ ]", "5m")),
    Key("later", "]", "5 min on", "Five minutes on"),
    Key("go", "g", "go to", "To a time or an entry: 14:31, 14:31:40, 2026-11-22T14:31:40Z, #214", ("g", "go")),
    Key("find", "/", "find", "Find words in the log, and go to the entry", ("/", "find")),
    Key("mark", "b", "mark", "Mark this entry, or unmark it; the marks are printed on leaving", ("b", "mark")),
    Key("marks", "m", "marks", "Go to a mark"),
    Key("export", "e", "export", "Says the command that exports this log, as it is looked at", ("e", "export")),
    Key("person", "w", "as whom", "What one person could see by then; or everything again", ("w", "whose")),
    Key("there", "t", "to it", "To when the thing under the cursor was written"),
    Key("slower", "-", "slower", "Play slower: x3600, x600, x60, x8, x1"),
    Key("faster", "+", "faster", "Play faster"),
    Key("first", "<", "beginning", "To the first entry"),
    Key("last", ">", "end", "To the last entry"),
    Key("review", "r", "Review", "The state in short, the entry, and the log"),
    _screen("desk"),
    _screen("post"),
    _screen("orders"),
    _screen("board", "B"),
    _screen("resources"),
    _screen("contacts", "C"),
    _screen("log"),
    _screen("charter"),
    Key("open", "enter", "open", "Everything about what the cursor is on, as it was then"),
    Key("paper", "Y", "on paper", "As it would have been printed then: a form, a dossier, a handover sheet"),
    Key("help", "?", "keys", "Every key; Enter there does it", ("?", "keys")),
    Key("repaint", "L", "repaint", "Paint the screen anew (also Ctrl+L)"),
    Key("leave", "q", "leave", "Leave the review (also Ctrl+Q)"),
)
OF: Mapping[str, str] = {**{key.key: key.id for key in KEYS}, "=": "faster", ";": "help"}
"""Key: what it does; `=` is `+` without Shift, `;` lists everything as elsewhere."""
SHOWN = {"enter": "Enter", "space": "Space"}


def shown(key: str) -> str:
    """A key as it stands on the keyboard."""
    return SHOWN.get(key, key)


def footer(width: int) -> Line:
    """The line of keys, as many as fit."""
    spans: list[Span] = []
    for keys, words in (one.footer for one in KEYS if one.footer is not None):
        more: tuple[Span, ...] = ((keys, "key"), (f" {words}  ", ""))
        if length((*spans, *more)) <= width + 2:
            spans += more
    return tuple(spans)

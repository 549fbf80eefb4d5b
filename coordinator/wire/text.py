"""The text gate: what a text may hold. The client cleans, and says what it changed; the hub only checks.

A text is NFC and holds no control character (but for the newline, in bodies), no mark that turns the
direction of writing, no surrogate, nothing unassigned, and at most eight combining marks on one base.
"""

import re
import unicodedata

from msgspec import Struct

MARKS = 8
"""Combining marks on one base."""

_MAYBE_A_STORM = re.compile(rf"[^\w\x00-\x7f]{{{MARKS + 1}}}")
"""Marks are not word characters: without such a run, no base bears too many."""
_NAMED = {
    "\u061c": "a direction mark",
    "\u200e": "a direction mark",
    "\u200f": "a direction mark",
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "a direction mark"),
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\ufeff": "a byte order mark",
    "\t": "a tab",
    "\n": "a newline where only one line may stand",
}
_BY_CATEGORY = {"Cc": "a control character", "Cs": "half a character", "Cn": "an unassigned character"}
_BREAKS = frozenset("\n\r\u2028\u2029\u0085\u000b\u000c")


class Flaw(Struct, frozen=True):
    """What is wrong with a text, and at which character (the first is 1)."""

    position: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at character {self.position}"


class Cleaned(Struct, frozen=True):
    """A text that passes `check`, and what had to change, in words for its author."""

    text: str
    changes: tuple[str, ...] = ()


def check(text: str, body: bool = False) -> Flaw | None:
    """The first flaw of a text, if it has one. In a `body`, newlines are allowed."""
    line = text.replace("\n", "") if body else text
    if line.isprintable() and (
        line.isascii() or (not _MAYBE_A_STORM.search(line) and unicodedata.is_normalized("NFC", line))
    ):
        return None
    marks = 0
    for position, char in enumerate(text, start=1):
        what = _fault(char, body)
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks > MARKS:
            what = f"more than {MARKS} combining marks on one letter"
        if what:
            return Flaw(position, what)
    if not unicodedata.is_normalized("NFC", text):
        return Flaw(_first_difference(text), "a character that is not in composed form (NFC)")
    return None


def clean(text: str, body: bool = False) -> Cleaned:
    """The text as the hub will take it. What was changed is said, so that nobody is changed behind their back."""
    if check(text, body) is None:
        return Cleaned(text)
    composed = unicodedata.normalize("NFC", _paired(text))
    changes = {"line break made plain": count} if (count := composed.count("\r\n")) else {}
    kept: list[str] = []
    marks = 0
    for char in composed.replace("\r\n", "\n"):
        is_mark = unicodedata.category(char)[0] == "M"
        marks += is_mark
        too_many = is_mark and marks > MARKS
        instead, why = ("", "combining mark too many removed") if too_many else _instead(char, body)
        if instead and not is_mark:  # what is taken out parts no marks
            marks = 0
        if why:
            changes[why] = changes.get(why, 0) + 1
        kept.append(instead)
    cleaned = unicodedata.normalize("NFC", "".join(kept))
    said = [f"{why} ({count})" for why, count in changes.items()]
    return Cleaned(cleaned, tuple(said) or ("letters composed (NFC)",))


def _fault(char: str, body: bool) -> str:
    if char == "\n" and body:
        return ""
    return _NAMED.get(char) or _BY_CATEGORY.get(unicodedata.category(char), "")


def _instead(char: str, body: bool) -> tuple[str, str]:
    """What stands for a character, and what to say of it; empty: it may stay."""
    if not _fault(char, body):
        return char, ""
    if char in _BREAKS:
        return ("\n", "line break made plain") if body else (" ", "line break became a space")
    if char == "\t":
        return " ", "tab became a space"
    if unicodedata.category(char) in ("Cs", "Cn"):
        return "\N{REPLACEMENT CHARACTER}", "unknown character replaced"
    return "", f"{_fault(char, body).removeprefix('a ')} removed"


def _paired(text: str) -> str:
    """Surrogate pairs as the characters they mean; half a pair stays, to be replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") if not text.isascii() else text


def _first_difference(text: str) -> int:
    composed = unicodedata.normalize("NFC", text)
    for position, (one, other) in enumerate(zip(text, composed, strict=False), start=1):
        if one != other:
            return position
    return min(len(text), len(composed)) + 1

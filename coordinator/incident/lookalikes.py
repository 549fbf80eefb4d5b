"""Which text may not stand in a roster, and which names look alike on a screen."""

import unicodedata

UNSAFE = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"))
"""Categories that steer a terminal, hide, or show nothing: controls, direction marks, surrogates, unassigned."""

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("1|!i\u0456\u03b9\u0131", "l"),
        **dict.fromkeys("0\u043e\u03bf", "o"),
        **dict.fromkeys("\u0430\u03b1", "a"),
        **dict.fromkeys("\u0435", "e"),
        **dict.fromkeys("\u0440\u03c1", "p"),
        **dict.fromkeys("\u0441\u03f2", "c"),
        **dict.fromkeys("\u0445\u03c7", "x"),
        **dict.fromkeys("\u0443\u03b3", "y"),
        **dict.fromkeys("\u0455", "s"),
        **dict.fromkeys("\u0458", "j"),
        **dict.fromkeys("\u0432\u03b2", "b"),
        **dict.fromkeys("\u043d\u03b7", "h"),
        **dict.fromkeys("\u043a\u03ba", "k"),
        **dict.fromkeys("\u043c", "m"),
        **dict.fromkeys("\u0442\u03c4", "t"),
        **dict.fromkeys("\u03bd", "v"),
        **dict.fromkeys("-_\u2013\u2014\u2010. ", ""),
    }
)
"""Letters of other alphabets, digits and separators that pass for another at a glance."""


def unsafe(text: str) -> tuple[int, str] | None:
    """The first character that may not stand in a roster: where, and its code point."""
    for place, character in enumerate(text):
        if unicodedata.category(character) in UNSAFE:
            return place, f"U+{ord(character):04X}"
    return None


def skeleton(name: str) -> str:
    """What a name looks like at a glance: two names with the same skeleton can be taken for each other."""
    flat = unicodedata.normalize("NFKC", name).casefold().translate(_ALIKE)
    bare = "".join(mark for mark in unicodedata.normalize("NFD", flat) if not unicodedata.combining(mark))
    return bare.replace("rn", "m").replace("vv", "w")

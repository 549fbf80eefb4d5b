"""How a cell looks, and what "select graphic rendition" does to it. Pure."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple


class Style(NamedTuple):
    """How a cell looks: each colour as its SGR parameters, attributes as sorted SGR numbers, a link as it came."""

    front: str = ""
    back: str = ""
    attributes: tuple[int, ...] = ()
    link: str = ""


PLAIN = Style()

SHOWS_ON_BLANKS = frozenset((4, 7, 9, 21))
"""Attributes that are seen even where there is nothing but a space: underline, reverse, strike."""

_ENDS = {22: (1, 2), 23: (3,), 24: (4, 21), 25: (5, 6), 27: (7,), 28: (8,), 29: (9,)}
_FRONTS = frozenset((*range(30, 38), *range(90, 98)))
_BACKS = frozenset((*range(40, 48), *range(100, 108)))
_ON = frozenset((*range(1, 10), 21, 53))
FRONT, BACK = 38, 48
_LENGTH = {5: 2, 2: 4}
"""How many parameters follow 38 or 48: a colour by its number, or red, green and blue."""


@lru_cache(maxsize=2048)
def restyled(style: Style, params: str) -> Style:
    """The style after an SGR sequence with these parameters."""
    numbers = [int(number) if number.isdigit() else 0 for number in params.replace(":", ";").split(";")]
    while numbers:
        number = numbers.pop(0)
        if number in (FRONT, BACK):
            taken = numbers[: _LENGTH.get(numbers[0], 1)] if numbers else []
            del numbers[: len(taken)]
            colour = ";".join(map(str, [number, *taken]))
            style = style._replace(front=colour) if number == FRONT else style._replace(back=colour)
        else:
            style = next((change(style, number) for holds, change in _CHANGES if number in holds), style)
    return style


def _attributes(style: Style, attributes: set[int]) -> Style:
    return style._replace(attributes=tuple(sorted(attributes)))


_Change = Callable[[Style, int], Style]
_CHANGES: tuple[tuple[frozenset[int], _Change], ...] = (
    (frozenset((0,)), lambda style, _: Style(link=style.link)),
    (_ON, lambda style, number: _attributes(style, {*style.attributes, number})),
    (frozenset(_ENDS), lambda style, number: _attributes(style, set(style.attributes) - set(_ENDS[number]))),
    (_FRONTS, lambda style, number: style._replace(front=str(number))),
    (_BACKS, lambda style, number: style._replace(back=str(number))),
    (frozenset((39,)), lambda style, _: style._replace(front="")),
    (frozenset((49,)), lambda style, _: style._replace(back="")),
)

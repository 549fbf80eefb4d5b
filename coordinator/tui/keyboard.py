"""What the terminal sends, as keys: Escape is Escape, however close the next key comes.

Law: no key here has Alt. On a slow line everything comes at once, and Escape with the key after it is what a terminal
sends for that key with Alt: here it is always the two. An unknown sequence is no key, least of all its letters.
"""

import re
from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys

ESCAPE = "\x1b"
BEGINS = frozenset("[O")
"""After Escape, what begins a longer sequence: not known yet to be a key of its own."""
_UNKNOWN = re.compile(r"\x1b\[(?![<M\[])[0-9:;<=>?]*[ -/]*[@-Z\\^-~]")
"""A whole control sequence; not the mouse's, which may be longer than it looks, nor the Linux console's `[[`."""
_REPORT = re.compile(r"\x1b\[\?\d+;\d\$y")
"""What a terminal says of its modes: Textual reads that after it has looked for keys."""


class Keyboard(XTermParser):
    """Textual's own parser, with Escape and what follows it taken apart."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if alt or (len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in BEGINS):  # noqa: PLR2004  # the two
            yield events.Key("escape", ESCAPE)
            yield from self._sequence_to_key_events(sequence[-1])
            return
        found = list(super()._sequence_to_key_events(sequence))
        yield from found
        if not found and _UNKNOWN.fullmatch(sequence) and not _REPORT.fullmatch(sequence):
            yield events.Key(Keys.Ignore, sequence)

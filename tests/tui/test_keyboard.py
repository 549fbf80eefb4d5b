"""Protects: Escape is Escape however close the next key comes, and no unknown sequence acts by its letters."""

import pytest
from textual import events

from coordinator.tui.keyboard import Keyboard


def keys(sent: str) -> list[str]:
    """The keys that come of it, once it is clear that nothing more follows."""
    keyboard = Keyboard()
    found = [*keyboard.feed(sent)]
    keyboard._timeout_time = 0.0 if keyboard._timeout_time is not None else None  # as if the time had passed
    found += keyboard.tick()
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("sent", "pressed"),
    [
        ("\x1b", ["escape"]),
        ("\x1b1", ["escape", "1"]),
        ("\x1b/", ["escape", "slash"]),
        ("\x1bb", ["escape", "b"]),
        ("\x1bN", ["escape", "N"]),
        ("\x1bO", ["escape", "O"]),
        ("\x1b\x0c", ["escape", "ctrl+l"]),
        ("\x1b\x11", ["escape", "ctrl+q"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b\t", ["escape", "tab"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\x1bnBoat", ["escape", "n", "B", "o", "a", "t"]),
    ],
)
def test_escape_and_the_key_after_it_are_two_keys(sent: str, pressed: list[str]) -> None:
    assert keys(sent) == pressed


@pytest.mark.parametrize(
    ("sent", "pressed"),
    [("\x1b[A", "up"), ("\x1bOA", "up"), ("\x1b[6~", "pagedown"), ("\x1b[27u", "escape"), ("\x1b[[A", "f1")],
)
def test_the_sequences_that_stand_for_one_key_still_do(sent: str, pressed: str) -> None:
    assert keys(sent) == [pressed]


@pytest.mark.parametrize("sent", ["\x1b[5;9X", "\x1b[?1;2c", "\x1b[99;99t", "\x1b[<0;3;4M"])
def test_a_sequence_that_nobody_knows_presses_nothing(sent: str) -> None:
    assert keys(sent) == []


def test_a_paste_is_one_text(  # what a terminal sends between its marks is no keys, whatever is in it
) -> None:
    (pasted,) = Keyboard().feed("\x1b[200~x drops it\x1b[201~")
    assert isinstance(pasted, events.Paste)
    assert pasted.text == "x drops it"

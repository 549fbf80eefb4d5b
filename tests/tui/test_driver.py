"""Protects: a terminal that stalls never holds up the loop, and gets one picture when it wakes, not the missed ones."""

import os
import pty
import threading
import time
from collections.abc import Iterator

import pytest

from coordinator.tui.diff import Painter
from coordinator.tui.driver import Output, Wants

WIDTH, HEIGHT = 80, 24


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


class Sender:
    """Writes all of it, however long the terminal takes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]


def frame(number: int) -> str:
    """A whole new screen, with nothing in common with the one before."""
    fill = chr(ord("A") + number % 26)
    return "".join(f"\x1b[{line + 1};1H{f'frame {number} line {line} ':{fill}<{WIDTH}}" for line in range(HEIGHT))


def stall(output: Output) -> int:
    """Write frames, each as its own picture, until the terminal takes no more. Returns the next frame's number."""
    for number in range(200):
        output.write(frame(number))
        output.flush()
        if not output.settled(0.3):
            return number + 1
    raise AssertionError("the terminal took everything: nothing stalled")


def drain(master: int, into: bytearray, quiet: float = 0.5) -> None:
    """Read until nothing comes any more."""
    import select

    while select.select([master], [], [], quiet)[0]:
        into.extend(os.read(master, 65536))


def test_a_stalled_terminal_holds_nothing_up_and_misses_only_pictures(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    output = Output(Sender(slave), WIDTH, HEIGHT, Painter())
    output.start()
    first = stall(output)
    longest = 0.0
    for number in range(first, first + 300):
        began = time.monotonic()
        output.write(frame(number))
        output.flush()
        longest = max(longest, time.monotonic() - began)
    before = output.sent
    assert longest < 1.0
    got = bytearray()
    reader = threading.Thread(target=drain, args=(master, got))
    reader.start()
    assert output.settled(10)
    output.stop()
    reader.join()
    assert f"{first + 299} line 23".encode() in got
    assert output.sent - before < 3 * WIDTH * HEIGHT, "more than the stalled frame and the latest came"


def test_what_is_shown_after_a_stall_is_what_was_written_last(terminal: tuple[int, int]) -> None:
    import pyte

    master, slave = terminal
    output = Output(Sender(slave), WIDTH, HEIGHT, Painter())
    output.start()
    first = stall(output)
    for number in range(first, 300):
        output.write(frame(number))
        output.flush()
    got = bytearray()
    reader = threading.Thread(target=drain, args=(master, got))
    reader.start()
    assert output.settled(10)
    output.stop()
    reader.join()
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.ByteStream(screen).feed(bytes(got))
    assert [line[:20] for line in screen.display] == [
        f"frame 299 line {line} ".ljust(20, "N") for line in range(HEIGHT)
    ]


def test_the_end_does_not_wait_for_a_terminal_that_stalls(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    output = Output(Sender(slave), WIDTH, HEIGHT, Painter())
    output.start()
    stall(output)
    began = time.monotonic()
    output.stop()
    assert time.monotonic() - began < 5


def test_a_repaint_sends_everything_again_and_a_resize_begins_anew() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, 20, 3, Painter())
    output.start()
    output.write("\x1b[1;1Hhello")
    output.flush()
    assert output.settled(5)
    output.repaint()
    assert output.settled(5)
    output.resize(30, 4)
    output.write("\x1b[4;20Hthere")
    output.flush()
    assert output.settled(5)
    output.stop()
    assert sum(data.count(b"hello") for data in sent) == 2
    assert sum(data.count(b"\x1b[2J") for data in sent) == 3
    assert b"there" in b"".join(sent)


def test_nothing_is_painted_on_the_screen_that_was_there_before() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, 20, 3, Painter())
    output.start()
    output.write("\x1b[?1049h\x1b[1;1Hours")
    output.flush()
    assert output.settled(5)
    output.write("\x1b[?1049l\x1b[?25h")
    output.stop()
    assert sent[-1] == b"\x1b[?1049l\x1b[?25h"
    assert b"ours" in b"".join(sent)


def test_bells_and_questions_pass_while_pictures_wait() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, 20, 3, Painter())
    output.write("\x07\x07\x07\x1b[?2026$p")
    output.start()
    output.flush()
    assert output.settled(5)
    output.stop()
    assert b"".join(sent).count(b"\x07") == 1
    assert b"\x1b[?2026$p" in b"".join(sent)


@pytest.mark.parametrize(
    ("environment", "encoding", "colour", "glyphs", "erase"),
    [
        ({"TERM": "xterm-256color"}, "UTF-8", True, True, True),
        ({"TERM": "dumb"}, "UTF-8", False, False, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "utf8", False, True, True),
        ({"TERM": "xterm"}, "ISO-8859-1", True, False, True),
        ({"TERM": "screen-256color"}, "UTF-8", True, True, False),
    ],
)
def test_a_terminal_gets_what_it_can_take(
    environment: dict[str, str], encoding: str, colour: bool, glyphs: bool, erase: bool
) -> None:
    wants = Wants(environment, encoding)
    assert (wants.colour, wants.unicode, wants.erase) == (colour, glyphs, erase)

"""The driver: Textual draws into a grid, and a thread of its own sends the terminal what differs.

Law: the event loop never waits for the terminal. The latest picture wins: while the terminal stalls, at most
one frame is on its way, and when it wakes it gets the picture as it then is, not the ones it missed.
"""

import codecs
import os
import selectors
import threading
import time
from collections.abc import Callable, Mapping

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from coordinator.tui.cells import Grid
from coordinator.tui.diff import Painter
from coordinator.tui.keyboard import Keyboard

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
"""To the screen that is ours, and back to the one that was there before, where nothing is painted."""
SYNC_FROM = 400
"""Shorter frames are not worth the sixteen bytes that hold them together."""

FAREWELL = 1.0
"""At most so many seconds are given to a stalled terminal at the end."""

MOST_PASSED = 64
"""Sequences that wait to be passed on while the terminal stalls; of more, the oldest go."""


class Wants:
    """What a terminal can take, as its environment says."""

    def __init__(self, environment: Mapping[str, str], encoding: str) -> None:
        term = environment.get("TERM", "")
        dumb = term in ("dumb", "unknown", "")
        self.colour = not dumb and not environment.get("NO_COLOR")
        self.unicode = not dumb and is_utf8(encoding)
        self.erase = not term.startswith("screen")


def is_utf8(encoding: str) -> bool:
    """Whether that is a name of UTF-8."""
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False


class Output:
    """The grid and the thread that brings the terminal up to it."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        width: int,
        height: int,
        painter: Painter,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._painter = painter
        self._monotonic = monotonic
        self._grid = Grid(width, height)
        self._passed: list[str] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._ending = False
        self._synchronised = False
        self._repaint = False
        self._away = False
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
        self.sent = 0
        """Bytes sent so far."""
        self.painted_at = monotonic()
        """When the terminal last had taken everything there was."""
        self.failed = False
        """The terminal is gone."""

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> bool:
        """Whether there is something that the terminal has not taken yet."""
        return not self._idle.is_set()

    def write(self, data: str) -> None:
        """Take what Textual writes. Never waits."""
        self._synchronised = self._synchronised or data.startswith(SYNC_START)
        with self._lock:
            for sequence, repaint in self._grid.feed(data):
                if sequence not in self._passed[-1:]:
                    self._passed.append(sequence)
                self._repaint = self._repaint or repaint
                if sequence in (ENTER, LEAVE):
                    self._away = sequence == LEAVE
            del self._passed[:-MOST_PASSED]

    def flush(self) -> None:
        """Let the terminal have the picture as it is now."""
        self._idle.clear()
        self._wake.set()

    def resize(self, width: int, height: int) -> None:
        """Begin again with a grid of another size. What Textual draws next fills it."""
        with self._lock:
            if (width, height) != (self._grid.width, self._grid.height):
                self._grid = Grid(max(width, 1), max(height, 1))
                self._repaint = True

    def repaint(self) -> None:
        """Paint everything anew: something else has written to the terminal."""
        with self._lock:
            self._repaint = True
        self.flush()

    def settled(self, timeout: float) -> bool:
        """Wait until the terminal has everything; False if it has not by then."""
        return self._idle.wait(timeout)

    def stop(self) -> None:
        """Send what is left, if the terminal takes it soon, and end the thread."""
        self.flush()
        self._idle.wait(FAREWELL)
        self._ending = True
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(FAREWELL)

    def _run(self) -> None:
        while not self._ending and not self.failed:
            self._wake.wait()
            self._wake.clear()
            frame = self._frame()
            try:
                if frame:
                    self._send(frame)
            except OSError:
                self.failed = True
            self.sent += len(frame)
            if not self._wake.is_set():
                self.painted_at = self._monotonic()
                self._idle.set()

    def _frame(self) -> bytes:
        with self._lock:
            wanted, cursor = self._grid.snapshot(), (self._grid.line, self._grid.column)
            passed, self._passed = "".join(self._passed), []
            repaint, self._repaint = self._repaint, False
            away = self._away
        if away:
            return passed.encode("utf-8", "replace")
        if repaint:
            self._painter.forget()
        picture = self._painter.paint(wanted, (cursor[0], min(cursor[1], len(wanted[0]) - 1)))
        if self._synchronised and len(picture) > SYNC_FROM:
            picture = SYNC_START + picture + SYNC_END
        return (passed + picture).encode("utf-8", "replace")


LOOK_EVERY = 0.1
"""Seconds after which an Escape that nothing followed is looked at."""
READ = 4096


class CellDriver(LinuxDriver):
    """Textual's own driver for terminal modes, with our output and our reading of keys."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        width, height = self._get_terminal_size()
        wants = Wants(os.environ, locale_encoding())
        painter = Painter(colour=wants.colour, unicode=wants.unicode, erase=wants.erase)
        self.output = Output(self._send, width, height, painter)

    def start_application_mode(self) -> None:
        self.output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual gives it no types

    def run_input_thread(self) -> None:
        keyboard = Keyboard()
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode  # a wrong byte is no end of the keyboard
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = decode(os.read(self.fileno, READ)) if selector.select(LOOK_EVERY) else ""
                for event in (*(keyboard.feed(text) if text else ()), *keyboard.tick()):
                    self.process_message(event)

    def write(self, data: str) -> None:
        self.output.write(data)

    def flush(self) -> None:
        self.output.flush()

    def close(self) -> None:
        self.output.stop()
        super().close()

    def _send(self, data: bytes) -> None:
        """Write all of it to the terminal, however long it takes. Only the output thread waits here."""
        assert self._file is not None
        descriptor = self._file.fileno()
        while data:
            data = data[os.write(descriptor, data) :]


def locale_encoding() -> str:
    """The encoding that the environment asks for, whatever Python's own UTF-8 mode makes of it."""
    import locale

    return locale.getencoding()

"""A terminal of its own for a program: a real pty, what it shows as text, and every byte counted."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

from coordinator.tui.rows.welcome import ANY_KEY

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "ctrl+q": "\x11",
    "ctrl+l": "\x0c",
}
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p")
PROGRAM = (
    "import sys; from pathlib import Path; from coordinator.tui.app import run; "
    "sys.exit(run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))"
)


class Terminal:
    """One operator's terminal with the interface in it."""

    def __init__(
        self,
        hub: str,
        operator: str,
        folder: Path,
        *,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
        rate: int = 0,
        command: Sequence[str] = (),
    ) -> None:
        """`rate`: bytes a second that the line takes; 0 is as many as come. `command`: instead of the interface."""
        self._rate = rate
        self.columns, self.lines = columns, lines
        self.bytes = 0
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._rest = b""
        self._reading = threading.Event()
        self._reading.set()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        command = command or [sys.executable, "-c", PROGRAM, hub, operator, str(folder)]
        inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**inherited, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environment or {})},
        )
        os.close(slave)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        """What is on the screen."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Named keys, or text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            time.sleep(0.08 if key in KEYS else 0.03)

    def sees(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        ends = time.monotonic() + PATIENCE
        while not all(word in self.text for word in words):
            assert time.monotonic() < ends, f"{words} never came:\n{self.text}"
            time.sleep(0.02)

    def joined(self) -> None:
        """Wait for the first screen, and go on from the charter that is shown on joining for the first time."""
        self.sees("LINK")
        self.quiet(0.3)
        if ANY_KEY in self.text:
            self.press("enter")
            self.gone(ANY_KEY)

    def gone(self, word: str) -> None:
        """Wait until this is not on the screen any more."""
        ends = time.monotonic() + PATIENCE
        while word in self.text:
            assert time.monotonic() < ends, f"{word} never went:\n{self.text}"
            time.sleep(0.02)

    def send(self) -> None:
        """The row that sends, and the two keys."""
        self.press("pagedown", "enter", "enter")

    def quiet(self, seconds: float = 0.6) -> int:
        """Wait until nothing has come for so long. Returns the bytes that came until then."""
        before = self.bytes
        last, since = self.bytes, time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.02)
            if self.bytes != last:
                last, since = self.bytes, time.monotonic()
        return self.bytes - before

    def resize(self, columns: int, lines: int) -> None:
        """The window changes its size."""
        with self._lock:
            self._screen.resize(lines, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def stall(self) -> None:
        """Take nothing any more."""
        self._reading.clear()

    def wake(self) -> None:
        """Take again what comes."""
        self._reading.set()

    def hang_up(self) -> int:
        """The line is cut. Returns the exit code."""
        self.process.send_signal(signal.SIGHUP)
        return self.process.wait(10)

    def close(self) -> None:
        """The program's end, however it came."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._reading.set()
        self._thread.join(5)
        os.close(self._master)

    def _read(self) -> None:
        while True:
            self._reading.wait()
            try:
                data = os.read(self._master, 65536 if not self._rate else max(self._rate // 20, 1))
            except OSError:
                return
            if not data:
                return
            if self._rate:
                time.sleep(len(data) / self._rate)
            self.bytes += len(data)
            self.raw.extend(data)
            with self._lock:
                self._feed(data)

    def _feed(self, data: bytes) -> None:
        data = _NOT_FOR_PYTE.sub(b"", self._rest + data)
        cut = data.rfind(b"\x1b")
        self._rest = data[cut:] if cut >= 0 and len(data) - cut < 12 and not data[-1:].isalpha() else b""
        self._stream.feed(data[: len(data) - len(self._rest)])

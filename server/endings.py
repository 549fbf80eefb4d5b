"""The signals that end a program: its loop hears them while it runs, and nobody does once it is ending.

Law: an end that was begun is gone through with. One signal more finds neither a loop half closed nor an interpreter
half gone: it is ignored.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def heard(tell: Callable[[], object]) -> Iterator[None]:
    """Have the running loop `tell` of each signal; after that none counts, as long as the process lives."""
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, tell)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)  # before the loop closes: it takes down the pipe first, and this then
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def as_before() -> Iterator[None]:
    """Leave the signals as they were: for a caller who goes on afterwards, and starts others who inherit them."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

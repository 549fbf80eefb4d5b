"""Budget 10: any screen as it was, at any of a million entries: how long until it stands on the screen.

The journal is of working traffic, with the hub's own letting go of what is settled. The review is the real one, without
a terminal: the time is from the key to the screen that shows the entry, drawn.
"""

import asyncio
import random
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.common import BODY, STARTS, Figure, folder, roster, scaled, tell
from coordinator.incident.acts import Acknowledge, Act, Message, Order, Relay, Reply, Rescind, Status
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.hubacts import Archive, Open
from coordinator.incident.roster import HUB
from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from coordinator.review.past import Past
from coordinator.tui.review import Review, Source

LONG = 1_000_000
JUMPS = 200
SCREENS = ("review", "desk", "post", "orders", "board", "resources", "log", "charter")
PERSONS = ("", "op0", "op2")
"""Everything; who holds the desk; an operator at a centre."""
EVERY = 5_000
"""Entries after which the hub lets go of what is settled."""
OPEN_ORDERS = 40


def run(path: Path, entries: int) -> None:
    """Read it all, then jump about in it."""
    past = Past(path)
    times, read, last = asyncio.run(_jumps(past))
    times.sort()
    p99, memory = times[int(len(times) * 0.99)], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(
        Figure(
            n="10", what=f"any screen as it was, at any of {entries:,} entries, p99 of {len(times)} jumps",
            measured=f"{p99 * 1000:.0f} ms", yardstick="-", ratio=f"(median {times[len(times) // 2] * 1000:.0f} ms)",
            budget="<= 250 ms", met=p99 <= 0.25,
        ),
        Figure(
            n="T", what=f"a review of {entries:,} entries: read and verified once; memory then",
            measured=f"{read:.0f} s ({scaled(last / read)}/s), {memory:.0f} MiB", yardstick="-", ratio="-", budget="-",
            met=True,
        ),
    )  # fmt: skip


async def _jumps(past: Past) -> tuple[list[float], float, int]:
    review = Review(past, Source(name="benchmark", export=""), driver_class=None)
    chance, found = random.Random(10), []
    began = time.perf_counter()
    async with review.run_test(size=(80, 24)):
        await _until(lambda: review.asking.done)
        assert not review.asking.fault, review.asking.fault
        read = time.perf_counter() - began
        for _ in range(JUMPS):
            review.do(chance.choice(SCREENS))
            review.look_as(chance.choice(PERSONS))
            seq = chance.randrange(1, past.last + 1)
            start = time.perf_counter()
            review.go_to(f"#{seq}")
            await _until(lambda: review.standing.moment.seq == seq)  # noqa: B023 - it is over before the next
            assert f"#{seq} of" in _top(review)
            found.append(time.perf_counter() - start)
    review.source.close()
    return found, read, past.last


async def _until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - a screen tells nobody
        await asyncio.sleep(0.001)


def _top(review: Review) -> str:
    strips = review.screen._compositor.render_strips()  # noqa: SLF001 - what a terminal would get
    return strips[0].text if strips else ""


class Busy:
    """An operation at work, written into a journal."""

    def __init__(self, journal: Journal) -> None:
        first = Entry(seq=1, at=STARTS, kind="open", by=HUB, body=Open(roster=roster()))
        self.state = opened(first)
        self._journal = journal
        self._prev = GENESIS
        self._now = STARTS
        self._orders: deque[int] = deque()
        self._write((first,), "")

    def do(self, by: str, act: Act) -> int:
        """Have it decided, a second after the one before; the number of its entry."""
        self._now += timedelta(seconds=1)
        seq = self.state.seq + 1
        command = Command(by=by, act=act, id=f"made-{seq}" if by != HUB else "")
        made = decide(self.state, command, self._now).entries
        for entry in made:
            self.state = evolve(self.state, entry)
        self._write(made, f"{seq:064x}" if by != HUB else "")
        return seq

    def turn(self, number: int) -> None:
        """A request relayed and answered, a status; now and then an order, and an old one rescinded."""
        asked = self.do(f"op{1 + number % 9}", Message(precedence="PRIORITY", text=BODY, wants_reply=True))
        self.do("op0", Relay(ref=asked, to=("c2", "c3")))
        self.do("op2", Acknowledge(ref=asked))
        self.do("op3", Reply(ref=asked, text=BODY))
        self.do(f"op{number % 10}", Status(state="OPERATIONAL", text=BODY))
        if number % 5 == 0:
            area = f"area/a{number // 5 % 100}"
            self._orders.append(self.do("op0", Order(verb="EVACUATE", subject=area, to=("c1",), rationale="water")))
        if len(self._orders) > OPEN_ORDERS:
            self.do("op0", Rescind(ref=self._orders.popleft(), reason="the water falls"))

    def _write(self, made: tuple[Entry, ...], said: str) -> None:
        written = rows(made, self._prev, said) if said else rows(made, self._prev)
        self._journal.submit(written)
        self._prev = written[-1].digest


def busy_journal(path: Path, entries: int) -> None:
    """A journal of working traffic."""
    journal = Journal.create(path)
    try:
        busy, number, archived = Busy(journal), 0, 0
        while busy.state.seq < entries:
            busy.turn(number)
            number += 1
            if busy.state.seq - archived >= EVERY:
                archived = busy.state.seq
                busy.do(HUB, Archive(before=archived - EVERY))
                journal.settle()
    finally:
        journal.close()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else LONG
    with folder() as made_for_it:
        busy_journal(made_for_it / "long.journal", wanted)
        run(made_for_it / "long.journal", wanted)

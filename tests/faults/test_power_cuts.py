"""Wherever the power fails: what anybody was told of is in the journal, which is whole.

The same is tried with a setting that is known not to be enough, and there it must fail: what finds no fault in a
careless journal would find none in a careful one.
"""

import asyncio
import random
import shutil
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from coordinator.journal.errors import JournalError
from coordinator.journal.lines import without_prev
from coordinator.journal.store import Journal
from coordinator.journal.verify import replay
from server.restore import restored
from tests.campaign import report, seed, size
from tests.faults.disk import COMPILER, ROSTER, WHY_NOT, Nursery, Talker, nursery
from tests.faults.nursery import Suffering
from tests.faults.power import Disk, Step, acknowledged, steps

pytestmark = pytest.mark.skipif(COMPILER is None, reason=WHY_NOT)

OPERATORS = ("lee", "nia", "sol")


async def recorded(nurse: Nursery, folder: Path, times: int, *, careless: bool) -> tuple[list[Step], dict[int, str]]:
    """A hub's life under load: every step of its disk and every acknowledgement, and the lines that were shown."""
    (folder / "socket").mkdir(mode=0o700, parents=True)
    record = folder / "record"
    hub = await nurse.hub(
        Suffering(folder=str(folder), roster=str(ROSTER), trace=str(record), careless=careless)
    )
    assert await hub.listening(), hub.log.read_text()
    with open(record, "ab", buffering=0) as told:  # noqa: ASYNC230, PTH123 - each step is one write, at the end
        talkers = [Talker(operator, lambda seq: told.write(acknowledged(seq))) for operator in OPERATORS]
        await asyncio.gather(*(talker.talk(hub, times) for talker in talkers))
    assert await hub.stop() == 0, hub.log.read_text()
    lines = {seq: line for talker in talkers for seq, line in talker.lines.items()}
    return list(steps(record)), lines


def fault_after_cut(journal: Path, told: int, lines: dict[int, str]) -> str:
    """What is wrong with a journal after a cut, when entry `told` had been acknowledged; empty if nothing is."""
    if not journal.exists():
        return "the journal is gone" if told else ""
    try:
        with Journal.open(journal) as opened:
            restored(opened)
            line = opened.reads.line(told) if told else None
    except JournalError as error:
        return f"it cannot be opened: {error}"
    if told and without_prev(line or "") != lines[told]:
        return f"entry {told} was acknowledged, and is not there"
    fault = replay(journal).fault
    return f"entry {fault.seq}: {fault.what}" if fault is not None else ""


async def cut(folder: Path, chosen: int, cuts: int, times: int, *, careless: bool = False) -> Counter[str]:
    """So many cuts in one hub's life; what was wrong after each."""
    chance = random.Random(chosen)
    async with nursery(folder) as nurse:
        record, lines = await recorded(nurse, folder / "life", times, careless=careless)
    found: Counter[str] = Counter()
    wanted = Counter(chance.randrange(1, len(record) + 1) for _ in range(cuts))
    disk = Disk()
    for number, step in enumerate(record, start=1):
        disk.take(step)
        for again in range(wanted[number]):
            place = folder / f"cut-{number}-{again}"
            place.mkdir()
            disk.cut(place / "hub.journal", chance)
            found[fault_after_cut(place / "hub.journal", disk.told, lines) or "whole"] += 1
            shutil.rmtree(place)
    shutil.rmtree(folder / "life")
    return found


async def test_whatever_a_power_cut_leaves_nothing_acknowledged_is_missing(tmp_path: Path) -> None:
    assert await cut(tmp_path, seed(), cuts=60, times=120) == {"whole": 60}


async def test_the_same_cuts_find_fault_with_a_careless_journal(tmp_path: Path) -> None:
    found = await cut(tmp_path, seed(), cuts=30, times=60, careless=True)
    assert found["whole"] < 15, found


@pytest.mark.campaign
@pytest.mark.timeout(14400)
async def test_a_thousand_power_cuts(tmp_path: Path) -> None:
    cuts, lives, first = size("CUTS", 1000), size("LIVES", 10), seed()
    found = {False: Counter[str](), True: Counter[str]()}
    for careless, life in product(found, range(lives)):
        found[careless].update(
            await cut(tmp_path, first + life, cuts // lives, 120 + 7 * life, careless=careless)
        )
    whole = {careless: total["whole"] for careless, total in found.items()}
    report(
        f"seeds {first} to {first + lives - 1}, {cuts} cuts: whole after {whole[False]} with synchronous=FULL,"
        f" after {whole[True]} with NORMAL"
    )
    assert found[False] == {"whole": cuts // lives * lives}
    assert whole[True] < cuts // 2

"""Whichever call to the disk is the first to fail, and however: nothing false was acknowledged, the hub says so and
ends with 70, and the journal that is left is whole.
"""

import asyncio
import shutil
from collections import Counter
from pathlib import Path

import pytest

from coordinator.journal.lines import without_prev
from coordinator.journal.reads import Reads
from coordinator.journal.store import Journal
from coordinator.journal.verify import replay
from server.restore import restored
from tests.campaign import report, seed, size
from tests.faults.disk import COMPILER, ROSTER, WHY_NOT, Hub, Nursery, Talker, faults_of, nursery
from tests.faults.nursery import CALLS, Suffering

pytestmark = pytest.mark.skipif(COMPILER is None, reason=WHY_NOT)

OPERATORS = ("lee", "nia", "sol")
ENOUGH = 190
"""What each says at most; a burst of so many is let through."""

BY_ITSELF = 5.0
"""Seconds that a hub whose disk has failed may take to end."""


async def suffered(nurse: Nursery, suffering: Suffering, times: int) -> tuple[Hub, list[Talker], int]:
    """One hub that suffers under a load, to its end."""
    hub = await nurse.hub(suffering)
    talkers = [Talker(operator) for operator in OPERATORS]
    if await hub.listening():
        await asyncio.gather(*(talker.talk(hub, times) for talker in talkers))
    cut_short = not all(len(talker.acknowledged) == times for talker in talkers)
    return hub, talkers, await hub.stop(leave=BY_ITSELF if cut_short else 0.0)


def assert_nothing_false(hub: Hub, talkers: list[Talker], what: str) -> None:
    """All that anybody was told is in the journal, which is whole and can be gone on with."""
    told = {seq: line for talker in talkers for seq, line in talker.lines.items()}
    if not hub.journal.exists():
        assert not told, what
        return
    with Journal.open(hub.journal) as journal:
        found = restored(journal)
        head = journal.head.seq
    assert (found is None) == (head == 0), what
    report = replay(hub.journal)
    assert report.fault is None, f"{what}: {report.fault}"
    reads = Reads(hub.journal)
    try:
        for seq, line in told.items():
            assert without_prev(reads.line(seq) or "") == line, f"{what}: entry {seq} was shown, and is not there"
        for talker in talkers:
            for id, seq in talker.acknowledged.items():
                decided = reads.by_command(id)
                assert decided is not None, f"{what}: {id} was acknowledged, and is not there"
                assert decided.seq == seq, what
    finally:
        reads.close()


def assert_said_plainly(hub: Hub, code: int, what: str) -> None:
    """One line after the announcement, and the code of a failed disk."""
    log = hub.log.read_text()
    said = [line for line in log.splitlines() if line.startswith("coordinator-hub: ")]
    assert code == 70, f"{what}: it ended with {code}: {log}"
    assert len(said) == 1, f"{what}: {log}"


def _ending(place: Path, nth: int, code: int) -> str:
    if int((place / CALLS).read_text()) < nth:
        return "ended before that call"
    return "stopped with 70" if code else "went on: there was room at the second try"


async def fail_each(
    folder: Path, chosen: int, first: int, last: int, step: int = 1, times: int = ENOUGH
) -> Counter[str]:
    """A hub for each call that fails; how they ended."""
    ends: Counter[str] = Counter()
    async with nursery(folder) as nurse:
        for nth, how, lasting in list(faults_of(chosen, first, last))[::step]:
            place = folder / f"n{nth}"
            (place / "socket").mkdir(mode=0o700, parents=True)
            what = f"call {nth} fails with {how}{' and all after it' if lasting else ''} (seed {chosen})"
            suffering = Suffering(folder=str(place), roster=str(ROSTER), nth=nth, how=how, lasting=lasting)
            hub, talkers, code = await suffered(nurse, suffering, times)
            assert_nothing_false(hub, talkers, what)
            acknowledged = sum(len(talker.acknowledged) for talker in talkers)
            assert "Traceback" not in hub.log.read_text(), f"{what}: {hub.log.read_text()}"
            if code:
                assert_said_plainly(hub, code, what)
            ends[_ending(place, nth, code)] += 1
            ends["acknowledged"] += acknowledged
            shutil.rmtree(place)
    return ends


@pytest.mark.timeout(120)
async def test_the_first_calls_to_the_disk_fail_one_after_the_other(tmp_path: Path) -> None:
    ends = await fail_each(tmp_path, seed(), 1, 1000, step=40)
    assert ends["stopped with 70"] > 15, ends
    assert ends["acknowledged"] > 400, ends


@pytest.mark.timeout(120)
async def test_the_calls_of_a_short_life_fail_from_its_first_to_its_last(tmp_path: Path) -> None:
    """Also those that make the file, and those that bring it all into one at the end."""
    ends = await fail_each(tmp_path, seed(), 1, 140, step=9, times=2)
    assert ends["stopped with 70"] > 10, ends


@pytest.mark.campaign
@pytest.mark.timeout(14400)
async def test_two_thousand_calls_fail_one_after_the_other(tmp_path: Path) -> None:
    calls, chosen = size("CALLS", 2000), seed()
    ends = await fail_each(tmp_path, chosen, 1, calls)
    report(f"seed {chosen}, {calls} calls failed one after the other: {dict(ends)}")

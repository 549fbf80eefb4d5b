"""The scenario's clock: nobody waits, nobody is woken early, and every sleeper wakes in the order of their times."""

import asyncio
from datetime import UTC, datetime, timedelta

from server.drill_clock import ScenarioClock

STARTS = datetime(2026, 11, 22, 13, tzinfo=UTC)


async def turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_sleepers_wake_when_the_clock_is_moved_and_not_before() -> None:
    clock = ScenarioClock(STARTS)
    woken: list[int] = []

    async def sleep(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.create_task(sleep(seconds)) for seconds in (30, 10, 20)]
    await turns()
    assert clock.next_wake() == STARTS + timedelta(seconds=10)
    clock.move(STARTS + timedelta(seconds=20))
    await turns()
    assert woken == [10, 20]
    clock.move(STARTS + timedelta(seconds=29))
    await turns()
    assert woken == [10, 20]
    clock.move(STARTS + timedelta(seconds=31))
    await asyncio.gather(*tasks)
    assert woken == [10, 20, 30]


async def test_a_cancelled_sleeper_is_nothing_to_wait_for() -> None:
    clock = ScenarioClock(STARTS)
    task = asyncio.create_task(clock.sleep(10))
    await turns()
    task.cancel()
    await turns()
    assert clock.next_wake() is None


async def test_the_clock_never_runs_backwards() -> None:
    clock = ScenarioClock(STARTS)
    clock.move(STARTS + timedelta(seconds=5))
    clock.move(STARTS)
    assert clock.monotonic() == 5

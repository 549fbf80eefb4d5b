"""The sides of one connection, each a coroutine: when one ends, all do."""

import asyncio
from collections.abc import Coroutine


async def until_first_ends(*sides: Coroutine[object, object, None]) -> None:
    """Run them together until one returns or raises; what it raised is raised here, and the others are cancelled."""
    tasks = [asyncio.create_task(side) for side in sides]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

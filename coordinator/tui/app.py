"""Runs the interface: a session at a hub, until its operator leaves."""

import asyncio
import sys
from pathlib import Path

from coordinator.session.client import Session
from coordinator.session.faults import Fault
from coordinator.tui import settings
from coordinator.tui.interface import Interface


async def _run(hub: str, operator: str | None, folder: Path) -> tuple[int, str]:
    changed = settings.changed_keys()
    async with Session(hub, operator=operator, folder=folder) as session:
        interface = Interface(session, changed_keys=changed)
        code = await interface.run_async(mouse=False)
        return (1 if interface.fault is not None else code or 0), str(interface.fault or "")


def run(hub: str, operator: str | None, folder: Path) -> int:
    """The interface, until its operator leaves. Returns the exit code."""
    try:
        code, trouble = asyncio.run(_run(hub, operator, folder))
    except (Fault, ValueError) as fault:
        code, trouble = 2, str(fault)
    if trouble:
        print(f"coordinator: {trouble}", file=sys.stderr)  # noqa: T201  # what the operator reads after the interface
    return code

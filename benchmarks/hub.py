"""The hub as the benchmarks run it: on a free loopback port, keyless, and with no limit on how fast commands come.

The rate limits are what protects a hub from a flood; here the flood is what is measured.
"""

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from coordinator.incident.roster import Roster
from coordinator.session.addresses import Tcp
from coordinator.wire import limits
from server import memory
from server.hub import Hub
from server.listener import Listener


async def main(journal: Path, roster: bytes) -> None:
    """Serve, say which port, and go on until standard input closes."""
    limits.COMMANDS = limits.FRAMES = limits.READS = limits.ADDRESS_FRAMES = limits.OPENINGS = limits.UNLIMITED
    hub = Hub(journal, msgspec.json.decode(roster, type=Roster))
    await hub.start()
    listener = Listener(hub, [Tcp("127.0.0.1", 0)], keyless=True)
    await listener.start()
    memory.settle()
    print(*(address.port for address in listener.addresses if isinstance(address, Tcp)), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await hub.stop()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()))

"""The yardstick `bare`: a WebSocket server that stores nothing and broadcasts what it gets, with the hub's settings."""

import asyncio
import contextlib
import logging
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed


async def main() -> None:
    """Serve on a free loopback port, say which, and go on until standard input closes."""
    logging.disable()
    everybody: set[ServerConnection] = set()

    async def talk(connection: ServerConnection) -> None:
        everybody.add(connection)
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                broadcast(everybody, message)
        everybody.discard(connection)

    async with serve(
        talk, "127.0.0.1", 0, max_size=65536, max_queue=4, compression=None, ping_interval=10, ping_timeout=10
    ) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

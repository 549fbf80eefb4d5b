"""A WebSocket connection that hands over each frame as it comes in, and lets only what has to wait, wait.

Law: frames are taken in the order in which they came: while one waits for the connection's task, so do all after it.
"""

from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.http11 import Request, Response


class Inlet(ServerConnection):
    """`at_once` tells whether it dealt with a frame; without it, and where it did not, the frame waits for `waited`.

    To wake a task for each frame costs half as much as to decide a command.
    """

    at_once: Callable[[bytes], bool] | None = None
    _waiting = 0
    """Whole messages that nobody has taken yet."""

    def process_event(self, event: Request | Response | Frame) -> None:
        """A frame, or the handshake's request, was read."""
        if isinstance(event, Frame) and event.opcode in DATA_OPCODES and event.fin:
            whole = event.opcode is Opcode.BINARY  # and no last part of a longer message
            if whole and not self._waiting and self.at_once is not None and self.at_once(bytes(event.data)):
                return
            self._waiting += 1
        super().process_event(event)

    async def waited(self) -> str | bytes:
        """The next message that waits. Raises ConnectionClosed."""
        data = await self.recv()
        self._waiting -= 1
        return data

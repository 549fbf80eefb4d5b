"""One open connection that carries whole frames, whatever it runs over. A dead one is noticed and closes."""

from typing import Protocol
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus

from coordinator.session.addresses import Address, Door, Ssh, Tcp, Unix
from coordinator.wire.limits import HUB_FRAME

OPEN_WITHIN = 5.0
PING_EVERY = 5.0
"""Pings find a dead link while nothing is said on it."""
PING_WITHIN = 10.0
CLOSE_WITHIN = 1.0
DOOR = "Coordinator-Door"
"""The header by which the forced command tells the hub whose key the SSH server has seen: `OPERATOR SHA256:…`."""
FROM = "Coordinator-From"
"""The header by which it tells the address that the SSH server has seen."""


class LinkLost(Exception):
    """The connection is gone, or could not be made."""


class Transport(Protocol):
    """Frames out, frames in."""

    async def send(self, frame: bytes) -> None:
        """Hand over one frame. Raises LinkLost."""
        ...

    async def receive(self) -> bytes:
        """Wait for the next frame. Raises LinkLost."""
        ...

    async def close(self) -> None:
        """Close in good order; never raises for a link that is already gone."""
        ...

    def cut(self) -> None:
        """Drop the connection at once, as if the cable were cut."""
        ...


class WebSocket:
    """Binary WebSocket frames; also over a Unix socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, frame: bytes) -> None:
        try:
            await self._connection.send(frame)
        except (ConnectionClosed, OSError) as gone:
            raise LinkLost(str(gone)) from gone

    async def receive(self) -> bytes:
        try:
            frame = await self._connection.recv(decode=False)
        except (ConnectionClosed, OSError) as gone:
            raise LinkLost(str(gone)) from gone
        return frame

    async def close(self) -> None:
        await self._connection.close()

    def cut(self) -> None:
        self._connection.transport.abort()


async def open_transport(address: Address) -> Transport:
    """Connect. Raises LinkLost where nobody answers there."""
    if isinstance(address, Ssh):
        from coordinator.session.ssh import open_pipe

        return await open_pipe(address)
    try:
        return WebSocket(await _connect(address))
    except (FileNotFoundError, ConnectionRefusedError):
        raise LinkLost("nobody listens there") from None
    except InvalidStatus as refused:
        raise LinkLost(_why(refused)) from refused
    except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, ConnectionClosed) as failed:
        raise LinkLost(str(failed) or "no answer in time") from failed


async def _connect(address: Tcp | Unix | Door) -> ClientConnection:
    if isinstance(address, Tcp):
        return await connect(
            str(address), proxy=None, compression=None, max_size=HUB_FRAME, open_timeout=OPEN_WITHIN,
            ping_interval=PING_EVERY, ping_timeout=PING_WITHIN, close_timeout=CLOSE_WITHIN,
        )
    known = _known(address) if isinstance(address, Door) else None
    return await unix_connect(
        str(address.path), "ws://localhost/", compression=None, max_size=HUB_FRAME, open_timeout=OPEN_WITHIN,
        ping_interval=PING_EVERY, ping_timeout=PING_WITHIN, close_timeout=CLOSE_WITHIN, additional_headers=known,
    )


def _why(refused: InvalidStatus) -> str:
    """What whoever answered said instead of letting us in."""
    return bytes(refused.response.body or b"").decode(errors="replace").strip() or str(refused)


def _known(door: Door) -> dict[str, str]:
    known = {DOOR: f"{quote(door.operator)} {door.key}"}
    return {**known, FROM: door.origin} if door.origin else known

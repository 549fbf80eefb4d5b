"""Where connections come from: what all those from one address may do together, whoever they say they are.

The address is the far end of a loopback port, or what the SSH server saw, as the forced command says; the hub's own
account on its Unix socket is one address more. Law: each connection is counted while it is being opened.
"""

from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request

from coordinator.session.transports import FROM
from coordinator.wire import limits

REMEMBERED = 10_000
"""Addresses; when there are more, the one is forgotten from which nobody has connected for longest."""
HERE = "this machine"

MakeBucket = Callable[[limits.Rate], limits.Bucket]


class Origin:
    """One address, and what it has left."""

    def __init__(self, bucket: MakeBucket) -> None:
        self.openings = bucket(limits.OPENINGS)
        self.frames = bucket(limits.ADDRESS_FRAMES)


class Origins:
    """All addresses that were heard from. `bucket` makes one that is full now."""

    def __init__(self, bucket: MakeBucket) -> None:
        self._bucket = bucket
        self._known: dict[str, Origin] = {}

    def of(self, address: str) -> Origin:
        """The address's account; it is the last to be forgotten."""
        origin = self._known.pop(address, None) or Origin(self._bucket)
        self._known[address] = origin
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return origin


def address_of(connection: ServerConnection, request: Request) -> str:
    """Where a connection comes from. Only the Unix socket, which nobody else reaches, may say it for others."""
    peer = connection.remote_address
    if isinstance(peer, tuple):
        return str(peer[0])
    return request.headers.get(FROM) or HERE

"""Who a connection is. Identity comes from the transport; authority is looked up by the hub, never claimed.

On the Unix socket the peer must be of the hub's own account. The forced command, which SSH started for one key,
says in the opening request whose key that is, before the other side can say anything; nobody else is let in. A
loopback port proves nothing about who is there, so it is open only on a keyless hub, where whoever reaches
it is whoever they say.
"""

import os
import socket
import struct
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct
from websockets.asyncio.server import ServerConnection

from coordinator.incident.state import State
from coordinator.session.addresses import Address, Local, Tcp, Unix
from coordinator.session.transports import DOOR
from coordinator.wire.frames import Hello
from coordinator.wire.limits import VERSION
from coordinator.wire.problems import WireError
from server.keys import holds_key

_CREDENTIALS = struct.Struct("3i")


class NotSafe(Exception):
    """The hub would have to listen where it cannot tell who is there."""


class Known(Struct, frozen=True):
    """Whose key the SSH server has seen, as the forced command says: the operator, and the key's fingerprint."""

    operator: str
    key: str


class Admission:
    """Decides which operator a connection is. `keyless`: the single-user mode for demonstrations and tests."""

    def __init__(self, *, keyless: bool) -> None:
        self.keyless = keyless

    def check_address(self, address: Address) -> Local:
        """Refuse an address on which there is no telling who connects. Raises NotSafe."""
        if not isinstance(address, Tcp | Unix):
            raise NotSafe(f"a hub does not listen at {address}; listen on unix:PATH")
        if isinstance(address, Tcp) and not self.keyless:
            raise NotSafe(
                f"{address} cannot tell who connects; listen on unix:PATH, or add --keyless for a demonstration"
            )
        return address

    def known(self, connection: ServerConnection) -> Known | None:
        """Whose key the connection comes with; None where none was asked for. Raises WireError.

        The Unix socket's peer must be of our own account.
        """
        connected: socket.socket | None = connection.transport.get_extra_info("socket")
        if connected is None or connected.family != socket.AF_UNIX:
            return None
        own_account(connected)
        said = connection.request.headers.get(DOOR) if connection.request is not None else None
        if said is None:
            return None
        operator, _, key = said.partition(" ")
        return Known(unquote(operator), key)

    def operator(self, hello: Hello, state: State, known: Known | None) -> str:
        """The operator that a connection is. Raises WireError."""
        if hello.v != VERSION:
            raise WireError(
                "version", f"this hub speaks version {VERSION}, the client {hello.v}; bring both to one release"
            )
        if known is not None:
            return _by_key(known, hello, state)
        if not self.keyless:
            raise WireError("not-admitted", "this hub knows people by their keys; come in over SSH: ssh://USER@HOST")
        if not hello.operator:
            raise WireError("not-admitted", "say who you are: --as ID, an operator of the roster")
        if state.roster.ground.operator(hello.operator) is None:
            raise WireError("not-admitted", f"there is no operator {hello.operator} on the roster; ask the liaison")
        return hello.operator


def _by_key(known: Known, hello: Hello, state: State) -> str:
    if not holds_key(state.roster.ground.operator(known.operator), known.key):
        raise WireError("not-admitted", "your key is not on the roster, or no more; ask the liaison")
    if hello.operator not in ("", known.operator):
        raise WireError("not-admitted", f"your key is {known.operator}'s, so you are not {hello.operator}; drop --as")
    return known.operator


def own_account(connected: socket.socket) -> None:
    """Refuse a Unix socket's peer that is of another account. Raises WireError."""
    packed = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(packed)
    if uid != os.getuid():
        raise WireError("not-admitted", "this hub belongs to another account; come in over SSH")


def make_private(path: Path) -> None:
    """Make the socket's folder, for its owner only; a folder that others may enter is refused. Raises NotSafe."""
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise NotSafe(f"{folder} cannot be made: {error.strerror}") from None
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NotSafe(f"others may enter {folder}, where the socket is to be; chmod 700 it, or name another folder")

"""Who a connection is. Identity comes from the transport; authority is looked up by the hub, never claimed.

On the Unix socket the peer must be of the hub's own account: then it is the interface or the bridge that SSH
started for one operator, and says which. A loopback port proves nothing about who is there, so it is
open only on a keyless hub, where whoever reaches it is whoever they say.
"""

import os
import socket
import struct
from pathlib import Path

from coordinator.incident.state import State
from coordinator.session.addresses import Address, Tcp
from coordinator.wire.frames import Hello
from coordinator.wire.limits import VERSION
from coordinator.wire.problems import WireError

_CREDENTIALS = struct.Struct("3i")


class NotSafe(Exception):
    """The hub would have to listen where it cannot tell who is there."""


class Admission:
    """Decides which operator a connection is. `keyless`: the single-user mode for demonstrations and tests."""

    def __init__(self, *, keyless: bool) -> None:
        self.keyless = keyless

    def check_address(self, address: Address) -> None:
        """Refuse an address on which there is no telling who connects. Raises NotSafe."""
        if isinstance(address, Tcp) and not self.keyless:
            raise NotSafe(
                f"{address} cannot tell who connects; listen on unix:PATH, or add --keyless for a demonstration"
            )

    def peer(self, connected: socket.socket | None) -> None:
        """Refuse a Unix socket's peer that is of another account. Raises WireError."""
        if connected is None or connected.family != socket.AF_UNIX:
            return
        packed = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, uid, _ = _CREDENTIALS.unpack(packed)
        if uid != os.getuid():
            raise WireError("not-admitted", "this hub belongs to another account; come in over SSH")

    def operator(self, hello: Hello, state: State) -> str:
        """The operator that a connection is. Raises WireError."""
        if hello.v != VERSION:
            raise WireError(
                "version", f"this hub speaks version {VERSION}, the client {hello.v}; bring both to one release"
            )
        if not hello.operator:
            raise WireError("not-admitted", "say who you are: --as ID, an operator of the roster")
        if state.roster.ground.operator(hello.operator) is None:
            raise WireError("not-admitted", f"there is no operator {hello.operator} on the roster; ask the liaison")
        return hello.operator


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

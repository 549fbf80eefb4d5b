"""Where clients come in: WebSocket on a loopback port or a Unix socket, with limits that hold before a hello is read.

Law: whatever one connection does or suffers ends with that connection.
"""

import contextlib
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from coordinator.session.addresses import Address, Tcp, Unix
from coordinator.wire import limits
from coordinator.wire.frames import Bye, pack
from server import owner
from server.admission import Admission, NotSafe, make_private
from server.conversation import Conversation
from server.hub import Hub
from server.inlet import Inlet
from server.origins import Origin, Origins, address_of

CONNECTIONS = 1_000
"""Open at the same time; more are told to come back."""
LEAVING = 1001
SAY_GOODBYE_WITHIN = 3.0

_log = logging.getLogger("coordinator.hub")
_quiet = logging.getLogger("coordinator.hub.websockets")
_quiet.setLevel(logging.CRITICAL)


class Listener:
    """Listens at the given addresses for one hub, and closes with it."""

    def __init__(self, hub: Hub, addresses: Sequence[Address], *, keyless: bool, version: str = "") -> None:
        """Raises NotSafe for an address where there is no telling who connects."""
        self._hub = hub
        self._admission = Admission(keyless=keyless)
        self._version = version
        self._origins = Origins(hub.bucket)
        self._servers: list[Server] = []
        self.addresses: list[Address] = []
        """Where it really listens: a port 0 has become one that was free."""
        self._wanted = [self._admission.check_address(address) for address in addresses]
        hub.doors.append(self)

    async def start(self) -> None:
        """Listen. Raises NotSafe, or OSError where an address is taken."""
        for address in self._wanted:
            if isinstance(address, Tcp):
                await self._open_port(address)
            else:
                await self._open_socket(address.path)

    async def _open_port(self, address: Tcp) -> None:
        server = await serve(self._welcome, address.host, address.port, **self._limits())
        self._servers.append(server)
        for listening in server.sockets:
            host, port, *_ = listening.getsockname()
            self.addresses.append(Tcp(host, port))

    async def _open_socket(self, path: Path) -> None:
        make_private(path)  # nobody else gets to the socket, for nobody else gets into its folder
        _remove_stale(path)
        server = await unix_serve(self._welcome, str(path), **self._limits())
        self._servers.append(server)
        self.addresses.append(Unix(path))

    def _limits(self) -> dict[str, Any]:  # Any: websockets types each option by itself
        return {
            "max_size": limits.SOCKET_FRAME,
            "max_queue": 4,
            "compression": None,
            "origins": [None],
            "open_timeout": 5,
            "ping_interval": 10,
            "ping_timeout": 10,
            "close_timeout": SAY_GOODBYE_WITHIN,
            "process_request": self._admit,
            "create_connection": Inlet,
            "server_header": None,
            "logger": _quiet,
        }

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Nobody is let in while too many are there, or come from one address at once; but the hub's owner is heard."""
        if owner.asks(request):
            return await owner.answer(self._hub, connection, request)
        if sum(len(server.connections) for server in self._servers) >= CONNECTIONS:
            return connection.respond(503, "too many connections; come back later\n")
        if not self._origin(connection, request).openings.take(self._hub.time.monotonic()):
            return connection.respond(429, "too many connections from one address; come back later\n")
        return None

    def _origin(self, connection: ServerConnection, request: Request) -> Origin:
        return self._origins.of(address_of(connection, request))

    async def _welcome(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Inlet)
        assert connection.request is not None
        try:
            origin = self._origin(connection, connection.request)
            await Conversation(self._hub, self._admission, connection, origin, self._version).run()
        except ConnectionClosed:
            pass
        except Exception:  # noqa: BLE001 - whatever it was, the hub goes on without that connection
            _log.exception("a connection ended by a fault of the hub's; the others go on")

    async def stop(self, reason: str = "stopped") -> None:
        """Say goodbye to all, and close."""
        bye = pack(Bye(reason=reason))
        for subscriber in tuple(self._hub.subscribers.all):
            subscriber.tell(bye)
        for server in self._servers:
            server.close(code=LEAVING, reason=reason)
        for server in self._servers:
            await server.wait_closed()
        self._forget_sockets()

    def kill(self) -> None:
        """Drop every connection at once, and listen no more."""
        for server in self._servers:
            for connection in tuple(server.connections):
                connection.transport.abort()
            server.close()
        self._forget_sockets()

    def _forget_sockets(self) -> None:
        for address in self.addresses:
            if isinstance(address, Unix):
                address.path.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    """Take away the socket of a hub that was killed; one that is alive is left alone. Raises NotSafe."""
    if not path.is_socket():
        if path.exists():
            raise NotSafe(f"{path} is a file, and no socket; name another")
        return
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as knock:
        knock.settimeout(1.0)
        try:
            knock.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise NotSafe(f"another hub listens at {path}; end that one first, or name another socket")


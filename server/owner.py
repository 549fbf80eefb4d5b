"""What the hub's own account may ask of a running hub, through the Unix socket: so far, to designate a deputy.

Law: only a process of the hub's own account, and only on the Unix socket; what is done is an entry like any other,
by the hub, and says who asked on the hub's host and why. Nobody who comes in over SSH gets this far.
"""

import http.client
import socket
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from coordinator.incident.acts import Json, RosterSteps
from coordinator.incident.entries import Accepted
from coordinator.incident.roster import Roster, Scope
from coordinator.journal.errors import WriteFailed
from coordinator.wire.problems import WireError
from server.admission import own_account
from server.hub import Hub

PATH = "/owner/designate"
LONGEST = 512
WITHIN = 10.0


class OwnerError(Exception):
    """It was not done, and why."""


class Wish(Struct, frozen=True):
    """Who is to be the first deputy of which scope; who asks, and why."""

    scope: str
    operator: str
    asked_by: str
    reason: str


def asks(request: Request) -> bool:
    """Whether this is the owner's request, and no session's."""
    return urlsplit(request.path).path == PATH


async def answer(hub: Hub, connection: ServerConnection, request: Request) -> Response:
    """Do what the owner asks, and say so when it is on the disk."""
    try:
        _need_owner(connection)
        said = parse_qs(urlsplit(request.path).query)
        wish = Wish(*(said.get(name, [""])[0][:LONGEST] for name in Wish.__struct_fields__))
        text = await _designate(hub, wish)
    except (OwnerError, WireError, WriteFailed) as wrong:
        return connection.respond(409, f"{wrong}\n")
    return connection.respond(200, f"{text}\n")


def _need_owner(connection: ServerConnection) -> None:
    connected: socket.socket | None = connection.transport.get_extra_info("socket")
    if connected is None or connected.family != socket.AF_UNIX:
        raise OwnerError("the hub's owner comes by its Unix socket")
    own_account(connected)


async def _designate(hub: Hub, wish: Wish) -> str:
    scope = _scope(hub.state.roster, wish)
    deputies: list[Json] = [wish.operator, *(one for one in scope.deputies if one != wish.operator)]
    step: dict[str, Json] = {"set": "deputies", "of": "scope", "id": scope.id, "value": deputies}
    reason = f"designated on the hub's host by {wish.asked_by}: {wish.reason}"
    reply = hub.ask(RosterSteps(steps=(step,), reason=reason))
    if not isinstance(reply, Accepted):
        raise OwnerError(reply.message)
    await hub.settled()
    return f"entry {reply.seq}: {_means(hub, scope.id, wish.operator)}"


def _scope(roster: Roster, wish: Wish) -> Scope:
    scope, operator = roster.ground.scopes.get(wish.scope), roster.ground.operator(wish.operator)
    if scope is None:
        raise OwnerError(f"there is no scope {wish.scope}; there are {', '.join(roster.ground.scopes)}")
    if operator is None or operator.role == "reviewer":
        raise OwnerError(f"{wish.operator} is no operator on the roster who could hold a desk")
    if wish.operator == scope.poc:
        raise OwnerError(f"{wish.operator} is the designated POC of {scope.id}, and may assume its desk already")
    return scope


def _means(hub: Hub, scope: str, operator: str) -> str:
    desk, charter = hub.state.desks[scope], hub.state.roster.ground.scopes[scope]
    first = f"{operator} is the first deputy of {scope}"
    if not desk.holder:
        return f"{first} and may assume its desk now"
    how = "the desk passes to them by itself" if charter.assume == "automatic" else "they may assume its desk"
    return f"{first}; {how} when {desk.holder} has been out of contact for {charter.assume_after}"


def designate(path: Path, wish: Wish) -> str:
    """Ask the hub that listens at this socket; its answer. Raises OwnerError."""
    connection = http.client.HTTPConnection("localhost", timeout=WITHIN)
    words = {name: getattr(wish, name) for name in Wish.__struct_fields__}
    try:
        connection.sock = _connected(path)
        connection.request("GET", f"{PATH}?{urlencode(words)}")
        response = connection.getresponse()
        text = response.read(4096).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise OwnerError(f"no hub answers at {path} ({error}); is it running, and are you its account?") from None
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise OwnerError(text)
    return text


def _connected(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(WITHIN)
    try:
        made.connect(str(path))
    except OSError:
        made.close()
        raise
    return made

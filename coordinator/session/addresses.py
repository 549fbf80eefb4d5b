"""Where a hub is: `ws://127.0.0.1:PORT`, `unix:PATH` or `ssh://USER@HOST`. Reading an address does no I/O."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from coordinator.session.faults import BadAddress

HELP = "write ssh://USER@HOST, unix:PATH or ws://127.0.0.1:PORT"
_SSH_NAME = re.compile(r"[\w.][\w.\-]*", re.ASCII)
"""What may be a user or a host: never an option of ssh's."""
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+(?:%[\w.\-]+)?", re.ASCII)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Tcp(Struct, frozen=True):
    """A loopback port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"ws://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class Unix(Struct, frozen=True):
    """A Unix socket."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


class Ssh(Struct, frozen=True):
    """The hub's host, reached by the system's ssh, which knows the operator's key."""

    host: str
    user: str = ""
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ssh://{self.user + '@' if self.user else ''}{host}{f':{self.port}' if self.port else ''}"


class Door(Struct, frozen=True):
    """The hub's Unix socket, for the operator whose key the SSH server has seen. Only the forced command makes one."""

    operator: str
    key: str
    """The key's fingerprint, `SHA256:…`."""
    path: Path
    origin: str = ""
    """The address that they come from."""

    def __str__(self) -> str:
        return f"door:{self.operator},{self.key},{self.origin}@{self.path}"


Local = Tcp | Unix
"""Where a hub can listen."""
Address = Local | Ssh | Door


def read(text: str) -> Address:
    """The address that a text names.

    Raises BadAddress with a sentence for the user.
    """
    if text.startswith("unix:"):
        return _unix(text.removeprefix("unix:").removeprefix("//"))
    if text.startswith("ws://"):
        return _tcp(text)
    if text.startswith("ssh://"):
        return _ssh(text)
    if text.startswith("door:"):
        return _door(text.removeprefix("door:"))
    raise BadAddress(f"'{text}' is not a hub's address; {HELP}")


def _unix(path: str) -> Unix:
    if not path:
        raise BadAddress(f"'unix:' names no socket; {HELP}")
    return Unix(Path(path).expanduser())


def _tcp(text: str) -> Tcp:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress(f"'{text}' is not a hub's address; {HELP}") from None
    if port is None:
        raise BadAddress(f"'{text}' names no port; {HELP}")
    if host not in LOOPBACK:
        raise BadAddress(f"{host or 'that'} is not this machine; a hub listens on loopback only: {HELP}")
    return Tcp(host, port)


def _ssh(text: str) -> Ssh:
    try:
        parts = urlsplit(text)
        host, user, port = parts.hostname or "", parts.username or "", parts.port
    except ValueError:
        raise BadAddress(f"'{text}' is not a hub's address; {HELP}") from None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.password is not None
    if more or not text.isprintable():  # reading a URL passes over line breaks
        raise BadAddress(f"'{text}' says more than a user, a host and a port; {HELP}")
    named = _SSH_NAME.fullmatch(host) or (":" in host and _IPV6.fullmatch(host))
    if not named or (user and not _SSH_NAME.fullmatch(user)):
        raise BadAddress(f"'{text}' names no host; {HELP}")
    return Ssh(host, user, port)


def _door(text: str) -> Door:
    who, _, path = text.partition("@")
    operator, key, origin, *_ = [*who.split(","), "", ""]
    if not (operator and key and path):
        raise BadAddress("a door is made by the hub's host for a key that it knows; come in with ssh://USER@HOST")
    return Door(operator, key, Path(path), origin)

"""Where a hub is: `ws://127.0.0.1:PORT` or `unix:PATH`. Reading an address does no I/O."""

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from coordinator.session.faults import BadAddress

HELP = "write ws://127.0.0.1:PORT or unix:PATH"
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


Address = Tcp | Unix


def read(text: str) -> Address:
    """The address that a text names.

    Raises BadAddress with a sentence for the user.
    """
    if text.startswith("unix:"):
        return _unix(text.removeprefix("unix:").removeprefix("//"))
    if text.startswith("ws://"):
        return _tcp(text)
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

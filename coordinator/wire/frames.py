"""Every frame that hub and client exchange, and its bytes: one msgpack map a frame, its type under "t".

docs/protocol.md describes the frames; bounds.py what no frame may hold; commands.py the `command` frame.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec
from msgspec import Meta, Struct

from coordinator.incident.acts import Line, Name
from coordinator.incident.entries import Command
from coordinator.incident.roster import Operation
from coordinator.wire import limits
from coordinator.wire.bounds import scan, typed, unpacked
from coordinator.wire.commands import command_from
from coordinator.wire.problems import Problem, WireError

Seq = Annotated[int, Meta(ge=1, le=limits.INTEGER)]
Seqs = Annotated[tuple[Seq, ...], Meta(max_length=limits.ITEMS)]
Request = Annotated[int, Meta(ge=0, le=limits.INTEGER)]
Ago = Annotated[int, Meta(ge=0, le=limits.INTEGER)]
Limit = Annotated[int, Meta(ge=1, le=limits.PAGE)]


# From a client to the hub


class ToHub(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="t"):
    """A client's frame. A field that the hub does not know is an error, so that nothing is silently dropped."""


class Have(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to where a client's own copy of the log goes."""

    log: Name
    seq: Seq
    digest: Name


class Hello(ToHub, frozen=True, kw_only=True, tag="hello", rename={"operator": "as"}):
    """Who is there. `operator` only on a keyless hub; elsewhere it is who the transport says."""

    v: int
    operator: Name = ""
    version: Line = ""
    have: Have | None = None
    follow: bool = True
    """False: only the entries of this session's own commands."""
    snapshot: bool = True
    """False: no state is wanted."""


class Got(ToHub, frozen=True, kw_only=True, tag="got"):
    """Entries that reached the screen, and entries that were opened."""

    delivered: Seqs = ()
    seen: Seqs = ()


class Beat(ToHub, frozen=True, kw_only=True, tag="beat"):
    """Still there. How many milliseconds ago the screen was painted and a key was pressed.

    A session without a screen says neither. `waiting`: there is something that has not been painted.
    """

    painted: Ago | None = None
    key: Ago | None = None
    waiting: bool = False


class Fetch(ToHub, frozen=True, kw_only=True, tag="fetch"):
    """Older lines: the `limit` newest before entry `before` (0: the newest of all), or those in `seqs`."""

    n: Request
    before: Annotated[int, Meta(ge=0, le=limits.INTEGER)] = 0
    limit: Limit = 200
    seqs: Seqs = ()


class Search(ToHub, frozen=True, kw_only=True, tag="search"):
    """Lines that hold these words, newest first, before entry `before` (0: from the newest on)."""

    n: Request
    query: Line
    before: Annotated[int, Meta(ge=0, le=limits.INTEGER)] = 0
    limit: Limit = 50


# From the hub to a client


class ToClient(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t"):
    """The hub's frame. A client passes over fields that it does not know."""


class Welcome(ToClient, frozen=True, kw_only=True, tag="welcome"):
    v: int
    log: str
    """The log's id: the digest of its first line."""
    operation: Operation
    operator: str
    seq: int
    digest: str
    at: datetime
    keyless: bool
    version: str


class SnapshotPart(ToClient, frozen=True, kw_only=True, tag="snapshot"):
    """One of `parts` pieces of the state as of entry `seq`; joined in order they are what `packed_state` made."""

    seq: int
    digest: str
    part: int
    parts: int
    state: bytes
    """Travels as Base64 text: there are no byte strings in a frame."""


class Entries(ToClient, frozen=True, kw_only=True, tag="entries"):
    """Consecutive entries from `first` on: the line without its `prev`; of a hidden one its digest, 64 hex digits.

    `prev` is the digest of the entry before, which whoever gets this has; `head` is how the last one's digest begins,
    so that both sides know that they mean the same log.
    """

    first: int
    items: list[str]
    head: str


class Reveal(ToClient, frozen=True, kw_only=True, tag="reveal"):
    """Older lines that this viewer may see from now on."""

    lines: list[str]


class Own(ToClient, frozen=True, kw_only=True, tag="own"):
    """The lines of a command of this operator's that was decided: the answer where no `entries` carry it."""

    lines: list[str]


class Page(ToClient, frozen=True, kw_only=True, tag="page"):
    """The answer to fetch or search `n`, newest first. `more`: there may be older ones; ask for them with `before`."""

    n: int
    lines: list[str]
    more: bool
    before: int = 0


class HubBeat(ToClient, frozen=True, kw_only=True, tag="beat"):
    at: datetime
    seq: int


class ErrorFrame(ToClient, frozen=True, kw_only=True, tag="error"):
    code: Problem
    message: str
    id: str | None = None
    n: int | None = None


class Bye(ToClient, frozen=True, kw_only=True, tag="bye"):
    reason: str


ClientFrame = Hello | Got | Beat | Fetch | Search
MOST_STATE = 256 * 1024 * 1024
"""Bytes of a state, unpacked; more is not believed."""

HubFrame = Welcome | SnapshotPart | Entries | Reveal | Own | Page | HubBeat | ErrorFrame | Bye

_TO_HUB: dict[str, type[ClientFrame]] = {"hello": Hello, "got": Got, "beat": Beat, "fetch": Fetch, "search": Search}
_TO_CLIENT: dict[str, type[HubFrame]] = {
    "welcome": Welcome,
    "snapshot": SnapshotPart,
    "entries": Entries,
    "reveal": Reveal,
    "own": Own,
    "page": Page,
    "beat": HubBeat,
    "error": ErrorFrame,
    "bye": Bye,
}


# Bytes


def pack(frame: ClientFrame | HubFrame) -> bytes:
    """A frame's bytes."""
    return pack_map(msgspec.to_builtins(frame))


def pack_map(frame: dict[str, object]) -> bytes:
    """The bytes of a frame that is already a map."""
    packed: bytes = msgpack.packb(frame)
    return packed


def unpack_to_hub(data: bytes, by: str) -> ClientFrame | Command:
    """A client's frame; a command is one by the operator `by`. Raises WireError."""
    if len(data) > limits.FRAME:
        raise WireError("too-large", f"the frame is {len(data)} bytes; {limits.FRAME} fit")
    flat = unpacked(data)
    kind = flat.get("t")
    if kind == "command":
        return command_from(flat, by)
    n = flat.get("n")
    try:
        scan(flat, limits.DEPTH)
        frame_type = _TO_HUB.get(kind) if isinstance(kind, str) else None
        if frame_type is not None:
            return typed(flat, frame_type)
    except WireError as error:
        raise WireError(error.code, error.message, n=n if isinstance(n, int) else None) from None
    raise WireError("malformed", f"t: there is no frame {kind!r}")


def packed_state(frozen: bytes) -> bytes:
    """A state's JSON as it travels: zlib (RFC 1950), which leaves a fifth to a tenth of it."""
    return zlib.compress(frozen, 6)


def unpacked_state(parts: Iterable[bytes]) -> bytes:
    """A state's JSON again. Raises WireError."""
    inflate = zlib.decompressobj()
    try:
        frozen = inflate.decompress(b"".join(parts), MOST_STATE)
    except zlib.error as error:
        raise WireError("malformed", f"a state that cannot be unpacked: {error}") from None
    if not inflate.eof:
        raise WireError("too-large", f"a state of more than {MOST_STATE} bytes, or cut off")
    return frozen


def unpack_to_client(data: bytes) -> HubFrame | None:
    """The hub's frame, or None for a type that this client does not know. Raises WireError."""
    try:
        flat = msgpack.unpackb(data, raw=False, strict_map_key=True, max_bin_len=0, max_ext_len=0)
    except (ValueError, msgpack.exceptions.StackError) as error:
        raise WireError("malformed", f"not a frame: {error}") from None
    kind = flat.get("t") if isinstance(flat, dict) else None
    frame_type = _TO_CLIENT.get(kind) if isinstance(kind, str) else None
    return typed(flat, frame_type) if frame_type is not None else None

"""Every frame that hub and client exchange, and its bytes: one msgpack map a frame, its type under "t".

Law: what comes in is bounded before it is read and typed before it is used; whatever is wrong with it is
one WireError with a stable code and the path of the fault. docs/protocol.md describes the frames.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeVar

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec
from msgspec import Meta, Struct, field

from coordinator.incident.acts import (
    ACTS,
    Act,
    Assign,
    Hold,
    Issue,
    Line,
    Message,
    Moment,
    Name,
    Order,
    Package,
    Propose,
    Readback,
    Window,
)
from coordinator.incident.entries import Command, OnRecord
from coordinator.incident.roster import Operation
from coordinator.wire import limits
from coordinator.wire.text import check

Problem = Literal[
    "malformed",
    "too-large",
    "too-deep",
    "too-fast",
    "text",
    "id-reused",
    "not-admitted",
    "version",
    "forked",
    "storage",
]
"""The stable codes of `error` frames; docs/protocol.md says what each means."""

Seq = Annotated[int, Meta(ge=1, le=limits.INTEGER)]
Seqs = Annotated[tuple[Seq, ...], Meta(max_length=limits.ITEMS)]
Request = Annotated[int, Meta(ge=0, le=limits.INTEGER)]
Ago = Annotated[int, Meta(ge=0, le=limits.INTEGER)]
Limit = Annotated[int, Meta(ge=1, le=limits.PAGE)]


class WireError(Exception):
    """A frame that cannot be taken. `id` is the command's, where the frame was one and had a readable one."""

    def __init__(self, code: Problem, message: str, id: str = "", n: int | None = None) -> None:
        super().__init__(message)
        self.code: Problem = code
        self.message = message
        self.id = id
        self.n = n


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
    """Still there. How many milliseconds ago the screen was painted and a key was pressed; a session without a
    screen says neither. `waiting`: there is something that has not been painted."""

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
    """One of `parts` pieces of the state as of entry `seq`; joined in order they are the JSON that `thaw` reads."""

    seq: int
    digest: str
    part: int
    parts: int
    state: str


class Entries(ToClient, frozen=True, kw_only=True, tag="entries"):
    """Consecutive entries from `first` on: the canonical line, or the 64 hex digits of a hidden one's digest."""

    first: int
    items: list[str]


class Reveal(ToClient, frozen=True, kw_only=True, tag="reveal"):
    """Older lines that this viewer may see from now on."""

    lines: list[str]


class Own(ToClient, frozen=True, kw_only=True, tag="own"):
    """The lines of a command of this operator's that was decided: the answer where no `entries` carry it."""

    lines: list[str]


class Page(ToClient, frozen=True, kw_only=True, tag="page"):
    """The answer to fetch or search `n`, newest first. `more`: there are older ones."""

    n: int
    lines: list[str]
    more: bool


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
HubFrame = Welcome | SnapshotPart | Entries | Reveal | Own | Page | HubBeat | ErrorFrame | Bye

_TO_HUB: dict[str, type[ClientFrame]] = {"hello": Hello, "got": Got, "beat": Beat, "fetch": Fetch, "search": Search}

T = TypeVar("T")


# Commands: one flat map of envelope and act


ID = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
"""A command's id, made by the client (a UUIDv7)."""

ENVELOPE = ("t", "id", "do", "basis", "term", "centre", "means", "said_at", "words", "hand")
BODIES = frozenset(
    ("text", "reason", "rationale", "briefing", "alternative", "words", "options", "fields")
)
"""The fields in which a newline may stand: those of type Text, in every act."""

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)
_TIMES: dict[type[Struct], tuple[str, ...]] = {
    Message: ("reply_by",),
    Assign: ("due",),
    Hold: ("until",),
    Order: ("window",),
    Propose: ("window",),
    Issue: ("window",),
    Readback: ("window",),
    Window: ("start", "until"),
    Package: ("orders",),
}
"""Where a time stands in an act, or something that holds one."""


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a command frame carries beside the act's own fields, except the on-record ones."""

    basis: Annotated[int, Meta(ge=0, le=limits.INTEGER)] | None = None
    term: dict[Name, Annotated[int, Meta(ge=0, le=limits.INTEGER)]] = field(default_factory=dict)
    said_at: Moment | None = None


def pack_command(command: Command) -> bytes:
    """A command as its frame. Raises WireError when it is larger than a frame may be."""
    packed = pack_map(command_map(command))
    if len(packed) > limits.FRAME:
        raise WireError("too-large", f"the command is {len(packed)} bytes; {limits.FRAME} fit", command.id)
    return packed


def command_map(command: Command) -> dict[str, object]:
    """A command as the flat map of its frame; `by` is not in it: the hub knows who is speaking."""
    flat: dict[str, object] = {
        "t": "command",
        "id": command.id,
        "do": command.do,
        **msgspec.to_builtins(command.act),
        **msgspec.to_builtins(command.record),
    }
    if command.basis is not None:
        flat["basis"] = command.basis
    if command.term:
        flat["term"] = command.term
    return flat


def command_from(flat: dict[str, object], by: str) -> Command:
    """The command of a flat map (a frame's, or an outbox's). Raises WireError that names the faulty field."""
    id, do = flat.get("id"), flat.get("do")
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise WireError("malformed", "id: make it 1 to 64 letters, digits or -_.: (a UUIDv7)")
    try:
        act_type = ACTS.get(do) if isinstance(do, str) else None
        if act_type is None:
            raise WireError("malformed", f"do: there is no command {do!r}")
        _scan(flat, limits.DEPTH, body=False)
        record = {name: flat[name] for name in ("centre", "means", "said_at", "words", "hand") if name in flat}
        envelope = {name: flat[name] for name in ("basis", "term", "said_at") if name in flat}
        said = {name: value for name, value in flat.items() if name not in ENVELOPE}
        around = _typed(envelope, Envelope)
        act = _typed(said, act_type)
        for moment in _moments(act):
            _need_utc(moment)
        if around.said_at is not None:
            _need_utc(around.said_at)
        return Command(
            by=by, act=act, id=id, basis=around.basis, term=around.term, record=_typed(record, OnRecord)
        )
    except WireError as error:
        raise WireError(error.code, error.message, id) from None


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
    flat = _unpacked(data)
    kind = flat.get("t")
    if kind == "command":
        return command_from(flat, by)
    frame_type = _TO_HUB.get(kind) if isinstance(kind, str) else None
    if frame_type is None:
        raise WireError("malformed", f"t: there is no frame {kind!r}")
    n = flat.get("n")
    try:
        _scan(flat, limits.DEPTH, body=False)
        return _typed(flat, frame_type)
    except WireError as error:
        raise WireError(error.code, error.message, n=n if isinstance(n, int) else None) from None


def unpack_to_client(data: bytes) -> HubFrame | None:
    """The hub's frame, or None for a type that this client does not know. Raises WireError."""
    try:
        flat = msgpack.unpackb(data, raw=False, strict_map_key=True, max_bin_len=0, max_ext_len=0)
        return _typed(flat, HubFrame)  # type: ignore[arg-type]  # a union is no type to mypy, and is one to msgspec
    except (ValueError, RecursionError) as error:
        raise WireError("malformed", f"not a frame: {error}") from None
    except WireError:
        if isinstance(flat, dict) and flat.get("t") not in KNOWN_TO_CLIENT:
            return None
        raise


KNOWN_TO_CLIENT = frozenset(
    ("welcome", "snapshot", "entries", "reveal", "own", "page", "beat", "error", "bye")
)


def _unpacked(data: bytes) -> dict[str, object]:
    try:
        flat = msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_without_duplicates,
            max_str_len=limits.FRAME,
            max_bin_len=0,
            max_ext_len=0,
            max_array_len=limits.ITEMS,
            max_map_len=limits.KEYS,
        )
    except msgpack.exceptions.StackError:
        raise WireError("too-deep", f"more than {limits.DEPTH} maps and lists inside each other") from None
    except UnicodeDecodeError:
        raise WireError("text", "a text is not UTF-8") from None
    except ValueError as error:
        raise WireError("malformed", f"not one msgpack map: {str(error) or 'not msgpack'}") from None
    if not isinstance(flat, dict):
        raise WireError("malformed", "a frame is a map")
    return flat


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


class _Fault(Exception):
    """Something wrong inside a frame, found on the way down; its path is put together on the way up."""

    def __init__(self, code: Problem, message: str) -> None:
        super().__init__(message)
        self.code: Problem = code
        self.path: list[str] = []


def _scan(frame: dict[str, object], depth: int, *, body: bool) -> None:
    """Refuse, by its path, what no field may hold: a depth, number, float, bytes or text beyond the limits."""
    try:
        _look(frame, depth, body)
    except _Fault as fault:
        where = ".".join(reversed(fault.path))
        raise WireError(fault.code, f"{where}: {fault}" if where else str(fault)) from None


def _look(value: object, depth: int, body: bool) -> None:
    if isinstance(value, str):
        flaw = check(value, body)
        if flaw is not None:
            raise _Fault("text", str(flaw))
    elif isinstance(value, dict):
        _need_depth(depth)
        for name, inner in value.items():
            try:
                if not (name.isascii() and name.isprintable()):
                    _look(name, depth - 1, False)
                _look(inner, depth - 1, body or name in BODIES)
            except _Fault as fault:
                fault.path.append(name if name.isprintable() else ascii(name))
                raise
    elif isinstance(value, list):
        _need_depth(depth)
        for place, inner in enumerate(value):
            try:
                _look(inner, depth - 1, body)
            except _Fault as fault:
                fault.path.append(str(place))
                raise
    elif isinstance(value, float):
        raise _Fault("malformed", "a number is a whole one here")
    elif isinstance(value, int) and abs(value) > limits.INTEGER:
        raise _Fault("malformed", "the number is too large")


def _need_depth(left: int) -> None:
    if left <= 0:
        raise _Fault("too-deep", f"more than {limits.DEPTH} maps and lists inside each other")


def _typed(value: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        where = path.rstrip("`").lstrip(".")
        raise WireError("malformed", f"{where}: {message}" if where else message) from None


def _moments(value: Struct) -> Iterator[datetime]:
    for name in _TIMES.get(type(value), ()):
        inner: object = getattr(value, name)
        if isinstance(inner, datetime):
            yield inner
        elif isinstance(inner, Struct):
            yield from _moments(inner)
        elif isinstance(inner, tuple):
            for each in inner:
                yield from _moments(each)


def _need_utc(moment: datetime) -> None:
    if moment.utcoffset() != timedelta(0) or not EARLIEST <= moment <= LATEST:
        raise WireError("malformed", f"'{moment.isoformat()}' is not a time here; write it in UTC: 2026-11-22T13:05:00Z")



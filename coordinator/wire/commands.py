"""A command on the wire: one flat map, in which the envelope, the on-record fields and the act's own stand together.

The same map is what a client's outbox keeps. Who the author is never stands in it: the hub knows who is speaking.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec
from msgspec import Meta, Struct, field

from coordinator.incident.acts import (
    ACTS,
    Act,
    Assign,
    Hold,
    Issue,
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
from coordinator.wire import limits
from coordinator.wire.bounds import scan, typed
from coordinator.wire.problems import WireError

ID = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
"""A command's id, made by the client (a UUIDv7)."""

AROUND = frozenset(("basis", "term", "said_at"))
ON_RECORD = frozenset(("centre", "means", "said_at", "words", "hand"))
ENVELOPE = frozenset(("t", "id", "do")) | AROUND | ON_RECORD
"""The fields of a command frame that are not the act's own."""

class Around(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a command frame carries beside the act's own fields; `said_at` for its type, which must have a zone."""

    basis: Annotated[int, Meta(ge=0, le=limits.INTEGER)] | None = None
    term: dict[Name, Annotated[int, Meta(ge=0, le=limits.INTEGER)]] = field(default_factory=dict)
    said_at: Moment | None = None


T = TypeVar("T", bound=Struct)
_NOTHING_AROUND, _NOTHING_ON_RECORD = Around(), OnRecord()
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
    Around: ("said_at",),
}
"""Where a time stands in an act, or something that holds one."""


def pack_command(command: Command) -> bytes:
    """A command as its frame. Raises WireError when it is larger than a frame may be."""
    packed: bytes = msgpack.packb(command_map(command))
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
    id = flat.get("id")
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise WireError("malformed", "id: make it 1 to 64 letters, digits or _ . : - (a UUIDv7)")
    try:
        scan(flat, limits.DEPTH)
        act = typed({name: value for name, value in flat.items() if name not in ENVELOPE}, _act_type(flat))
        around = _part(flat, AROUND, _NOTHING_AROUND)
        record = _part(flat, ON_RECORD, _NOTHING_ON_RECORD)
        if type(act) in _TIMES or around is not _NOTHING_AROUND:
            for moment in (*_moments(act), *_moments(around)):
                _need_utc(moment)
    except WireError as error:
        raise WireError(error.code, error.message, id) from None
    return Command(by=by, act=act, id=id, basis=around.basis, term=around.term, record=record)


def _part(flat: dict[str, object], names: frozenset[str], nothing: T) -> T:
    """Some fields as the type of `nothing`, which is the answer where the map has none of them, as mostly."""
    if names.isdisjoint(flat):
        return nothing
    return typed({name: value for name, value in flat.items() if name in names}, type(nothing))


def _act_type(flat: dict[str, object]) -> type[Act]:
    do = flat.get("do")
    found = ACTS.get(do) if isinstance(do, str) else None
    if found is None:
        raise WireError("malformed", f"do: there is no command {do!r}")
    return found


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
        raise WireError("malformed", f"write the time {moment.isoformat()} in UTC, as 2026-11-22T13:05:00Z")

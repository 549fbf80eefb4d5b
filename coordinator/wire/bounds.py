"""From bytes to a map that is safe to look at: bounded in size, depth, numbers and text, and then typed.

Law: everything is bounded before it is read and typed before it is used; each fault is one WireError that names
the path of the field.
"""

from typing import TypeVar

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec

from coordinator.wire import limits
from coordinator.wire.problems import Problem, WireError
from coordinator.wire.text import check

BODIES = frozenset(("text", "reason", "rationale", "briefing", "alternative", "words", "options", "fields"))
"""The fields in which a newline may stand: those of type Text, in every act."""

T = TypeVar("T")


def unpacked(data: bytes) -> dict[str, object]:
    """The map that a frame's bytes hold, within the limits. Raises WireError."""
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


def _without_duplicates(pairs: list[tuple[str | bytes, object]]) -> dict[str | bytes, object]:
    found = dict(pairs)
    if b"" in found:  # the one key of bytes that the limits let through
        raise ValueError("a key is a text")
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:40]!r} stands there twice")
    return found


class _Fault(Exception):
    """Something wrong inside a frame, found on the way down; its path is put together on the way up."""

    def __init__(self, code: Problem, message: str) -> None:
        super().__init__(message)
        self.code: Problem = code
        self.path: list[str] = []


def scan(frame: dict[str, object], depth: int) -> None:
    """Refuse, by its path, what no field may hold: a depth, number, float, bytes or text beyond the limits."""
    try:
        _look(frame, depth, body=False)
    except _Fault as fault:
        where = ".".join(reversed(fault.path))
        raise WireError(fault.code, f"{where}: {fault}" if where else str(fault)) from None


def _look(value: object, depth: int, body: bool) -> None:
    if isinstance(value, str):
        _look_at_text(value, body)
    elif isinstance(value, dict):
        _look_at_map(value, depth, body)
    elif isinstance(value, list | tuple):
        _look_at_list(value, depth, body)
    elif isinstance(value, int):
        if abs(value) > limits.INTEGER:
            raise _Fault("malformed", f"a number is at most {limits.INTEGER}, either sign")
    elif value is not None:
        raise _Fault("malformed", "only texts, whole numbers, true, false, nil, lists and maps may stand here")


def _look_at_text(value: str, body: bool) -> None:
    flaw = check(value, body)
    if flaw is not None:
        raise _Fault("text", str(flaw))


def _look_at_map(value: dict[str, object], depth: int, body: bool) -> None:
    _need_depth(depth)
    for name, inner in value.items():
        if type(inner) is str and inner.isascii() and inner.isprintable() and name.isascii() and name.isprintable():
            continue  # most of what there is, and nothing can be wrong with it
        try:
            _look_at_text(name, body=False)
            _look(inner, depth - 1, body or name in BODIES)
        except _Fault as fault:
            fault.path.append(name if name.isprintable() else ascii(name))
            raise


def _look_at_list(value: list[object] | tuple[object, ...], depth: int, body: bool) -> None:
    _need_depth(depth)
    for place, inner in enumerate(value):
        try:
            _look(inner, depth - 1, body)
        except _Fault as fault:
            fault.path.append(str(place))
            raise


def _need_depth(left: int) -> None:
    if left <= 0:
        raise _Fault("too-deep", f"more than {limits.DEPTH} maps and lists inside each other")


def typed(value: object, kind: type[T]) -> T:
    """The value as what it must be. Raises WireError that names the first field that is not."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        where = path.rstrip("`").lstrip(".")
        raise WireError("malformed", f"{where}: {message}" if where else message) from None

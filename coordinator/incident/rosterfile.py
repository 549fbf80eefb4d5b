"""A roster document's bytes → its types, with every field that does not fit named at once."""

import difflib
import json
from collections.abc import Iterator
from decimal import Decimal
from types import UnionType
from typing import Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from coordinator.incident.problem import Problem
from coordinator.incident.roster import Part, Roster

LARGEST = 4 * 1024 * 1024
"""Bytes. A roster of thousands of subjects is a tenth of it."""


class Unreadable(Exception):
    """The document is no JSON object at all."""


def parsed(data: bytes | str) -> object:
    """The JSON document, its fractions exact. Raises Unreadable with a sentence."""
    if len(data) > LARGEST:
        raise Unreadable(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        found: object = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
        json.dumps(found, ensure_ascii=False, default=str).encode()  # an escape may stand for half a character
        return found
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 text: byte {error.start}") from None
    except UnicodeEncodeError:
        raise Unreadable("a text in it holds half a character (a lone surrogate)") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise Unreadable(
            str(error) if isinstance(error, _Twice) else "it is nested or numbered beyond reason"
        ) from None


class _Twice(ValueError):
    pass


def _no_constant(name: str) -> None:
    raise _Twice(f"{name} is no number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"an object has the key {twice!r} twice")
    return found


def shape(document: object) -> list[Problem]:
    """Everything in the document that is not of the form that FORMATS gives it."""
    return list(_struct(document, Roster, ""))


def typed(document: object) -> Roster:
    """The document as its types. Only for one whose shape is right."""
    return msgspec.convert(document, Roster)


def _struct(value: object, kind: type[Part], path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path=path, message=f"{_called(value)}, where an object is needed", remedy="write it in { }")
        return
    known = {field.encode_name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"remove it; there are {', '.join(known)}"
            yield Problem(path=_join(path, str(name)), message="no such field", remedy=remedy)
    for name, field in known.items():
        if name in value:
            yield from _value(value[name], field.type, _join(path, name))
        elif field.required:
            yield Problem(path=_join(path, name), message="is missing", remedy=_wanted(field))


def _value(value: object, kind: object, path: str) -> Iterator[Problem]:
    """What is wrong with one value: each of a list's or map's parts by itself."""
    inner, origin = _bare(kind), get_origin(_bare(kind))
    arguments = get_args(inner)
    if isinstance(inner, type) and issubclass(inner, Part):
        yield from _struct(value, inner, path)
    elif origin is tuple and arguments[-1] is Ellipsis and isinstance(value, list):
        for place, one in enumerate(value):
            yield from _value(one, arguments[0], f"{path}[{place}]")
    elif origin is dict and isinstance(value, dict):
        for name, one in value.items():
            yield from _value(name, arguments[0], f"{path}.{name}")
            yield from _value(one, arguments[1], f"{path}.{name}")
    else:
        yield from _plain(value, kind, path)


def _plain(value: object, kind: object, path: str) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield Problem(path=path, message=str(error).split(" - at ")[0], remedy="see the roster's fields in the formats")


def _bare(kind: object) -> object:
    """The type without `| None`."""
    if get_origin(kind) in (Union, UnionType):
        rest = [one for one in get_args(kind) if one is not type(None)]
        return rest[0] if len(rest) == 1 else kind
    return kind


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _called(value: object) -> str:
    return {list: "a list", str: "text", bool: "true or false", type(None): "null"}.get(type(value), "a number")


def _wanted(field: FieldInfo) -> str:
    return f"add {field.encode_name!r}"

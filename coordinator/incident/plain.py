"""Persistent maps as plain ones and back, for the encoders that know no `immutables.Map`."""

from typing import get_args, get_origin

import msgspec
from immutables import Map


def plain(value: object) -> dict[str, object]:
    """Of an encoder: a map as a plain one with text keys."""
    if isinstance(value, Map):
        return {str(key): one for key, one in value.items()}
    raise NotImplementedError(f"a state holds no {type(value).__name__}")


def mapped(type_: type, value: object) -> object:
    """Of a decoder: a plain map as a persistent one of the type's keys and values."""
    if get_origin(type_) is Map or type_ is Map:
        keys, values = get_args(type_)
        plainly = dict[keys, values]  # type: ignore[valid-type]  # the types are known at run time only
        return Map(msgspec.convert(value, plainly, strict=False, dec_hook=mapped))
    raise NotImplementedError(f"a state holds no {type_}")

"""Text is cleaned where it is written, visibly: its author sees what was changed, and the hub can take it."""

from msgspec import Struct, convert, to_builtins

from coordinator.incident.acts import ACTS, Act
from coordinator.incident.entries import Command, OnRecord
from coordinator.wire.bounds import BODIES
from coordinator.wire.text import clean


class Tidied(Struct, frozen=True):
    """An act and its record as they are sent, and what had to change, in words."""

    act: Act
    record: OnRecord
    changes: tuple[str, ...] = ()


def tidy(act: Act, record: OnRecord) -> Tidied:
    """The same act with texts that pass the hub's gate."""
    changes: list[str] = []
    said = _tidied(to_builtins(act), "", False, changes)
    around = _tidied(to_builtins(record), "", False, changes)
    if not changes:
        return Tidied(act, record)
    do = Command(by="", act=act).do
    return Tidied(convert(said, ACTS[do]), convert(around, OnRecord), tuple(changes))


def _tidied(value: object, path: str, body: bool, changes: list[str]) -> object:
    if isinstance(value, str):
        cleaned = clean(value, body)
        changes += [f"{path}: {change}" for change in cleaned.changes]
        return cleaned.text
    if isinstance(value, dict):
        return {
            _tidied(name, path, False, changes): _tidied(inner, _under(path, name), body or name in BODIES, changes)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_tidied(inner, path, body, changes) for inner in value]
    return value


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

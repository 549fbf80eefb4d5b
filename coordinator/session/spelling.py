"""From acts back to words: the command line that somebody would type for a `do` and its fields. Reads as it writes."""

import shlex
from collections.abc import Mapping
from typing import TypeGuard

import msgspec

from coordinator.incident.acts import Json
from coordinator.session.words import WORDS, Slot, called, slots

Fields = Mapping[str, Json]


def line(do: str, fields: Fields) -> str:
    """`order EVACUATE area/north --to north,icp`: main fields bare, the others with their names."""
    main, named = [called(do)], []
    bare = True
    for place in _main_first(do):
        value = _value(fields, place)
        given = _words(place, value) if value not in (None, "", [], {}, False) else []
        if place.name in WORDS[do].main:
            bare = bare and bool(given) and not any(word.startswith("-") for word in given)
            if bare:
                main += given
                continue
        if given:
            named += _named(place, value)
    basis = fields.get("basis")
    named += ["--basis", str(basis)] if basis is not None else []
    return shlex.join([*main, *named])


def with_changes(fields: Fields, changes: Fields) -> dict[str, Json]:
    """Fields with a remedy's changes: one that is empty in the changes is taken out."""
    changed = {**fields, **changes}
    return {name: value for name, value in changed.items() if value not in (None, "", [], {})}


def _main_first(do: str) -> list[Slot]:
    places = {place.name: place for place in slots(do)}
    main = [places[name] for name in WORDS[do].main]
    return [*main, *(place for place in slots(do) if place not in main)]


def _value(fields: Fields, place: Slot) -> Json:
    if not place.within:
        return fields.get(place.name)
    inner = fields.get(place.within)
    return inner.get(place.name) if isinstance(inner, dict) else None


def _named(place: Slot, value: Json) -> list[str]:
    if place.kind == "flag":
        return [place.flag]
    return [part for word in _words(place, value, joined=place.kind != "texts") for part in _pair(place, word)]


def _pair(place: Slot, word: str) -> list[str]:
    """A name and its value; one word where the value could be taken for another name."""
    return [f"{place.flag}={word}"] if word.startswith("-") else [place.flag, word]


def _words(place: Slot, value: Json, *, joined: bool = False) -> list[str]:
    if place.kind == "json":
        return [msgspec.json.encode(value).decode()]
    if not _is_list(value):
        return [str(value)]
    parts = [str(part) for part in value]
    return parts if place.kind in ("refs", "texts") and not joined else [",".join(parts)]


def _is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list | tuple)

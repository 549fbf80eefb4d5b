"""From words to acts: what somebody typed, at a shell or in the command bar, as one command. No I/O."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from coordinator.incident.acts import ACTS, Act, Json
from coordinator.incident.entries import OnRecord
from coordinator.incident.times import duration, stamp, when
from coordinator.session.words import WORDS, Slot, called, meant, slot, slots, spoken

RECORD = ("centre", "means", "said_at", "words", "hand")
"""The on-record fields, which any command may carry."""

LISTED = frozenset(("names", "refs", "texts"))


class Usage(Exception):
    """What was typed makes no command; the sentence says what to write instead."""


class Said(Struct, frozen=True, kw_only=True):
    """One command, as typed."""

    act: Act
    record: OnRecord = OnRecord()
    basis: int | None = None


def build(do: str, main: Sequence[str], named: Mapping[str, Sequence[str]], now: datetime) -> Act:
    """The act that these words make: `main` fill the verb's main fields that `named` leaves free.

    Raises Usage.
    """
    given = {**_placed(do, main, named), **{name: list(values) for name, values in named.items()}}
    given = _filled(do, _shorthand(do, given))
    for name, value in WORDS[do].defaults.items():
        given.setdefault(name, [value])
    fields: dict[str, Json] = {}
    for place in slots(do):
        if place.name in given:
            _set(fields, place, _value(place, given[place.name], now))
        elif place.required:
            raise Usage(f"{called(do)} needs {place.flag}; for example: {WORDS[do].example}")
    try:
        return msgspec.convert(fields, ACTS[do])
    except msgspec.ValidationError as wrong:
        raise Usage(f"{called(do)}: {plainly(wrong)}") from None


def record(named: Mapping[str, str], now: datetime) -> OnRecord:
    """The on-record fields among the words. Raises Usage."""
    fields: dict[str, Json] = {name: value for name, value in named.items() if name in RECORD}
    if "said_at" in named:
        fields["said_at"] = moment(named["said_at"], now)
    try:
        return msgspec.convert(fields, OnRecord)
    except msgspec.ValidationError as wrong:
        raise Usage(plainly(wrong)) from None


def terms(given: Iterable[str]) -> dict[str, int] | None:
    """Terms of duty as `SCOPE=N`; None where nobody gave any. Raises Usage."""
    found: dict[str, int] = {}
    for part in split(given):
        scope, _, number = part.partition("=")
        if not scope or not number.isdecimal():
            raise Usage(f"--term is a scope and a number, such as ops=2, not '{part}'")
        found[scope] = int(number)
    return found or None


def document(do: str, field: str, text: str) -> dict[str, list[str]]:
    """The fields that a JSON document holds: the field itself, or an object of it and its neighbours. Raises Usage."""
    try:
        value: Json = msgspec.json.decode(text)
    except msgspec.DecodeError as wrong:
        raise Usage(f"{called(do)}: that is no JSON: {wrong}") from None
    if not isinstance(value, dict):
        return {field: [text]}
    known = {place.name for place in slots(do)}
    strange = sorted(set(value) - known)
    if strange:
        raise Usage(f"{called(do)} has no '{strange[0]}'; it has {', '.join(sorted(known))}")
    return {name: _given(slot(do, name), inner) for name, inner in value.items()}


def _given(place: Slot, value: Json) -> list[str]:
    if place.kind == "json":
        return [msgspec.json.encode(value).decode()]
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def read(line: str, now: datetime) -> Said:
    """One line of the command bar: the same words as at the command line. Raises Usage."""
    try:
        parts = shlex.split(line)
    except ValueError:
        raise Usage("a quote is left open; close it") from None
    do = meant(parts[0]) if parts else None
    if do is None:
        raise Usage(f"there is no command '{parts[0]}'" if parts else "write a command, such as: note …")
    main, named = _sorted(do, parts[1:])
    basis = named.pop("basis", None)
    if basis is not None and not basis[-1].isdecimal():
        raise Usage("--basis is the number of an entry")
    on_record = {name: named.pop(name)[-1] for name in RECORD if name in named}
    return Said(
        act=build(do, main, named, now), record=record(on_record, now), basis=int(basis[-1]) if basis else None
    )


def moment(text: str, now: datetime) -> str:
    """A time as FORMATS writes it; `+30m` and `-30m` count from now. Raises Usage."""
    try:
        if text[:1] in ("+", "-"):
            ahead = duration(text[1:])
            return stamp(now + ahead if text[0] == "+" else now - ahead)
        return _exactly(when(text))
    except (ValueError, OverflowError) as wrong:
        raise Usage(f"{wrong}, or +30m from now") from None


def plainly(wrong: msgspec.ValidationError) -> str:
    """A validation error as people read it: the field first."""
    found = re.fullmatch(r"(.*?)(?: - at `(?:key in )?\$\.?(.*)`)?", str(wrong))
    what, path = (found[1], found[2]) if found else (str(wrong), "")
    return f"{path}: {what.replace('`', '')}" if path else what.replace("`", "")


def _exactly(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at.microsecond else stamp(at)


def _sorted(do: str, parts: Iterable[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Main words, and those with a `--name` before them."""
    known = {place.name: place for place in spoken(do)}
    main: list[str] = []
    named: dict[str, list[str]] = {}
    rest = iter(parts)
    for part in rest:
        if not part.startswith("--") or part == "--":
            main.append(part)
            continue
        word, eq, value = part[2:].partition("=")
        name = word.replace("-", "_")
        if name not in known and name not in RECORD and name != "basis":
            raise Usage(f"{called(do)} has no --{word}; it has {_flags(do)}")
        if name in known and known[name].kind == "flag":
            named[name] = ["true"]
            continue
        if not eq:
            value = next(rest, "")
        if not value and not eq:
            raise Usage(f"--{word} needs a value")
        named.setdefault(name, []).append(value)
    return main, named


def _flags(do: str) -> str:
    return " ".join(place.flag for place in spoken(do))


def _placed(do: str, main: Sequence[str], named: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Main words in the places that are free; a list takes all that is left."""
    free = [name for name in WORDS[do].main if name not in named]
    placed: dict[str, list[str]] = {}
    rest = list(main)
    for name in free:
        if rest and slot(do, name).kind in LISTED and name == free[-1]:
            placed[name], rest = rest, []
        elif rest:
            placed[name] = [rest.pop(0)]
    if rest:
        raise Usage(f"{called(do)} does not know what '{rest[0]}' is; put a text of several words in quotes")
    return placed


def _shorthand(do: str, given: dict[str, list[str]]) -> dict[str, list[str]]:
    """What people may leave out: `!` before a text is FLASH; `decline` of one message takes its ref."""
    text = given.get("text", [""])[0]
    if do in ("message", "broadcast") and text.startswith("!") and "precedence" not in given:
        return {**given, "text": [text[1:].lstrip()], "precedence": ["FLASH"]}
    refs = given.get("refs", [])
    if do == "decline" and len(refs) == 1 and "ref" not in given and not refs[0].upper().startswith("P-"):
        return {**{name: values for name, values in given.items() if name != "refs"}, "ref": refs}
    return given


def _filled(do: str, given: dict[str, list[str]]) -> dict[str, list[str]]:
    """A form with the fields that were given by themselves; a form without a text is its own text."""
    if do != "message" or not ("form" in given or "field" in given):
        return given
    if "form" not in given:
        raise Usage("--field belongs to a form; name it, such as --form METHANE")
    form = _json(slot(do, "form"), given["form"][-1])
    if not isinstance(form, dict):
        raise Usage("--form is a form's name, or an object with name and fields")
    fields = form.get("fields")
    filled = dict(fields) if isinstance(fields, dict) else {}
    for part in given.get("field", []):
        name, is_there, value = part.partition("=")
        if not is_there or not name.strip():
            raise Usage(f"--field is written NAME=TEXT, not '{part}'")
        filled[name.strip()] = value.strip()
    whole: Json = {**form, "name": form.get("name", ""), "fields": filled}
    rest = {name: values for name, values in given.items() if name != "field"}
    text = given.get("text") or [_headline(str(form.get("name", "")), filled)]
    return {**rest, "text": text, "form": [msgspec.json.encode(whole).decode()]}


HEADLINES = ("type", "what", "situation", "description", "location", "where")
"""The fields of a form of which its one line is made, where it has no text of its own."""


def _headline(name: str, fields: Mapping[str, Json]) -> str:
    said = ", ".join(str(fields[one]) for one in HEADLINES if fields.get(one))
    return f"{name.upper()}: {said}" if said else name.upper()


def _set(fields: dict[str, Json], place: Slot, value: Json) -> None:
    if not place.within:
        fields[place.name] = value
        return
    inner = fields.setdefault(place.within, {})
    assert isinstance(inner, dict)
    inner[place.name] = value


def _value(place: Slot, given: Sequence[str], now: datetime) -> Json:
    last = given[-1]
    match place.kind:
        case "names":
            return [*split(given)]
        case "texts":
            return [*given]
        case "refs":
            return [_ref(part) for part in split(given)]
        case "ref":
            return _ref(last)
        case "count":
            return _count(place, last)
        case "flag":
            return last != "false"
        case "moment":
            return moment(last, now)
        case "choice":
            return _choice(place, last)
        case "json":
            return _json(place, last)
        case _:
            return last


def split(given: Iterable[str]) -> list[str]:
    """The parts of a list, however it was given: repeated, or with commas."""
    return [part.strip() for value in given for part in value.split(",") if part.strip()]


def _ref(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text.upper()


def _count(place: Slot, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Usage(f"{place.flag} is a number, not '{text}'")
    return int(text)


def _choice(place: Slot, text: str) -> str:
    if text.upper() not in place.choices:
        raise Usage(f"{place.flag} is one of {', '.join(place.choices)}, not '{text}'")
    return text.upper()


def _json(place: Slot, text: str) -> Json:
    if place.name == "form" and not text.lstrip().startswith("{"):
        return {"name": text}
    try:
        decoded: Json = msgspec.json.decode(text)
    except msgspec.DecodeError as wrong:
        raise Usage(f"{place.flag} is no JSON: {wrong}") from None
    return decoded

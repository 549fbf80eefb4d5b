"""What every roster's text, names and keys must be. One function a law; each names every breach. DESIGN 4."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import msgspec

from coordinator.incident.lookalikes import skeleton, unsafe
from coordinator.incident.problem import Problem, error, warning
from coordinator.incident.roster import HUB, Roster

_SEGMENT = r"[^\W_](?:[\w.\-]*)"
_ID = re.compile(_SEGMENT)
_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_ZONE = re.compile(r"[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*")
_LONGEST = {"id": 64, "name": 128}
_LONGEST_TEXT = 512

KEY_TYPES = frozenset(
    (
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    )
)


Member = tuple[str, str, str]
"""A list's path, an id and a name."""


def _lists(roster: Roster) -> dict[str, list[Member]]:
    """Everything on the roster that has an id, by the list that it stands in."""
    subjects = roster.subjects
    return {
        "centres": _listed("centres", ((one.id, one.name) for one in roster.centres)),
        "operators": _listed("operators", ((one.id, one.name) for one in roster.operators)),
        "scopes": _listed("scopes", ((one.id, one.name) for one in roster.scopes)),
        "subjects.areas": _listed("subjects.areas", ((one.id, one.name) for one in subjects.areas)),
        "subjects.routes": _listed("subjects.routes", ((one.id, one.name) for one in subjects.routes)),
        "subjects.resources": _listed("subjects.resources", ((one.id, one.name) for one in subjects.resources)),
    }


def _listed(path: str, members: Iterable[tuple[str, str]]) -> list[Member]:
    return [(f"{path}[{place}]", id, name) for place, (id, name) in enumerate(members)]


# Text


def safe_text(roster: Roster) -> Iterator[Problem]:
    """Nothing that steers a terminal, hides, or is too long for a screen."""
    for path, text in _strings(msgspec.to_builtins(roster), ""):
        bad = unsafe(text)
        if bad is not None:
            yield error(path, f"{bad[1]} at position {bad[0]} may not stand in text", "remove it")
        elif unicodedata.normalize("NFC", text) != text:
            yield error(path, "is not in normal form (NFC)", "write its accents as single characters")
        elif len(text) > _LONGEST.get(path.rpartition(".")[2], _LONGEST_TEXT) and ".keys[" not in path:
            yield error(path, "is too long", "shorten it")


def _strings(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            where = f"{path}.{name}" if path else str(name)
            yield where, str(name)
            yield from _strings(one, where)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _strings(one, f"{path}[{place}]")


def good_ids(roster: Roster) -> Iterator[Problem]:
    """Ids that can be typed, put in a list, and told from globs and numbers."""
    for where, members in _lists(roster).items():
        paths = where.startswith("subjects.")
        for path, id, name in members:
            if not (_PATH if paths else _ID).fullmatch(id):
                wanted = "letters, digits, - _ . and / between levels" if paths else "letters, digits, - _ ."
                yield error(f"{path}.id", f"{id!r} is no id", f"use {wanted}")
            if not name.strip():
                yield error(f"{path}.name", "is empty", "give it a name that people know it by")
    for place, operator in enumerate(roster.operators):
        if operator.id == HUB:
            yield error(f"operators[{place}].id", f"{HUB!r} is the hub's own name", "give the operator another id")
    if not _ZONE.fullmatch(roster.operation.timezone):
        yield error("operation.timezone", f"{roster.operation.timezone!r} is no zone", "write UTC or Area/City")
    if not _ID.fullmatch(roster.operation.id):
        yield error("operation.id", f"{roster.operation.id!r} is no id", "use letters, digits, - _ .")


def no_twins(roster: Roster) -> Iterator[Problem]:
    """No id twice, and no two names of a kind that can be taken for each other."""
    for where, members in _lists(roster).items():
        ids: dict[str, tuple[str, str]] = {}
        for path, id, _ in members:
            first = ids.setdefault(skeleton(id), (id, path))
            if first[1] != path:
                same = f"{id!r} is used twice" if first[0] == id else f"{id!r} looks like {first[0]!r}"
                yield error(f"{path}.id", f"{same} (first at {first[1]})", "give one of them another id")
        names: dict[str, tuple[str, str]] = {}
        tell = warning if where.startswith("subjects.") else error
        for path, _, name in members:
            first = names.setdefault(skeleton(name), (name, path))
            if first[1] != path:
                yield tell(f"{path}.name", f"{name!r} looks like {first[0]!r} at {first[1]}", "tell them apart by name")


def no_callsign_twice(roster: Roster) -> Iterator[Problem]:
    """On the radio a callsign is one station."""
    heard: dict[str, str] = {}
    stations = [(f"centres[{place}]", one.callsign) for place, one in enumerate(roster.centres)]
    stations += [(f"operators[{place}]", one.callsign) for place, one in enumerate(roster.operators)]
    for where, callsign in stations:
        path = f"{where}.callsign"
        if callsign:
            first = heard.setdefault(skeleton(callsign), path)
            if first != path:
                yield error(path, f"callsign {callsign!r} is used twice (first at {first})", "give one of them another")


# Keys


def good_keys(roster: Roster) -> Iterator[Problem]:
    """A key is one public key line, without options, and belongs to one operator."""
    owners: dict[str, str] = {}
    for place, operator in enumerate(roster.operators):
        for number, line in enumerate(operator.keys):
            path = f"operators[{place}].keys[{number}]"
            blob = _blob(line)
            if blob is None:
                yield error(
                    path, "is no OpenSSH public key line", "paste the line of the .pub file: type, key, comment"
                )
                continue
            first = owners.setdefault(blob, path)
            if first != path:
                yield error(path, f"this key is used twice (first at {first})", "one key, one operator")


def _blob(line: str) -> str | None:
    """The key itself, if the line is `type base64 [comment]` and says its type truly."""
    parts = line.split(" ", 2)
    if len(parts) < 2 or parts[0] not in KEY_TYPES:  # noqa: PLR2004 - a type and a key
        return None
    try:
        raw = base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError):
        return None
    size = int.from_bytes(raw[:4], "big")
    return parts[1] if raw[4 : 4 + size] == parts[0].encode() and len(raw) > 4 + size else None


RULES: tuple[Callable[[Roster], Iterator[Problem]], ...] = (
    safe_text,
    good_ids,
    no_twins,
    no_callsign_twice,
    good_keys,
)

"""What a remedy of a refusal means in commands: what to send first, and what then. Pure."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from coordinator.incident.acts import ACTS, Act, Issue, Json, Order, Package
from coordinator.incident.entries import Command, Remedy

AGAIN = frozenset(("release", "resource"))
"""Remedies that clear the way: after them the refused command is sent again."""
TO_BE_WRITTEN = frozenset(("rationale", "reason", "text"))
SAME_FIELDS = frozenset(("order", "propose", "issue"))


class Plan(Struct, frozen=True):
    """What a remedy sends. `asks`: a field that its author has still to write."""

    act: Act
    basis: int | None = None
    then: Act | None = None
    asks: str = ""


def plan(act: Act, remedy: Remedy, words: str = "") -> Plan | None:
    """What to send for that remedy, with `words` in the field that it asks for; None: it says something, or not enough.

    Without a `do` of its own it is the refused command again, with its changes.
    """
    do = remedy.do or (Command(by="", act=act).do if remedy.changes else "")
    if not do or do == "roster":
        return None
    changes = dict(remedy.changes)
    basis = changes.pop("basis", None)
    if not changes and isinstance(basis, int):
        return Plan(act, basis)
    asks = next((name for name, value in changes.items() if value is None and name in TO_BE_WRITTEN), "")
    if asks:
        changes[asks] = words
    made = _made(act, do, changes)
    if made is None:
        return None
    then = act if do in AGAIN else None
    return Plan(made, basis if isinstance(basis, int) else None, then, asks)


def begun(act: Act, remedy: Remedy) -> dict[str, str]:
    """What the form of a remedy's command begins with, where the remedy leaves fields to be written."""
    mine = _fields(act, "")
    fields: dict[str, Json] = {name: mine[name] for name in ("ref", "text", "reason") if name in mine}
    fields.update(remedy.changes)
    return {name: _words(value) for name, value in fields.items() if value not in (None, "", [], {})}


def _words(value: Json) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _made(act: Act, do: str, changes: Mapping[str, Json]) -> Act | None:
    mine = Command(by="", act=act).do
    if do == "release":
        return _as("order", changes)
    if do in SAME_FIELDS and isinstance(act, Order | Issue):
        target = mine if do == "order" else do
        return _as(target, {**_fields(act, target), **changes})
    if do == mine and not isinstance(act, Package):
        return _as(do, {**_fields(act, do), **changes})
    if do == "package" and isinstance(act, Package):
        return _as(do, {**_fields(act, do), **changes})
    if do in ("message", "note") and "text" not in changes:
        text = _fields(act, mine).get("text") or _fields(act, mine).get("reason") or mine
        changes = {"text": text, **({"precedence": "PRIORITY"} if do == "message" else {}), **changes}
    return _as(do, changes)


def _fields(act: Act, target: str) -> dict[str, Json]:
    fields: dict[str, Json] = msgspec.to_builtins(act)
    if target in ("propose", "issue"):
        fields.pop("given", None)
    if target != "issue" and isinstance(act, Issue):
        fields.pop("ref", None)
    return fields


def _as(do: str, fields: Mapping[str, Json]) -> Act | None:
    """The act of these fields; None where they do not make one."""
    if do not in ACTS:
        return None
    try:
        return msgspec.convert(fields, ACTS[do])
    except msgspec.ValidationError:
        return None

"""A drill file, read: the header, its roster, and its injects in the order in which they are played.

Law: everything that can be wrong with the file itself is found here, before anything is played, and is one
sentence that begins with the line's number. What the sentences of the drill mean is not this file's business.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from coordinator.incident.acts import ACTS
from coordinator.incident.check import load
from coordinator.incident.entries import Code, OnRecord
from coordinator.incident.roster import Roster
from coordinator.incident.times import when
from server.checks import CHECKS, tags_in

OFFSET = re.compile(r"\+(\d+):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?")
EXPECTED = ("accepted", "invalid", *get_args(Code))

EVERY = frozenset({"at", "do"})
"""The keys of every inject."""
OWN_KEYS: dict[str, frozenset[str]] = {
    "link": EVERY | {"as", "state"},
    "wait": EVERY,
    "restart": EVERY | {"until"},
    "check": EVERY | frozenset(CHECKS),
}
"""The injects that are no commands, and their keys."""
PLANNED = EVERY | {"as", "tag", "expect", "clashes", "basis", "advisories"}
"""What a command's inject says to the runner; the rest is the command."""
RECORD = frozenset(field.encode_name for field in msgspec.structs.fields(OnRecord))
REFS = ("ref", "refs", "supersedes", "despite", "request")
"""The fields in which `$tag` stands for an entry."""

Fields = dict[str, object]
Namer = Callable[[str], object]
"""What turns a `$tag` into what it names."""


class ScenarioError(Exception):
    """The file cannot be played; the message says where and why."""


class Inject(Struct, frozen=True, kw_only=True):
    """One line: what happens, when, and what is to come of it."""

    line: int
    at: datetime
    do: str
    by: str = ""
    fields: Fields = {}
    """The command's fields (on-record ones too), or what a check asks for."""
    tag: str = ""
    order_tags: tuple[str, ...] = ()
    """For a package: the tag of each of its orders, empty where it has none."""
    expect: str = "accepted"
    clashes: tuple[object, ...] | None = None
    basis: object = None
    advisories: bool | None = None


class Scenario(Struct, frozen=True, kw_only=True):
    """A drill, ready to be played."""

    title: str
    starts: datetime
    roster: Roster
    injects: tuple[Inject, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """The operators of the roster whom the drill names: they are connected from its start."""
        known = self.roster.ground.operators
        names = dict.fromkeys(name for inject in self.injects for name in _operators(inject))
        return tuple(name for name in names if name in known)


class Header(Struct, frozen=True, kw_only=True):
    """The first line."""

    drill: str
    roster: str
    starts: str
    source: str = ""


def read(path: Path) -> Scenario:
    """The drill in that file.

    Raises ScenarioError.
    """
    rows = _rows(path)
    if not rows:
        raise ScenarioError("line 1: the file is empty; it begins with a header line")
    header = _header(*rows[0])
    starts = _moment(header.starts, rows[0][0])
    injects = sorted((_inject(line, row, starts) for line, row in rows[1:]), key=lambda inject: inject.at)
    roster = read_roster(path.parent / header.roster)
    _need_names(injects, roster)
    _need_tags(injects)
    _need_hub(injects)
    return Scenario(title=header.drill, starts=starts, roster=roster, injects=tuple(injects))


def read_roster(path: Path) -> Roster:
    """The roster in that file.

    Raises ScenarioError.
    """
    try:
        found = load(path.read_bytes())
    except OSError as error:
        raise ScenarioError(f"roster {path}: {error.strerror}; name a roster file beside the drill") from None
    if found.roster is None:
        raise ScenarioError(f"roster {path}: {found.errors[0]} (all of it: coordinator-hub check)")
    if found.roster.operation.kind == "actual":
        raise ScenarioError(f"roster {path}: an actual operation is never drilled; set operation.kind to exercise")
    return found.roster


def _rows(path: Path) -> list[tuple[int, Fields]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError(str(error.strerror)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"line {line}: not UTF-8 text") from None
    return [(number, _object(number, line)) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _object(line: int, text: str) -> Fields:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"line {line}: not a JSON object: {error}") from None
    if not isinstance(found, dict):
        raise ScenarioError(f"line {line}: not a JSON object")
    return found


def _once(pairs: list[tuple[str, object]]) -> Fields:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _header(line: int, row: Fields) -> Header:
    try:
        return msgspec.convert(row, Header)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"line {line}: the header needs drill, roster and starts: {error}") from None


def _moment(value: object, line: int, starts: datetime | None = None) -> datetime:
    if isinstance(value, str):
        offset = OFFSET.fullmatch(value)
        if offset is not None and starts is not None:
            hours, minutes, seconds = (int(part) for part in offset.group(1, 2, 3))
            millis = int((offset[4] or "0").ljust(3, "0"))
            return starts + timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=millis)
        try:
            return when(value)
        except (ValueError, OverflowError):
            pass
    raise ScenarioError(f"line {line}: {value!r} is not a time; write +00:05:00 or 2026-11-22T13:05:00Z")


def _inject(line: int, row: Fields, starts: datetime) -> Inject:
    do = row.get("do")
    if not isinstance(do, str) or (do not in ACTS and do not in OWN_KEYS):
        raise ScenarioError(f"line {line}: there is no command {do!r} to do")
    if "at" not in row:
        raise ScenarioError(f"line {line}: `at` is missing")
    at = _moment(row["at"], line, starts)
    if at < starts:
        raise ScenarioError(f"line {line}: {row['at']} lies before the drill starts")
    try:
        return _command(line, row, at, do) if do in ACTS else _own(line, row, at, do, starts)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"line {line}: {error}") from None


def _own(line: int, row: Fields, at: datetime, do: str, starts: datetime) -> Inject:
    _need_keys(line, row, OWN_KEYS[do], do)
    fields = {key: value for key, value in row.items() if key not in EVERY | {"as"}}
    if do == "check":
        if not fields:
            raise ScenarioError(f"line {line}: the check asks for nothing; keys are {', '.join(CHECKS)}")
        for key, value in fields.items():
            _need_shape(line, key, value)
    if do == "restart" and "until" in fields:
        fields["until"] = _moment(fields["until"], line, starts)
        if not isinstance(fields["until"], datetime) or fields["until"] <= at:
            raise ScenarioError(f"line {line}: `until` is when the hub is there again, later than `at`")
    if do == "link":
        msgspec.convert(fields.get("state"), Literal["up", "down"])
    return Inject(line=line, at=at, do=do, by=_author(line, row) if do == "link" else "", fields=fields)


def _need_shape(line: int, key: str, value: object) -> None:
    try:
        msgspec.convert(value, CHECKS[key].shape)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"line {line}: {key}: {error}") from None


def _command(line: int, row: Fields, at: datetime, do: str) -> Inject:
    expect = row.get("expect", "accepted")
    if expect not in EXPECTED:
        raise ScenarioError(f"line {line}: expect is {expect!r}; it is one of {', '.join(EXPECTED)}")
    fields = {key: value for key, value in row.items() if key not in PLANNED}
    order_tags: tuple[str, ...] = ()
    if do == "package":
        fields, order_tags = _without_order_tags(fields)
    if expect != "invalid":
        known = {field.encode_name for field in msgspec.structs.fields(ACTS[do])}
        _need_keys(line, fields, RECORD | known, do)
        msgspec.convert(said(fields, lambda _: 1), ACTS[do])
        msgspec.convert({key: value for key, value in fields.items() if key in RECORD}, OnRecord)
    return Inject(
        line=line, at=at, do=do, by=_author(line, row), fields=fields, order_tags=order_tags, expect=str(expect),
        tag=msgspec.convert(row.get("tag", ""), str),
        clashes=msgspec.convert(row["clashes"], tuple[str | int, ...]) if "clashes" in row else None,
        basis=msgspec.convert(row.get("basis"), str | int | None),
        advisories=msgspec.convert(row.get("advisories"), bool | None),
    )


def _without_order_tags(fields: Fields) -> tuple[Fields, tuple[str, ...]]:
    orders = fields.get("orders")
    if not isinstance(orders, list) or not all(isinstance(order, dict) for order in orders):
        return fields, ()
    tags = tuple(msgspec.convert(order.get("tag", ""), str) for order in orders)
    bare = [{key: value for key, value in order.items() if key != "tag"} for order in orders]
    return {**fields, "orders": bare}, tags


def _author(line: int, row: Fields) -> str:
    author = row.get("as")
    if not isinstance(author, str) or not author:
        raise ScenarioError(f"line {line}: `as` names no operator")
    return author


def _need_keys(line: int, row: Fields, known: frozenset[str] | set[str], do: str) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise ScenarioError(f"line {line}: {do} has no {unknown[0]!r}; its keys are {', '.join(sorted(known))}")


def _operators(inject: Inject) -> list[str]:
    """The operators whom an inject names: its author, who is offered a desk, who a check says holds one."""
    named = [inject.by] if inject.by else []
    if inject.do == "offer" and isinstance(inject.fields.get("to"), str):
        named.append(str(inject.fields["to"]))
    holders = inject.fields.get("holder")
    if inject.do == "check" and isinstance(holders, dict):
        named.extend(holder for holder in holders.values() if holder)
    return named


def _added(inject: Inject) -> set[str]:
    """The operators whom a roster step adds."""
    steps = inject.fields.get("steps")
    if inject.do != "roster" or not isinstance(steps, list):
        return set()
    return {str(step.get("id")) for step in steps if isinstance(step, dict) and step.get("add") == "operator"}


def _need_names(injects: list[Inject], roster: Roster) -> None:
    known = set(roster.ground.operators)
    for inject in injects:
        if inject.by and inject.by not in known:
            raise ScenarioError(f"line {inject.line}: there is no operator {inject.by!r} on the roster")
        known |= _added(inject)


def _need_tags(injects: list[Inject]) -> None:
    known: set[str] = set()
    ever = {f"${tag}" for inject in injects for tag in (inject.tag, *inject.order_tags)}
    for inject in injects:
        for tag in tags_in(list(inject.clashes or ())):
            if tag not in ever:
                raise ScenarioError(f"line {inject.line}: {tag} names no inject")
        for tag in used_tags(inject):
            if tag not in known:
                raise ScenarioError(f"line {inject.line}: {tag} names no earlier inject")
        for tag in (inject.tag, *inject.order_tags):
            if f"${tag}" in known:
                raise ScenarioError(f"line {inject.line}: the tag {tag!r} is taken by an earlier inject")
            if tag:
                known.add(f"${tag}")


def _need_hub(injects: list[Inject]) -> None:
    """While the hub is down there is nothing to check, and nothing to kill."""
    down_until: datetime | None = None
    for inject in injects:
        if down_until is not None and inject.at < down_until and inject.do in ("check", "restart"):
            raise ScenarioError(f"line {inject.line}: the hub is down then; {inject.do} after it is there again")
        until = inject.fields.get("until") if inject.do == "restart" else None
        down_until = until if isinstance(until, datetime) else down_until


def used_tags(inject: Inject) -> list[str]:
    """Every `$tag` that an inject refers to. Not its clashes: of what waits in an outbox they may come later."""
    if inject.do == "check":
        return tags_in(inject.fields)
    used = tags_in(inject.basis)

    def note(ref: str) -> object:
        used.append(ref)
        return ref

    said(inject.fields, note)
    return used


def said(fields: Fields, named: Namer) -> Fields:
    """A command's own fields (without the on-record ones), each `$tag` in them replaced by what `named` makes of it."""
    return {key: _renamed(key, value, named) for key, value in fields.items() if key not in RECORD}


def _renamed(key: str, value: object, named: Namer) -> object:
    if key == "orders" and isinstance(value, list):
        return [said(order, named) if isinstance(order, dict) else order for order in value]
    if key not in REFS:
        return value
    return [_one(ref, named) for ref in value] if isinstance(value, list) else _one(value, named)


def _one(ref: object, named: Namer) -> object:
    return named(ref) if isinstance(ref, str) and ref.startswith("$") else ref

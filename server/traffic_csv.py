"""A traffic file as a drill: everything that was said once, said again through a Point of Contact.

Each name becomes one centre with one operator. What others say becomes a message that wants a reply; what the
POC says answers that centre's newest unanswered message, or is a message from the desk where none is open.
"""

import csv
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from coordinator.incident.roster import (
    Centre,
    Control,
    Doctrine,
    Operation,
    Operator,
    Roster,
    Scope,
)
from coordinator.incident.times import when
from coordinator.wire.text import clean
from server.scenario import Fields, Inject, Scenario, ScenarioError

COLUMNS = ("at", "from", "to", "text")
SCOPE = "ops"
LONGEST_NAME = 128
"""Characters of a name on the wire."""


class Said(Struct, frozen=True, kw_only=True):
    """One row: who said what to whom, when."""

    line: int
    at: datetime
    by: str
    to: str
    text: str


def read_traffic(path: Path, poc: str) -> Scenario:
    """The traffic in that file as a drill, with that name as the POC.

    Raises ScenarioError.
    """
    rows = sorted(_rows(path), key=lambda row: row.at)
    poc, title = _name(poc), _name(path.stem)
    names = list(dict.fromkeys(name for row in rows for name in (row.by, row.to)))
    if poc not in names:
        raise ScenarioError(f"nobody named {poc!r} speaks in it; --poc is one of {', '.join(sorted(names))}")
    return Scenario(
        title=title, starts=rows[0].at, roster=_roster(title, names, poc), injects=tuple(_injects(rows, poc))
    )


def _rows(path: Path) -> list[Said]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise ScenarioError(f"line 1: the columns are {', '.join(COLUMNS)}")
            found = [_row(reader.line_num, row) for row in reader]
    except OSError as error:
        raise ScenarioError(str(error.strerror)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(f"not a CSV file in UTF-8: {error}") from None
    if not found:
        raise ScenarioError("nobody says anything in it")
    return found


def _row(line: int, row: dict[str, str | None]) -> Said:
    at, text = ((row[column] or "").strip() for column in ("at", "text"))
    by, to = (_name(row[column] or "") for column in ("from", "to"))
    if not (by and to and text):
        raise ScenarioError(f"line {line}: from, to and text are all needed")
    if max(len(by), len(to)) > LONGEST_NAME:
        raise ScenarioError(f"line {line}: a name has at most {LONGEST_NAME} characters; shorten it")
    try:
        return Said(line=line, at=when(at), by=by, to=to, text=text)
    except ValueError as error:
        raise ScenarioError(f"line {line}: {error}") from None


def _name(text: str) -> str:
    """A name as a client would write it."""
    return clean(text).text.strip()


def _injects(rows: list[Said], poc: str) -> list[Inject]:
    unanswered: dict[str, list[str]] = defaultdict(list)
    made = []
    fields: Fields
    for row in rows:
        tag = f"t{row.line}"
        if row.by == poc and unanswered[row.to]:
            do, fields = "answer", {"ref": f"${unanswered[row.to].pop()}", "text": row.text}
        else:
            do, fields = "message", _message(row, poc)
            if row.by != poc:
                unanswered[row.by].append(tag)
        made.append(Inject(line=row.line, at=row.at, do=do, by=row.by, fields=fields, tag=tag))
    return made


def _message(row: Said, poc: str) -> Fields:
    return {
        "precedence": "ROUTINE",
        "text": row.text,
        "to": [] if row.to == poc else [row.to],
        "wants_reply": row.by != poc,
    }


def _roster(title: str, names: list[str], poc: str) -> Roster:
    """One centre and one operator for each name, and the charter of the smallest drill."""
    return Roster(
        operation=Operation(id="traffic", name=title, kind="exercise"),
        centres=tuple(Centre(id=name, name=name, kind="POST") for name in names),
        operators=tuple(
            Operator(id=name, name=name, centre=name, role="liaison" if name == poc else "operator") for name in names
        ),
        scopes=(
            Scope(
                id=SCOPE,
                name="Operations",
                default=True,
                poc=poc,
                acknowledge_within={"FLASH": "1m", "IMMEDIATE": "5m", "PRIORITY": "15m", "ROUTINE": "1h"},
                respond_within={"FLASH": "5m", "IMMEDIATE": "30m", "PRIORITY": "2h", "ROUTINE": "8h"},
                assume_after="2m",
            ),
        ),
        doctrine=Doctrine(controls={"posture": Control(of="area", verbs=("HOLD",))}),
        contact_order=tuple(names),
    )

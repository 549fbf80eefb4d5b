"""A refusal in text: what was ordered, what it clashes with (who, when, why), and the ways out, numbered."""

from collections.abc import Iterator, Sequence

import msgspec

from coordinator.cli.table import WIDTH, cut
from coordinator.incident.acts import Act, Json
from coordinator.incident.entries import Command, Entry, Refused, Remedy
from coordinator.incident.hubacts import Refusal
from coordinator.review.lines import told as entry_told
from coordinator.review.lines import who
from coordinator.session import spelling
from coordinator.session.words import WORDS, called


def as_json(refused: Refused, clashes: Sequence[Entry], shown: int) -> dict[str, object]:
    """DESIGN 12's shape, and beside it what each clash is."""
    return {
        "seq": refused.seq,
        "code": refused.code,
        "message": refused.message,
        "clashes": list(refused.clashes[:shown]),
        "clashes_count": len(refused.clashes),
        "entries": [msgspec.to_builtins(entry) for entry in clashes],
        "remedies": [msgspec.to_builtins(remedy) for remedy in refused.remedies],
    }


def told(refused: Refused, act: Act, clashes: Sequence[Entry], shown: int) -> Iterator[str]:
    """The refusal in lines."""
    fields: dict[str, Json] = msgspec.to_builtins(act)
    do = Command(by="", act=act).do
    yield f"NOT SENT: {refused.code.upper()} (entry {refused.seq})"
    yield f"  you    {spelling.line(do, fields)}"
    yield f"  why    {refused.message}"
    seen = {entry.seq for entry in clashes}
    for entry in clashes:
        yield f"  clash  {entry_told(entry)}"
        reason = getattr(entry.body, "rationale", "") or getattr(entry.body, "reason", "")
        if reason:
            yield f'           because "{reason}"'
    for seq in refused.clashes[:shown]:
        if seq not in seen:
            yield f"  clash  #{seq} (not for you to see)"
    if len(refused.clashes) > shown:
        yield f"  and {len(refused.clashes) - shown} more"
    for number, remedy in enumerate(refused.remedies, start=1):
        yield f"  {number}. {remedy.text}"
        command = _command(remedy, do, fields)
        if command:
            yield f"     coordinator {command}"


def recorded(entry: Entry, refused: Refused, clashes: Sequence[Entry]) -> Iterator[str]:
    """A refusal as the log has it: who wanted what, against what, and how many ways out there were."""
    body = entry.body
    assert isinstance(body, Refusal)
    number = len(refused.remedies)
    yield cut(f"#{entry.seq} {refused.code.upper()} {who(entry)}: {spelling.line(body.do, body.said)}", WIDTH)
    yield cut(f"  why    {refused.message}", WIDTH)
    for clash in clashes:
        yield cut(f"  clash  {entry_told(clash)}", WIDTH)
    if number:
        yield cut(f"  {number} way{'s' * (number > 1)} out; first: {refused.remedies[0].text}", WIDTH)


def _command(remedy: Remedy, do: str, fields: dict[str, Json]) -> str:
    """The words that carry a remedy out; empty where there is nothing to send."""
    if remedy.do not in WORDS:
        return ""
    if remedy.do == do:
        return spelling.line(do, spelling.with_changes(fields, remedy.changes))
    return spelling.line(remedy.do, remedy.changes) if remedy.changes else f"{called(remedy.do)} …"

"""Papers to print or read out: a message as its form, a handover's briefing, a centre's dossier."""

from collections.abc import Iterator

from coordinator.cli.ends import Usage
from coordinator.cli.matter import found
from coordinator.cli.views import Seen, View, as_command
from coordinator.incident.briefing import briefing
from coordinator.incident.situation import situation
from coordinator.incident.times import stamp
from coordinator.journal.code import short
from coordinator.review.forms import FORMS, printed


def _form(seen: Seen) -> Iterator[str]:
    return (_line(line) for line in printed(seen.state, found(seen)))


def _scope(seen: Seen) -> str:
    scopes = [scope.id for scope in seen.state.roster.scopes]
    scope = seen.of or seen.state.roster.ground.default.id
    if scope not in scopes:
        raise Usage(f"there is no scope '{scope}'; there are {', '.join(scopes)}")
    return scope


def _briefing(seen: Seen) -> Iterator[str]:
    return (_line(line) for line in briefing(seen.state, _scope(seen), seen.now).splitlines())


def _sheet(seen: Seen) -> Iterator[str]:
    """A briefing to hand over, with the code that pins it to the log: who holds the sheet can show what it stood on."""
    scope, head = _scope(seen), seen.head
    operation, desk = seen.state.roster.operation, seen.state.desks[scope]
    yield f"HANDOVER SHEET   {operation.kind.upper()}   {operation.name}   {scope} desk, term {desk.term}"
    if head is not None:
        yield f"Log up to entry {head.seq}, code {short(head.digest)}, printed {stamp(seen.now)}"
    yield "-" * 78
    text = desk.offer.briefing if desk.offer is not None and desk.offer.briefing else ""
    yield from (_line(line) for line in (text or briefing(seen.state, scope, seen.now)).splitlines())
    yield "-" * 78
    for label, operator in (("From", desk.holder), ("To", desk.offer.to if desk.offer is not None else "")):
        yield f"{label:5} {_name(seen, operator):28} signed ____________________  time ________"


def _name(seen: Seen, operator: str) -> str:
    person = seen.state.roster.ground.operators.get(operator)
    return person.name if person is not None else "____________________"


def _situation(seen: Seen) -> Iterator[str]:
    return (_line(line) for line in situation(seen.state, seen.now).splitlines())


def _line(line: str) -> str:
    """One line that a terminal does not obey, its columns kept."""
    return "".join(char if char.isprintable() else " " for char in line)


PAPERS: dict[str, View] = {
    "form": View(
        f"A message as its form: ICS-213, or {', '.join(FORMS)} where it carries one.", found, _form, of="MESSAGE"
    ),
    "briefing": View(
        "What whoever takes a desk must know: open, with whom, until when.",
        lambda seen: list(_briefing(seen)), _briefing, of="SCOPE",
    ),
    "handover-sheet": View(
        "A desk's briefing to print and sign, with the log's short code on it.",
        lambda seen: list(_sheet(seen)), _sheet, of="SCOPE",
    ),
    "situation": View(
        "A draft of the next brief: edit it, and send it with `brief -`.",
        lambda seen: list(_situation(seen)), _situation,
    ),
}

COMMANDS = {name: as_command(name, view) for name, view in PAPERS.items()}

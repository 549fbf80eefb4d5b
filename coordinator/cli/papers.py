"""Papers to print or read out: a message as its form, a handover's briefing, a centre's dossier."""

from collections.abc import Iterator

from coordinator.cli.ends import Usage
from coordinator.cli.matter import found
from coordinator.cli.views import Seen, View, as_command
from coordinator.incident.briefing import briefing
from coordinator.incident.situation import situation
from coordinator.review.forms import FORMS, printed
from coordinator.review.sheet import sheet


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
    head = (seen.head.seq, seen.head.digest) if seen.head is not None else None
    return (_line(line) for line in sheet(seen.state, _scope(seen), seen.now, head))


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

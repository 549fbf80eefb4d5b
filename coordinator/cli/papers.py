"""Papers to print or read out: a message as its form, a handover's briefing, a centre's dossier."""

from collections.abc import Iterator

from coordinator.cli.ends import Usage
from coordinator.cli.views import Seen, View, as_command
from coordinator.incident.briefing import briefing
from coordinator.incident.ruling import resolve
from coordinator.incident.state import Message
from coordinator.review.dossier import dossier
from coordinator.review.forms import FORMS, printed


def _message(seen: Seen) -> Message:
    seq = resolve(seen.state, seen.of) if seen.of else None
    message = seen.state.messages.get(seq) if seq is not None else None
    if message is None:
        raise Usage(f"there is no message {seen.of or '(none named)'} that you may see; name one as M-12")
    return message


def _form(seen: Seen) -> Iterator[str]:
    return (_line(line) for line in printed(seen.state, _message(seen)))


def _scope(seen: Seen) -> str:
    scopes = [scope.id for scope in seen.state.roster.scopes]
    scope = seen.of or seen.state.roster.ground.default.id
    if scope not in scopes:
        raise Usage(f"there is no scope '{scope}'; there are {', '.join(scopes)}")
    return scope


def _briefing(seen: Seen) -> Iterator[str]:
    return (_line(line) for line in briefing(seen.state, _scope(seen), seen.now).splitlines())


def _dossier(seen: Seen) -> Iterator[str]:
    if seen.of not in seen.state.roster.ground.centres:
        raise Usage(f"there is no centre '{seen.of}'; there are {', '.join(seen.state.roster.ground.centres)}")
    return (_line(line) for line in dossier(seen.state, seen.of, seen.now))


def _line(line: str) -> str:
    """One line that a terminal does not obey, its columns kept."""
    return "".join(char if char.isprintable() else " " for char in line)


PAPERS: dict[str, View] = {
    "form": View(
        f"A message as its form: ICS-213, or {', '.join(FORMS)} where it carries one.", _message, _form, of="MESSAGE"
    ),
    "briefing": View(
        "What whoever takes a desk must know: open, with whom, until when.",
        lambda seen: list(_briefing(seen)), _briefing, of="SCOPE",
    ),
    "dossier": View(
        "Everything with one centre: reach, status, traffic, orders, resources.",
        lambda seen: list(_dossier(seen)), _dossier, of="CENTRE",
    ),
}

COMMANDS = {name: as_command(name, view) for name, view in PAPERS.items()}

"""What may be written in a field: names from the roster, for forms and for the command bar alike. Pure."""

from collections.abc import Callable

from coordinator.incident.roster import DIRECT
from coordinator.session.words import WORDS, called, meant, slot, slots
from coordinator.tui.composing import COMPOSED
from coordinator.tui.view import View

MEANS = ("radio", "phone", "runner", "face")


def _centres(view: View) -> list[str]:
    return [centre.id for centre in view.state.roster.centres if not centre.retired]


def _operators(view: View) -> list[str]:
    return [one.id for one in view.state.roster.operators if not one.retired and one.role != "reviewer"]


def _subjects(view: View) -> list[str]:
    return [ref for ref in view.ground.subjects if view.ground.subject(ref) is not None]


def _resources(view: View) -> list[str]:
    return [one.id for one in view.state.roster.subjects.resources if not one.retired]


def _verbs(view: View) -> list[str]:
    return [*view.ground.control_of, DIRECT]


def _scopes(view: View) -> list[str]:
    return [scope.id for scope in view.state.roster.scopes]


def _topics(view: View) -> list[str]:
    """Topics that the charters name, and those in use."""
    charters = [glob for scope in view.state.roster.scopes for glob in scope.mandate.topics]
    named = [glob.removesuffix("/**").removesuffix("/*") for glob in charters]
    used = [message.topic for message in view.state.messages.values()]
    return [topic for topic in dict.fromkeys((*used, *named)) if topic and "*" not in topic]


def _refs(view: View) -> list[str]:
    things = [*view.state.messages.values(), *view.state.orders.values(), *view.state.proposals.values()]
    return [thing.number for thing in sorted(things, key=lambda thing: -thing.seq)]


_SOURCES: dict[str, Callable[[View], list[str]]] = {
    "to": _centres,
    "centre": _centres,
    "centres": _centres,
    "owner": _centres,
    "verb": _verbs,
    "subject": _subjects,
    "except": _subjects,
    "topic": _topics,
    "scope": _scopes,
    "resource": _resources,
    "ref": _refs,
    "refs": _refs,
    "supersedes": _refs,
    "despite": _refs,
    "means": lambda _: list(MEANS),
}
_OWN_SOURCES: dict[tuple[str, str], Callable[[View], list[str]]] = {
    ("offer", "to"): _operators,
    ("redirect", "to"): _scopes,
    ("order", "object"): lambda view: [*_centres(view), *_subjects(view)],
    ("propose", "object"): lambda view: [*_centres(view), *_subjects(view)],
    ("message", "subject"): lambda _: [],
}


def names(view: View, do: str, field: str) -> list[str]:
    """Every name that makes sense in a field of a command; none where anything may stand."""
    if do in COMPOSED:
        do = "message"
    literal = next((one.choices for one in slots(do) if one.name == field), ()) if do in WORDS else ()
    if literal:
        return list(literal)
    source = _OWN_SOURCES.get((do, field)) or _SOURCES.get(field)
    return source(view) if source is not None else []


def matching(words: list[str], typed: str) -> list[str]:
    """Those that begin with what was typed, then those that hold it."""
    low = typed.lower()
    begins = [word for word in words if word.lower().startswith(low)]
    return begins + [word for word in words if low in word.lower() and not word.lower().startswith(low)]


def spelled(words: list[str], value: str) -> str:
    """A name, or a list of names, as it is spelled among these; others stay as they are."""
    known = {word.lower(): word for word in words}
    return ",".join(known.get(part.strip().lower(), part) for part in value.split(",")) if words else value


def last_part(value: str) -> tuple[str, str]:
    """A list as far as it is finished, and the name that is being written."""
    head, comma, tail = value.rpartition(",")
    return head + comma, tail.strip()


# The command bar


def completions(view: View, line: str) -> tuple[str, list[str]]:
    """What comes before the word that is being written, and the words that it could become."""
    before, _, word = line.rpartition(" ")
    head = f"{before} " if before else ""
    words = before.split()
    if not words:
        return "", matching([called(do) for do in WORDS], word)
    do = meant(words[0])
    if do is None:
        return head, []
    if word.startswith("-"):
        return head, matching([one.flag for one in slots(do)], word)
    field = _field(do, words)
    done, part = last_part(word)
    return head + done, matching(names(view, do, field), part) if field else []


def _field(do: str, words: list[str]) -> str:
    """Which field the next word is for."""
    last = words[-1]
    flags = {one.flag: one for one in slots(do)}
    if last in flags and flags[last].kind != "flag":
        return flags[last].name
    main = WORDS[do].main
    given = 0
    skip = False
    for word in words[1:]:
        if skip or word.startswith("--"):
            skip = word.startswith("--") and word in flags and flags[word].kind != "flag"
            continue
        given += 1
    return (
        main[given] if given < len(main) else main[-1] if main and slot(do, main[-1]).kind in ("names", "refs") else ""
    )

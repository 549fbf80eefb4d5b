"""The charter on joining, and when it changes: who has which desk, what to bring them, what not, how soon. Pure."""

from collections.abc import Iterable, Iterator

from msgspec import to_builtins

from coordinator.incident.roster import Scope
from coordinator.tui.rows.duty import away, holding
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import Line, joined, length, plain, wrapped
from coordinator.tui.view import View

LABEL = 11
ANY_KEY = "any key goes on"


def welcome(view: View, width: int, before: Iterable[Scope] = ()) -> Listing:
    """Every scope in a few lines; above them, what has changed since `before`, where that was shown."""
    room = max(width - 2, 30)
    changed = [line for sentence in changes(before, view.state.roster.scopes) for line in wrapped(sentence, room)]
    lines: list[Line] = [((line, "warn"),) for line in changed]
    lines += [line for scope in view.state.roster.scopes for line in _scope(view, scope, room)]
    rows = tuple(Row(f"l{place}", line) for place, line in enumerate(lines))
    return Listing("THE CHARTER HAS CHANGED" if changed else "WHOM TO BRING THINGS TO", rows, "", f" {ANY_KEY} --")


def changes(before: Iterable[Scope], now: Iterable[Scope]) -> Iterator[str]:
    """`Operations: respond within FLASH 5m -> FLASH 3m`, for each field of a charter that is another one."""
    known = {scope.id: scope for scope in before}
    for scope in now:
        was, is_now = to_builtins(known.get(scope.id, scope)), to_builtins(scope)
        for field in was | is_now:
            old, new = was.get(field), is_now.get(field)
            if isinstance(old, dict) and isinstance(new, dict):
                old, new = _other(old, new), _other(new, old)
            if old != new:
                yield f"{plain(scope.name)}: {field.replace('_', ' ')} {_told(old)} -> {_told(new)}"


def _other(one: dict[str, object], beside: dict[str, object]) -> dict[str, object]:
    """What of it is not so in the one beside."""
    return {name: value for name, value in one.items() if beside.get(name) != value}


def _told(value: object) -> str:
    """A field of a charter in words."""
    if isinstance(value, dict):
        return joined((f"{name} {_told(part)}" for name, part in value.items()), "none")
    if isinstance(value, list | tuple):
        return joined(map(_told, value), "none")
    return plain(str(value)) if value else "none"


def told(view: View) -> str:
    """What the charters say, as a text: whether somebody has seen this one."""
    return "\n".join(repr(scope) for scope in view.state.roster.scopes)


def _scope(view: View, scope: Scope, width: int) -> Iterator[Line]:
    desk = view.state.desks.get(scope.id)
    default = ": what names no topic comes here" if scope.default else ""
    yield ((plain(scope.name), "strong"), (plain(default), ""))
    if desk is not None:
        held: Line = ((f"  {holding(view, desk)}", "" if desk.holder else "bad"), (away(view, desk), "bad"))
        names = _names(view, scope)
        after: Line = ((f"; deputies {names}", ""),)
        yield from ((*held, *after),) if length((*held, *after)) <= width else (held, *_fact("deputies", names, width))
    facts = {
        "bring": joined(scope.mandate.topics),
        "not here": "; ".join(f"{topic}: {where}" for topic, where in scope.elsewhere.items()),
        "answered": joined(f"{word} in {time}" for word, time in scope.respond_within.items()),
    }
    for label, text in facts.items():
        if text:
            yield from _fact(label, text, width)


def _fact(label: str, text: str, width: int) -> Iterator[Line]:
    for place, part in enumerate(wrapped(text, width - LABEL - 2)):
        yield ((f"  {label if not place else '':<{LABEL}}", ""), (part, ""))


def _names(view: View, scope: Scope) -> str:
    return plain(joined((view.name(one) for one in scope.deputies), "none"))

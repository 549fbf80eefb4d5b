"""The charter as it is shown on joining: who has which desk, what to bring them, what not, how soon. Pure."""

from collections.abc import Iterator

from coordinator.incident.roster import Scope
from coordinator.tui.rows.duty import holding
from coordinator.tui.spots import Listing, Row
from coordinator.tui.texts import Line, joined, plain, wrapped
from coordinator.tui.view import View

LABEL = 11
ANY_KEY = "any key goes on"


def welcome(view: View, width: int) -> Listing:
    """Every scope in a few lines."""
    lines = [line for scope in view.state.roster.scopes for line in _scope(view, scope, max(width - 2, 30))]
    rows = tuple(Row(f"l{place}", line) for place, line in enumerate(lines))
    return Listing("WHOM TO BRING THINGS TO", rows, "", f" {ANY_KEY} --")


def told(view: View) -> str:
    """What the charters say, as a text: whether somebody has seen this one."""
    return "\n".join(repr(scope) for scope in view.state.roster.scopes)


def _scope(view: View, scope: Scope, width: int) -> Iterator[Line]:
    desk = view.state.desks.get(scope.id)
    default = ": what names no topic comes here" if scope.default else ""
    yield ((plain(scope.name), "strong"), (plain(default), ""))
    if desk is not None:
        yield ((f"  {holding(view, desk)}; deputies {_names(view, scope)}", "" if desk.holder else "bad"),)
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

"""Who holds which desk, and the two lines that stand at the top of every screen."""

from datetime import timedelta

from coordinator.incident import projections
from coordinator.incident.roster import Instruction, Scope
from coordinator.incident.state import Desk
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, Span, clock, coarse, fit, hour, joined, length, plain, span, wrapped
from coordinator.tui.view import View

BEAT = ".:"
BEAT_EVERY = 5


def kind(view: View) -> Span:
    """EXERCISE or ACTUAL, in words, always."""
    return ("EXERCISE", "strong") if view.state.roster.operation.kind == "exercise" else ("ACTUAL", "alarm")


def link(view: View) -> Span:
    """The link as text: `LINK ok`, `LINK DOWN 3m`."""
    if not view.link.up:
        return (f"LINK DOWN {coarse(view.cut_off)}", "bad")
    return (f"LINK {coarse(view.cut_off)} ago", "warn") if view.cut_off else ("LINK ok", "")


def queue(view: View) -> Span:
    """What of mine the hub has not decided."""
    return (f"QUEUE {len(view.waiting)}", "warn" if view.waiting else "")


def beat(view: View) -> Span:
    """Changes every five seconds, so that a frozen picture can be told from a quiet one."""
    return (BEAT[int(view.now.timestamp()) // BEAT_EVERY % len(BEAT)], "")


def header(view: View, width: int) -> tuple[Line, Line]:
    """The two lines at the top: which operation and link; who I am and who holds the desks."""
    operation = view.state.roster.operation
    left: list[Span] = [kind(view), ("  ", "")]
    if view.link.keyless:
        left += [("KEYLESS", "warn"), ("  ", "")]
    ended: list[Span] = [("ENDED ", "bad")] if view.state.closed is not None else []
    right: list[Span] = [
        *ended,
        (clock(view.now), ""),
        ("  ", ""),
        link(view),
        ("  ", ""),
        queue(view),
        (" ", ""),
        beat(view),
    ]
    room = width - length(tuple(left)) - length(tuple(right)) - 1
    title = (fit(plain(operation.name), max(room, 0)), "strong")
    return ((*left, title, (" ", ""), *right), _duty_line(view, width))


def _duty_line(view: View, width: int) -> Line:
    me = f"{plain(view.name(view.me))}, {plain(view.centre)}   "
    if view.desk_uncertain:
        certain: list[Span] = [("DESK NOT CERTAIN ", "alarm"), (f"cut off {coarse(view.cut_off)} ", "warn")]
    else:
        certain = []
    spans: list[Span] = [(me, ""), *certain]
    for desk in view.desks:
        spans.append((holding(view, desk), "bad" if not desk.holder else ""))
        spans.append(("   ", ""))
    line = tuple(spans[:-1])
    room = width - length((*line[:1], *certain))
    return line if length(line) <= width else (*line[:1], *certain, (fit(_short(view, room), room), ""))


def holding(view: View, desk: Desk) -> str:
    """`POC ops: Lee Marsh (you) since 06:00`; of others, when they last pressed a key, if that is long ago."""
    return f"POC {plain(desk.scope)}: {_who(view, desk)}"


def _who(view: View, desk: Desk) -> str:
    name = plain(view.name(desk.holder)) if desk.holder else "UNHELD"
    you = " (you)" if desk.holder == view.me else ""
    return f"{name}{you} since {hour(desk.since)}{_last_key(view, desk)}"


def _last_key(view: View, desk: Desk) -> str:
    """A connected session is not a person: ` (last key 12m ago)`."""
    idle = projections.idle_since(view.state, desk.holder) if desk.holder != view.me else None
    return f" (last key {span(view.now - idle)} ago)" if idle is not None else ""


def _short(view: View, room: int) -> str:
    """`POC ops: YOU  medical: UNHELD`; when somebody last pressed a key, where there is room for that."""
    names = [
        "YOU" if desk.holder == view.me else plain(view.name(desk.holder)) if desk.holder else "UNHELD"
        for desk in view.desks
    ]
    held = [f"{plain(desk.scope)}: {name}" for desk, name in zip(view.desks, names, strict=True)]
    keys = [one + _last_key(view, desk) for one, desk in zip(held, view.desks, strict=True)]
    told = f"POC {'  '.join(keys)}"
    return told if len(told) <= room else f"POC {'  '.join(held)}"


def desks(view: View) -> Listing:
    """1 DESKS: each scope, who holds it, since when, in which term."""
    rows = tuple(_desk(view, desk) for desk in view.desks)
    return Listing("1 DESKS", rows)


def _desk(view: View, desk: Desk) -> Row:
    gone = away(view, desk)
    offered = f"  offered to {plain(view.name(desk.offer.to))}" if desk.offer is not None else ""
    line: Line = (
        (fit(plain(desk.scope), 14), "strong"),
        (_who(view, desk), "" if desk.holder else "bad"),
        (f"  term {desk.term}", ""),
        (offered, "info"),
        (gone, "bad"),
    )
    return Row(f"d{desk.scope}", line, Spot("scope", desk.scope))


def away(view: View, desk: Desk) -> str:
    """Says so where the holder is out of contact."""
    found = view.state.contacts.get(desk.holder)
    if not desk.holder or (found is not None and found.up):
        return ""
    return f"  OUT OF CONTACT since {hour(found.since)}" if found is not None else "  not connected yet"


def charter(view: View, id: str, width: int) -> list[str]:
    """What may be brought to a scope's POC, how soon it is answered, and who comes after."""
    scope = view.scope(id)
    if scope is None:
        return ["no such scope"]
    lines = [f"{scope.name}{' (default desk: what names no topic comes here)' if scope.default else ''}"]
    lines += _paragraph("Brings", joined(scope.mandate.topics), width)
    lines += _paragraph("Orders", f"{joined(scope.mandate.verbs)} on {joined(scope.mandate.subjects)}", width)
    lines += _paragraph("From", joined(scope.mandate.centres), width)
    for topic, where in scope.elsewhere.items():
        lines += _paragraph("Elsewhere", f"{topic}: {where}", width)
    for instruction in scope.standing_instructions:
        lines += _paragraph("Standing", _instruction(instruction), width)
    lines += _paragraph(
        "Noticed in", joined(f"{word} {time}" for word, time in scope.acknowledge_within.items()), width
    )
    lines += _paragraph("Answered in", joined(f"{word} {time}" for word, time in scope.respond_within.items()), width)
    lines += _paragraph("POC", f"{view.name(scope.poc)} (designated); deputies {_deputies(view, scope)}", width)
    lines += _paragraph("If away", f"after {scope.assume_after} a deputy may assume ({scope.assume})", width)
    lines += _paragraph("Escalation", joined((f"{step.after}: {step.to}" for step in scope.escalation), "none"), width)
    return lines


def _instruction(instruction: Instruction) -> str:
    """`FLASH on medical/**: relay at once to the addressees named`."""
    when = instruction.when
    on = f"on {when.topic}" if when.topic is not None else ""
    what = " ".join(part for part in (when.precedence or "", on) if part) or "everything"
    return f"{what}: {instruction.do} at once to the addressees named"


def _deputies(view: View, scope: Scope) -> str:
    return joined((view.name(deputy) for deputy in scope.deputies), "none")


def _paragraph(label: str, text: str, width: int) -> list[str]:
    indent = 13
    first, *rest = wrapped(text, max(width - indent, 10))
    return [f"{label:<{indent}}{first}", *(" " * indent + line for line in rest)]


ALARMED = timedelta(seconds=10)

"""What stands beside a form: what fits in this field, what is in force on the subject, what it is about. Pure."""

from collections.abc import Sequence

from coordinator.incident import claims
from coordinator.tui import choices
from coordinator.tui.forms import HINTS, place
from coordinator.tui.rows import detail
from coordinator.tui.rows.orders import fate
from coordinator.tui.rows.words import what
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import plain, wrapped
from coordinator.tui.view import View

OFFERED = 9
FEW = 4
GAP = Row("gap", (("", ""),))


def aside(
    view: View, do: str, about: Spot, width: int, *, field: str = "", said: str = "", subject: str = ""
) -> Listing:
    """Beside the form of `do`: `field` is the line that has the cursor, with what it says."""
    facts = detail.of(view, about, width) if about.seq else ()
    if field:
        found, hint = matching(view, do, field, said), _hint(do, field)
        if found or hint:
            shown = FEW if facts else OFFERED
            rows = (*(_choice(view, name) for name in found[:shown]), *((GAP, *facts) if facts else ()))
            more = f", {len(found) - shown} more" if len(found) > shown else ""
            heading = "Tab takes the first" + more if found else ""
            return Listing(f"{heading}{' - ' if heading and hint else ''}{hint} ", rows)
    if do in ("order", "propose"):
        return _in_force(view, subject)
    return Listing("ABOUT ", facts) if facts else Listing("", ())


def standing(against: Sequence[str], width: int) -> Listing:
    """What stands against it: shown to its author before it goes."""
    lines = [line for sentence in against for line in wrapped(f"- {sentence}", max(width - 2, 20))]
    return Listing("STANDS AGAINST IT ", tuple(Row(f"w{n}", ((line, "warn"),)) for n, line in enumerate(lines)))


def part(do: str, field: str, said: str) -> tuple[str, str]:
    """What of a field is finished, and the name that is being written."""
    return choices.last_part(said) if place(do, field).kind in ("names", "refs") else ("", said)


def matching(view: View, do: str, field: str, said: str) -> list[str]:
    """The names that what is being written could become."""
    return choices.matching(choices.names(view, do, field), part(do, field, said)[1])


def _hint(do: str, field: str) -> str:
    """How to write a field; an empty addressee means something only where the POC decides."""
    return HINTS.get(field, "") if field != "to" or do == "message" else ""


def _in_force(view: View, subject: str) -> Listing:
    held = claims.in_force_on(view.state, subject, view.now) if subject else []
    rows = tuple(
        Row(
            f"r{order.seq}",
            (
                (f"{order.number} ", "strong"),
                (f"{what(order)}  ", ""),
                fate(view, order),
                (f"  by {plain(view.name(order.by))}: {plain(order.rationale)}", ""),
            ),
        )
        for order in held
    )
    return Listing(
        f"IN FORCE ON {plain(subject)} " if subject else "", rows, "nothing is in force there" if subject else ""
    )


def _choice(view: View, name: str) -> Row:
    ground = view.ground
    known = (
        ground.centres.get(name) or ground.operators.get(name) or ground.subjects.get(name) or ground.scopes.get(name)
    )
    return Row(name, ((f"  {plain(name)}", ""), (f"  {plain(known.name)}" if known is not None else "", "")))

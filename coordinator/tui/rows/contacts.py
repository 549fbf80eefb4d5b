"""The directory: every centre in contact order with its ways to be reached, and its people. Pure."""

from coordinator.incident.queues import BoardRow
from coordinator.tui.rows.board import contact
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import Line, fit, joined, plain
from coordinator.tui.view import View


def directory(view: View) -> Listing:
    """1 CONTACTS: who to call, and how."""
    rows = tuple(_centre(view, row) for row in view.board)
    return Listing(f"1 CONTACTS {len(rows)} centres, in contact order", rows)


def _centre(view: View, row: BoardRow) -> Row:
    centre = view.centre_of(row.centre)
    link, look = contact(view, row.centre)
    bridge = centre.bridge if centre is not None else ""
    line: Line = (
        (fit(plain(row.centre), 10), "strong"),
        (" ", ""),
        (fit(link, 16), look),
        (fit(plain(row.phone) or "no phone", 13), ""),
        (fit(plain(row.callsign) or "--", 13), ""),
        (" ", ""),
        (plain(joined(part for part in (bridge, row.name) if part)), ""),
    )
    return Row(f"k{row.centre}", line, Spot("centre", row.centre))


def people(view: View, centre: str) -> Listing:
    """2 PEOPLE of the centre that is chosen, with the desks that they hold or may take."""
    found = [one for one in view.state.roster.operators if one.centre == centre and not one.retired]
    rows = tuple(
        Row(
            one.id,
            (
                (fit(plain(one.name), 24), "strong"),
                (fit(one.role, 10), ""),
                (fit(plain(one.callsign), 12), ""),
                (_duty(view, one.id), ""),
            ),
            Spot("centre", centre),
        )
        for one in found
    )
    return Listing(f"2 PEOPLE of {plain(centre)}", rows, "only voice reaches them")


def _duty(view: View, operator: str) -> str:
    held = [f"holds {plain(desk.scope)}" for desk in view.desks if desk.holder == operator]
    after = [f"deputy for {plain(scope.id)}" for scope in view.state.roster.scopes if operator in scope.deputies]
    return joined((*held, *after))

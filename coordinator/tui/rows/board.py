"""Centres as rows: status with its age, contact, and who has still to answer the roll call."""

from coordinator.incident import queues
from coordinator.incident.queues import BoardRow
from coordinator.incident.state import Rollcall
from coordinator.tui.rows.orders import reach
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import STATUS_LOOKS, Line, Span, clock, coarse, fit, hour, joined, plain, until
from coordinator.tui.view import View


def centres(view: View) -> Listing:
    """2 CENTRES: in one line each."""
    odd = sum(row.state != "OPERATIONAL" for row in view.board)
    return Listing(
        "2 CENTRES" + (f" ({odd} not operational)" if odd else ""), tuple(_row(view, row) for row in view.board)
    )


def _row(view: View, row: BoardRow) -> Row:
    met = queues.contact(view.state, row.centre)
    lost: Span = (f"{row.open} open", "")
    if not row.up:
        lost = ("LINK LOST", "bad") if met is not None and met.ever else ("no link", "")
    line: Line = (
        (fit(plain(row.centre), 10), ""),
        (" ", ""),
        (fit(row.state, 11), STATUS_LOOKS.get(row.state, "")),
        (" ", ""),
        (fit(hour(row.said_at) if row.said_at is not None else "never", 6), ""),
        lost,
    )
    return Row(f"k{row.centre}", line, Spot("centre", row.centre))


def contact(view: View, centre: str) -> Span:
    """A centre's link, in words."""
    found = queues.contact(view.state, centre)
    if found is None:
        return ("voice only", "")
    if found.up:
        return ("link up", "")
    return (f"LINK LOST {hour(found.since)}", "bad") if found.ever else ("not met yet", "")


def board(view: View) -> Listing:
    """1 BOARD: every centre with status, age, headcount, contact and what was said."""
    rows = tuple(_wide_row(view, row) for row in view.board)
    return Listing(f"1 BOARD {len(rows)} centres", rows)


def _wide_row(view: View, row: BoardRow) -> Row:
    last = f"was {row.said} " if row.state == queues.UNCONFIRMED else ""
    heads = f"{row.headcount:>4} people" if row.headcount is not None else ""
    link, look = contact(view, row.centre)
    line: Line = (
        (fit(plain(row.centre), 10), "strong"),
        (" ", ""),
        (fit(row.state, 12), STATUS_LOOKS.get(row.state, "")),
        (fit(coarse(row.age) if row.age is not None else "never", 6), ""),
        (fit(heads, 12), ""),
        (fit(link, 16), look),
        (" ", ""),
        (last + plain(row.text or row.name), ""),
    )
    return Row(f"k{row.centre}", line, Spot("centre", row.centre))


def calls(view: View) -> Listing:
    """2 ROLL CALLS: confirmed, outstanding, overdue; for those who are overdue, how to reach them by voice."""
    rows: list[Row] = []
    for call in view.called:
        rows.append(_call(view, call))
        rows.extend(_outstanding(view, call))
    return Listing(f"2 ROLL CALLS {len(view.called)} open", tuple(rows), "no roll call is open: R calls one")


def _call(view: View, call: Rollcall) -> Row:
    missing = [centre for centre in call.centres if centre not in call.confirmed]
    line: Line = (
        (fit(call.number, 6), "strong"),
        (f"called {clock(call.at)}  ", ""),
        until(call.deadline, view.now),
        (
            f"  {len(call.confirmed)}/{len(call.centres)} confirmed; outstanding {joined(missing)}  {plain(call.text)}",
            "",
        ),
    )
    return Row(f"c{call.seq}", line, Spot("rollcall", str(call.seq)))


def _outstanding(view: View, call: Rollcall) -> list[Row]:
    if view.now <= call.deadline:
        return []
    order = view.state.roster.contact_order
    missing = sorted(
        (centre for centre in call.centres if centre not in call.confirmed),
        key=lambda centre: order.index(centre) if centre in order else len(order),
    )
    return [
        Row(
            f"c{call.seq}-{centre}",
            ((f"      {fit(plain(centre), 10)} ", ""), ("OVERDUE ", "bad"), (reach(view, centre), "")),
            Spot("centre", centre),
        )
        for centre in missing
    ]

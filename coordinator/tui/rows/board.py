"""Centres as rows: status with its age, contact, and who has still to answer the roll call."""

from coordinator.incident.deadlines import expects
from coordinator.incident.roster import Centre
from coordinator.incident.state import Rollcall
from coordinator.tui.rows.orders import reach
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import STATUS_LOOKS, Line, Span, clock, coarse, fit, hour, joined, plain, until
from coordinator.tui.view import View


def centres(view: View) -> Listing:
    """2 CENTRES: in one line each."""
    rows = tuple(_row(view, centre) for centre in live(view))
    odd = sum(view.status(centre.id) != "OPERATIONAL" for centre in live(view))
    return Listing("2 CENTRES" + (f" ({odd} not operational)" if odd else ""), rows)


def live(view: View) -> list[Centre]:
    """Centres that take part, those nearest to trouble first only by the roster's contact order."""
    order = {centre: place for place, centre in enumerate(view.state.roster.contact_order)}
    found = [centre for centre in view.state.roster.centres if not centre.retired]
    return sorted(found, key=lambda centre: order.get(centre.id, len(order)))


def _row(view: View, centre: Centre) -> Row:
    waits = sum(expects(view.state.messages[seq]) and view.state.messages[seq].centre == centre.id
                for seq in view.state.open_messages if seq in view.state.messages)
    status = view.status(centre.id)
    lost: Span = (fit("LINK LOST", 10), "bad") if lost_contact(view, centre.id) else (f"{waits} open".ljust(10), "")
    line: Line = (
        (fit(plain(centre.id), 10), ""), (" ", ""), (fit(status, 11), STATUS_LOOKS.get(status, "")), (" ", ""),
        (fit(said_at(view, centre.id), 6), ""), lost,
    )
    return Row(f"k{centre.id}", line, Spot("centre", centre.id))


def said_at(view: View, centre: str) -> str:
    """When a centre's status was last said."""
    report = view.state.statuses.get(centre)
    return hour(report.at) if report is not None else "never"


def lost_contact(view: View, centre: str) -> bool:
    """Whether somebody of that centre was connected once and nobody is now."""
    contacts = [
        view.state.contacts[operator.id]
        for operator in view.state.roster.operators
        if operator.centre == centre and operator.id in view.state.contacts
    ]
    return any(contact.ever for contact in contacts) and not any(contact.up for contact in contacts)


def contact(view: View, centre: str) -> Span:
    """A centre's link, in words."""
    contacts = [
        view.state.contacts[operator.id]
        for operator in view.state.roster.operators
        if operator.centre == centre and operator.id in view.state.contacts
    ]
    if any(one.up for one in contacts):
        return ("link up", "")
    met = [one.since for one in contacts if one.ever]
    return (f"LINK LOST {hour(max(met))}", "bad") if met else ("voice only", "")


def board(view: View) -> Listing:
    """1 BOARD: every centre with status, age, headcount, contact and what was said."""
    rows = tuple(_wide_row(view, centre) for centre in live(view))
    return Listing(f"1 BOARD {len(rows)} centres", rows)


def _wide_row(view: View, centre: Centre) -> Row:
    report = view.state.statuses.get(centre.id)
    status = view.status(centre.id)
    last = f"was {report.state} " if report is not None and status == "UNCONFIRMED" else ""
    age = coarse(view.now - report.at) if report is not None else "never"
    heads = f"{report.headcount:>4} people" if report is not None and report.headcount is not None else ""
    line: Line = (
        (fit(plain(centre.id), 10), "strong"), (" ", ""), (fit(status, 12), STATUS_LOOKS.get(status, "")),
        (fit(age, 6), ""), (fit(heads, 12), ""), (fit(contact(view, centre.id)[0], 16), contact(view, centre.id)[1]),
        (" ", ""), (last + plain(report.text if report is not None else centre.name), ""),
    )
    return Row(f"k{centre.id}", line, Spot("centre", centre.id))


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
        (fit(call.number, 6), "strong"), (f"called {clock(call.at)}  ", ""), until(call.deadline, view.now),
        (f"  confirmed {len(call.confirmed)} of {len(call.centres)}; outstanding {joined(missing)}  {plain(call.text)}", ""),
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
        Row(f"c{call.seq}-{centre}", ((f"      {fit(plain(centre), 10)} ", ""), ("OVERDUE ", "bad"), (reach(view, centre), "")),
            Spot("centre", centre))
        for centre in missing
    ]

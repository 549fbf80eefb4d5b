"""An order or a proposal in full: what it says, and where each addressee is with it."""

from coordinator.incident.state import Order, Proposal, Report
from coordinator.incident.times import stamp
from coordinator.tui.rows.facts import pair
from coordinator.tui.rows.orders import fate, undelivered, window
from coordinator.tui.rows.words import what
from coordinator.tui.spots import Spot
from coordinator.tui.texts import Line, exact, hour, joined, plain
from coordinator.tui.view import View


def order_facts(view: View, order: Order, width: int) -> list[Line]:
    """What an order says."""
    who = f"{view.name(order.by)} ({order.centre}) at {exact(order.at)}Z"
    lines: list[Line] = []
    lines += pair("Order", f"{order.verb} {order.subject}", width, "strong")
    lines += pair("Except", joined(order.excepted), width)
    lines += pair("For", order.object, width)
    lines += pair("Quantity", str(order.quantity) if order.quantity is not None else "", width)
    lines += pair("Window", f"{window(order)} ({stamp(order.start)})", width)
    lines += pair("To", joined(order.to), width)
    lines += pair("By", who, width)
    lines += pair("Authority", order.authority, width)
    lines += pair("Because", order.rationale, width)
    lines += pair("Text", order.text, width)
    lines += pair("Supersedes", joined(view.number(seq) for seq in order.supersedes), width)
    lines += pair("Despite", joined(view.number(seq) for seq in order.despite), width)
    return lines


def order_detail(view: View, spot: Spot, width: int) -> list[Line]:
    """Everything about an order."""
    order = view.state.orders.get(spot.seq)
    if order is None:
        return [((f"#{spot.ref} is no order here", ""),)]
    unchecked = [(("  UNCHECKED: holds no claim", "warn"),)] if order.claim is None and not order.releasing else []
    lines: list[Line] = [((f"{order.number}  ", "strong"), (f"#{order.seq}  ", ""), fate(view, order))]
    lines += unchecked
    lines += order_facts(view, order, width)
    if order.ended and order.ended_at is not None:
        lines += pair("Ended", f"{order.ended} at {exact(order.ended_at)}Z", width, "warn")
    for other in order.despite:
        found = view.state.orders.get(other)
        if found is not None:
            lines += pair("Both stand", f"{found.number} {what(found)}; because: {order.rationale}", width, "warn")
    lines.append(((" ", ""),))
    for centre in order.to:
        lines += pair(plain(centre), _report(order, centre), width, "warn" if view.unread(order, centre) else "")
    for missing in undelivered(view, order):
        lines += pair("REACH BY", missing, width, "bad")
    return lines


def _report(order: Order, centre: str) -> str:
    report = order.reports.get(centre, Report())
    facts = [f"delivered {hour(report.delivered)}"] if report.delivered is not None else ["not delivered"]
    if report.readback is None:
        facts.append("NOT READ BACK")
    else:
        facts.append(f"MISMATCH in {joined(report.readback)}" if report.readback else "read back")
    if order.ended and order.ended != "window":
        facts.append("knows that it is cancelled" if report.told else "NOT TOLD that it is cancelled")
    facts += [report.answer.upper()] if report.answer else []
    facts += [report.reason] if report.reason else []
    facts += [f"suggests: {report.alternative}"] if report.alternative else []
    return joined(facts)


def proposal_detail(view: View, spot: Spot, width: int) -> list[Line]:
    """Everything about a proposal."""
    proposal = view.state.proposals.get(spot.seq)
    return (
        proposal_facts(view, proposal, width) if proposal is not None else [((f"#{spot.ref} is no proposal here", ""),)]
    )


def proposal_facts(view: View, proposal: Proposal, width: int) -> list[Line]:
    """What a proposal says, and what issuing it would meet."""
    lines: list[Line] = [((f"{proposal.number}  ", "strong"), (f"from {plain(proposal.centre)}", ""))]
    lines += order_facts(view, proposal.order, width)
    lines += pair("Verdict", proposal.verdict or "nothing against it", width, "warn" if proposal.verdict else "")
    lines += pair("Clashes", joined(_named(view, seq) for seq in proposal.clashes), width, "warn")
    lines += pair("End", f"{proposal.end}: {proposal.reason}" if proposal.end else "", width)
    return lines


def _named(view: View, seq: int) -> str:
    order = view.state.orders.get(seq)
    proposal = view.state.proposals.get(seq)
    wanted = order if order is not None else proposal.order if proposal is not None else None
    return f"{view.number(seq)} {what(wanted)}" if wanted is not None else f"#{seq}"

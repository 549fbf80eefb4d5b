"""Why something cannot be done now: one check for each reason, in words for the operator. Pure.

A check asks what the hub will ask as well; it spares a round trip and decides nothing.
"""

from collections.abc import Callable

from coordinator.incident.deadlines import addressees
from coordinator.tui.spots import Spot
from coordinator.tui.view import View

Check = Callable[[View, Spot], str]
"""Why it cannot be done now; empty where it can."""


def writes(view: View, _: Spot) -> str:
    """Reviewers read."""
    return "" if view.writes else "reviewers read the log and write nothing"


def on(kind: str, words: str) -> Check:
    """Something of these kinds is under the cursor."""
    return lambda _, spot: "" if spot.kind in kind.split() else f"put the cursor on {words} first"


def desk(view: View, _: Spot) -> str:
    """The desk's work."""
    return "" if view.my_desks else "that is the desk's work"


def holder(view: View, _: Spot) -> str:
    """The holder's work."""
    return "" if view.held else "only who holds a desk can"


def desk_message(view: View, spot: Spot) -> str:
    """A message of my desks."""
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    return "" if message.scope in view.my_desks else "that message is on another desk"


def addressed(view: View, spot: Spot) -> str:
    """A message that was relayed to my centre, or is on my desk."""
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    if message.scope in view.my_desks or view.centre in addressees(message):
        return ""
    return "it was not relayed to your centre"


def may_reply(view: View, spot: Spot) -> str:
    """A message whose addressee I am, or that came back to me with a question."""
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    asked = message.centre == view.centre and message.asked_at is not None
    return "" if asked or view.centre in addressees(message) else "only its addressees reply"


def mine(view: View, spot: Spot) -> str:
    """A request of mine that is over."""
    message = view.state.messages.get(spot.seq)
    if message is None or message.centre != view.centre:
        return "put the cursor on a request of your own"
    return "" if message.answered is not None or message.closed else "it is still open"


def ordered(view: View, spot: Spot) -> str:
    """An order to my centre."""
    order = view.state.orders.get(spot.seq)
    if order is None:
        return "put the cursor on an order first"
    return "" if view.centre in order.to else "it is not addressed to your centre"


def to_read_back(view: View, spot: Spot) -> str:
    """An order to my centre that it has still to read back."""
    return "" if view.to_read_back(spot.seq) is not None else "there is no order that you have still to read back"


def acceptable(view: View, spot: Spot) -> str:
    """An order to my centre, or a message that was assigned to it."""
    message = view.state.messages.get(spot.seq)
    if message is not None and message.place == "assigned" and message.owner == view.centre:
        return ""
    return ordered(view, spot)


def desk_order(view: View, spot: Spot) -> str:
    """An order of a desk that I hold."""
    order = view.state.orders.get(spot.seq)
    if order is None:
        return "put the cursor on an order first"
    return "" if order.scope in view.held else "only the holder of its desk can"


def proposal(view: View, spot: Spot) -> str:
    """An open proposal."""
    proposal = view.state.proposals.get(spot.seq)
    if spot.kind != "proposal" or proposal is None:
        return "put the cursor on a proposal first"
    return f"it was {proposal.end} already" if proposal.end else ""


def declinable(view: View, spot: Spot) -> str:
    """A message to my centre, or a proposal on a desk that I hold."""
    if spot.kind == "proposal":
        return proposal(view, spot) or holder(view, spot)
    message = view.state.messages.get(spot.seq)
    if message is None:
        return "put the cursor on a message or a proposal first"
    owner = message.place == "assigned" and message.owner == view.centre
    return "" if owner or view.centre in addressees(message) else "it was not relayed to your centre"


def offered(view: View, _: Spot) -> str:
    """A desk is offered to me."""
    found = any(desk.offer is not None and desk.offer.to == view.me for desk in view.desks)
    return "" if found else "no desk is offered to you"


def offering(view: View, _: Spot) -> str:
    """I offer a desk."""
    found = any(desk.offer is not None and desk.holder == view.me for desk in view.desks)
    return "" if found else "you offer no desk"


def may_assume(view: View, _: Spot) -> str:
    """I am POC or deputy of a desk that somebody else holds, or nobody."""
    free = any(desk.scope in view.my_desks and desk.holder != view.me for desk in view.desks)
    return "" if free else "only the designated POC and the deputies may assume a desk"


def liaison(view: View, _: Spot) -> str:
    """A liaison's work."""
    found = view.operator
    return "" if found is not None and found.role == "liaison" else "only a liaison can"

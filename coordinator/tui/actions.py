"""Everything that can be done, each defined once: keys, footer, palette, help and command bar all derive from here.

Law: every action has one plain key, may be given another one by configuration, and says why it cannot be done now.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from coordinator.incident.deadlines import addressees
from coordinator.tui.spots import Spot
from coordinator.tui.view import View

How = Literal["screen", "form", "now", "own"]
"""Another screen; a form; a command without further fields; something of the interface itself."""

Check = Callable[[View, Spot], str]
"""Why it cannot be done now; empty where it can."""


class Action(Struct, frozen=True):
    """One thing an operator can do."""

    id: str
    key: str
    words: str
    how: How
    help: str
    check: Check | None = None
    footer: int = 9
    """Small numbers come first in the footer; 9 never stands there."""

    def why_not(self, view: View, spot: Spot) -> str:
        """Why it cannot be done now; empty where it can."""
        return self.check(view, spot) if self.check is not None else ""


def _all(*checks: Check) -> Check:
    def check(view: View, spot: Spot) -> str:
        return next((why for one in checks if (why := one(view, spot))), "")

    return check


def _writes(view: View, _: Spot) -> str:
    return "" if view.writes else "reviewers read the log and write nothing"


def _on(kind: str, words: str) -> Check:
    return lambda _, spot: "" if spot.kind in kind.split() else f"put the cursor on {words} first"


def _desk(view: View, _: Spot) -> str:
    return "" if view.my_desks else "that is the desk's work"


def _holder(view: View, _: Spot) -> str:
    return "" if view.held else "only who holds a desk can"


def _desk_message(view: View, spot: Spot) -> str:
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    return "" if message.scope in view.my_desks else "that message is on another desk"


def _addressed(view: View, spot: Spot) -> str:
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    if message.scope in view.my_desks or view.centre in addressees(message):
        return ""
    return "it was not relayed to your centre"


def _may_reply(view: View, spot: Spot) -> str:
    message = view.state.messages.get(spot.seq)
    if spot.kind != "message" or message is None:
        return "put the cursor on a message first"
    asked = message.centre == view.centre and message.asked_at is not None
    return "" if asked or view.centre in addressees(message) else "only its addressees reply"


def _mine(view: View, spot: Spot) -> str:
    message = view.state.messages.get(spot.seq)
    if message is None or message.centre != view.centre:
        return "put the cursor on a request of your own"
    return "" if message.answered is not None or message.closed else "it is still open"


def _ordered(view: View, spot: Spot) -> str:
    order = view.state.orders.get(spot.seq)
    if order is None:
        return "put the cursor on an order first"
    return "" if view.centre in order.to else "it is not addressed to your centre"


def _to_read_back(view: View, spot: Spot) -> str:
    why = _ordered(view, spot)
    return why or ("" if view.unread(view.state.orders[spot.seq], view.centre) else "you have read it back")


def _acceptable(view: View, spot: Spot) -> str:
    message = view.state.messages.get(spot.seq)
    if message is not None and message.place == "assigned" and message.owner == view.centre:
        return ""
    return _ordered(view, spot)


def _desk_order(view: View, spot: Spot) -> str:
    order = view.state.orders.get(spot.seq)
    if order is None:
        return "put the cursor on an order first"
    return "" if order.scope in view.held else "only the holder of its desk can"


def _declinable(view: View, spot: Spot) -> str:
    if spot.kind == "proposal":
        return _holder(view, spot)
    message = view.state.messages.get(spot.seq)
    if message is None:
        return "put the cursor on a message or a proposal first"
    owner = message.place == "assigned" and message.owner == view.centre
    return "" if owner or view.centre in addressees(message) else "it was not relayed to your centre"


def _offered(view: View, _: Spot) -> str:
    found = any(desk.offer is not None and desk.offer.to == view.me for desk in view.desks)
    return "" if found else "no desk is offered to you"


def _offering(view: View, _: Spot) -> str:
    found = any(desk.offer is not None and desk.holder == view.me for desk in view.desks)
    return "" if found else "you offer no desk"


def _may_assume(view: View, _: Spot) -> str:
    free = any(desk.scope in view.my_desks and desk.holder != view.me for desk in view.desks)
    return "" if free else "only the designated POC and the deputies may assume a desk"


def _liaison(view: View, _: Spot) -> str:
    found = view.operator
    return "" if found is not None and found.role == "liaison" else "only a liaison can"


_message = _on("message", "a message")
_proposal = _on("proposal", "a proposal")

ACTIONS: tuple[Action, ...] = (
    # What is under the cursor
    Action("open", "enter", "open", "own", "Everything about what the cursor is on", footer=1),
    Action("acknowledge", "a", "ack", "now", "Received and understood", _all(_writes, _addressed), 2),
    Action("readback", "k", "read back", "own", "Read an order back, one field by choice", _all(_writes, _to_read_back), 0),
    Action("relay", "r", "relay", "form", "Pass a message on, as it came or summarised", _all(_writes, _desk, _desk_message), 3),
    Action("answer", "w", "answer", "form", "Answer a request", _all(_writes, _desk_message), 4),
    Action("reply", "y", "reply", "form", "Reply to what was relayed to you, or asked of you", _all(_writes, _may_reply), 3),
    Action("ask", "f", "ask back", "form", "Ask the originator; the clock pauses", _all(_writes, _desk, _desk_message), 6),
    Action("triage", "t", "triage", "form", "Change precedence or topic", _all(_writes, _desk, _desk_message)),
    Action("assign", "g", "assign", "form", "Give a message to a centre to own", _all(_writes, _desk, _desk_message)),
    Action("hold", "h", "hold", "form", "Put a message off until a time", _all(_writes, _desk, _desk_message)),
    Action("close", "x", "close", "form", "Close a message, with a reason", _all(_writes, _desk, _on("message order", "a message"))),
    Action("redirect", "z", "redirect", "form", "To another desk, once", _all(_writes, _desk, _desk_message)),
    Action("escalate", "e", "escalate", "form", "Up the escalation path", _all(_writes, _desk, _desk_message)),
    Action("join", "J", "join", "form", "Join duplicates into one row", _all(_writes, _desk, _desk_message)),
    Action("reopen", "U", "reopen", "form", "An answer does not serve", _all(_writes, _mine)),
    Action("decline", "D", "decline", "form", "Decline a message, or proposals with one reason", _all(_writes, _declinable), 5),
    Action("accept", "A", "accept", "now", "Accept an order, or a message assigned to you", _all(_writes, _acceptable), 4),
    Action("complete", "C", "carried out", "now", "Report an order carried out", _all(_writes, _ordered), 5),
    Action("unable", "u", "unable", "form", "Cannot carry an order out, with the reason", _all(_writes, _ordered), 6),
    Action("heard", "K", "heard", "form", "Enter a read-back that was heard by radio", _all(_writes, _desk, _on("order", "an order"))),
    Action("rescind", "X", "rescind", "form", "Cancel an order", _all(_writes, _desk_order), 6),
    Action("issue", "i", "issue", "now", "Issue a proposal: you are its authority", _all(_writes, _holder, _proposal), 2),
    Action("correct", "E", "correct", "form", "Correct an entry; the old one stays", _writes),
    # What is new
    Action("message", "m", "message", "form", "Write to the Point of Contact; ! begins a FLASH", _writes, 7),
    Action("order", "o", "order", "form", "Issue an order", _all(_writes, _holder), 7),
    Action("propose", "P", "propose", "form", "Propose an order to whoever may issue it", _writes),
    Action("status", "s", "status", "form", "My centre's status; answers a roll call", _writes, 8),
    Action("rollcall", "R", "roll call", "form", "Ask centres to confirm by a time", _all(_writes, _desk)),
    Action("broadcast", "B", "broadcast", "form", "Tell every centre", _all(_writes, _desk)),
    Action("brief", "G", "brief", "form", "A numbered situation report to all", _all(_writes, _desk)),
    Action("note", "n", "note", "form", "A note for the log", _writes),
    Action("decision", "N", "decision", "form", "A decision and why", _writes),
    Action("declare", "F", "fact", "form", "The state of a subject: bridge down", _writes),
    Action("resource", "V", "resource", "form", "A resource in or out of service", _writes),
    # Duty
    Action("offer", "H", "hand over", "form", "Offer a desk you hold, with a briefing", _all(_writes, _holder)),
    Action("take", "T", "take", "own", "Take the desk that is offered to you", _all(_writes, _offered), 0),
    Action("withdraw", "W", "withdraw", "own", "Withdraw your offer", _all(_writes, _offering)),
    Action("assume", "S", "assume", "form", "Assume a desk whose holder is out of contact", _all(_writes, _may_assume)),
    Action("stand_down", "Z", "stand down", "form", "Leave your desk unheld", _all(_writes, _holder)),
    Action("end_operation", "Q", "end operation", "form", "End the operation", _all(_writes, _liaison)),
    # Screens
    Action("desk", "d", "Desk", "screen", "The POC's desk"),
    Action("post", "p", "Post", "screen", "My centre: for me, sent, written"),
    Action("orders", "v", "Orders", "screen", "In force, reserved, unconfirmed; proposals"),
    Action("board", "b", "Board", "screen", "Centres with status, age and contact; roll calls"),
    Action("log", "l", "Log", "screen", "Everything that happened"),
    Action("charter", "c", "Charter", "screen", "Who holds which desk, and what may be brought to them"),
    # The interface
    Action("command", "/", "command", "own", "The same words as at the command line", footer=8),
    Action("palette", ";", "palette", "own", "Every action, by name"),
    Action("help", "?", "help", "own", "Every key", footer=8),
    Action("repaint", "L", "repaint", "own", "Paint the screen anew (also Ctrl+L)"),
    Action("leave", "q", "leave", "own", "Leave the interface (also Ctrl+Q)"),
)

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

COMMAND_OF = {"heard": "readback"}
"""Actions that are a command under another name."""

SHOWN = {"enter": "Enter", " ": "Space"}


def shown(key: str) -> str:
    """A key as it stands on the keyboard."""
    return SHOWN.get(key, key)


def keys(changed: Mapping[str, str]) -> dict[str, str]:
    """Key: action id, with the operator's own keys (action id: key).

    Raises ValueError with a sentence where two actions would share a key, or a name means nothing.
    """
    unknown = [id for id in changed if id not in BY_ID]
    if unknown:
        raise ValueError(f"there is no action '{unknown[0]}'; the help screen lists them")
    made: dict[str, str] = {}
    for action in ACTIONS:
        key = changed.get(action.id, action.key)
        if key in made:
            raise ValueError(f"'{key}' is the key of {made[key]} and of {action.id}; give one of them another")
        made[key] = action.id
    return made

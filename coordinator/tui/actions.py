"""Everything that can be done, each defined once: keys, footer, palette, help and command bar all derive from here.

Law: every action has one plain key, may be given another one by configuration, and says why it cannot be done now.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from coordinator.tui.checks import (
    Check,
    acceptable,
    addressed,
    declinable,
    desk,
    desk_message,
    desk_order,
    holder,
    liaison,
    may_assume,
    may_reply,
    mine,
    offered,
    offering,
    on,
    ordered,
    proposal,
    to_read_back,
    writes,
)
from coordinator.tui.spots import Spot
from coordinator.tui.view import View

How = Literal["screen", "form", "now", "own"]
"""Another screen; a form; a command without further fields; something of the interface itself."""


READING = frozenset(("open", "paper", "command", "palette", "help", "repaint", "leave"))
"""What reviewers may do as well."""


class Action(Struct, frozen=True):
    """One thing an operator can do."""

    id: str
    key: str
    words: str
    how: How
    help: str
    needs: tuple[Check, ...] = ()
    footer: int = 9
    """Small numbers come first in the footer; 9 never stands there."""

    def why_not(self, view: View, spot: Spot) -> str:
        """Why it cannot be done now; empty where it can."""
        needs = self.needs if self.how == "screen" or self.id in READING else (writes, *self.needs)
        return next((why for need in needs if (why := need(view, spot))), "")


ACTIONS: tuple[Action, ...] = (
    # What is under the cursor
    Action("open", "enter", "open", "own", "Everything about what the cursor is on", footer=1),
    Action("acknowledge", "a", "ack", "now", "Received and understood", (addressed,), 2),
    Action("readback", "k", "read back", "own", "Read an order back, one field by choice", (to_read_back,), 0),
    Action("relay", "r", "relay", "form", "Pass a message on, as it came or summarised", (desk_message,), 3),
    Action("answer", "w", "answer", "form", "Answer a request", (desk_message,), 4),
    Action("reply", "y", "reply", "form", "Reply to what was relayed to you, or asked of you", (may_reply,), 3),
    Action("ask", "f", "ask back", "form", "Ask the originator; the clock pauses", (desk_message,), 6),
    Action("triage", "t", "triage", "form", "Change precedence or topic", (desk_message,)),
    Action("assign", "g", "assign", "form", "Give a message to a centre to own", (desk_message,)),
    Action("hold", "h", "hold", "form", "Put a message off until a time", (desk_message,)),
    Action("close", "x", "close", "form", "Close a message, with a reason", (desk, on("message order", "a message"))),
    Action("redirect", "z", "redirect", "form", "To another desk, once", (desk_message,)),
    Action("escalate", "e", "escalate", "form", "Up the escalation path", (desk_message,)),
    Action("join", "J", "join", "form", "Join duplicates into one row", (desk_message,)),
    Action("reopen", "U", "reopen", "form", "An answer does not serve", (mine,)),
    Action("decline", "D", "decline", "form", "Decline a message, or proposals with one reason", (declinable,), 5),
    Action("accept", "A", "accept", "now", "Accept an order, or a message assigned to you", (acceptable,), 4),
    Action("complete", "C", "carried out", "now", "Report an order carried out", (ordered,), 5),
    Action("unable", "u", "unable", "form", "Cannot carry an order out, with the reason", (ordered,), 6),
    Action("heard", "K", "heard", "form", "Enter a read-back that was heard by radio", (desk, on("order", "an order"))),
    Action("rescind", "X", "rescind", "form", "Cancel an order", (desk_order,), 6),
    Action("issue", "i", "issue", "now", "Issue a proposal: you are its authority", (holder, proposal), 2),
    Action("correct", "E", "correct", "form", "Correct an entry; the old one stays"),
    # What is new
    Action("message", "m", "message", "form", "Write to the Point of Contact; ! begins a FLASH", footer=7),
    Action("forms", "M", "forms", "own", "Write on a form: METHANE, situation report, resource request, MAYDAY"),
    Action("order", "o", "order", "form", "Issue an order", (holder,), 7),
    Action("package", "O", "package", "form", "Several orders as one step: all or none", (holder,)),
    Action("propose", "P", "propose", "form", "Propose an order to whoever may issue it"),
    Action("status", "s", "status", "form", "My centre's status; answers a roll call", footer=8),
    Action("rollcall", "R", "roll call", "form", "Ask centres to confirm by a time", (desk,)),
    Action("broadcast", "B", "broadcast", "form", "Tell every centre", (desk,)),
    Action("brief", "G", "brief", "form", "A numbered situation report to all", (desk,)),
    Action("note", "n", "note", "form", "A note for the log"),
    Action("decision", "N", "decision", "form", "A decision and why"),
    Action("declare", "F", "fact", "form", "The state of a subject: bridge down"),
    Action("resource", "V", "resource", "form", "A resource in or out of service"),
    # Duty
    Action("offer", "H", "hand over", "form", "Offer a desk you hold, with a briefing", (holder,)),
    Action("take", "T", "take", "own", "Take the desk that is offered to you", (offered,), 0),
    Action("withdraw", "W", "withdraw", "own", "Withdraw your offer", (offering,)),
    Action("assume", "S", "assume", "form", "Assume a desk whose holder is out of contact", (may_assume,)),
    Action("stand_down", "Z", "stand down", "form", "Leave your desk unheld", (holder,)),
    Action("end_operation", "Q", "end operation", "form", "End the operation", (liaison,)),
    # Screens
    Action("desk", "d", "Desk", "screen", "The POC's desk"),
    Action("post", "p", "Post", "screen", "My centre: for me, sent, written"),
    Action("orders", "v", "Orders", "screen", "In force, reserved, unconfirmed; proposals"),
    Action("board", "b", "Board", "screen", "Centres with status, age and contact; roll calls"),
    Action("resources", "I", "Resources", "screen", "Who has what, where, until when; requests for more"),
    Action("contacts", ".", "Contacts", "screen", "Phone, callsign and bridge of every centre"),
    Action("log", "l", "Log", "screen", "Everything that happened"),
    Action("charter", "c", "Charter", "screen", "Who holds which desk, and what may be brought to them"),
    # The interface
    Action("paper", "Y", "on paper", "own", "As printed: a message's form, a centre's dossier, a handover sheet"),
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

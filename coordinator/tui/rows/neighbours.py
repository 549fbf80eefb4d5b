"""What stands beside a message: who is at it, what may be the same, what it goes back to, what was done for it. Pure.

Law: shown, and never acted on by itself.
"""

from coordinator.incident import consistency, holdings, queues
from coordinator.incident.acts import Relay
from coordinator.incident.state import Message
from coordinator.tui.rows.facts import pair
from coordinator.tui.texts import Line, hour, joined, plain
from coordinator.tui.view import View

SHOWN = 3


def neighbours(view: View, message: Message, width: int) -> list[Line]:
    """A line for each thing that whoever handles it should know; none where there is none."""
    state = view.state
    proposals, orders = holdings.done_about(state, message.seq)
    others = [_person(view, message, one) for one in queues.at_it(state, message) if one != view.me]
    lines = pair("Ball", queues.ball(state, message), width)
    lines += pair("Also at it", joined(others), width, "warn")
    lines += pair("Done for it", joined([one.number for one in proposals] + [one.number for one in orders]), width)
    if message.scope in view.my_desks:
        lines += pair("The same?", _named(queues.duplicates(state, message)), width, "info")
    lines += pair("Goes back", _named(queues.earlier(state, message)), width)
    for sentence in consistency.against(state, Relay(ref=message.seq, to=()), view.now)[:SHOWN]:
        lines += pair("Mind", sentence, width, "warn")
    return lines


def _person(view: View, message: Message, operator: str) -> str:
    """`Dana Ortiz 14:31`: and since when they have had it open."""
    opened = message.opened.get(operator)
    return f"{view.name(operator)} {hour(opened)}" if opened is not None else view.name(operator)


def _named(messages: list[Message]) -> str:
    more = f", and {len(messages) - SHOWN} more" if len(messages) > SHOWN else ""
    rows = (f"{one.number} {hour(one.at)} {one.centre}: {plain(one.subject or one.text)[:40]}" for one in messages)
    return "; ".join(row for row, _ in zip(rows, range(SHOWN), strict=False)) + more

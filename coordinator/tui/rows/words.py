"""Things in one line, as their author would recognise them: a message, an order, a command."""

from coordinator.incident.acts import Package
from coordinator.incident.entries import Command
from coordinator.incident.state import Message, Order
from coordinator.tui.texts import hour, joined, plain


def gist(message: Message) -> str:
    """A message in one line: its subject, if it has one, and its text."""
    means = f"({plain(message.means)}) " if message.means else ""
    form = f"{plain(message.form.name)}: " if message.form is not None else ""
    subject = f"{plain(message.subject)}: " if message.subject else ""
    return means + form + subject + plain(message.text)


def what(order: Order) -> str:
    """An order in one line: verb, subject and what narrows it."""
    words = [order.verb, order.subject]
    if order.excepted:
        words.append(f"except {joined(order.excepted)}")
    if order.object:
        words.append(f"for {order.object}")
    if order.quantity is not None:
        words.append(f"x{order.quantity}")
    if order.until is not None:
        words.append(f"until {hour(order.until)}Z")
    return plain(" ".join(words))


def till(message: Message) -> str:
    """Until when a message is held."""
    return hour(message.held_until) if message.held_until is not None else "?"


def said(command: Command) -> str:
    """A command in one line, as its author would recognise it."""
    act = command.act
    if isinstance(act, Package):
        parts = (f"{place} {one.verb} {one.subject}" for place, one in enumerate(act.orders, start=1))
        return plain("package: " + "; ".join(parts))
    fields = {name: getattr(act, name) for name in act.__struct_fields__}
    words = [fields.get(name) for name in ("verb", "subject", "state", "resource", "scope", "ref", "text", "reason")]
    return plain(" ".join(str(word) for word in words if word))

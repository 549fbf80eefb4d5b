"""One message with all that whoever handles it should see: thread, ball, who is at it, what may be the same."""

from collections.abc import Iterator

from coordinator.cli import common
from coordinator.cli.ends import Usage
from coordinator.cli.views import Seen, View, as_command
from coordinator.incident import holdings, queues
from coordinator.incident.acts import Relay
from coordinator.incident.consistency import against
from coordinator.incident.ruling import resolve
from coordinator.incident.state import Message
from coordinator.incident.times import stamp
from coordinator.review.lines import clock, plain


def found(seen: Seen) -> Message:
    """The message that was named. Raises Usage."""
    seq = resolve(seen.state, seen.of) if seen.of else None
    message = seen.state.messages.get(seq) if seq is not None else None
    if message is None:
        raise Usage(f"there is no message {seen.of or '(none named)'} that you may see; name one as M-12")
    return message


def _data(seen: Seen) -> object:
    message = found(seen)
    proposals, orders = holdings.done_about(seen.state, message.seq)
    limit = queues.deadline(seen.state, message)
    return {
        "message": common.builtins(message),
        "ball": queues.ball(seen.state, message),
        "due": stamp(limit[1]) if limit is not None else None,
        "at_it": queues.at_it(seen.state, message),
        "unacknowledged": queues.unacknowledged(message),
        "duplicates": [one.number for one in queues.duplicates(seen.state, message)],
        "earlier": [one.number for one in queues.earlier(seen.state, message)],
        "proposals": [one.number for one in proposals],
        "orders": [one.number for one in orders],
        "against": against(seen.state, Relay(ref=message.seq, to=()), seen.now),
    }


def _text(seen: Seen) -> Iterator[str]:
    state, message = seen.state, found(seen)
    head = f"{message.number} {message.precedence} #{message.seq}"
    yield f"{head} from {message.centre} ({message.by}) {stamp(message.at)}"
    for label, value in _facts(seen, message):
        if value:
            yield f"  {label:12} {plain(value)}"
    yield from (f"  | {plain(line)}" for line in message.text.splitlines())
    if message.form is not None:
        yield from (f"  {plain(name)}: {plain(value)}" for name, value in message.form.fields.items())
    for relay in message.relays:
        how = "UNFILTERED to" if relay.unfiltered else "relayed to"
        yield f"  {clock(relay.at)} {how} {', '.join(relay.to)}{': ' + plain(relay.text) if relay.text else ''}"
    for said in message.said:
        yield f"  {clock(said.at)} {said.kind} by {said.centre}: {plain(said.text)}".rstrip(": ")
    yield from _beside("maybe the same", queues.duplicates(state, message))
    yield from _beside("earlier", queues.earlier(state, message))
    for sentence in against(state, Relay(ref=message.seq, to=()), seen.now):
        yield f"  NOTE: {plain(sentence)}"


def _facts(seen: Seen, message: Message) -> Iterator[tuple[str, str]]:
    state = seen.state
    limit = queues.deadline(state, message)
    proposals, orders = holdings.done_about(state, message.seq)
    yield "to", ", ".join(message.to) or "the POC decides"
    yield "topic", message.topic
    yield "subject", message.subject
    yield "by", message.means + (f", said {stamp(message.said_at)}" if message.means and message.said_at else "")
    yield "ball", queues.ball(state, message)
    late = " OVERDUE" if limit is not None and seen.now > limit[1] else ""
    yield "due", f"{limit[0]} {stamp(limit[1])}{late}" if limit is not None else ""
    yield "at it", ", ".join(queues.at_it(state, message))
    yield "not ack'd by", ", ".join(_reach(seen, centre) for centre in queues.unacknowledged(message))
    yield "form", message.form.name if message.form is not None else ""
    yield "done for it", ", ".join([one.number for one in proposals] + [one.number for one in orders])
    yield "closed", message.closed


def _reach(seen: Seen, name: str) -> str:
    centre = seen.state.roster.ground.centres.get(name)
    ways = (centre.phone, centre.callsign, centre.bridge) if centre is not None else ()
    return f"{name} ({', '.join(way for way in ways if way) or 'no other way'})"


def _beside(label: str, messages: list[Message]) -> Iterator[str]:
    for one in messages:
        said = plain(one.subject or one.text)
        yield f"  {label}: {one.number} {clock(one.at)} {one.centre}: {said[:60]}"


MATTER = {
    "show": View(
        "A message with its thread, who has the ball, who is at it, and what may be the same.",
        _data, _text, of="MESSAGE",
    )
}

COMMANDS = {name: as_command(name, view) for name, view in MATTER.items()}

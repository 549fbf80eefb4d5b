"""What any centre may do: send, reply, reopen, acknowledge, accept or decline what was assigned to it. DESIGN 6."""

from msgspec.structs import replace

from coordinator.incident import acts, hubacts, routing
from coordinator.incident.deadlines import addressees
from coordinator.incident.entries import Found
from coordinator.incident.messages import (
    ANSWERED_TOO,
    held_term,
    hub_relay,
    is_over,
    known_centres,
    message_of,
    not_yours,
    speaks_for,
    word,
)
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import Case, Draft, missing, named, number, on_any_desk, on_desk
from coordinator.incident.state import Message
from coordinator.incident.times import utc


def message(case: Case) -> list[Draft]:
    """A message: to a desk, elsewhere, or through at once where the desk's holder or the charter says so."""
    act = case.command.act
    assert isinstance(act, acts.Message)
    act = replace(
        act,
        to=known_centres(case, act.to),
        ref=None if act.ref is None else named(case, act.ref),
        reply_by=None if act.reply_by is None else utc(act.reply_by),
    )
    way, seq = routing.route(case, act), case.state.seq + 1
    found = Found(number=number(case.state, "M"), scope=way.scope, to=way.relayed)
    term = held_term(case, way.scope) if way.relayed else None
    drafts = [Draft(kind="message", body=act, found=found, term=term)]
    if way.elsewhere:
        drafts.append(Draft(kind="elsewhere", body=hubacts.Elsewhere(ref=seq, text=way.elsewhere), ref=seq, by=HUB))
    if way.at_once:
        drafts.append(hub_relay(seq, way.scope, way.at_once, unfiltered=way.stays))
    return drafts


def reply(case: Case) -> list[Draft]:
    """A word back, from an addressee or the owner; from the originator once they were asked. Never too late."""
    act = case.command.act
    assert isinstance(act, acts.Reply)
    message = message_of(case, act.ref)
    row = case.state.messages.get(message.joined_to or 0, message)
    asked = any(said.kind == "ask" for said in row.said)
    originators = {message.centre, row.centre} if asked else set()
    may = case.centre in originators or case.centre in (*addressees(row), row.owner)
    if not may or not speaks_for(case, row.scope):
        raise not_yours(case, message, "an addressee, or its originator once asked,")
    return word(case, row, replace(act, ref=row.seq))


def reopen(case: Case) -> list[Draft]:
    """The originator is not content: back to the desk, and the clocks run anew."""
    act = case.command.act
    assert isinstance(act, acts.Reopen)
    message = message_of(case, act.ref)
    if message.centre != case.centre or not speaks_for(case, message.scope):
        raise not_yours(case, message, "its originator")
    if message.place not in ("answered", "closed", "joined"):
        raise missing(f"{message.number} is not over", scope=message.scope)
    return word(case, message, replace(act, ref=message.seq))


def acknowledge(case: Case) -> list[Draft]:
    """Received and understood: by an addressee for itself; by the desk for what lies there."""
    act = case.command.act
    assert isinstance(act, acts.Acknowledge)
    message = message_of(case, act.ref)
    on_it = on_desk(case.state, case.command.by, message.scope) and not case.on_behalf and message.place == "desk"
    if not on_it:
        _need_addressee(case, message)
    return word(case, message, replace(act, ref=message.seq))


def _need_addressee(case: Case, message: Message) -> None:
    told = addressees(message)
    everyone = message.broadcast and case.state.roster.ground.centre(case.centre) is not None
    may_speak = on_any_desk(case.state, case.command.by) if message.broadcast else speaks_for(case, message.scope)
    if not (case.centre in told or everyone) or (case.on_behalf and not may_speak):
        raise not_yours(case, message, "an addressee")


def accept(case: Case) -> list[Draft]:
    """The owner takes what was assigned to them."""
    act = case.command.act
    assert isinstance(act, acts.Accept)
    message = message_of(case, act.ref)
    _need_owner(case, message)
    return word(case, message, replace(act, ref=message.seq))


def _need_owner(case: Case, message: Message) -> None:
    if message.place in ANSWERED_TOO:
        raise is_over(case.state, message)
    if message.place != "assigned":
        raise missing(f"{message.number} is assigned to nobody", scope=message.scope)
    if case.centre != message.owner or not speaks_for(case, message.scope):
        raise not_yours(case, message, f"its owner, {message.owner},")


def decline(case: Case) -> list[Draft]:
    """An addressee cannot, and says why; the owner's word sends it back to the desk."""
    act = case.command.act
    assert isinstance(act, acts.Decline)
    message = message_of(case, act.ref)
    owner = message.place == "assigned" and case.centre == message.owner and speaks_for(case, message.scope)
    if not owner:
        _need_addressee(case, message)
    return word(case, message, replace(act, ref=message.seq))

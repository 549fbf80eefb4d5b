"""What the state shows of traffic and status: desks, inboxes, where a request is, the board. DESIGN 6 and 7.

Read only: screens, command line, drills and reviewers all ask here, so that one word means one thing.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from coordinator.incident.deadlines import addressees, expects, next_limit, operators_of, passed, staff, unique
from coordinator.incident.roster import PRECEDENCES, Centre
from coordinator.incident.state import Contact, Message, Rollcall, State
from coordinator.incident.status import in_contact_order
from coordinator.incident.status import outstanding as not_confirmed
from coordinator.incident.times import duration

UNKNOWN = "UNKNOWN"
UNCONFIRMED = "UNCONFIRMED"

_RANK = {precedence: place for place, precedence in enumerate(PRECEDENCES)}


def in_order(message: Message) -> tuple[int, int]:
    """Where a message stands in a queue: by precedence, then first in, first out."""
    return _RANK[message.precedence], message.seq


def desk(state: State, scope: str) -> list[Message]:
    """What lies on a desk, in the order in which it wants to be worked."""
    waiting = (state.messages[seq] for seq in state.open_messages)
    return sorted((one for one in waiting if one.place == "desk" and one.scope == scope), key=in_order)


def followed(state: State, scope: str) -> list[Message]:
    """What a desk still follows up though it left the queue: relayed, assigned or held, and not yet answered."""
    waiting = (state.messages[seq] for seq in state.open_messages)
    return sorted((one for one in waiting if one.place != "desk" and one.scope == scope), key=in_order)


def inbox(state: State, centre: str) -> list[Message]:
    """What was relayed to a centre, in the order of its relay; acknowledged or not."""
    rows = [(seq, message) for message in state.messages.values() if (seq := _relayed_at(message, centre)) is not None]
    return [message for _, message in sorted(rows, key=lambda row: row[0])]


def _relayed_at(message: Message, centre: str) -> int | None:
    return next((relay.seq for relay in message.relays if centre in relay.to), None)


def sent(state: State, centre: str) -> list[Message]:
    """What a centre submitted, or was submitted on its behalf, newest first."""
    mine = (message for message in state.messages.values() if message.centre == centre and not message.broadcast)
    return sorted(mine, key=lambda message: -message.seq)


def owned(state: State, centre: str) -> list[Message]:
    """What is assigned to a centre."""
    waiting = (state.messages[seq] for seq in state.open_messages)
    return sorted((one for one in waiting if one.place == "assigned" and one.owner == centre), key=in_order)


def open_requests(state: State) -> list[Message]:
    """Every request that is still without its answer."""
    return sorted((one for seq in state.open_messages if expects(one := state.messages[seq])), key=in_order)


def overdue(state: State, now: datetime) -> list[Message]:
    """Messages past their charter time: on the desk too long, or wanting an answer still not given."""
    waiting = (state.messages[seq] for seq in state.open_messages)
    return sorted((one for one in waiting if passed(state, one, now) is not None), key=in_order)


def deadline(state: State, message: Message) -> tuple[str, datetime] | None:
    """The charter time that comes next, and which clock it is of; None while none runs."""
    return next_limit(state, message)


def is_unfiltered(message: Message) -> bool:
    """Whether the hub passed it on before anybody at the desk had looked at it."""
    return any(relay.unfiltered for relay in message.relays)


def unacknowledged(message: Message) -> list[str]:
    """The addressees who have neither acknowledged it nor declined."""
    return [
        centre
        for centre in addressees(message)
        if (mark := message.marks.get(centre)) is None or (mark.acknowledged is None and not mark.declined)
    ]


# What may be the same matter: shown beside a message, never acted on by itself

LONG_ENOUGH = 4
"""Letters: shorter words tell nothing about the matter."""
ALIKE = 0.5
"""The share of the shorter text's words that two reports of one thing have in common."""


def duplicates(state: State, message: Message) -> list[Message]:
    """Open messages of the same desk that may report the same thing, oldest first."""
    waiting = (state.messages[seq] for seq in sorted(state.open_messages))
    return [one for one in waiting if one.seq != message.seq and one.scope == message.scope and _alike(one, message)]


def _alike(one: Message, other: Message) -> bool:
    mine, theirs = _words(one), _words(other)
    fewer = min(len(mine), len(theirs))
    return fewer > 0 and len(mine & theirs) >= ALIKE * fewer


def _words(message: Message) -> set[str]:
    letters = "".join(mark if mark.isalnum() else " " for mark in f"{message.subject} {message.text}".casefold())
    return {word for word in letters.split() if len(word) >= LONG_ENOUGH or word.isdigit()}


def earlier(state: State, message: Message) -> list[Message]:
    """The messages that this one goes back to by its references, newest first."""
    chain: list[Message] = []
    before = state.messages.get(message.ref or 0)
    while before is not None and before not in chain:
        chain.append(before)
        before = state.messages.get(before.ref or 0)
    return chain


# With whom the ball lies


def ball(state: State, message: Message) -> str:
    """Who has it now, in words: what its originator is told without asking."""
    if message.asked_at is not None:
        return f"{message.centre} (asked back)"
    row = state.messages.get(message.joined_to or 0)
    where = {
        "desk": f"{message.scope} desk",
        "relayed": ", ".join(_still_to_answer(message)) or f"{message.scope} desk",
        "assigned": message.owner + ("" if message.owner_accepted else " (not yet accepted)"),
        "held": f"{message.scope} desk (held)",
        "joined": "nobody (joined to another)" if row is None else ball(state, row),
        "elsewhere": f"{message.centre} (belongs elsewhere)",
    }
    return where.get(message.place, f"nobody ({message.place})")


def _still_to_answer(message: Message) -> list[str]:
    """The addressees from whom something is still to come: an answer, or where none is wanted a word that they have it.

    Empty when all that was said lies with the desk: held replies, or everybody declined.
    """
    if not message.wants_reply:
        return unacknowledged(message)
    spoke = {said.centre for said in message.said if said.kind == "reply"}
    declined = {centre for centre, mark in message.marks.items() if mark.declined}
    return [centre for centre in addressees(message) if centre not in spoke | declined]


def at_it(state: State, message: Message) -> list[str]:
    """The desk's people who have opened it or said something on it, in that order: who else is at it."""
    people = staff(state, message.scope)
    opened = (operator for operator, _ in sorted(message.opened.items(), key=lambda one: one[1]))
    return unique(one for one in (*opened, *(said.by for said in message.said)) if one in people)


# The board


class BoardRow(Struct, frozen=True, kw_only=True):
    """One centre as everyone sees it."""

    centre: str
    name: str
    state: str
    """As the board shows it: UNKNOWN when never said, UNCONFIRMED when said too long ago."""
    said: str = ""
    """The state last said, whatever its age."""
    said_at: datetime | None = None
    age: timedelta | None = None
    headcount: int | None = None
    text: str = ""
    up: bool = False
    """Whether any operator of the centre has a link."""
    since: datetime | None = None
    """Since when the link is as it is; None where the centre has no operator: only voice reaches it."""
    phone: str = ""
    callsign: str = ""
    open: int = 0
    """Its requests that still wait for their answer."""


def board(state: State, now: datetime) -> list[BoardRow]:
    """Every live centre, in contact order."""
    ground = state.roster.ground
    asking: dict[str, int] = {}
    for message in open_requests(state):
        asking[message.centre] = asking.get(message.centre, 0) + 1
    live = [centre.id for centre in ground.centres.values() if not centre.retired]
    return [_row(state, ground.centres[name], now, asking.get(name, 0)) for name in in_contact_order(state, live)]


def _row(state: State, centre: Centre, now: datetime, asking: int) -> BoardRow:
    report, link = state.statuses.get(centre.id), contact(state, centre.id)
    return BoardRow(
        centre=centre.id,
        name=centre.name,
        state=shown_state(state, centre.id, now),
        said=report.state if report is not None else "",
        said_at=report.at if report is not None else None,
        age=now - report.at if report is not None else None,
        headcount=report.headcount if report is not None else None,
        text=report.text if report is not None else "",
        up=link is not None and link.up,
        since=link.since if link is not None else None,
        phone=centre.phone,
        callsign=centre.callsign,
        open=asking,
    )


def shown_state(state: State, centre: str, now: datetime) -> str:
    """A centre's state as the board shows it."""
    report = state.statuses.get(centre)
    if report is None:
        return UNKNOWN
    return UNCONFIRMED if now - report.at > duration(state.roster.settings.confirm_every) else report.state


def contact(state: State, centre: str) -> Contact | None:
    """A centre's link: up while any of its operators' is (since the first), else lost when the last was."""
    links = [link for name in operators_of(state, [centre]) if (link := state.contacts.get(name)) is not None]
    up = [link for link in links if link.up]
    if up:
        return min(up, key=lambda link: link.since)
    return max(links, key=lambda link: link.since, default=None)


# Roll calls


def outstanding(state: State, call: int) -> list[str]:
    """The centres of a roll call that have not confirmed since, in contact order."""
    found = state.rollcalls.get(call)
    return [] if found is None else in_contact_order(state, not_confirmed(found))


def waiting_rollcalls(state: State, centre: str) -> list[Rollcall]:
    """The roll calls that wait for that centre, oldest first."""
    calls = sorted(state.rollcalls.items())
    return [call for _, call in calls if centre in call.centres and centre not in call.confirmed]

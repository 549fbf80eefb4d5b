"""The state of an operation: what `evolve` builds from the entries, and all that `decide` looks at.

Everything here is immutable; a changed thing is a new one (`msgspec.structs.replace`), and the maps are
persistent (`immutables.Map`), so an old state stays what it was. A client's state is built by the same
`evolve` from the entries that it may see, so evolve must not count on having seen everything.
"""

from datetime import datetime
from typing import Literal

from immutables import Map
from msgspec import Struct

from coordinator.incident.acts import CentreState, Form, Window
from coordinator.incident.agenda import Agenda
from coordinator.incident.roster import Precedence, Roster


class Thing(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A part of the state. Immutable, so never in a cycle: the garbage collector need not look at 100,000 of them."""


# Duty


class Standing(Thing, frozen=True, kw_only=True):
    """An offer that stands: of a desk, to an operator."""

    seq: int
    to: str
    briefing: str = ""


class Term(Thing, frozen=True, kw_only=True):
    """One holding of a desk: who, from which entry on."""

    term: int
    holder: str
    seq: int


class Desk(Thing, frozen=True, kw_only=True):
    """A scope's desk. `holder` is empty while it is unheld; the last of `terms` is the newest."""

    scope: str
    holder: str
    since: datetime
    terms: tuple[Term, ...]
    offer: Standing | None = None
    waiting: int = 0
    """Messages that lie on it and wait for it (saturation.py)."""
    late: int = 0
    """Those of them that have lain there too long."""
    saturated_at: datetime | None = None
    """Since when too many wait, or one has waited too long."""
    rang_at: datetime | None = None
    """When the queue alarm of this saturation rang."""
    rang: tuple[str, ...] = ()
    """What of the queue alarm has rung in this saturation: each rings once."""
    heeded: bool = False
    """Its holder has acted since the alarm rang."""
    ignored: bool = False
    """Nobody acted within `attention_within`: the holder counts as out of contact since it rang."""
    called: bool = False
    """The deputies were told that its holder is out of contact."""

    @property
    def term(self) -> int:
        return self.terms[-1].term


class Contact(Thing, frozen=True, kw_only=True):
    """An operator's link: up since, or down and last heard at, `since`. Never connected counts from the start."""

    up: bool
    since: datetime
    ever: bool = False
    version: str = ""
    unpainted_since: datetime | None = None
    idle_since: datetime | None = None
    """When they last pressed a key, if that is long ago and they hold a desk. Shown, and nothing follows from it."""


# Traffic

Place = Literal["desk", "relayed", "answered", "assigned", "held", "closed", "joined", "elsewhere"]
"""Where a message is. `desk` is the only one that the desk's queue shows; see traffic.py for the transitions."""


class Relayed(Thing, frozen=True, kw_only=True):
    seq: int
    at: datetime
    to: tuple[str, ...]
    text: str = ""
    hold_replies: bool = False
    unfiltered: bool = False


class Said(Thing, frozen=True, kw_only=True):
    """A reply, answer, question or owner's word on a message."""

    seq: int
    at: datetime
    kind: str
    by: str
    centre: str
    text: str = ""
    held: bool = False
    """A reply that only the desk sees."""


class Mark(Thing, frozen=True, kw_only=True):
    """What one addressee did with a message or an order; None is not yet."""

    delivered: datetime | None = None
    seen: datetime | None = None
    acknowledged: datetime | None = None
    declined: str = ""


UNOPENED: Map[str, datetime] = Map()
"""The very default: what is not that object is written down, even where it is empty."""


class Message(Thing, frozen=True, kw_only=True):
    seq: int
    at: datetime
    number: str
    by: str
    centre: str
    precedence: Precedence
    text: str
    topic: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    wants_reply: bool = False
    reply_by: datetime | None = None
    ref: int | None = None
    form: Form | None = None
    said_at: datetime | None = None
    means: str = ""
    broadcast: bool = False
    """A broadcast or a brief: seen by all, on no desk."""
    scope: str = ""
    """Whose desk it lies on, or lay on; empty when it went elsewhere."""
    place: Place = "desk"
    entries: tuple[int, ...] = ()
    """Every entry of its thread, so that they can be shown when it is revealed."""
    relays: tuple[Relayed, ...] = ()
    said: tuple[Said, ...] = ()
    answered: int | None = None
    """The entry that answered it first."""
    asked_at: datetime | None = None
    """Since when the ball has been with the originator; the clocks pause."""
    paused: int = 0
    """Milliseconds that its clocks have stood still so far."""
    owner: str = ""
    owner_since: datetime | None = None
    owner_due: datetime | None = None
    owner_accepted: bool = False
    held_until: datetime | None = None
    redirected_by: int | None = None
    """The entry that sent it to another scope's desk; only one may."""
    escalated: int = 0
    """How many steps of the escalation path it was taken by hand."""
    joined_to: int | None = None
    """The row that it was joined to."""
    joined: tuple[int, ...] = ()
    """The messages that were joined to this row."""
    reopened_at: datetime | None = None
    """Its clocks run from here, once it was reopened."""
    handled_at: datetime | None = None
    """First act of the desk on it."""
    closed: str = ""
    """The reason that it was closed with."""
    over_by: int | None = None
    """The entry that closed it, joined it to another, or sent it elsewhere."""
    marks: Map[str, Mark] = Map()
    opened: Map[str, datetime] = UNOPENED
    """Operator of its desk: when they first opened it, while it was not over."""
    fired: tuple[str, ...] = ()
    """Deadlines that have fired: each fires once."""
    due: datetime | None = None
    """When time alone will next matter to it."""


# Status


class CentreReport(Thing, frozen=True, kw_only=True):
    """The last status said of a centre."""

    seq: int
    at: datetime
    """When it was said."""
    state: CentreState
    by: str
    headcount: int | None = None
    text: str = ""


class Rollcall(Thing, frozen=True, kw_only=True):
    seq: int
    number: str
    at: datetime
    scope: str
    centres: tuple[str, ...]
    deadline: datetime
    text: str = ""
    confirmed: Map[str, int] = Map()
    """Centre: the status entry that answers the call."""
    expected: Map[str, int] = Map()
    """Centre: how many people it should have, as far as that is known when the roll is called."""
    heads: Map[str, int] = Map()
    """Centre: how many it says that it has."""
    fired: tuple[str, ...] = ()
    due: datetime | None = None


class Fact(Thing, frozen=True, kw_only=True):
    """The declared state of a subject; for a resource in or out of service, AVAILABLE or OUT."""

    seq: int
    at: datetime
    state: str
    by: str
    text: str = ""


# Orders


class Claim(Thing, frozen=True, kw_only=True):
    """What an order in force holds: (control, subject, window, value). `until` is where it ends as things stand."""

    control: str
    value: str
    start: datetime
    until: datetime | None = None
    quantity: int = 1


class Report(Thing, frozen=True, kw_only=True):
    """What one addressee said of an order. `readback`: how the latest one differs (None: none yet; empty: a match)."""

    delivered: datetime | None = None
    seen: datetime | None = None
    readback: tuple[str, ...] | None = None
    answer: Literal["", "accepted", "unable", "completed"] = ""
    reason: str = ""
    alternative: str = ""
    told: bool = False
    """Has read back that the order is cancelled."""


class Order(Thing, frozen=True, kw_only=True):
    """An order, as issued, and its life. See orders.py."""

    seq: int
    number: str
    at: datetime
    by: str
    centre: str
    scope: str
    verb: str
    subject: str
    to: tuple[str, ...]
    excepted: tuple[str, ...] = ()
    object: str = ""
    quantity: int | None = None
    said: Window = Window()
    """The window as its author stated it; read-backs are compared with this."""
    start: datetime
    until: datetime | None = None
    """The window as decided."""
    text: str = ""
    rationale: str = ""
    authority: str = ""
    supersedes: tuple[int, ...] = ()
    despite: tuple[int, ...] = ()
    package: int | None = None
    proposal: int | None = None
    request: int | None = None
    """The message that asked for it."""
    given: bool = False
    said_at: datetime | None = None
    releasing: bool = False
    on_record: tuple[int, ...] | None = None
    """A given order that clashed with these, and holds no claim; None: not so, or resolved."""
    claim: Claim | None = None
    """Stays after its end, as what it was."""
    ended: Literal["", "superseded", "rescinded", "released", "completed", "window", "closed"] = ""
    ended_at: datetime | None = None
    """When the claim ends or ended; in the future for one superseded from later on."""
    ended_by: int | None = None
    """The entry that ended or cut it."""
    ended_by_orders: tuple[int, ...] = ()
    """The orders whose reading back tells an addressee of this one's end."""
    reports: Map[str, Report] = Map()
    fired: tuple[str, ...] = ()
    due: datetime | None = None


class Proposal(Thing, frozen=True, kw_only=True):
    """An order that someone without the authority wants. `order` carries what they said of it."""

    seq: int
    number: str
    at: datetime
    by: str
    centre: str
    scope: str
    order: Order
    refusal: int | None = None
    """The refusal it grew from, whose number names it too."""
    verdict: str = ""
    """The code that issuing it would have met when proposed; empty: none."""
    clashes: tuple[int, ...] = ()
    """Orders in force and open proposals that it clashes with."""
    end: Literal["", "issued", "declined"] = ""
    end_by: int | None = None
    reason: str = ""


class ClaimEvent(Thing, frozen=True, kw_only=True):
    """An entry that created, cut or ended a claim; for `stale-basis`."""

    seq: int
    by: str
    order: int
    subject: str
    excepted: tuple[str, ...] = ()


class State(Thing, frozen=True, kw_only=True):
    roster: Roster
    seq: int
    """The last entry."""
    at: datetime
    """Its time; the log's time never runs backwards."""
    opened_at: datetime
    started_at: datetime
    """The hub's last start: nothing is automatic for a minute after."""
    closed: int | None = None
    """The entry that ended the operation."""
    numbers: Map[str, int] = Map()
    """Short number: entry number."""
    counts: Map[str, int] = Map()
    """Letter (M, O, P, C, B): how many numbers of that kind are given out."""
    desks: Map[str, Desk] = Map()
    offers: Map[int, str] = Map()
    """Offer entry: its scope."""
    contacts: Map[str, Contact] = Map()
    messages: Map[int, Message] = Map()
    open_messages: Map[int, bool] = Map()
    """Those on a desk, or still to be answered, so that queues are found without looking at all."""
    statuses: Map[str, CentreReport] = Map()
    rollcalls: Map[int, Rollcall] = Map()
    facts: Map[str, Fact] = Map()
    orders: Map[int, Order] = Map()
    proposals: Map[int, Proposal] = Map()
    from_refusals: Map[int, int] = Map()
    """Refusal entry: the proposal that it became."""
    claims: Map[str, Map[str, Map[int, bool]]] = Map()
    """Derived (claims.py): where each claim that has not ended lies."""
    committed: Map[str, int] = Map()
    """Derived (claims.py): by control and resource, the sum of all claims that have not ended."""
    events: Map[str, Map[int, ClaimEvent]] = Map()
    """Control: its claim events, numbered from 0."""
    agenda: Agenda | None = None
    """Derived (agenda.py)."""
    desk_due: datetime | None = None
    """Derived: when time alone will next matter to a desk (duty.py)."""

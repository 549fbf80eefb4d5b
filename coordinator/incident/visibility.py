"""Who may see what. DESIGN 6 "Messages are seen by …", 10 "An entry that a viewer may not see …".

An entry has an audience and a viewer has tokens, both sets of words; the viewer may see the entry if they
meet. Everyone has `*`; reviewers have `reviewer`; each operator has `by:ID`, `centre:ID`, and `desk:SCOPE`
for each desk that they may work at.
"""

from collections.abc import Callable, Iterable, Iterator

from coordinator.incident.acts import Decline, Join, Offer
from coordinator.incident.entries import Entry
from coordinator.incident.roster import HUB
from coordinator.incident.ruling import on_desk
from coordinator.incident.state import Message, State
from coordinator.incident.threads import SAID_TO_ALL

EVERYBODY = frozenset("*")
SEEN_BY_ALL = frozenset(("order", "rollcall"))
"""Kinds of things that are everybody's when they are taken up again."""
Tokens = frozenset[str]


def tokens(state: State, operator: str) -> Tokens:
    """What a viewer is, as of this state."""
    person = state.roster.ground.operators.get(operator)
    if person is None:
        return frozenset()
    desks = (f"desk:{scope.id}" for scope in state.roster.scopes if on_desk(state, operator, scope.id))
    role = ("reviewer",) if person.role == "reviewer" else ()
    return frozenset(("*", f"by:{operator}", f"centre:{person.centre}", *desks, *role))


def audience(state: State, entry: Entry) -> Tokens:
    """Who may see an entry, as of this state (a relay widens what was narrow before)."""
    narrow = NARROW.get(entry.kind)
    if narrow is None:
        return EVERYBODY
    seen_by = narrow(state, entry)
    return EVERYBODY if "*" in seen_by else seen_by | _always(entry)


def _always(entry: Entry) -> Tokens:
    author = () if entry.by == HUB else (f"by:{entry.by}",)
    return frozenset(("reviewer", *author))


def parties(state: State, message: Message) -> Tokens:
    """The originator, the addressees it was relayed to, its owner, and its desk."""
    if message.broadcast:
        return EVERYBODY
    centres = {message.centre, *(centre for relay in message.relays for centre in relay.to)}
    if message.owner:
        centres.add(message.owner)
    joined = state.messages.get(message.joined_to) if message.joined_to is not None else None
    desks = {message.scope, joined.scope if joined is not None else message.scope} - {""}
    return frozenset(
        (
            f"by:{message.by}",
            *(f"centre:{centre}" for centre in centres),
            *(f"desk:{scope}" for scope in desks),
        )
    )


def _thread(state: State, entry: Entry) -> Tokens:
    """Of a message's thread: its parties; a reply that was held, only the desk and whoever wrote it."""
    message = state.messages.get(root(state, entry))
    if message is None:  # archived: whoever shows old lines has to have it again first (archive.py)
        return frozenset((f"desk:{entry.found.scope}",))
    if any(said.seq == entry.seq and said.held for said in message.said):
        return frozenset((f"desk:{message.scope}", f"centre:{entry.centre}"))
    if entry.kind in SAID_TO_ALL:
        return parties(state, message) | _originators(state, _joined_before(state, message, entry.seq))
    return parties(state, message)


def _joined_before(state: State, row: Message, seq: int) -> Iterator[int]:
    """The messages that were in a row when that was said; those that are joined later are told by the `join` itself."""
    for one in (state.messages.get(joined) for joined in row.joined):
        if one is not None and one.over_by is not None and one.over_by < seq:
            yield one.seq


def _originators(state: State, messages: Iterable[int]) -> Tokens:
    """Those whose messages these are."""
    found = (state.messages[seq] for seq in messages if seq in state.messages)
    return frozenset(token for one in found for token in (f"by:{one.by}", f"centre:{one.centre}"))


def root(state: State, entry: Entry) -> int:
    """The message that an entry is, or is about."""
    return entry.seq if entry.ref is None or entry.seq in state.messages or entry.kind == "message" else entry.ref


def of_message(state: State, entry: Entry) -> bool:
    """Whether a message's parties see it: they change with the message, and `reveals` says what they then see."""
    about = entry.kind in OF_MESSAGES and (entry.kind != "correct" or entry.found.corrects in OF_MESSAGES - {"reply"})
    return about and root(state, entry) in state.messages


def narrow(entry: Entry) -> bool:
    """Whether its kind is one that not everybody sees."""
    return entry.kind in NARROW


def _thread_or_all(state: State, entry: Entry) -> Tokens:
    """Of a message: its parties. Of an order or a roll call: everybody."""
    common = entry.ref is None or entry.ref in state.orders or entry.ref in state.rollcalls
    return EVERYBODY if common else _thread(state, entry)


def _of_centres(state: State, entry: Entry) -> Tokens:
    """The centre it was said for, those that it names, and the desk concerned; without one, every desk.

    What the hub itself notes, of its log, is for everybody.
    """
    if entry.by == HUB:
        return EVERYBODY
    scopes = [entry.found.scope] if entry.found.scope else [scope.id for scope in state.roster.scopes]
    centres = {entry.centre, *entry.found.to} - {""}
    return frozenset((*(f"centre:{centre}" for centre in centres), *(f"desk:{scope}" for scope in scopes)))


def _taken_up(state: State, entry: Entry) -> Tokens:
    """A message taken up again: its parties. A proposal: its desk. What everybody saw before: everybody."""
    if entry.ref in state.messages:
        return _thread(state, entry)
    if getattr(entry.body, "what", "") in SEEN_BY_ALL:
        return EVERYBODY
    proposal = state.proposals.get(entry.ref or 0)
    if proposal is None:  # gone again: whoever shows old lines has to have it first (archive.py)
        return frozenset()
    return frozenset((f"centre:{proposal.centre}", f"by:{proposal.by}", f"desk:{proposal.scope}"))


def _declined(state: State, entry: Entry) -> Tokens:
    """Of proposals: those who proposed, and the desk; the rest of its holder's centre sees no proposal either."""
    body = entry.body
    if not isinstance(body, Decline) or not body.refs:
        return _thread(state, entry)
    return frozenset((*(f"centre:{centre}" for centre in entry.found.to), f"desk:{entry.found.scope}"))


def _briefing(state: State, entry: Entry) -> Tokens:
    """A handover's briefing names messages: the two hands and the desk see it."""
    del state
    body = entry.body
    to = (f"by:{body.to}",) if isinstance(body, Offer) else ()
    return frozenset((*to, f"desk:{entry.found.scope}"))


def _received(state: State, entry: Entry) -> Tokens:
    """Receipts tell which messages exist: the desks see them."""
    del entry
    return frozenset(f"desk:{scope.id}" for scope in state.roster.scopes)


def _joined(state: State, entry: Entry) -> Tokens:
    """The row's parties, and each originator: theirs is in another row now. Nobody's words are in it but the answer."""
    body = entry.body
    named = [ref for ref in body.refs if isinstance(ref, int)] if isinstance(body, Join) else []
    row = state.messages.get(entry.ref or 0)
    if row is None:
        desks = frozenset((f"desk:{entry.found.scope}",)) if entry.found.scope else _received(state, entry)
        return desks | _originators(state, named)
    joined = [state.messages.get(seq) for seq in row.joined]
    theirs = [one.seq for one in joined if one is not None and entry.seq in one.entries]
    return parties(state, row) | _originators(state, (*named, *theirs))


def _corrected(state: State, entry: Entry) -> Tokens:
    """Whoever may see what it corrects."""
    if entry.found.corrects not in NARROW:
        return EVERYBODY
    if entry.ref in state.messages and entry.found.corrects != "reply":
        return _thread(state, entry)
    return _of_centres(state, entry)


def _refused(state: State, entry: Entry) -> Tokens:
    """Its author's centre, and the desk concerned."""
    del state
    desk = (f"desk:{entry.found.scope}",) if entry.found.scope else ()
    return frozenset((f"centre:{entry.centre}", *desk))


Narrow = Callable[[State, Entry], Tokens]

NARROW: dict[str, Narrow] = {
    **dict.fromkeys(
        "message relay reply answer ask triage assign escalate redirect hold reopen acknowledge elsewhere".split(),
        _thread,
    ),
    **dict.fromkeys(("accept", "close", "due", "alarm"), _thread_or_all),
    "recall": _taken_up,
    "join": _joined,
    "decline": _declined,
    "offer": _briefing,
    "receipts": _received,
    "open_requests": _received,
    **dict.fromkeys(("note", "propose"), _of_centres),
    "correct": _corrected,
    "refusal": _refused,
}
"""Kinds that not everybody sees. All others are the common operating picture."""

OF_MESSAGES = frozenset(
    kind for kind, seen_by in NARROW.items() if seen_by in (_thread, _thread_or_all, _joined, _taken_up, _corrected)
)
"""Kinds that may be about a message."""


def reveals(before: State, after: State, entry: Entry) -> list[tuple[Tokens, tuple[int, ...]]]:
    """Older entries that this one lets somebody see: to whom (tokens that are new), and which."""
    if entry.kind in ("take", "assume", "stand_down", "roster"):
        return _desks_gained(before, after)
    found: list[tuple[Tokens, tuple[int, ...]]] = []
    for seq in touched(after, entry):
        message, old = after.messages.get(seq), before.messages.get(seq)
        if message is None or old is None:
            continue
        gained = parties(after, message) - parties(before, old)
        older = tuple(one for one in message.entries if one < entry.seq)
        held = {said.seq for said in message.said if said.held}
        desks = frozenset(token for token in gained if token.startswith("desk:"))
        if desks:
            found.append((desks, older))
        if gained - desks:
            found.append((gained - desks, tuple(one for one in older if one not in held)))
    return found


def touched(state: State, entry: Entry) -> dict[int, None]:
    """The messages whose parties an entry may change: those it names, and with a row all that were joined to it."""
    refs = [ref for ref in getattr(entry.body, "refs", ()) if isinstance(ref, int)]
    row = state.messages.get(entry.ref or 0)
    return dict.fromkeys((entry.ref or 0, *refs, *(row.joined if row is not None else ())))


def _desks_gained(before: State, after: State) -> list[tuple[Tokens, tuple[int, ...]]]:
    found: list[tuple[Tokens, tuple[int, ...]]] = []
    for operator in after.roster.operators:
        gained = tokens(after, operator.id) - tokens(before, operator.id)
        seqs = {
            seq for message in after.messages.values() if gained & parties(after, message) for seq in message.entries
        }
        if seqs:
            found.append((frozenset((f"by:{operator.id}",)), tuple(sorted(seqs))))
    return found

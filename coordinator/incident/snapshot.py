"""A state as bytes and back; and a state as one viewer may see it.

The bytes are canonical (sorted keys, no floats), so their digest proves that a replay arrived at the same state.
What is derived (index, agenda) is not written but built again.
"""

import msgspec
from immutables import Map
from msgspec.structs import replace

from coordinator.incident import claims, duty, status, threads
from coordinator.incident.plain import mapped, plain
from coordinator.incident.roster import Roster
from coordinator.incident.state import UNOPENED, Message, State
from coordinator.incident.visibility import parties, tokens

_ENCODER = msgspec.json.Encoder(order="sorted", enc_hook=plain)
_DECODER: msgspec.json.Decoder[State] = msgspec.json.Decoder(State, dec_hook=mapped, strict=False)


def freeze(state: State) -> bytes:
    """The state as canonical JSON, without what is derived."""
    return _ENCODER.encode(replace(state, claims=Map(), committed=Map(), agenda=None, desk_due=None))


def thaw(frozen: bytes) -> State:
    """The state again, with its index and agenda. Raises msgspec.ValidationError for anything else."""
    state = claims.reindexed(_DECODER.decode(frozen))
    state = status.rescheduled(threads.rescheduled(claims.rescheduled(state)))
    return replace(state, desk_due=duty.next_due(state))


def trimmed(state: State, operator: str) -> State:
    """The state as that viewer may see it."""
    mine = tokens(state, operator)
    if "reviewer" in mine:
        return state
    messages = {
        seq: _for_viewer(message, mine) for seq, message in state.messages.items() if parties(state, message) & mine
    }
    proposals = {
        seq: proposal
        for seq, proposal in state.proposals.items()
        if {f"by:{proposal.by}", f"centre:{proposal.centre}", f"desk:{proposal.scope}"} & mine
    }
    desks = {
        scope: desk
        if desk.offer is None or {f"by:{desk.offer.to}", f"desk:{scope}"} & mine
        else replace(desk, offer=None)
        for scope, desk in state.desks.items()
    }
    numbers = {
        number: seq
        for number, seq in state.numbers.items()
        if not (seq in state.messages and seq not in messages) and not (seq in state.proposals and seq not in proposals)
    }
    return replace(
        state,
        messages=Map(messages),
        open_messages=Map({seq: True for seq in state.open_messages if seq in messages}),
        proposals=Map(proposals),
        desks=Map(desks),
        numbers=Map(numbers),
        from_refusals=Map({ref: seq for ref, seq in state.from_refusals.items() if seq in proposals}),
        roster=_without_keys(state),
    )


def _for_viewer(message: Message, mine: frozenset[str]) -> Message:
    """Without the replies that only the desk sees; and, as receipts are for desks, without who has opened it."""
    if f"desk:{message.scope}" in mine:
        return message
    said = tuple(one for one in message.said if not one.held or f"centre:{one.centre}" in mine)
    opened = message.opened if any(token.startswith("desk:") for token in mine) else UNOPENED
    return replace(message, said=said, opened=opened)


def _without_keys(state: State) -> Roster:
    """Nobody but the hub needs the keys of others."""
    operators = tuple(replace(operator, keys=()) for operator in state.roster.operators)
    return replace(state.roster, operators=operators)

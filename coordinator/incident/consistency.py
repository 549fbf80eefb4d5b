"""What does not fit together: declared facts, orders in force, and what somebody is about to say. DESIGN 7.

Nothing here refuses: a fact rings, and an author is shown what stands against their words before they are sent.
Words are compared with the roster's names and with what was declared; what they mean is for people to judge.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from coordinator.incident import acts, claims
from coordinator.incident.acts import Act, Ref
from coordinator.incident.globs import matches
from coordinator.incident.roster import DIRECT, Ground, Resource, Side
from coordinator.incident.ruling import resolve
from coordinator.incident.state import Fact, Order, State
from coordinator.incident.times import stamp

SPOKEN = (acts.Answer, acts.Reply, acts.Relay, acts.Broadcast, acts.Brief)
"""What goes out in words."""
CHECKED = (*SPOKEN, acts.Order, acts.Package, acts.Issue)
"""What is worth a look before it is sent."""
DECLARED = "declared/"
"""Before a resource's name: what was declared of it, beside its being in or out of service."""
SERVICEABLE = "AVAILABLE"


# A fact against the orders in force


def disagreeing(state: State, subject: str, said: str, now: datetime) -> list[Order]:
    """The orders in force that a fact does not fit: on its ground, and those that the doctrine makes depend on it."""
    here = claims.in_force_on(state, subject, now)
    found = {order.seq: order for order in here if not _fits(order, said)}
    for order in _depending(state, subject, said, now):
        found.setdefault(order.seq, order)
    return [found[seq] for seq in sorted(found)]


def _fits(order: Order, said: str) -> bool:
    """Whether a fact is the order carried out: its verb, or the place that it sends something to."""
    words = said.casefold()
    return words.startswith(order.verb.casefold()) or bool(order.object and _names(order.object) & _words(words))


def _depending(state: State, subject: str, said: str, now: datetime) -> Iterator[Order]:
    """Orders that stand against this subject's being so, through the doctrine's pairs.

    A bridge that is down is as good as closed: any fact counts as the pair's verb, but one that says another verb of
    the same control (OPEN, of a route that a pair fears CLOSE for).
    """
    ground = state.roster.ground
    for pair, sides in enumerate(state.roster.doctrine.incompatible):
        for place, side in enumerate(sides):
            if side.verb in ground.control_of and matches(side.subject, subject) and not _otherwise(ground, side, said):
                for order in claims.on_side(state, pair, 1 - place):
                    if claims.in_force(order, now):
                        yield order


def _otherwise(ground: Ground, side: Side, said: str) -> bool:
    verbs = ground.control(side.verb).verbs
    return any(said.casefold().startswith(verb.casefold()) for verb in verbs if verb != side.verb)


# What somebody is about to say


def against(state: State, act: Act, now: datetime) -> list[str]:
    """What stands against an act before it is sent, a sentence each; empty where nothing does."""
    if isinstance(act, acts.Order):
        found = [] if act.verb == DIRECT else _facts_against(state, act.verb, act.subject, act.excepted)
        return list(dict.fromkeys(found))
    if isinstance(act, acts.Package):
        return list(dict.fromkeys(line for one in act.orders for line in against(state, one, now)))
    if isinstance(act, acts.Issue):
        proposal = state.proposals.get(resolve(state, act.ref) or 0)
        subject = act.subject or (proposal.order.subject if proposal is not None else "")
        verb = act.verb or (proposal.order.verb if proposal is not None else "")
        return list(dict.fromkeys(_facts_against(state, verb, subject))) if subject else []
    if isinstance(act, SPOKEN):
        return list(dict.fromkeys((*_answered(state, act), *_spoken(state, act, now))))
    return []


def _facts_against(state: State, verb: str, subject: str, excepted: tuple[str, ...] = ()) -> Iterator[str]:
    """Facts on the order's ground that are not what it orders, and those that a pair of the doctrine ties it to."""
    ground = state.roster.ground
    for name, fact in _facts(state):
        if claims.subjects_overlap(name, (), subject, excepted) and not fact.state.casefold().startswith(
            verb.casefold()
        ):
            yield _said(name, fact)
        for pair in state.roster.doctrine.incompatible:
            for mine, theirs in (pair, pair[::-1]):
                if (
                    claims.matches_side(ground, mine, verb, subject, excepted)
                    and theirs.verb in ground.control_of
                    and matches(theirs.subject, name)
                    and not _otherwise(ground, theirs, fact.state)
                ):
                    yield f"{_said(name, fact)}; {mine.verb} {mine.subject} depends on it"


def _facts(state: State) -> Iterator[tuple[str, Fact]]:
    """What was declared and is not simply well, by subject."""
    for name, fact in sorted(state.facts.items()):
        if fact.state != SERVICEABLE:
            yield name.removeprefix(DECLARED), fact


def _said(name: str, fact: Fact) -> str:
    return f"{name} was declared {fact.state} at {stamp(fact.at)}"


def _answered(state: State, act: Act) -> Iterator[str]:
    message = state.messages.get(resolve(state, act.ref) or 0) if isinstance(act, acts.Answer) else None
    if message is not None and message.answered is not None:
        first = next((one for one in message.said if one.seq == message.answered), None)
        text = f": {first.text[:80]}" if first is not None and first.text else ""
        yield f"{message.number} was answered already (entry {message.answered}){text}; a change is a correction"


def _spoken(state: State, act: Act, now: datetime) -> Iterator[str]:
    """Facts about, and orders in force on, what a text names."""
    words = _words(_text(state, act))
    for name in _named(state, words):
        for subject, fact in _facts(state):
            if claims.subjects_overlap(subject, (), name, ()):
                yield _said(subject, fact)
        for order in claims.in_force_on(state, name, now):
            yield f"{order.number} {order.verb} {order.subject} is in force"


def _text(state: State, act: Act) -> str:
    """The words that go out: of a relay as it came, the message's own."""
    text = str(getattr(act, "text", ""))
    ref: Ref | None = getattr(act, "ref", None)
    message = state.messages.get(resolve(state, ref) or 0) if ref is not None else None
    if isinstance(act, acts.Relay) and not text and message is not None:
        return f"{message.subject} {message.text}"
    return text


def _named(state: State, words: frozenset[str]) -> list[str]:
    """The subjects that a text names: all the words of their name, or of the last part of their id."""
    found = []
    for ref, subject in state.roster.ground.subjects.items():
        tail = ref.rpartition("/")[2]
        if not subject.retired and any(name and name <= words for name in (_words(subject.name), _words(tail))):
            found.append(ref)
    plain = [ref for ref in found if not isinstance(state.roster.ground.subjects[ref], Resource)]
    return plain or found


def _names(object: str) -> frozenset[str]:
    return _words(object.rpartition("/")[2])


def _words(text: str) -> frozenset[str]:
    """A text's words, without those that join them."""
    return frozenset(re.findall(r"[^\W_]+", text.casefold())) - JOINING


JOINING = frozenset("the of and a an in on at to by for with from".split())

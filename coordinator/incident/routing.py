"""Where a new message goes: which desk, to whom at once, or elsewhere. DESIGN 6. Nothing is ownerless."""

from msgspec import Struct

from coordinator.incident.acts import Message
from coordinator.incident.globs import matches
from coordinator.incident.roster import TO_EVERYONE, Ground, Scope
from coordinator.incident.ruling import Case, holds

ALWAYS_TAKEN = frozenset(("FLASH", "IMMEDIATE"))
"""What lies outside every mandate goes to the default scope's desk all the same."""

_NOWHERE = "{topic} lies outside every mandate; take it to whom it concerns, or send it again without a topic"


class Route(Struct, frozen=True):
    """Where a message goes."""

    scope: str = ""
    """The desk it lies on; empty when it goes elsewhere."""
    relayed: tuple[str, ...] = ()
    """Addressees it counts as relayed to from the start: its author holds the desk."""
    at_once: tuple[str, ...] = ()
    """Centres that the hub relays it to by itself."""
    stays: bool = False
    """Whether that relay leaves it on the desk: nobody has looked at it."""
    elsewhere: str = ""
    """Where its sender is told to take it."""


def route(case: Case, message: Message) -> Route:
    """Where this message of that author goes."""
    ground = case.state.roster.ground
    everyone = cries_out(message)
    scope = ground.scope_of_topic(message.topic, case.centre)
    if scope is None:
        if message.precedence not in ALWAYS_TAKEN and not everyone:
            return Route(elsewhere=_elsewhere(ground, message.topic))
        scope = ground.default
    elif holds(case.state, case.command.by, scope.id) and not case.on_behalf and not everyone:
        return Route(scope=scope.id, relayed=message.to)
    if everyone:
        return Route(scope=scope.id, at_once=others(ground, case.centre), stays=True)
    return Route(scope=scope.id, at_once=message.to if _stands_instructed(scope, message) else ())


def cries_out(message: Message) -> bool:
    """Whether its form sends it to everyone at once."""
    return message.form is not None and message.form.name.upper() in TO_EVERYONE


def others(ground: Ground, centre: str) -> tuple[str, ...]:
    """Every live centre but that one."""
    return tuple(one.id for one in ground.centres.values() if not one.retired and one.id != centre)


def _stands_instructed(scope: Scope, message: Message) -> bool:
    return any(
        when.precedence in (None, message.precedence) and (when.topic is None or matches(when.topic, message.topic))
        for when in (instruction.when for instruction in scope.standing_instructions)
    )


def _elsewhere(ground: Ground, topic: str) -> str:
    """What the scopes say of that topic: the default scope's word first."""
    scopes = sorted(ground.roster.scopes, key=lambda scope: not scope.default)
    told = (text for scope in scopes for glob, text in scope.elsewhere.items() if matches(glob, topic))
    return next(told, _NOWHERE.format(topic=topic))[:512]

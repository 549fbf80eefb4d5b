"""A read-back that can fail: one critical field is hidden and picked among four plausible values and "none of these".

Law: chosen deterministically from order and centre, so that asking again asks the same. Pure.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from coordinator.incident.acts import Readback, Window
from coordinator.incident.roster import Ground
from coordinator.incident.state import Order
from coordinator.incident.times import stamp

OFFERED = 4
NONE = "none of these"
CANCELLED = "cancelled"


class Quiz(Struct, frozen=True):
    """What is asked: the hidden field, what it says, and what may be picked."""

    field: str
    truth: str
    options: tuple[str, ...]


def quiz(order: Order, centre: str, ground: Ground, *, cancelled: bool) -> Quiz:
    """What that centre is asked about an order, or about its end."""
    seed = f"{order.seq}:{centre}:{order.seq if cancelled else ''}"
    if cancelled:
        options = (CANCELLED, "still in force", f"moved to {_others(order, ground)[0]}", "put off by 30 minutes")
        return Quiz("what has become of it", CANCELLED, _shuffled(options, seed))
    fields = _fields(order)
    field = fields[_number(seed, len(fields))]
    truth, wrong = _OPTIONS[field](order, ground)
    picked = _shuffled([one for one in dict.fromkeys(wrong) if one != truth], seed)[: OFFERED - 1]
    return Quiz(field, truth, _shuffled((truth, *picked), f"{seed}:{field}"))


def answer(order: Order, quiz: Quiz, picked: str) -> Readback:
    """The read-back that a pick makes: what was picked is what is read back, right or wrong."""
    if quiz.truth == CANCELLED and picked == CANCELLED:
        return Readback(ref=order.seq, cancelled=True)
    fields = {"verb": order.verb, "subject": order.subject, "object": order.object}
    until, quantity = order.said.until, order.quantity
    if quiz.field in fields:
        fields[quiz.field] = "" if picked == NONE else picked
    elif quiz.field == "quantity":
        quantity = int(picked) if picked.isdigit() else None
    elif quiz.field == "until":
        until = next((at for at in _ends(order) if stamp(at) == picked), None)
    return Readback(
        ref=order.seq,
        verb=fields["verb"],
        subject=fields["subject"],
        object=fields["object"],
        quantity=quantity,
        excepted=order.excepted,
        window=Window(start=order.said.start, until=until),
    )


def _fields(order: Order) -> list[str]:
    """The fields that it would be worst to have wrong, of those that the order states."""
    stated = {
        "object": bool(order.object),
        "quantity": order.quantity is not None,
        "until": order.said.until is not None,
    }
    return ["verb", "subject", *(name for name, there in stated.items() if there)]


def _verbs(order: Order, ground: Ground) -> tuple[str, Sequence[str]]:
    same = [verb for verb, control in ground.control_of.items() if control == ground.control_of.get(order.verb)]
    return order.verb, [*same, *(verb for verb in ground.control_of if verb not in same)][: OFFERED + 3]


def _others(order: Order, ground: Ground) -> list[str]:
    kind, _, path = order.subject.partition("/")
    head = path.rpartition("/")[0]
    alike = [ref for ref in ground.subjects if ref.startswith(f"{kind}/") and ref != order.subject]
    near = [ref for ref in alike if ref.partition("/")[2].rpartition("/")[0] == head]
    found = list(dict.fromkeys([*near, *alike]))
    return found or ["another place"]


def _subjects(order: Order, ground: Ground) -> tuple[str, Sequence[str]]:
    return order.subject, _others(order, ground)[: OFFERED + 2]


def _objects(order: Order, ground: Ground) -> tuple[str, Sequence[str]]:
    return order.object, [*ground.centres][:8]


def _quantities(order: Order, _: Ground) -> tuple[str, Sequence[str]]:
    truth = order.quantity or 1
    return str(truth), [str(n) for n in (truth + 1, truth + 2, truth * 10, max(truth - 1, 1), truth + 5) if n != truth]


def _ends(order: Order) -> list[datetime]:
    until = order.said.until
    if until is None:
        return []
    return [until + timedelta(minutes=minutes) for minutes in (0, 30, -30, 60, 120)]


def _untils(order: Order, _: Ground) -> tuple[str, Sequence[str]]:
    ends = [stamp(at) for at in _ends(order)]
    return ends[0], ends[1:]


_OPTIONS: dict[str, Callable[[Order, Ground], tuple[str, Sequence[str]]]] = {
    "verb": _verbs,
    "subject": _subjects,
    "object": _objects,
    "quantity": _quantities,
    "until": _untils,
}


def _number(seed: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % below


def _shuffled(options: Sequence[str], seed: str) -> tuple[str, ...]:
    return tuple(sorted(options, key=lambda option: hashlib.sha256(f"{seed}:{option}".encode()).digest()))

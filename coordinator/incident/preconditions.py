"""`precondition`: what an order needs and does not have. The entries of all such facts are its clashes. DESIGN 8."""

from collections.abc import Iterator

from msgspec import Struct

from coordinator.incident import claims, remedies
from coordinator.incident.claims import end_of
from coordinator.incident.entries import Remedy
from coordinator.incident.roster import Resource
from coordinator.incident.ruling import Refuse
from coordinator.incident.wish import Wish


def known_names(wish: Wish) -> None:
    """`precondition`: verb or subject unknown to the roster."""
    act = wish.act
    if wish.direct:
        return
    if act.verb not in wish.ground.control_of:
        raise wish.refusal("precondition", f"the doctrine has no verb {act.verb}", ways=remedies.as_direct(wish))
    for subject in (act.subject, *act.excepted):
        if wish.ground.subject(subject) is None:
            raise wish.refusal("precondition", f"{subject} is not on the roster", ways=remedies.as_direct(wish))


class Lack(Struct, frozen=True):
    """One fact that an order needs and does not have."""

    message: str
    ways: tuple[Remedy, ...]
    clashes: tuple[int, ...] = ()


def facts(wish: Wish) -> None:
    """`precondition`: what the order needs is not so; the entries of all such facts are its clashes."""
    lacks = [*_places(wish), *_kind_and_service(wish), *_window(wish), *_supersedable(wish), *_operation(wish)]
    _need(wish, lacks)


def known_places(wish: Wish) -> None:
    """`precondition`: an addressee or object that is not on the roster."""
    _need(wish, list(_places(wish)))


def _need(wish: Wish, lacks: list[Lack]) -> None:
    if lacks:
        raise Refuse(
            "precondition",
            "; ".join(lack.message for lack in lacks),
            clashes=(seq for lack in lacks for seq in lack.clashes),
            remedies=lacks[0].ways,
            scope=wish.scope,
        )


def _places(wish: Wish) -> Iterator[Lack]:
    ground, act = wish.ground, wish.act
    strangers = [centre for centre in act.to if ground.centre(centre) is None]
    if strangers:
        yield Lack(f"not on the roster: {', '.join(strangers)}", remedies.without_addressees(wish, strangers))
    if act.object and ground.centre(act.object) is None and ground.subject(act.object) is None:
        yield Lack(f"{act.object} is no centre or subject on the roster", remedies.as_direct(wish))


def _kind_and_service(wish: Wish) -> Iterator[Lack]:
    act = wish.act
    if wish.direct:
        return
    if act.subject.partition("/")[0] != wish.control.of:
        yield Lack(f"{act.verb} is for a {wish.control.of}, not {act.subject}", remedies.as_direct(wish))
    fact = wish.state.facts.get(act.subject)
    is_resource = isinstance(wish.ground.subject(act.subject), Resource)
    if is_resource and not wish.releasing and fact is not None and fact.state == "OUT":
        ways = (*remedies.others_of_kind(wish), *remedies.back_in_service(wish), *remedies.as_direct(wish))
        yield Lack(f"{act.subject} is out of service", ways, (fact.seq,))


def _window(wish: Wish) -> Iterator[Lack]:
    if end_of(wish.until) <= wish.case.now:
        yield Lack("its window is already past", remedies.open_window())


def _supersedable(wish: Wish) -> Iterator[Lack]:
    for seq in wish.replaced:
        order = wish.state.orders.get(seq)
        ways = remedies.without_superseding(wish, seq)
        if order is None:
            yield Lack("supersedes names what is no order", ways)
        elif not claims.stands(order, wish.case.now):
            clashes = () if order.ended_by is None else (order.ended_by,)
            yield Lack(f"{order.number} is not in force any more, nor reserved or on record", ways, clashes)


def _operation(wish: Wish) -> Iterator[Lack]:
    if wish.state.closed is not None:
        message = "the operation has ended; record what was given elsewhere with given"
        yield Lack(message, remedies.as_note(wish), (wish.state.closed,))

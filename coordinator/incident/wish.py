"""An order before the rules: as its author wants it, ready for comparison. DESIGN 8."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from coordinator.incident.acts import Order as OrderAct
from coordinator.incident.entries import Code, Remedy
from coordinator.incident.roster import DIRECT, Control, Ground
from coordinator.incident.ruling import Case, Refuse
from coordinator.incident.state import Order, State


class Wish(Struct, frozen=True, kw_only=True):
    """An order before the rules. `superseded` and `despite` are entry numbers; `start` is never in the past."""

    case: Case
    act: OrderAct
    scope: str
    """The scope whose mandate covers it; of a DIRECT order, the first that its author holds. Empty: none."""
    start: datetime
    until: datetime | None
    superseded: tuple[int, ...] = ()
    """What this order supersedes itself."""
    swept: tuple[int, ...] = ()
    """What its package as a whole supersedes; it clashes with none of it either."""
    despite: tuple[int, ...] = ()
    siblings: tuple[int, ...] = ()
    """Orders of the same package, not entries yet: they clash, but are not named."""
    authorised: bool = False
    """Issuing a proposal is authority enough."""

    @property
    def state(self) -> State:
        return self.case.state

    @property
    def ground(self) -> Ground:
        return self.case.state.roster.ground

    @property
    def replaced(self) -> tuple[int, ...]:
        """All that is superseded when this order takes effect."""
        return (*self.swept, *self.superseded)

    @property
    def direct(self) -> bool:
        return self.act.verb == DIRECT

    @property
    def control_name(self) -> str:
        return self.ground.control_of[self.act.verb]

    @property
    def control(self) -> Control:
        return self.ground.control(self.act.verb)

    @property
    def releasing(self) -> bool:
        return not self.direct and self.ground.releases(self.act.verb)

    @property
    def value(self) -> str:
        return f"{self.act.verb} {self.act.object}" if self.control.by_object else self.act.verb

    @property
    def quantity(self) -> int:
        return self.act.quantity or 1

    def refusal(self, code: Code, message: str, clashes: Iterable[Order] = (), ways: Iterable[Remedy] = ()) -> Refuse:
        """The refusal with its clashing orders, less this package's own."""
        seqs = {order.seq for order in clashes} - set(self.siblings)
        return Refuse(code, message, clashes=seqs, remedies=ways, scope=self.scope)

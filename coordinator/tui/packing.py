"""Several orders as one step while they are being written: a draft like any other, one act in the end. Pure."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coordinator.incident.acts import Order, Package
from coordinator.session import saying
from coordinator.tui.forms import act_of

Part = dict[str, str]
"""One order's form: field and what is written in it."""

_PARTS = msgspec.json.Decoder(list[Part])


class Bundle(Struct, frozen=True):
    """The orders so far, and what the package as a whole supersedes."""

    parts: tuple[Part, ...] = ()
    supersedes: str = ""

    def put(self, place: int, part: Part) -> "Bundle":
        """With this order at that place; at the end where there is none yet."""
        parts = list(self.parts)
        parts[place : place + 1] = [part]
        return replace(self, parts=tuple(parts))

    def without(self, place: int) -> "Bundle":
        """Without the order at that place."""
        return replace(self, parts=self.parts[:place] + self.parts[place + 1 :])

    @property
    def values(self) -> Part:
        """What a draft keeps of it."""
        return {"orders": msgspec.json.encode(self.parts).decode(), "supersedes": self.supersedes}


def read(values: Mapping[str, str]) -> Bundle:
    """A bundle as a draft kept it."""
    try:
        parts = _PARTS.decode(values.get("orders", "") or "[]")
    except msgspec.DecodeError:
        parts = []
    return Bundle(tuple(parts), values.get("supersedes", ""))


def act(bundle: Bundle, now: datetime) -> Package:
    """The act that it makes. Raises saying.Usage, naming the order that is not whole."""
    orders: list[Order] = []
    for place, part in enumerate(bundle.parts, start=1):
        try:
            made = act_of("order", part, now)
        except saying.Usage as wrong:
            raise saying.Usage(f"order {place}: {wrong}") from None
        assert isinstance(made, Order)
        orders.append(made)
    if not orders:
        raise saying.Usage("add an order first")
    refs = tuple(ref.strip() for ref in bundle.supersedes.split(",") if ref.strip())
    return Package(orders=tuple(orders), supersedes=tuple(int(ref) if ref.isdigit() else ref for ref in refs))

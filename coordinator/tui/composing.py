"""Messages on a form of the field: which forms there are, what their fields are called on the screen, what they make.

Law: a form's fields stay fields. Its own are written `f_NAME`, so that none is taken for a field of the message.
"""

from msgspec import Struct

from coordinator.review.forms import FORMS as KINDS
from coordinator.session.words import Slot, slot

OWN = "f_"
MESSAGE = ("text", "precedence", "to", "topic", "wants_reply")
"""What a message on a form asks for besides the form's own fields."""
URGENT = {"MAYDAY": "FLASH", "WITHDRAW": "FLASH", "METHANE": "IMMEDIATE", "ETHANE": "IMMEDIATE"}


class Composed(Struct, frozen=True):
    """One form as a screen shows it."""

    title: str
    fields: tuple[str, ...]
    defaults: dict[str, str]


COMPOSED: dict[str, Composed] = {
    name: Composed(
        kind.title, (*(OWN + field for field in kind.fields), *MESSAGE), {"precedence": URGENT.get(name, "ROUTINE")}
    )
    for name, kind in KINDS.items()
}
KEYS = {"m": "METHANE", "e": "ETHANE", "s": "SITREP", "r": "ICS-213RR", "y": "MAYDAY", "w": "WITHDRAW"}
"""The key of each, where one is chosen."""


def place(name: str) -> Slot:
    """What kind of field that is."""
    return Slot(name=name, kind="text") if name.startswith(OWN) else slot("message", name)


def spelled(do: str, values: dict[str, str]) -> dict[str, list[str]]:
    """The form and its fields, as the words of a message."""
    own = (f"{name.removeprefix(OWN)}={value.strip()}" for name, value in values.items() if name.startswith(OWN))
    return {"form": [do], "field": [part for part in own if not part.endswith("=")]}

"""Up to where a copy of the log goes."""

from msgspec import Struct


class Head(Struct, frozen=True):
    """The last entry of a copy: its number and digest."""

    seq: int
    digest: str

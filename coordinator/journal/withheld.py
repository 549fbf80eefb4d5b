"""A line that stands as its digest: what a copy or an export has of an entry whose line it does not hold.

Law: it can be told from every entry's line, for those begin with their time; and the line that follows it still
names its digest, so that the chain goes on.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

_BEGINS = b'{"digest":'


class Withheld(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Entry `seq`, as its digest (SHA-256, hex; empty where not even that is known), and why."""

    digest: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    reason: Annotated[str, Meta(min_length=1, max_length=512)]
    seq: Annotated[int, Meta(ge=1)]
    first: Annotated[int, Meta(ge=1)] | None = None
    """Where it stands for several entries, the first of them."""

    @property
    def begins(self) -> int:
        """The first entry that it stands for."""
        return self.seq if self.first is None else self.first

    @property
    def count(self) -> int:
        """How many entries it stands for."""
        return self.seq - self.begins + 1

    @property
    def line(self) -> bytes:
        """It as a line of a log."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Withheld)


def withheld(line: bytes) -> Withheld | None:
    """The record that a line is; None for an entry's line, and for what only resembles a record."""
    if not line.startswith(_BEGINS):
        return None
    try:
        found = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found if found.line == line and found.begins <= found.seq else None

"""Ids of commands: UUIDv7, so that they sort by the time they were written (RFC 9562)."""

import uuid
from collections.abc import Callable
from datetime import datetime


def uuid7(now: datetime, chance: Callable[[int], bytes]) -> str:
    """A new id. `chance` gives so many random bytes."""
    millis = int(now.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    low = int.from_bytes(chance(10), "big")
    value = millis << 80 | 0x7 << 76 | (low >> 64 & 0xFFF) << 64 | 0b10 << 62 | low & 0x3FFF_FFFF_FFFF_FFFF
    return str(uuid.UUID(int=value))

"""Bytes that are a little wrong: what a bad line, a bad disk or bad will makes of good ones."""

import random
from collections.abc import Callable

NASTY = (
    b"\x00", b"\xff", b"\xc1", b"\x9b31m", b"\x1b[2J", "\u202e".encode(), b"\xed\xa0\x80", b"NaN", b"1e999", b"-0",
    b"18446744073709551616", b"\x91" * 40, b"[" * 4000, b"{" * 4000, b'"', b"\\", b"\\ud800", b",", b"null", b"true",
    b"\xdf\xff\xff\xff\xff", b"\xc9\x00\x00\x00\x01\x05a", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", b"../../x",
    b"=cmd", b"9999-99-99T99:99:99Z", b"0001-01-01T00:00:00+23:59", b"\n", b"\r\n", "\u0301".encode() * 20,
)  # fmt: skip


def _replace(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _insert(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = chance.choice(NASTY)


def _remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    del data[start : start + chance.randrange(1, 40)]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randrange(1, 200)]
    place = chance.randrange(len(data) + 1)
    data[place:place] = piece


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _replace, _replace, _flip, _flip, _insert, _insert, _remove, _repeat, _cut,
)  # fmt: skip


def changed(data: bytes, chance: random.Random) -> bytes:
    """The same bytes after a few changes."""
    made = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        chance.choice(CHANGES)(made, chance)
    return bytes(made[:65_536])

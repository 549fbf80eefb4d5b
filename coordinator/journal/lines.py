"""An entry is one canonical JSON line: UTF-8 in NFC, sorted keys, no floats, control characters escaped.

The line's bytes are what is stored, hashed and sent; nothing in this project ever makes them anew from
an entry that it has read. `prev` in a line is the SHA-256 of the line before.
"""

import hashlib
import re
import unicodedata
from datetime import datetime

import msgspec
from msgspec import Struct

from coordinator.incident.acts import ACTS
from coordinator.incident.entries import Command, Entry, Found
from coordinator.incident.hubacts import HUB_ACTS
from coordinator.journal.errors import BadLine

GENESIS = "0" * 64
"""The `prev` of a log's first entry."""

_DEL = b"\x7f"
_UNESCAPED_CONTROL = re.compile("[\x7f-\x9f]")
_PREV = b'"prev":"'
_PREV_TEXT = _PREV.decode()
_ENCODER = msgspec.json.Encoder(order="sorted")
_NOTHING_FOUND: Found = next(field.default for field in msgspec.structs.fields(Entry) if field.name == "found")
"""The very object: what is not it, is written down."""


class _Envelope(Struct, kw_only=True):
    """An entry whose body is still to be read, for its type stands in `kind`."""

    seq: int
    at: datetime
    kind: str
    by: str
    body: msgspec.Raw
    centre: str = ""
    hand: str = ""
    term: int | None = None
    ref: int | None = None
    id: str = ""
    basis: int | None = None
    said_at: datetime | None = None
    means: str = ""
    words: str = ""
    found: Found = _NOTHING_FOUND
    prev: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_BODIES = {kind: msgspec.json.Decoder(act) for kind, act in {**ACTS, **HUB_ACTS}.items()}


def encode(entry: Entry) -> bytes:
    """The entry's canonical line, without a newline.

    Raises BadLine for text that is not NFC or holds a lone surrogate; who takes text in sees to it that there is none.
    """
    try:
        line = _ENCODER.encode(entry)
    except UnicodeEncodeError as error:
        raise BadLine(f"entry {entry.seq} holds text that is not Unicode: {error.reason}") from None
    if line.isascii() and _DEL not in line:
        return line
    return _escaped(line, entry.seq)


def decode(line: bytes | str) -> Entry:
    """The entry that a line is. Raises BadLine for anything else."""
    try:
        read = _ENVELOPE.decode(line)
        body = _BODIES[read.kind].decode(read.body)
    except KeyError as error:
        raise BadLine(f"unknown kind of entry {error}; a newer release may know it") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadLine(f"not an entry: {error}") from None
    return Entry(
        seq=read.seq, at=read.at, kind=read.kind, by=read.by, body=body, centre=read.centre, hand=read.hand,
        term=read.term, ref=read.ref, id=read.id, basis=read.basis, said_at=read.said_at, means=read.means,
        words=read.words, found=read.found, prev=read.prev,
    )


def digest(line: bytes) -> str:
    """What the next line's `prev` says of this one."""
    return hashlib.sha256(line).hexdigest()


def prev_of(line: bytes) -> str:
    """The digest of the line before, as this line states it; empty if it states none.

    It is the last `"prev":"` of the line: the keys after it hold no objects, and in a string the quote is escaped.
    """
    start = line.rfind(_PREV)
    return "" if start < 0 else line[start + len(_PREV) : start + len(_PREV) + 64].decode("ascii", "replace")


def without_prev(line: str) -> str:
    """The line for somebody who has the one before: what `prev` would say, they know."""
    start = line.rfind(_PREV_TEXT) + len(_PREV_TEXT)
    return line[:start] + line[start + len(GENESIS) :]


def with_prev(line: str, prev: str) -> str:
    """The line again, byte for byte, where `prev` is the digest of the one before. Raises BadLine."""
    start = line.rfind(_PREV_TEXT) + len(_PREV_TEXT)
    if not line.startswith('"', start):
        raise BadLine("a line came with a prev of its own, or with none")
    return line[:start] + prev + line[start:]


def content(command: Command) -> str:
    """The digest of what a command says, so that the same id with another body can be told."""
    return digest(_ENCODER.encode((command.by, command.do, command.act, command.record)))


def _escaped(line: bytes, seq: int) -> bytes:
    text = line.decode()
    if not unicodedata.is_normalized("NFC", text) and not _strings_are_nfc(msgspec.json.decode(line)):
        raise BadLine(f"entry {seq} holds text that is not in Unicode's composed form (NFC)")
    return _UNESCAPED_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _strings_are_nfc(value: object) -> bool:
    """Whether each string by itself is; the line may not be, where a mark follows an escaped newline."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(_strings_are_nfc(part) for pair in value.items() for part in pair)
    return not isinstance(value, list) or all(map(_strings_are_nfc, value))

"""A WebSocket client that costs next to nothing, so that a load process never is the bottleneck.

It knows only what the figures need: binary frames both ways, pings answered, and which commands a frame tells of.
"""

import asyncio
import base64
import os
import re
import struct
from collections import deque
from collections.abc import Callable

import msgpack  # type: ignore[import-untyped]  # it ships no types

MARK = re.compile(rb"b-\d{12}")
"""What a command of a benchmark is known by: its id."""

_recent: deque[tuple[bytes, list[bytes]]] = deque(maxlen=8)


def marks(payload: bytes) -> list[bytes]:
    """The ids in a frame; every client gets the same bytes, so they are searched once."""
    for known, found in _recent:
        if known == payload:
            return found
    found = MARK.findall(payload)
    _recent.append((payload, found))
    return found


class Thin(asyncio.Protocol):
    """One connection. `heard` gets every frame with the connection it came by."""

    def __init__(self, heard: "Callable[[Thin, bytes], None]") -> None:
        self.open = asyncio.get_running_loop().create_future()
        self.gone = False
        self.octets = 0
        """Bytes received after the handshake, as they were on the wire."""
        self._heard = heard
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        if not self.open.done():
            self.open.set_exception(ConnectionError("the server closed before the handshake was done"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.open.done():
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.open.set_exception(ConnectionError(head.decode(errors="replace")))
                return
            self._buffer = bytearray(rest)
            self.open.set_result(None)
            data = rest
        self.octets += len(data)
        self._frames()

    def _frames(self) -> None:
        buffer, start = self._buffer, 0
        while len(buffer) - start >= 2:
            opcode, length, head = buffer[start] & 15, buffer[start + 1] & 127, 2
            if length == 126:
                if len(buffer) - start < 4:
                    break
                length, head = struct.unpack_from(">H", buffer, start + 2)[0], 4
            elif length == 127:
                if len(buffer) - start < 10:
                    break
                length, head = struct.unpack_from(">Q", buffer, start + 2)[0], 10
            if len(buffer) - start < head + length:
                break
            payload = bytes(buffer[start + head : start + head + length])
            start += head + length
            if opcode == 9:
                self._write(10, payload)
            elif opcode in (1, 2):
                self._heard(self, payload)
        del buffer[:start]

    def _write(self, opcode: int, payload: bytes) -> None:
        # The mask is zero: masked as the protocol wants, and no work.
        size = len(payload)
        short = size < 126
        head = bytes((128 | opcode, 128 | size)) if short else struct.pack(">BBH", 128 | opcode, 254, size)
        if self._transport is not None and not self.gone:
            self._transport.write(head + b"\0\0\0\0" + payload)

    def send(self, payload: bytes) -> None:
        """Send one binary frame."""
        self._write(2, payload)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()


async def connect(port: int, heard: Callable[[Thin, bytes], None]) -> Thin:
    """A connection to a loopback port, its handshake done."""
    _, thin = await asyncio.get_running_loop().create_connection(lambda: Thin(heard), "127.0.0.1", port)
    await thin.open
    return thin


def packed(frame: dict[str, object]) -> bytes:
    """A frame's bytes."""
    made: bytes = msgpack.packb(frame)
    return made

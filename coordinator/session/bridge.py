"""The far end of an SSH link: frames between standard input and output and the hub's Unix socket, nothing else.

Law: who this is, the hub was told before the first byte of the other side is read; nothing in the frames can
change it. A side that has nothing to say for too long is gone, for every session beats.
"""

import asyncio
import os
import stat
from typing import BinaryIO

from coordinator.session.addresses import Door
from coordinator.session.sides import until_first_ends
from coordinator.session.transports import LinkLost, Transport, open_transport
from coordinator.wire.lengths import HEAD, framed, length
from coordinator.wire.limits import BEAT_EVERY, SOCKET_FRAME

SILENT = 12 * BEAT_EVERY
"""Seconds without a frame after which the other side is taken to be gone."""


async def bridge(door: Door, source: BinaryIO, sink: BinaryIO) -> None:
    """Pass frames both ways until either side ends. Raises LinkLost, which says why."""
    if not all(_streams(file) for file in (source, sink)):
        raise LinkLost("there is no pipe to pass frames through; come in with: coordinator join ssh://USER@HOST")
    transport = await open_transport(door)
    try:
        reader, writer = await _opened(source, sink)
        try:
            await until_first_ends(_to_hub(reader, transport), _from_hub(transport, writer))
        finally:
            writer.close()
    finally:
        await transport.close()


def _streams(file: BinaryIO) -> bool:
    mode = os.fstat(file.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


async def _opened(source: BinaryIO, sink: BinaryIO) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
    pipe, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sink)
    return reader, asyncio.StreamWriter(pipe, protocol, None, loop)


async def _to_hub(reader: asyncio.StreamReader, transport: Transport) -> None:
    while True:
        try:
            async with asyncio.timeout(SILENT):
                size = length(await reader.readexactly(HEAD))
                if size > SOCKET_FRAME:
                    raise LinkLost("this is no frame; come in with: coordinator join ssh://USER@HOST")
                frame = await reader.readexactly(size)
        except asyncio.IncompleteReadError:
            return
        except TimeoutError:
            raise LinkLost(f"nothing was heard for {SILENT:g} s; the link is taken to be gone") from None
        await transport.send(frame)


async def _from_hub(transport: Transport, writer: asyncio.StreamWriter) -> None:
    while True:
        frame = await transport.receive()
        try:
            writer.write(framed(frame))
            await writer.drain()
        except OSError:
            return

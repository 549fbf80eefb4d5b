"""A hub reached by the system's own ssh: its configuration, its agent, its known hosts, its keys.

Law: nothing of SSH is done here. The remote side runs one forced command, which passes frames on; a link that
ssh finds dead ends ssh, and with it the transport.
"""

import asyncio
import contextlib
import os
import shlex
from collections import deque

from coordinator.session.addresses import Ssh
from coordinator.session.faults import NotAdmitted
from coordinator.session.transports import LinkLost
from coordinator.wire.lengths import HEAD, framed, length
from coordinator.wire.limits import HUB_FRAME

PROGRAM = "COORDINATOR_SSH"
"""The variable that names another program, or gives ssh options: `ssh -i ~/.ssh/field -F ~/.ssh/field.conf`."""
OPTIONS = (
    "BatchMode=yes",  # a program cannot answer questions; agent and security keys still work
    "ConnectTimeout=10",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "Compression=yes",  # the lines are text, and the link may be a satellite's
    "ClearAllForwardings=yes",
    "ControlPath=none",  # a link of its own, so that it can be cut and made anew
    "RequestTTY=no",
    "RemoteCommand=none",
    "EscapeChar=none",
    "LogLevel=ERROR",
)
SAID = 20
"""Lines that ssh may say before it ends; the last one is shown."""
CLOSE_WITHIN = 2.0
REFUSED = {
    "REMOTE HOST IDENTIFICATION HAS CHANGED": "another host answers in the hub's place; ask the liaison first",
    "Permission denied": "the hub's host does not take your key; ask the liaison whether it is on the roster",
    "Host key verification failed": "your ssh does not know the hub's host, or another host answers in its place;"
    " compare its fingerprint with the liaison's, then connect once with: ssh",
}
"""What ssh says where trying again does not help, and what it means here."""


def command(address: Ssh) -> list[str]:
    """The ssh that leads there. Nothing of the address can become an option."""
    options = [word for option in OPTIONS for word in ("-o", option)]
    port = ["-p", str(address.port)] if address.port else []
    host = f"{address.user}@{address.host}" if address.user else address.host
    return [*shlex.split(os.environ.get(PROGRAM) or "ssh"), "-T", "-a", "-x", *options, *port, "--", host]


class Pipe:
    """Frames through ssh's standard input and output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._out, self._in = process.stdin, process.stdout
        self._said: deque[str] = deque(maxlen=SAID)
        self._listening = asyncio.create_task(self._hear(process.stderr))

    async def send(self, frame: bytes) -> None:
        try:
            self._out.write(framed(frame))
            await self._out.drain()
        except (OSError, RuntimeError):
            raise await self._gone() from None

    async def receive(self) -> bytes:
        try:
            size = length(await self._in.readexactly(HEAD))
            if size > HUB_FRAME:
                raise LinkLost("what answers there is no hub; name the account that the hub runs under")
            return await self._in.readexactly(size)
        except (asyncio.IncompleteReadError, OSError):
            raise await self._gone() from None

    async def close(self) -> None:
        self._out.close()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._process.wait()
        except TimeoutError:
            self.cut()
            await self._process.wait()
        await self._listening
        with contextlib.suppress(OSError):
            await self._out.wait_closed()

    def cut(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _hear(self, stderr: asyncio.StreamReader) -> None:
        while line := await stderr.readline():
            text = line.decode("utf-8", "replace").strip()
            if text:
                self._said.append(text)

    async def _gone(self) -> LinkLost | NotAdmitted:
        """Why the link is gone, as far as ssh or the far side said."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._listening), CLOSE_WITHIN)
        for sign, meaning in REFUSED.items():
            if any(sign in line for line in self._said):
                return NotAdmitted(f"{meaning} ({self._said[-1]})")
        last = self._said[-1] if self._said else "the link was lost"
        return LinkLost("".join(char if char.isprintable() else "?" for char in last.removeprefix("coordinator: ")))


async def open_pipe(address: Ssh) -> Pipe:
    """Start ssh. Raises LinkLost where it cannot be started; what it meets shows on the first frame."""
    words = command(address)
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # what is typed at the terminal is not ssh's, and its end does not cut us off
        )
    except OSError as error:
        raise LinkLost(f"{words[0]} cannot be started ({error.strerror}); install OpenSSH's client") from None
    return Pipe(process)

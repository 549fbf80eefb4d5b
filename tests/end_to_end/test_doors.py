"""The doors, tried against a real OpenSSH server: a roster's key gives one person one program, and nothing else."""

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pyte
import pytest

from coordinator.incident.acts import Message, Note, RosterSteps
from coordinator.incident.entries import Accepted, Entry, Refused
from coordinator.incident.hubacts import Link
from coordinator.journal.lines import decode
from coordinator.journal.reads import Reads
from coordinator.session.client import Session
from coordinator.session.faults import NotAdmitted
from coordinator.session.ssh import PROGRAM
from coordinator.wire.frames import Hello, HubFrame, Welcome, pack, unpack_to_client
from coordinator.wire.lengths import HEAD, framed, length
from coordinator.wire.limits import VERSION
from tests.end_to_end.running import HubProcess, until
from tests.end_to_end.sshd import SSHD, WHY_NOT, Sshd, roster_with

pytestmark = pytest.mark.skipif(SSHD is None, reason=WHY_NOT)

COORDINATOR = Path(sys.executable).with_name("coordinator")


class Doors:
    """A hub that knows people by their keys, the SSH server before it, and sessions that come in through it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.sshd = Sshd(folder)
        self.lines = {name: self.sshd.make_key(name) for name in ("lee", "nia", "sol", "spare", "foreign")}
        patch.setenv(PROGRAM, shlex.join(self.sshd.ssh()))
        owned = {name: [self.lines[name]] for name in ("lee", "sol")}
        roster = roster_with(folder, {**owned, "nia": [self.lines["nia"], self.lines["spare"]]})
        options = ("--authorized-keys", str(self.sshd.authorized_keys))
        self.hub = HubProcess(folder, roster, options)
        self._folder = folder
        self._sessions: list[Session] = []

    async def session(
        self, key: str, *, operator: str | None = None, kept: bool = True, port: int = 0
    ) -> Session:
        """A session that comes in with that key; it may not be up yet."""
        folder = self._folder / f"own-{key}" if kept else None
        session = Session(self.sshd.address(key, port or None), operator=operator, folder=folder)
        await session.__aenter__()
        self._sessions.append(session)
        return session

    async def joined(self, key: str) -> Session:
        """A session that has all that the hub has."""
        session = await self.session(key)
        await session.ready(20)
        return session

    async def close(self) -> None:
        for session in self._sessions:
            await session.close()

    def entries(self) -> list[Entry]:
        reads = Reads(self.hub.journal)
        try:
            return [decode(stored.line) for stored in reads.lines(1, reads.head().seq)]
        finally:
            reads.close()


@pytest.fixture
async def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doors]:
    made = Doors(tmp_path, monkeypatch)
    async with AsyncExitStack() as ending:  # whatever fails to end, the rest does
        ending.callback(made.hub.stop)
        ending.callback(made.sshd.stop)
        ending.push_async_callback(made.close)
        made.hub.start()
        made.sshd.start()
        yield made


async def in_thread(run: Callable[[], subprocess.CompletedProcess[bytes]]) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(run)


# Who is in


async def test_each_key_is_its_operator_and_what_they_say_is_theirs(doors: Doors) -> None:
    nia, sol = await doors.joined("nia"), await doors.joined("sol")
    assert (nia.operator, sol.operator) == ("nia", "sol")
    assert not nia.link.keyless
    said = await nia.send(Message(precedence="ROUTINE", text="gauge at 4.1 m", to=("icp",)))
    assert isinstance(said, Accepted)
    assert [entry.by for entry in doors.entries() if entry.kind == "message"] == ["nia"]
    assert sol.state is not None
    assert not sol.state.messages, "a message that is not to them does not come through their door"


async def test_a_name_that_the_other_side_claims_is_refused(doors: Doors) -> None:
    session = await doors.session("nia", operator="lee")
    with pytest.raises(NotAdmitted, match="your key is nia's"):
        await session.ready(20)
    assert [entry for entry in doors.entries() if entry.kind == "note"] == []


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nCoordinator-Door: lee SHA256:x\r\n\r\n",
        framed(b"GET / HTTP/1.1\r\nCoordinator-Door: lee SHA256:x\r\n\r\n"),
        framed(pack(Hello(v=VERSION, operator="lee"))),
        b"\xff\xff\xff\xff",
        b"",
    ],
    ids=["a request of its own", "a request in a frame", "another's name", "a frame of four gigabytes", "nothing"],
)
async def test_nothing_that_the_other_side_sends_makes_it_somebody_else(doors: Doors, sent: bytes) -> None:
    answer = await exchanged(doors, "nia", sent, last=not sent)
    assert not isinstance(answer, Welcome)
    assert {entry.by for entry in doors.entries()} == {"hub"}


async def test_a_client_in_any_language_needs_only_lengths_and_msgpack(doors: Doors) -> None:
    answer = await exchanged(doors, "sol", framed(pack(Hello(v=VERSION, snapshot=False, follow=False))))
    assert isinstance(answer, Welcome)
    assert answer.operator == "sol"


async def exchanged(
    doors: Doors, key: str, sent: bytes, *options: str, last: bool = False
) -> HubFrame | None:
    """The first frame that comes back for these bytes; None where the far side ends instead."""
    process = await asyncio.create_subprocess_exec(
        *doors.sshd.words(key, "-T", *options),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(sent)
    if last:
        process.stdin.close()
    try:
        async with asyncio.timeout(15):
            head = await process.stdout.readexactly(HEAD)
            return unpack_to_client(await process.stdout.readexactly(length(head)))
    except asyncio.IncompleteReadError:
        return None
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


async def test_a_foreign_key_is_refused_at_once_and_says_what_to_do(doors: Doors) -> None:
    session = await doors.session("foreign")
    with pytest.raises(NotAdmitted, match="ask the liaison"):
        await session.ready(20)


async def test_the_hubs_own_account_is_nobody_without_a_key(doors: Doors) -> None:
    async with Session(doors.hub.address, operator="lee") as session:
        with pytest.raises(NotAdmitted, match="come in over SSH"):
            await session.ready(10)


async def test_the_hubs_own_account_is_nobody_with_another_operators_key(doors: Doors) -> None:
    """The hub compares the fingerprint with the roster; a line of authorized_keys that is stale opens nothing."""
    async with Session(f"door:lee,SHA256:{'A' * 43}@{doors.hub.socket}") as session:
        with pytest.raises(NotAdmitted, match="not on the roster"):
            await session.ready(10)


# What a key cannot do


@pytest.mark.parametrize("asked", [("true",), ("sh", "-c", "id"), ("internal-sftp",), ("coordinator", "board")])
async def test_no_other_program_can_be_run(doors: Doors, asked: tuple[str, ...]) -> None:
    done = await in_thread(lambda: doors.sshd.run("nia", *asked))
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"no commands here" in done.stderr


async def test_files_cannot_be_fetched(doors: Doors) -> None:
    done = await in_thread(lambda: doors.sshd.run("nia", "sftp", options=("-s",)))
    assert done.returncode == 2
    assert done.stdout == b""


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9"),
        ("-W", "127.0.0.1:{port}"),
    ],
    ids=["from there to here", "from here to there"],
)
async def test_nothing_is_forwarded(doors: Doors, options: tuple[str, ...]) -> None:
    filled = [word.format(port=doors.sshd.port) for word in options]
    done = await in_thread(lambda: doors.sshd.run("nia", options=filled))
    assert done.returncode != 0
    assert b"SSH-2.0" not in done.stdout, "it would have been the server's own greeting"
    assert any(word in done.stderr.lower() for word in (b"prohibited", b"failed", b"refused", b"not permitted"))


async def test_no_variable_of_the_other_side_counts(doors: Doors) -> None:
    hello = framed(pack(Hello(v=VERSION, snapshot=False, follow=False)))
    options = ("-A", "-o", "SetEnv=COORDINATOR_AS=lee", "-o", "SendEnv=COORDINATOR_*")
    answer = await exchanged(doors, "sol", hello, *options)
    assert isinstance(answer, Welcome)
    assert answer.operator == "sol"


# The interface


async def test_at_a_terminal_the_key_opens_the_interface_as_its_operator(doors: Doors) -> None:
    terminal = Terminal(*doors.sshd.terminal("nia"))
    try:
        await until(lambda: terminal.shows("EXERCISE", "north"), "the interface is there", 30)
        assert not terminal.shows("KEYLESS")
        contacts = [entry.body for entry in doors.entries() if isinstance(entry.body, Link)]
        assert [(link.operator, link.state) for link in contacts] == [("nia", "up")]
        terminal.type("\x11")
        await until(lambda: terminal.ended, "Ctrl+Q leaves, and with it ssh ends")
    finally:
        terminal.close()


async def test_a_key_that_is_retired_ends_the_interface_too(doors: Doors) -> None:
    lee = await doors.joined("lee")
    terminal = Terminal(*doors.sshd.terminal("spare"))
    try:
        await until(lambda: terminal.shows("EXERCISE"), "the interface is there", 30)
        await retired(doors, lee, {"retire": "key", "operator": "nia", "key": doors.lines["spare"]})
        await until(lambda: terminal.ended, "the interface has ended")
        assert terminal.shows("not on the roster")
    finally:
        terminal.close()


class Terminal:
    """What somebody sees who typed `ssh user@host`."""

    def __init__(self, end: int, process: "subprocess.Popen[bytes]") -> None:
        self._end, self._process = end, process
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        os.set_blocking(end, False)
        asyncio.get_running_loop().add_reader(end, self._read)

    def shows(self, *words: str) -> bool:
        text = "\n".join(self._screen.display)
        return all(word in text for word in words)

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)
        if not self.ended:
            self._process.terminate()
        self._process.wait(10)
        os.close(self._end)

    def _read(self) -> None:
        try:
            data = os.read(self._end, 65536)
        except OSError:
            data = b""
        if data:
            self._stream.feed(data)
        else:
            asyncio.get_running_loop().remove_reader(self._end)


# The roster is the law, at once


async def retired(doors: Doors, lee: Session, step: dict[str, object]) -> None:
    done = await lee.send(RosterSteps(steps=(step,), reason="lost"))  # type: ignore[arg-type]  # JSON, as it is typed
    assert isinstance(done, Accepted), done


async def test_a_key_that_is_retired_ends_its_sessions_and_opens_nothing_more(doors: Doors) -> None:
    lee, nia = await doors.joined("lee"), await doors.joined("nia")
    spare = await doors.joined("spare")
    assert spare.operator == "nia"
    await retired(doors, lee, {"retire": "key", "of": "nia", "operator": "nia", "key": doors.lines["spare"]})
    await until(lambda: spare.fault is not None, "the session with that key has ended")
    assert isinstance(spare.fault, NotAdmitted)
    assert nia.link.up, "the operator's other key is still theirs"
    blob = doors.lines["spare"].split()[1]
    await until(lambda: blob not in doors.sshd.authorized_keys.read_text(), "authorized_keys has it no more")
    again = await doors.session("spare", kept=False)
    with pytest.raises(NotAdmitted):
        await again.ready(20)


async def test_an_operator_who_is_retired_is_out(doors: Doors) -> None:
    lee, sol = await doors.joined("lee"), await doors.joined("sol")
    await retired(doors, lee, {"retire": "operator", "id": "sol"})
    await until(lambda: sol.fault is not None, "their session has ended")
    await until(lambda: " sol" not in doors.sshd.authorized_keys.read_text(), "authorized_keys has them no more")


async def test_a_key_that_is_added_opens_at_once(doors: Doors) -> None:
    lee = await doors.joined("lee")
    await retired(doors, lee, {"add": "key", "id": "sol", "key": doors.lines["foreign"]})
    blob = doors.lines["foreign"].split()[1]
    await until(lambda: blob in doors.sshd.authorized_keys.read_text(), "authorized_keys has it")
    assert (await doors.joined("foreign")).operator == "sol"


async def test_authority_is_not_in_the_key(doors: Doors) -> None:
    nia = await doors.joined("nia")
    refused = await nia.send(RosterSteps(steps=({"retire": "operator", "id": "lee"},), reason="mine now"))
    assert isinstance(refused, Refused)
    assert refused.code == "no-authority"


# A bad link


class Cable:
    """A port before the SSH server's that can be cut: every connection through it dies, and none is made."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in tuple(self._ends):
            end.transport.abort()
        await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        both = {writer, far_writer}
        self._ends |= both
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._ends -= both

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.transport.abort()


async def test_a_link_that_is_cut_is_made_again_and_what_was_said_meanwhile_arrives_once(doors: Doors) -> None:
    cable = Cable(doors.sshd.port)
    await cable.plug()
    nia = await doors.session("nia", port=cable.port)
    await nia.ready(20)
    lee = await doors.joined("lee")
    try:
        await cable.cut()
        await until(lambda: not nia.link.up, "the loss is noticed")
        ids = [nia.queue(Note(text=f"while cut off {number}")) for number in range(3)]
        await lee.send(Note(text="said meanwhile"))
        assert nia.link.queued == 3
    finally:
        await cable.plug()
    nia.restore()
    outcomes = [await asyncio.wait_for(nia.outcome(id), 20) for id in ids]
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    await until(lambda: nia.seq >= lee.seq, "it has all that was said meanwhile")
    notes = [entry.body.text for entry in doors.entries() if isinstance(entry.body, Note) and entry.by == "nia"]
    assert notes == [f"while cut off {number}" for number in range(3)]
    await cable.cut()


async def test_without_its_hub_the_door_says_so(doors: Doors) -> None:
    doors.hub.stop()
    session = await doors.session("nia", kept=False)
    await until(lambda: "nobody listens there" in session.link.trouble, "the session says that no hub answers")


# The command line


async def test_every_verb_goes_through_the_door(doors: Doors) -> None:
    environment = {PROGRAM: shlex.join(doors.sshd.ssh()), "COORDINATOR_HUB": doors.sshd.address("nia")}

    async def coordinator(*words: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            COORDINATOR, *words, env={"PATH": "/usr/bin:/bin", **environment},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    assert (await coordinator("note", "from the command line"))[0] == 0
    code, board, _ = await coordinator("board")
    assert code == 0
    assert "north" in board
    code, _, said = await coordinator("order", "HOLD", "area/north", "--to", "south")
    assert code == 3, said
    environment["COORDINATOR_HUB"] = doors.sshd.address("foreign")
    code, _, said = await coordinator("note", "not mine to write")
    assert code == 2
    assert said.count("\n") == 1
    assert [entry.by for entry in doors.entries() if entry.kind == "note"] == ["nia"]

"""Limits, each with a clear error; whatever one connection does, the hub and the others go on."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import msgpack  # type: ignore[import-untyped]  # it ships no types
import pytest
from websockets.asyncio.client import connect, unix_connect
from websockets.asyncio.client import connect as ClientConnect  # noqa: N812 - what unix_connect makes is one too
from websockets.exceptions import InvalidStatus

from coordinator.incident.acts import Note, Order, RosterSteps
from coordinator.session.addresses import Tcp, Unix, read
from coordinator.session.faults import BadAddress
from coordinator.session.transports import FROM, LinkLost, open_transport
from coordinator.wire import limits
from coordinator.wire.frames import Bye, Entries, ErrorFrame, Fetch, Got, Hello, Welcome, pack
from coordinator.wire.lengths import framed
from server import conversation, listener, origins, subscribers
from server.admission import NotSafe
from server.hub import Hub
from server.listener import Listener
from tests.server.raw import ROSTER, Place

FLAWED = {
    "no msgpack": (b"\xc1", "malformed"),
    "too large": (msgpack.packb({"t": "x" * limits.FRAME}), "too-large"),
    "too deep": (b"\x81\xa1t" + b"\x91" * 60_000, "too-deep"),
    "hostile text": (msgpack.packb({"t": "command", "id": "c-1", "do": "note", "text": "a\x9b31m"}), "text"),
    "unknown command": (msgpack.packb({"t": "command", "id": "c-1", "do": "open"}), "malformed"),
    "hello again": (msgpack.packb({"t": "hello", "v": 1}), "malformed"),
}


async def goes_on(place: Place) -> None:
    """The hub still decides, and tells."""
    client = await place.join("dana")
    assert (await client.do(Note(text="still here"))).kind == "note"
    await client.close()


@pytest.mark.parametrize("name", FLAWED)
async def test_a_flawed_frame_gets_its_error_and_the_connection_goes_on(place: Place, name: str) -> None:
    data, code = FLAWED[name]
    nia = await place.join("nia")
    await nia.send(data)
    assert (await nia.wait(ErrorFrame)).code == code
    assert (await nia.do(Note(text="and another"))).kind == "note"
    await goes_on(place)


async def test_a_text_frame_is_answered_too(place: Place) -> None:
    nia = await place.join("nia")
    await nia.connection.send("hello?")
    assert (await nia.wait(ErrorFrame)).code == "malformed"


async def test_far_too_large_frames_close_the_connection_only(place: Place) -> None:
    nia = await place.join("nia")
    await nia.send(b"\0" * (limits.SOCKET_FRAME + 1))
    await nia.closed.wait()
    assert nia.connection.close_code == 1009
    await goes_on(place)


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        (Hello(v=2, operator="nia"), "version"),
        (Hello(v=1), "not-admitted"),
        (Hello(v=1, operator="nobody"), "not-admitted"),
        (Hello(v=1, operator="hub"), "not-admitted"),
        (Got(seen=(1,)), "not-admitted"),
        (msgpack.packb({"t": "command", "id": "c-1", "do": "note", "text": "x"}), "not-admitted"),
    ],
)
async def test_who_is_not_known_is_told_why_and_closed(place: Place, hello: Hello | Got | bytes, code: str) -> None:
    client = await place.knock()
    await client.send(hello)
    assert (await client.wait(ErrorFrame)).code == code
    await client.closed.wait()
    assert not client.all(Welcome)


async def test_who_says_nothing_is_sent_away(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELLO_WITHIN", 0.2)
    silent = await place.knock()
    assert "no hello" in (await silent.wait(ErrorFrame)).message
    await silent.closed.wait()


async def test_a_flood_of_commands_is_refused_and_nobody_else_suffers(place: Place) -> None:
    nia, lee = await place.join("nia"), await place.join("lee")
    for number in range(int(limits.COMMANDS_AT_ONCE) + 20):
        await nia.say(Note(text="flood"), id=f"flood-{number}")
    error = await nia.wait(ErrorFrame)
    assert error.code == "too-fast"
    assert error.id is not None
    assert error.id.startswith("flood-"), "its author must know which to send again"
    assert (await lee.do(Note(text="calm"))).kind == "note"
    await asyncio.sleep(2 / limits.COMMANDS_PER_SECOND)
    assert (await nia.do(Note(text="later"), id=error.id)).id == error.id


async def test_two_connections_of_one_operator_share_one_allowance(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "COMMANDS", limits.Rate(0.001, 3))
    one, other = await place.join("nia"), await place.join("nia")
    for number in range(2):
        await one.do(Note(text="x"), id=f"one-{number}")
        await other.say(Note(text="x"), id=f"other-{number}")
    assert (await other.wait(ErrorFrame)).code == "too-fast"


async def test_a_flood_of_frames_is_cut_off(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FRAMES", limits.Rate(1, 50))
    nia = await place.join("nia")
    for _ in range(60):
        await nia.send(Got(seen=(1,)))
    await nia.closed.wait()
    assert nia.all(ErrorFrame)[-1].code == "too-fast"
    await goes_on(place)


async def test_too_many_pages_are_refused_by_their_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READS", limits.Rate(0.001, 2))
    nia = await place.join("nia")
    for number in range(3):
        await nia.send(Fetch(n=number))
    error = await nia.wait(ErrorFrame)
    assert (error.code, error.n) == ("too-fast", 2)


async def test_a_slow_reader_is_dropped_and_resumes_while_the_others_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers, "BACKLOG", 64 * 1024)
    lee, slow = await place.join("lee"), await place.join("ike")
    await slow.upto(place.hub.state.seq)
    slow.connection.transport.pause_reading()
    last = 0
    for number in range(400):
        last = (await lee.do(Order(verb="DIRECT", subject=f"place {number}", to=("icp",), text="x" * 4000))).seq
        if not any(one.operator == "ike" for one in place.hub.subscribers.all):
            break
        await asyncio.sleep(1 / limits.COMMANDS_PER_SECOND)
    assert not any(one.operator == "ike" for one in place.hub.subscribers.all), "dropped"
    slow.connection.transport.resume_reading()
    await slow.closed.wait()
    back = await place.join("ike", have=slow.have())
    await back.upto(last)
    assert sorted({*slow.items(), *back.items()}) == list(range(min(slow.items()), max(back.items()) + 1))


async def test_a_fault_in_one_connection_stays_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    nia, lee = await place.join("nia"), await place.join("lee")

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(conversation, "_read", breaks)
        await nia.send(Got(seen=(1,)))
        await nia.closed.wait()
    assert (await lee.do(Note(text="untouched"))).kind == "note"


async def test_no_more_connections_than_the_hub_can_hold(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "CONNECTIONS", 2)
    await place.knock()
    await place.knock()
    with pytest.raises(InvalidStatus):
        await place.knock()


# What comes from one address


def came_from(address: str, socket: Path) -> ClientConnect:
    """A connection that the forced command makes for somebody at that address."""
    return unix_connect(str(socket), "ws://localhost/", additional_headers={FROM: address}, compression=None)


async def test_a_flood_of_openings_from_one_address_keeps_nobody_else_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OPENINGS", limits.Rate(0, 2))
    for _ in range(2):
        await connect(place.port, proxy=None)
    with pytest.raises(InvalidStatus, match="429"):
        await connect(place.port, proxy=None)
    await connect(place.port, proxy=None, local_addr=("127.0.0.2", 0))
    for _ in range(2):
        await came_from("198.51.100.7", place.socket)
    with pytest.raises(InvalidStatus, match="429"):
        await came_from("198.51.100.7", place.socket)
    await came_from("198.51.100.8", place.socket)


async def test_whoever_is_kept_out_is_told_why(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPENINGS", limits.Rate(0, 0))
    with pytest.raises(LinkLost, match="too many connections from one address; come back later"):
        await open_transport(Unix(place.socket))


async def test_the_frames_of_all_connections_from_one_address_are_counted_together(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ADDRESS_FRAMES", limits.Rate(0, 40))
    nia, lee, dana = await place.join("nia", port=True), await place.join("lee", port=True), await place.join("dana")
    for _ in range(25):
        await nia.send(Got(seen=(1,)))
        await lee.send(Got(seen=(1,)))
    await asyncio.wait([asyncio.create_task(one.closed.wait()) for one in (nia, lee)], return_when="FIRST_COMPLETED")
    (error,) = [*nia.all(ErrorFrame), *lee.all(ErrorFrame)][:1]
    assert error.code == "too-fast"
    assert "address" in error.message
    assert (await dana.do(Note(text="from elsewhere"))).kind == "note"


async def test_large_frames_count_for_as_many_as_they_are_to_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FRAMES", limits.Rate(0, 40))
    nia = await place.join("nia")
    for _ in range(3):
        await nia.send(b"\xc1" * limits.FRAME)
    await nia.closed.wait()
    assert [error.code for error in nia.all(ErrorFrame)] == ["malformed", "malformed", "too-fast"]
    await goes_on(place)


@pytest.mark.parametrize(
    ("connection", "answer"),
    [("198.51.100.7 4 192.0.2.1 22", b"too many connections from one address"), ("198.51.100.8 4", b"not-admitted")],
)
async def test_the_forced_command_says_where_its_user_comes_from(
    place: Place, monkeypatch: pytest.MonkeyPatch, connection: str, answer: bytes
) -> None:
    monkeypatch.setattr(limits, "OPENINGS", limits.Rate(0, 1))
    await came_from("198.51.100.7", place.socket)
    door = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("coordinator"), "door", "nia", "SHA256:x", f"unix:{place.socket}",
        env={**os.environ, "SSH_CONNECTION": connection},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert door.stdin is not None
    assert door.stdout is not None
    assert door.stderr is not None
    door.stdin.write(framed(pack(Hello(v=1))))
    async with asyncio.timeout(20):
        assert answer in (await door.stdout.read(1000) or await door.stderr.read())
        door.stdin.close()
        await door.wait()


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origins, "REMEMBERED", 2)
    known = origins.Origins(lambda rate: limits.Bucket(rate, 0.0))
    first, other = known.of("a"), known.of("b")
    assert known.of("a") is first
    known.of("c")
    assert known.of("a") is first, "heard from after b"
    assert known.of("b") is not other


async def test_browsers_are_refused(place: Place) -> None:
    with pytest.raises(InvalidStatus):
        await connect(place.port, origin="http://localhost", proxy=None)  # type: ignore[arg-type]  # a plain text


# Where the hub listens


@pytest.mark.parametrize("text", ["ws://0.0.0.0:4600", "ws://192.0.2.7:4600", "ws://example.org:80", "wss://127.0.0.1:1"])
def test_only_this_machine_is_an_address(text: str) -> None:
    with pytest.raises(BadAddress):
        read(text)


def test_a_port_needs_a_keyless_hub(tmp_path: Path) -> None:
    async def build() -> None:
        Listener(Hub(tmp_path / "j", ROSTER), [Tcp("127.0.0.1", 0)], keyless=False)

    with pytest.raises(NotSafe, match="--keyless"):
        asyncio.run(build())


async def test_the_sockets_folder_is_for_its_owner_only(place: Place, tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o755)
    open_to_all.chmod(0o755)
    with pytest.raises(NotSafe, match="chmod 700"):
        await Listener(place.hub, [Unix(open_to_all / "hub.sock")], keyless=True).start()
    fresh = Listener(place.hub, [Unix(tmp_path / "new" / "hub.sock")], keyless=True)
    await fresh.start()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    await fresh.stop()


async def test_a_living_hubs_socket_is_not_taken_away(place: Place) -> None:
    with pytest.raises(NotSafe, match="another hub"):
        await Listener(place.hub, [Unix(place.socket)], keyless=True).start()


async def test_a_dead_hubs_socket_is_replaced(place: Place, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "left.sock"))
    left.close()
    again = Listener(place.hub, [Unix(tmp_path / "left.sock")], keyless=True)
    await again.start()
    await again.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account to try this")
async def test_another_account_is_refused_even_where_the_folder_lets_it_in(place: Place, tmp_path: Path) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o711)
    place.socket.chmod(0o777)
    knock = (
        "import os, sys, encodings.idna, msgpack\n"
        "from websockets.sync.client import unix_connect\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "with unix_connect(sys.argv[1], 'ws://localhost/') as hub:\n"
        "    print(msgpack.unpackb(hub.recv())['code'])\n"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", knock, str(place.socket)], capture_output=True, text=True, timeout=20
    )
    assert done.stdout.strip() == "not-admitted", done.stderr


async def test_who_is_struck_off_the_roster_is_sent_away_at_once(place: Place) -> None:
    nia, lee = await place.join("nia"), await place.join("lee")
    step = await lee.do(RosterSteps(steps=({"retire": "operator", "id": "nia"},), reason="shift over"))
    assert step.kind == "roster"
    assert "roster" in (await nia.wait(Bye)).reason
    await nia.closed.wait()
    assert all(step.seq not in range(one.first, one.first + len(one.items)) for one in nia.all(Entries))
    again = await place.knock()
    await again.send(Hello(v=1, operator="nia"))
    assert (await again.wait(ErrorFrame)).code == "not-admitted"

"""What the hub's own account may ask of a running hub is asked on its Unix socket, by that account, or not at all."""

import asyncio
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from coordinator.session.addresses import Tcp, Unix
from coordinator.session.transports import DOOR
from coordinator.wire.frames import ErrorFrame, Hello, Welcome, pack, unpack_to_client
from coordinator.wire.limits import VERSION
from server.hub import Hub
from server.listener import Listener
from server.owner import PATH, OwnerError, Wish, designate
from tests.incident.world import minimal

WISH = Wish("ops", "ike", "somebody", "because")


async def served(path: Path) -> tuple[Hub, Listener]:
    hub = Hub(path / "hub.journal", minimal())
    listener = Listener(hub, [Tcp("127.0.0.1", 0), Unix(path / "socket" / "hub")], keyless=True)
    await hub.start()
    await listener.start()
    return hub, listener


def port_of(listener: Listener) -> int:
    return next(address.port for address in listener.addresses if isinstance(address, Tcp))


async def test_a_port_is_no_way_to_the_owners_requests(tmp_path: Path) -> None:
    hub, listener = await served(tmp_path)
    try:
        address = f"http://127.0.0.1:{port_of(listener)}{PATH}?scope=ops&operator=ike&asked_by=x&reason=y"
        with pytest.raises(urllib.error.HTTPError) as refused:
            await asyncio.to_thread(urllib.request.urlopen, address)
        refused.value.close()
        assert refused.value.code == 409
        assert hub.state.roster.ground.scopes["ops"].deputies == ("dana",)
        told = await asyncio.to_thread(designate, tmp_path / "socket" / "hub", WISH)
        assert "first deputy of ops" in told
        assert hub.durable.roster.ground.scopes["ops"].deputies == ("ike", "dana")
    finally:
        await hub.stop()


async def test_a_full_disk_refuses_it_as_it_refuses_everybody(tmp_path: Path) -> None:
    hub, _ = await served(tmp_path)
    try:
        hub.full = "the disk is full"
        with pytest.raises(OwnerError, match="disk is full"):
            await asyncio.to_thread(designate, tmp_path / "socket" / "hub", WISH)
        hub.full = ""
    finally:
        await hub.stop()


async def test_the_doors_word_counts_on_the_unix_socket_only(tmp_path: Path) -> None:
    """At a port whoever connects is whoever they say, and a header makes them nobody else."""
    hub, listener = await served(tmp_path)
    try:
        header = {DOOR: f"lee SHA256:{'A' * 43}"}
        async with connect(f"ws://127.0.0.1:{port_of(listener)}", additional_headers=header, proxy=None) as client:
            await client.send(pack(Hello(v=VERSION, operator="nia")))
            answer = unpack_to_client(await client.recv(decode=False))
            assert isinstance(answer, Welcome)
            assert answer.operator == "nia"
            assert answer.keyless
        async with connect(f"ws://127.0.0.1:{port_of(listener)}", additional_headers=header, proxy=None) as client:
            await client.send(pack(Hello(v=VERSION)))
            refused = unpack_to_client(await client.recv(decode=False))
            assert isinstance(refused, ErrorFrame)
            assert refused.code == "not-admitted"
    finally:
        await hub.stop()

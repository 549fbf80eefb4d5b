"""The ssh that a session runs: what it is told, and what an address can never make it do."""

import os

import pytest

from coordinator.session.addresses import Ssh, read
from coordinator.session.faults import BadAddress
from coordinator.session.ssh import PROGRAM, Pipe, command, open_pipe
from coordinator.session.transports import LinkLost


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ssh://hub@example.org", Ssh("example.org", "hub")),
        ("ssh://hub@example.org:2222", Ssh("example.org", "hub", 2222)),
        ("ssh://example.org/", Ssh("example.org")),
        ("ssh://hub@[::1]:22", Ssh("::1", "hub", 22)),
        ("ssh://hub@10.0.0.7", Ssh("10.0.0.7", "hub")),
    ],
)
def test_an_address_is_a_user_a_host_and_a_port(text: str, address: Ssh) -> None:
    assert read(text) == address
    assert read(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "ssh://", "ssh://-oProxyCommand=id", "ssh://hub@-oProxyCommand=id", "ssh://-l@host", "ssh://hub@host/etc/passwd",
        "ssh://hub:secret@host", "ssh://hub@ho st", "ssh://hub@host:99999", "ssh://hub@host:x", "ssh://hub@host?x=1",
        "ssh://hub@host#x", "ssh://$(id)@host", "ssh://hub@`id`", "ssh://hub@host;id", "ssh://hub\n@host", "ssh://hub@[::1",
        "door:lee@x", "door:lee,SHA256:x", "door:",
    ],
)
def test_nothing_of_an_address_becomes_an_option(text: str) -> None:
    with pytest.raises(BadAddress):
        read(text)


def test_the_host_comes_after_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRAM, "ssh -i '/my keys/one'")
    words = command(Ssh("example.org", "hub", 2222))
    assert words[:3] == ["ssh", "-i", "/my keys/one"]
    assert words[-2:] == ["--", "hub@example.org"]
    assert words[words.index("-p") + 1] == "2222"
    assert "BatchMode=yes" in words


async def test_a_machine_without_ssh_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRAM, os.devnull + "-no-such-program")
    with pytest.raises(LinkLost, match="cannot be started"):
        await open_pipe(Ssh("example.org"))


async def test_what_is_no_hub_is_a_lost_link_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a program says in place of frames: a greeting, nothing, an endless length."""
    for said in ("echo Welcome to this host", "true", "head -c 100 /dev/zero", "echo oops >&2; exit 255"):
        monkeypatch.setenv(PROGRAM, f"sh -c '{said}' --")
        pipe = await open_pipe(Ssh("example.org"))
        try:
            with pytest.raises(LinkLost):
                await received(pipe, 50)
        finally:
            await pipe.close()


async def received(pipe: Pipe, frames: int) -> None:
    for _ in range(frames):
        assert await pipe.receive() == b""

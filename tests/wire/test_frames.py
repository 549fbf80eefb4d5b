"""Frames: each comes out as it went in, and no bytes do more than raise a WireError."""

import contextlib
from datetime import UTC, datetime

import msgpack  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.incident.roster import Operation
from coordinator.wire import limits
from coordinator.wire.frames import (
    Beat,
    Bye,
    ClientFrame,
    Entries,
    ErrorFrame,
    Fetch,
    Got,
    Have,
    Hello,
    HubBeat,
    HubFrame,
    Own,
    Page,
    Reveal,
    Search,
    SnapshotPart,
    Welcome,
    pack,
    pack_map,
    unpack_to_client,
    unpack_to_hub,
)
from coordinator.wire.problems import WireError

AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
FROM_CLIENTS: list[ClientFrame] = [
    Hello(v=1, operator="lee", version="0.1", have=Have(log="a" * 64, seq=3, digest="b" * 64), follow=False),
    Got(delivered=(1, 2), seen=(2,)),
    Beat(painted=12, key=4000, waiting=True),
    Fetch(n=1, before=40, limit=20),
    Fetch(n=2, seqs=(3, 4)),
    Search(n=3, query='"mill road" bridg*'),
]
FROM_THE_HUB: list[HubFrame] = [
    Welcome(
        v=1, log="a" * 64, operation=Operation(id="ford", name="Ford", kind="exercise"), operator="lee", seq=4,
        digest="b" * 64, at=AT, keyless=True, version="0.1",
    ),
    SnapshotPart(seq=4, digest="b" * 64, part=1, parts=2, state=b"{"),
    Entries(first=5, items=["{}", "c" * 64], head="c" * 16),
    Reveal(lines=["{}"]),
    Own(lines=["{}"]),
    Page(n=1, lines=[], more=True, before=7),
    HubBeat(at=AT, seq=9),
    ErrorFrame(code="text", message="no", id="c-1"),
    Bye(reason="stopped"),
]  # fmt: skip


@pytest.mark.parametrize("frame", FROM_CLIENTS)
def test_a_clients_frame_comes_out_as_it_went_in(frame: ClientFrame) -> None:
    assert unpack_to_hub(pack(frame), "lee") == frame


@pytest.mark.parametrize("frame", FROM_THE_HUB)
def test_the_hubs_frame_comes_out_as_it_went_in(frame: HubFrame) -> None:
    assert unpack_to_client(pack(frame)) == frame


def test_the_words_on_the_wire_are_those_of_the_protocol() -> None:
    assert msgpack.unpackb(pack(FROM_CLIENTS[0]))["as"] == "lee"
    assert msgpack.unpackb(pack(FROM_THE_HUB[6])) == {"t": "beat", "at": "2026-11-22T13:05:00Z", "seq": 9}


def test_a_client_passes_over_what_a_later_hub_adds() -> None:
    assert unpack_to_client(pack_map({"t": "weather", "rain": True})) is None
    assert unpack_to_client(pack_map({"t": "bye", "reason": "x", "again_at": 5})) == Bye(reason="x")


HOSTILE = {
    "nothing": (b"", "malformed"),
    "no map": (msgpack.packb([1, 2]), "malformed"),
    "two frames": (msgpack.packb({"t": "beat"}) * 2, "malformed"),
    "cut off": (msgpack.packb({"t": "beat", "painted": 1})[:-1], "malformed"),
    "a key twice": (b"\x82\xa1t\xa4beat\xa1t\xa4beat", "malformed"),
    "a number as key": (b"\x81\x01\x02", "malformed"),
    "no bytes as key": (b"\x82\xa1t\xa4beat\xc4\x00\x01", "malformed"),
    "bytes": (msgpack.packb({"t": "beat", "painted": b"x"}), "malformed"),
    "no bytes as value": (msgpack.packb({"t": "search", "n": 1, "query": b""}), "malformed"),
    "an extension": (msgpack.packb({"t": "beat", "painted": msgpack.ExtType(1, b"x")}), "malformed"),
    "a timestamp": (b"\x82\xa1t\xa4beat\xa7painted\xd6\xff\x00\x00\x00\x00", "malformed"),
    "not a number": (msgpack.packb({"t": "beat", "painted": float("nan")}), "malformed"),
    "no such frame": (msgpack.packb({"t": "welcome"}), "malformed"),
    "no such field": (msgpack.packb({"t": "beat", "mood": 1}), "malformed"),
    "not UTF-8": (b"\x82\xa1t\xa4beat\xa1x\xa2\xff\xfe", "text"),
    "a surrogate": (b"\x82\xa1t\xa4beat\xa1x\xa3\xed\xa0\x80", "text"),
    "an escape": (msgpack.packb({"t": "search", "n": 1, "query": "a\x1b[2J"}), "text"),
    "a deep list": (b"\x81\xa1t" + b"\x91" * 20 + b"\x01", "too-deep"),
    "a bottomless list": (b"\x81\xa1t" + b"\x91" * 60_000, "too-deep"),
    "a huge list that is not there": (b"\x81\xa1t\xdd\xff\xff\xff\xff", "malformed"),
    "a long list": (msgpack.packb({"t": "got", "seen": list(range(1, limits.ITEMS + 2))}), "malformed"),
    "too many keys": (msgpack.packb({f"k{n}": n for n in range(limits.KEYS + 1)}), "malformed"),
    "too large": (msgpack.packb({"t": "x" * limits.FRAME}), "too-large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_limit_has_its_clear_error(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(WireError) as caught:
        unpack_to_hub(data, "lee")
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.message.isprintable()


def test_the_answer_to_a_wrong_page_request_bears_its_number() -> None:
    with pytest.raises(WireError) as caught:
        unpack_to_hub(pack_map({"t": "fetch", "n": 7, "limit": 100_000}), "lee")
    assert caught.value.n == 7


@given(st.binary(max_size=80))
def test_no_bytes_do_more_than_raise_a_wire_error(data: bytes) -> None:
    for unpack in (lambda: unpack_to_hub(data, "lee"), lambda: unpack_to_client(data)):
        with contextlib.suppress(WireError):
            unpack()


def test_the_bucket_lets_so_many_through_at_once_and_so_many_a_second() -> None:
    bucket = limits.Bucket(limits.Rate(per_second=10.0, at_once=3.0), 100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(100.05)
    assert bucket.take(100.2)
    assert [bucket.take(500.0) for _ in range(4)] == [True, True, True, False]

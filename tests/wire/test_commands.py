"""Commands on the wire: the same out as in, and whatever is wrong is named by its path."""

import contextlib
import inspect
import typing
from datetime import UTC, datetime
from types import UnionType

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.incident import acts
from coordinator.incident.acts import ACTS, Message, Order, Package, RosterSteps, Text, Window
from coordinator.incident.entries import Command, OnRecord
from coordinator.wire import limits
from coordinator.wire.bounds import BODIES
from coordinator.wire.commands import _TIMES, ENVELOPE, command_from, command_map, pack_command
from coordinator.wire.frames import unpack_to_hub
from coordinator.wire.problems import WireError

AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


def refused(**fields: object) -> WireError:
    with pytest.raises(WireError) as caught:
        unpack_to_hub(msgpack.packb({"t": "command", "id": "c-1", **fields}), "lee")
    return caught.value


@pytest.mark.parametrize(
    "act",
    [
        Message(precedence="FLASH", text="two\nlines", to=("south",), reply_by=AT),
        Order(verb="HOLD", subject="area/s", to=("south",), excepted=("area/s/a",), window=Window(until=AT)),
        Package(orders=(Order(verb="HOLD", subject="area/south", to=("south",), window=Window(start=AT)),)),
        RosterSteps(steps=({"add": "area", "id": "east", "name": "East bank"},), reason="it floods too"),
    ],
)
def test_a_command_comes_out_as_it_went_in(act: acts.Act) -> None:
    record = OnRecord(centre="north", means="radio", said_at=AT, words="hold\nthere", hand="Nia")
    command = Command(by="lee", act=act, id="c-1", basis=12, term={"ops": 2}, record=record)
    assert unpack_to_hub(pack_command(command), "lee") == command
    assert command_from(command_map(command), "lee") == command


def test_who_speaks_is_never_what_the_frame_says() -> None:
    assert refused(do="note", text="x", by="lee").code == "malformed"


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"do": "tick"}, "malformed", "do: there is no command 'tick'"),
        ({"do": ["note"]}, "malformed", "do:"),
        ({"text": "x"}, "malformed", "do:"),
        ({"do": "note"}, "malformed", "missing required field `text`"),
        ({"do": "note", "text": "x", "txet": "y"}, "malformed", "unknown field `txet`"),
        ({"do": "note", "text": 4}, "malformed", "text: Expected `str`"),
        ({"do": "note", "text": 4.0}, "malformed", "text:"),
        ({"do": "note", "text": float("nan")}, "malformed", "text:"),
        ({"do": "note", "text": "x" * 4097}, "malformed", "text:"),
        ({"do": "note", "text": "x", "basis": -1}, "malformed", "basis:"),
        ({"do": "note", "text": "x", "basis": 2**60}, "malformed", "basis:"),
        ({"do": "note", "text": "x", "term": {"ops": "2"}}, "malformed", "term"),
        ({"do": "note", "text": "x", "said_at": "2026-11-22T13:05:00"}, "malformed", "said_at:"),
        ({"do": "note", "text": "x", "said_at": "2026-11-22T13:05:00+02:00"}, "malformed", "UTC"),
        ({"do": "note", "text": "x", "said_at": "0001-01-01T00:00:00Z"}, "malformed", "UTC"),
        ({"do": "note", "text": "a\x1bb"}, "text", "text: a control character at character 2"),
        ({"do": "note", "text": "x", "hand": "a\nb"}, "text", "hand: a newline"),
        ({"do": "message", "precedence": "FLASH", "text": "x", "to": ["a", "b\u202e"]}, "text", "to.1: a direction"),
        (
            {"do": "message", "precedence": "FLASH", "text": "x", "form": {"name": "213", "fields": {"a\u200f": "x"}}},
            "text", "form.fields.",
        ),
        ({"do": "hold", "ref": 1, "reason": "x", "until": "2026-11-22T13:05:00+01:00"}, "malformed", "UTC"),
        (
            {"do": "order", "verb": "HOLD", "subject": "area/a", "to": [], "window": {"from": "9999-12-31T23:59:59Z"}},
            "malformed", "UTC",
        ),
        ({"do": "roster", "reason": "x", "steps": [{"add": [[[[[["deep"]]]]]]}]}, "too-deep", "steps.0.add"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(fields: dict[str, object], code: str, words: str) -> None:
    error = refused(**fields)
    assert error.code == code
    assert words in error.message
    assert error.id == "c-1", "the author must be able to tell which command it was"


@pytest.mark.parametrize("id", ["", "x" * 65, "a b", "a\n", 7, None])
def test_a_command_needs_an_id_that_can_be_kept(id: object) -> None:
    assert "id:" in refused(do="note", text="x", id=id).message


def test_a_command_that_would_not_fit_is_refused_where_it_is_made() -> None:
    orders = tuple(Order(verb="HOLD", subject="area/a", to=("x",), text="x" * 4096) for _ in range(20))
    with pytest.raises(WireError) as caught:
        pack_command(Command(by="lee", act=Package(orders=orders), id="c-1"))
    assert caught.value.code == "too-large"


def test_messages_stay_short_whatever_they_quote() -> None:
    assert len(refused(do="note", text="x", **{"k" * 60_000: 1}).message) < limits.FRAME / 100


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(), st.text(max_size=8), st.binary()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(ACTS)), st.dictionaries(st.text(max_size=8), JSON, max_size=4), st.data())
def test_no_map_whatever_it_holds_does_more_than_raise_a_wire_error(
    do: str, extra: dict[str, object], data: st.DataObject
) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(ACTS[do])]
    fields = {name: data.draw(JSON) for name in names if data.draw(st.booleans())}
    with contextlib.suppress(WireError):
        unpack_to_hub(msgpack.packb({"t": "command", "id": "c-1", "do": do, **fields, **extra}), "lee")


# The tables beside the acts must know all of them.


def _leaves(annotation: object) -> typing.Iterator[object]:
    if annotation is Text or not (typing.get_args(annotation) or isinstance(annotation, UnionType)):
        yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from _leaves(inner)


def test_no_act_has_a_field_that_the_envelope_uses() -> None:
    for act in ACTS.values():
        assert not ENVELOPE & {field.encode_name for field in msgspec.structs.fields(act)}


def test_the_bodies_are_exactly_the_fields_of_type_text() -> None:
    structs: list[type[msgspec.Struct]] = [*ACTS.values(), acts.Form, OnRecord]
    for struct in structs:
        hints = typing.get_type_hints(struct, include_extras=True)
        for name, annotation in hints.items():
            if not name.startswith("_"):
                assert (Text in set(_leaves(annotation))) == (name in BODIES), f"{struct.__name__}.{name}"


def test_every_time_in_an_act_is_looked_at() -> None:
    structs = [one for _, one in inspect.getmembers(acts, inspect.isclass) if one in set(ACTS.values()) | {Window}]
    for struct in structs:
        hints = typing.get_type_hints(struct)
        timed = {
            name for name, annotation in hints.items()
            if set(_leaves(annotation)) & {datetime, Window, Order}
        }  # fmt: skip
        assert timed == set(_TIMES.get(struct, ())), struct.__name__

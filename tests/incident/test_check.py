"""A roster that would let two people order one thing, or that names what is not there, never starts an operation."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from coordinator.incident.check import load
from tests.incident.played import COUNTY

Roster = dict[str, object]
SAMPLE = Path(__file__).parents[2] / "sample_roster.json"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f nia@post"


def changed(change: Callable[..., object]) -> list[tuple[str, str]]:
    """What check says of the county after a change: path and severity."""
    roster = copy.deepcopy(COUNTY)
    change(roster)
    return [(problem.path, problem.severity) for problem in load(json.dumps(roster)).problems]


def put(*path: str | int, value: object) -> Callable[..., object]:
    """A change that sets one place of the document."""

    def change(roster: dict[str | int, object]) -> None:
        inner: object = roster
        for step in path[:-1]:
            inner = inner[step]  # type: ignore[index]  # a JSON document, walked by a path that is there
        inner[path[-1]] = value  # type: ignore[index]  # as above

    return change


def grow(*path: str | int, value: object) -> Callable[..., object]:
    """A change that appends to a list of the document."""

    def change(roster: dict[str | int, object]) -> None:
        inner: object = roster
        for step in path:
            inner = inner[step]  # type: ignore[index]  # a JSON document, walked by a path that is there
        assert isinstance(inner, list)
        inner.append(value)

    return change


OPS, MEDICAL = ("scopes", 0), ("scopes", 1)


def test_the_county_and_the_sample_are_fit_and_the_warnings_are_said() -> None:
    assert changed(lambda _: None) == [("scopes[1].deputies", "warning"), ("centres[4]", "warning")]
    loaded = load(SAMPLE.read_bytes())
    assert loaded.roster is not None
    assert [problem.path for problem in loaded.problems] == ["centres[8]", "centres[9]"]
    assert [len(part) for part in (loaded.roster.centres, loaded.roster.operators, loaded.roster.scopes)] == [10, 17, 3]
    subjects = loaded.roster.subjects
    assert [len(part) for part in (subjects.areas, subjects.routes, subjects.resources)] == [12, 6, 20]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (put(*OPS, "deputies", value=["dana", "lee"]), "scopes[0].deputies[1]"),
        (put(*OPS, "deputies", value=["lee"]), "scopes[0].deputies"),
        (put(*OPS, "assume_after", value="10s"), "scopes[0].assume_after"),
    ],
    ids=["the POC among the deputies", "the POC the only deputy", "a desk before its link"],
)
def test_what_is_allowed_and_unwise_is_a_warning(change: Callable[..., object], path: str) -> None:
    assert (path, "warning") in changed(change)


CENTRE = {"id": "west", "name": "West post", "kind": "POST"}
PERSON = {"id": "wes", "name": "Wes Low", "centre": "north", "role": "operator"}

BREACHES: dict[str, tuple[Callable[..., object], str]] = {
    "no default": (put(*OPS, "default", value=False), "scopes"),
    "two defaults": (put(*MEDICAL, "default", value=True), "scopes"),
    "one control on common ground": (
        put(*MEDICAL, "mandate", "subjects", value=["resource/**", "area/north/mill"]),
        "scopes[1].mandate",
    ),
    "ground above the other's": (put(*MEDICAL, "mandate", "subjects", value=["area/*"]), "scopes[1].mandate"),
    "everything is somebody's": (put(*MEDICAL, "mandate", value={"topics": ["medical/**"]}), "scopes[1].mandate"),
    "a topic twice": (put(*MEDICAL, "mandate", "topics", value=["medical/**", "ops/air"]), "scopes[1].mandate"),
    "poc unknown": (put(*OPS, "poc", value="nobody"), "scopes[0].poc"),
    "poc a reviewer": (put(*OPS, "poc", value="rev"), "scopes[0].poc"),
    "deputy unknown": (put(*OPS, "deputies", value=["dana", "nobody"]), "scopes[0].deputies[1]"),
    "a deputy twice": (put(*OPS, "deputies", value=["dana", "dana"]), "scopes[0].deputies[1]"),
    "escalation to nobody": (put(*OPS, "escalation", 0, "to", value="nobody"), "scopes[0].escalation[0].to"),
    "centre unknown": (put("operators", 0, "centre", value="west"), "operators[0].centre"),
    "parent unknown": (put("centres", 1, "parent", value="west"), "centres[1].parent"),
    "own parent": (put("centres", 1, "parent", value="icp"), "centres[1].parent"),
    "home unknown": (put("subjects", "resources", 0, "home", value="west"), "subjects.resources[0].home"),
    "contact unknown": (grow("contact_order", value="west"), "contact_order[3]"),
    "contact twice": (grow("contact_order", value="icp"), "contact_order[3]"),
    "centre id twice": (grow("centres", value={**CENTRE, "id": "north"}), "centres[5].id"),
    "operator id twice": (grow("operators", value={**PERSON, "id": "nia"}), "operators[7].id"),
    "the hub's id": (grow("operators", value={**PERSON, "id": "hub"}), "operators[7].id"),
    "names alike": (grow("centres", value={**CENTRE, "name": "N0rth p\u043est"}), "centres[5].name"),
    "ids alike": (grow("operators", value={**PERSON, "id": "so1"}), "operators[7].id"),
    "callsign twice": (put("operators", 0, "callsign", value="HERON"), "operators[0].callsign"),
    "key twice": (
        lambda roster: [put("operators", place, "keys", value=[KEY])(roster) for place in (0, 1)],
        "operators[1].keys[0]",
    ),
    "no key": (put("operators", 0, "keys", value=["ssh-ed25519 nonsense"]), "operators[0].keys[0]"),
    "a key with options": (put("operators", 0, "keys", value=['command="sh" ' + KEY]), "operators[0].keys[0]"),
    "two lines for a key": (put("operators", 0, "keys", value=[KEY + "\n" + KEY]), "operators[0].keys[0]"),
    "a bad duration": (put(*OPS, "assume_after", value="soon"), "scopes[0].assume_after"),
    "no duration": (put("settings", value={"confirm_every": "0s"}), "settings.confirm_every"),
    "a precedence without limit": (
        put(*OPS, "respond_within", value={"FLASH": "5m"}),
        "scopes[0].respond_within.ROUTINE",
    ),
    "no capacity": (put("subjects", "resources", 0, "capacity", value=0), "subjects.resources[0].capacity"),
    "no queue": (put(*OPS, "queue_alarm", value=0), "scopes[0].queue_alarm"),
    "a verb twice": (
        put("doctrine", "controls", "access", "verbs", value=["OPEN", "SHELTER"]),
        "doctrine.controls.access.verbs[1]",
    ),
    "a pair of unknown verbs": (
        put(
            "doctrine", "incompatible",
            value=[[{"verb": "FLY", "subject": "area/**"}, {"verb": "OPEN", "subject": "route/**"}]],
        ),
        "doctrine.incompatible[0][0].verb",
    ),
    "a release of nothing": (
        put("doctrine", "controls", "access", "releases", value=["FREE"]),
        "doctrine.controls.access.releases[0]",
    ),
    "a verb that there is not": (put(*OPS, "mandate", "verbs", value=["FLY"]), "scopes[0].mandate.verbs[0]"),
    "a subject that there is not": (
        put(*OPS, "mandate", "subjects", value=["area/south"]),
        "scopes[0].mandate.subjects[0]",
    ),
    "an escape in a name": (put("centres", 1, "name", value="Post\x1b[2J"), "centres[1].name"),
    "a direction mark": (put("centres", 1, "phone", value="555\u202e01"), "centres[1].phone"),
    "an id with a space": (put("operation", "id", value="the ford"), "operation.id"),
    "a glob for an id": (grow("subjects", "areas", value={"id": "north/*", "name": "All"}), "subjects.areas[2].id"),
    "no name": (put("centres", 1, "name", value=" "), "centres[1].name"),
    "a field too many": (put(*OPS, "pocc", value="lee"), "scopes[0].pocc"),
    "a field missing": (lambda roster: roster["scopes"][0].pop("poc"), "scopes[0].poc"),
    "a wrong type": (put("subjects", "resources", 0, "capacity", value="two"), "subjects.resources[0].capacity"),
    "an unknown role": (put("operators", 0, "role", value="boss"), "operators[0].role"),
    "a list for an object": (put("operation", value=[]), "operation"),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES)
def test_each_breach_is_an_error_at_its_path(breach: str) -> None:
    change, path = BREACHES[breach]
    assert (path, "error") in changed(change)


def test_all_problems_are_said_at_once_each_with_a_remedy() -> None:
    roster = copy.deepcopy(COUNTY)
    for name in ("no default", "poc unknown", "home unknown", "a bad duration", "own parent"):
        if name != "no default":
            BREACHES[name][0](roster)
    loaded = load(json.dumps(roster))
    assert loaded.roster is None
    assert len([problem for problem in loaded.problems if problem.severity == "error"]) >= 4
    assert all(problem.message and problem.remedy for problem in loaded.problems)


@pytest.mark.parametrize(
    ("subjects", "centres", "apart"),
    [
        (["resource/**"], ["**"], True),
        (["area/north"], ["**"], False),
        (["area/**"], ["south"], False),
        (["route/*"], ["**"], False),
        (["**"], ["**"], False),
    ],
)
def test_ground_is_apart_when_no_subject_of_a_control_can_overlap(
    subjects: list[str], centres: list[str], *, apart: bool
) -> None:
    found = changed(
        put(*MEDICAL, "mandate", value={"topics": ["medical/**"], "subjects": subjects, "centres": centres})
    )
    assert (("scopes[1].mandate", "error") not in found) == apart


def test_one_topic_may_go_to_two_desks_from_different_centres() -> None:
    def split(roster: Roster) -> None:
        put(*OPS, "mandate", "centres", value=["north", "south", "eoc"])(roster)
        put(*MEDICAL, "mandate", value={"topics": ["**"], "subjects": ["resource/**"], "centres": ["icp"]})(roster)

    assert ("scopes[1].mandate", "error") not in changed(split)


def test_two_resources_side_by_side_are_not_common_ground() -> None:
    def split(roster: Roster) -> None:
        grow("subjects", "resources", value={"id": "pump/hose", "name": "Hose", "kind": "hose", "home": "south"})(
            roster
        )
        put(*OPS, "mandate", "subjects", value=["area/**", "route/**", "resource/pump"])(roster)
        put(*MEDICAL, "mandate", "subjects", value=["resource/pump/hose"])(roster)

    assert ("scopes[1].mandate", "error") not in changed(split)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b"1" * 10_000,
        b'{"operation": {"id": 1.5}}',
    ],
)  # fmt: skip
def test_what_is_no_roster_at_all_is_one_plain_sentence(data: bytes) -> None:
    loaded = load(data)
    assert loaded.roster is None
    assert all("\n" not in str(problem) for problem in loaded.problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def spots(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for step, one in inner for spot in spots(one, (*path, step)))] if path else [
        spot for step, one in inner for spot in spots(one, (step,))
    ]  # fmt: skip


@given(st.sampled_from(spots(COUNTY)), json_values)
def test_whatever_stands_anywhere_check_says_so_and_never_breaks(spot: tuple[str | int, ...], value: object) -> None:
    roster = copy.deepcopy(COUNTY)
    put(*spot, value=value)(roster)
    loaded = load(json.dumps(roster))
    assert (loaded.roster is None) == bool(loaded.errors)

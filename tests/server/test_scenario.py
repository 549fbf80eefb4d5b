"""A drill file that cannot be played says so in one sentence with its line number, before anything is played."""

import json
from pathlib import Path

import pytest

from server.scenario import Scenario, ScenarioError, read

DRILLS = Path(__file__).parents[1] / "drills"
HEADER = {"drill": "Test", "roster": str(DRILLS / "minimal-roster.json"), "starts": "2026-11-22T13:00:00Z"}
NOTE = {"at": "+00:00:10", "as": "lee", "do": "note", "text": "hello"}
ORDER = {"at": "+00:00:10", "as": "lee", "do": "order", "verb": "HOLD", "subject": "area/south", "to": ["south"]}


def scenario(folder: Path, *lines: object, header: object = HEADER) -> Scenario:
    path = folder / "drill.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in (header, *lines)))
    return read(path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ('{"at": "+00:00:01", "at": "+00:00:02", "do": "wait"}', "a key stands there twice"),
        ({"do": "wait"}, "`at` is missing"),
        ({"at": "soon", "do": "wait"}, "'soon' is not a time"),
        ({"at": "2026-11-22T12:00:00Z", "do": "wait"}, "before the drill starts"),
        ({"at": "+00:00:01", "do": "dance"}, "there is no command 'dance'"),
        ({"at": "+00:00:01", "do": "wait", "until": "later"}, "wait has no 'until'"),
        ({"at": "+00:00:01", "as": "lee", "do": "link", "state": "sideways"}, "sideways"),
        ({"at": "+00:00:01", "do": "check"}, "the check asks for nothing"),
        ({"at": "+00:00:01", "do": "check", "weather": {}}, "check has no 'weather'"),
        ({"at": "+00:00:01", "do": "check", "in_force": "$o1"}, "in_force"),
        ({"at": "+00:00:01", "do": "check", "in_force": ["$o1"]}, "$o1 names no earlier inject"),
        ({**NOTE, "as": "nobody"}, "there is no operator 'nobody'"),
        ({key: value for key, value in NOTE.items() if key != "as"}, "`as` names no operator"),
        ({**NOTE, "txet": "hello"}, "note has no 'txet'"),
        ({**NOTE, "expect": "refused"}, "expect is 'refused'"),
        ({**ORDER, "supersedes": ["$o9"]}, "$o9 names no earlier inject"),
        ({**ORDER, "basis": "$o9"}, "$o9 names no earlier inject"),
        ({**ORDER, "clashes": ["$o9"]}, "$o9 names no inject"),
        ({**ORDER, "quantity": "many"}, "quantity"),
        ({key: value for key, value in ORDER.items() if key != "to"}, "to"),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, line: object, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        scenario(tmp_path, NOTE, line)
    message = str(raised.value)
    assert message.startswith("line 3: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"at": "+00:00:01", "do": "wait"}, "the header needs drill, roster and starts"),
        ({**HEADER, "starts": "today"}, "'today' is not a time"),
        ({**HEADER, "roster": "nowhere.json"}, "nowhere.json"),
    ],
)
def test_a_faulty_header_is_named(tmp_path: Path, header: object, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario(tmp_path, header=header)


def test_a_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "drill.jsonl").write_bytes(b'{"drill": "x"}\n{"at": "\xe9"}\n')
    with pytest.raises(ScenarioError, match=r"^line 2: not UTF-8 text$"):
        read(tmp_path / "drill.jsonl")


def test_a_tag_names_one_inject(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="line 3: the tag 'o1' is taken"):
        scenario(tmp_path, {**ORDER, "tag": "o1"}, {**ORDER, "tag": "o1"})


def test_a_command_expected_to_be_invalid_may_be_as_wrong_as_it_likes(tmp_path: Path) -> None:
    read_one = scenario(tmp_path, {**ORDER, "to": 7, "colour": "red", "expect": "invalid"}).injects[0]
    assert read_one.expect == "invalid"


def test_injects_are_played_in_the_order_of_their_times(tmp_path: Path) -> None:
    late, early = {**NOTE, "at": "2026-11-22T13:10:00Z"}, {**NOTE, "at": "+00:09:59.500"}
    assert [inject.line for inject in scenario(tmp_path, late, early).injects] == [3, 2]


def test_everybody_named_is_connected_from_the_start(tmp_path: Path) -> None:
    read_all = scenario(
        tmp_path,
        NOTE,
        {"at": "+00:01:00", "as": "lee", "do": "offer", "scope": "ops", "to": "dana"},
        {"at": "+00:02:00", "do": "check", "holder": {"ops": "ike"}},
        {"at": "+00:03:00", "as": "nia", "do": "link", "state": "down"},
    )
    assert set(read_all.named) == {"lee", "dana", "ike", "nia"}


def test_tags_stand_inside_packages_too(tmp_path: Path) -> None:
    orders = [{"tag": "a", "verb": "HOLD", "subject": "area/south", "to": ["south"]}]
    package = {"at": "+00:00:10", "as": "lee", "do": "package", "orders": orders}
    check = {"at": "+00:00:20", "do": "check", "in_force": ["$a"]}
    assert scenario(tmp_path, package, check).injects[0].order_tags == ("a",)

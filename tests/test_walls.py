"""The walls between the rooms: which may import which, read from the source and seen again in an interpreter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT: dict[str, frozenset[str]] = {
    "coordinator.incident": frozenset(),
    "coordinator.wire": frozenset({"coordinator.incident"}),
    "coordinator.journal": frozenset({"coordinator.incident"}),
    "coordinator.session": frozenset({"coordinator.wire", "coordinator.journal", "coordinator.incident"}),
    "coordinator.review": frozenset({"coordinator.wire", "coordinator.journal", "coordinator.incident"}),
    "coordinator.tui": frozenset(
        {"coordinator.session", "coordinator.review", "coordinator.wire", "coordinator.journal", "coordinator.incident"}
    ),
    "coordinator.cli": frozenset(
        {
            "coordinator.tui",  # `join` and `review` open it
            "coordinator.session",
            "coordinator.review",
            "coordinator.wire",
            "coordinator.journal",
            "coordinator.incident",
        }
    ),
    # The drill runner plays its operators with real sessions.
    "server": frozenset(
        {"coordinator.session", "coordinator.wire", "coordinator.journal", "coordinator.incident"}
    ),
}

PURE = frozenset(
    "__future__ base64 binascii bisect collections contextlib dataclasses datetime decimal difflib enum functools "
    "hashlib heapq itertools json math operator re string types typing unicodedata".split()
)
"""What the core may import from the standard library: nothing that reads a clock, a file, a socket or chance."""

IMPURE = frozenset({"asyncio", "socket", "sqlite3", "ssl", "subprocess", "threading", "random", "secrets", "logging"})
"""What must not even be loaded by importing the core."""


def room_of(module: str) -> str:
    """`coordinator.tui.screens.desk` is of the room `coordinator.tui`."""
    parts = module.split(".")
    return parts[0] if parts[0] != "coordinator" else ".".join(parts[:2])


def modules_of(room: str) -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / room.replace(".", "/")).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file, also those inside functions, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute, so that the walls can be read"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room, "coordinator.__version__"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in modules_of(room).values()
        for line, name in imports_of(path)
        if name.split(".")[0] in ("coordinator", "server") and room_of(name) not in allowed and name != "coordinator"
    ]
    assert wrong == []


def test_the_core_imports_nothing_that_touches_the_world() -> None:
    allowed = PURE | {"coordinator", "msgspec", "immutables"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in modules_of("coordinator.incident").values()
        for line, name in imports_of(path)
        if name.split(".")[0] not in allowed
    ]
    assert wrong == []


def loaded_by(modules: list[str]) -> set[str]:
    """What a fresh interpreter has loaded after importing these."""
    program = f"import sys\nfor name in {modules!r}: __import__(name)\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def runnable(room: str) -> list[str]:
    """The modules of a room that may be imported; `__main__` runs its program when it is."""
    return [name for name in modules_of(room) if not name.endswith("__main__")]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_importing_a_room_loads_only_the_rooms_below_it(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room, "coordinator"}
    ours = {name for name in loaded_by(runnable(room)) if name.split(".")[0] in ("coordinator", "server")}
    assert {name for name in ours if room_of(name) not in allowed} == set()


def test_importing_the_core_loads_nothing_that_touches_the_world() -> None:
    before = loaded_by(["msgspec", "immutables", "typing", "datetime"])
    assert (loaded_by(runnable("coordinator.incident")) - before) & IMPURE == set()


@pytest.mark.parametrize("program", ["coordinator.cli.main", "server.cli"])
def test_a_command_line_starts_without_the_interface(program: str) -> None:
    assert "textual" not in loaded_by([program])


def test_no_file_leaves_work_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for folder in ("coordinator", "server", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


def test_every_file_begins_with_its_law() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for folder in ("coordinator", "server", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []

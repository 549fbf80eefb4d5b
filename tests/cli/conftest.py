"""One real hub process for the command line's tests, and the command line as a function."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from coordinator.cli.main import run
from tests.end_to_end.running import HubProcess


class Done(msgspec.Struct):
    """How one call of the command line ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, object]:
        found = msgspec.json.decode(self.out)
        assert isinstance(found, dict)
        return found


class Line:
    """The command line, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Done:
        self._capsys.readouterr()
        code = run([*words])
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(code, said.out, said.err)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    process = HubProcess(tmp_path_factory.mktemp("hub"))
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but the test's own."""
    for name in list(os.environ):
        if name.startswith("COORDINATOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COORDINATOR_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture
def bare(clean: None, capsys: pytest.CaptureFixture[str]) -> Line:
    """The command line with no hub named."""
    return Line(capsys)


@pytest.fixture
def line(bare: Line, hub: HubProcess, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line with the hub named."""
    monkeypatch.setenv("COORDINATOR_HUB", hub.address)
    return bare

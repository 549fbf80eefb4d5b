"""What a command is told: by a flag, else a COORDINATOR_* variable, else the TOML file; the first one counts."""

import os
import tomllib
from functools import cache
from pathlib import Path

from coordinator.cli.ends import Usage

FILE = "COORDINATOR_CONFIG"
"""The variable that names another file."""


def setting(flag: str | None, name: str) -> str | None:
    """The value of a setting, if anybody gave one."""
    if flag is not None:
        return flag
    value = os.environ.get(f"COORDINATOR_{name.upper()}")
    return value or _written(name)


def path() -> Path:
    """Where the TOML file is looked for."""
    named = os.environ.get(FILE)
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_config_path("coordinator") / "config.toml"


def folder() -> Path:
    """Where an operator's copies of logs and unsent commands are kept."""
    named = kept(None)
    if named is not None:
        return named
    import platformdirs

    return platformdirs.user_state_path("coordinator")


def kept(flag: Path | None) -> Path | None:
    """The folder that somebody named, if anybody did: only then does a script keep what it cannot send."""
    named = setting(None if flag is None else str(flag), "folder")
    return None if named is None else Path(named).expanduser()


def hub(flag: str | None) -> str:
    """The hub's address. Raises Usage where there is none."""
    found = setting(flag, "hub")
    if found is None:
        raise Usage(f'no hub named; give --hub ADDRESS, set COORDINATOR_HUB, or write hub = "unix:PATH" in {path()}')
    return found


def seconds(flag: float | None) -> float:
    """How long to wait for the hub."""
    found = setting(None if flag is None else str(flag), "wait")
    try:
        value = float(found) if found is not None else 10.0
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise Usage(f"--wait is a number of seconds, not '{found}'")
    return value


def _written(name: str) -> str | None:
    value = _file(path()).get(name)
    return None if value is None else str(value)


@cache
def _file(where: Path) -> dict[str, object]:
    try:
        return tomllib.loads(where.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Usage(f"{where} cannot be read: {wrong}") from None

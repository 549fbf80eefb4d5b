"""What an operator may set for the interface: their own keys, in `[keys]` of the configuration file."""

import os
import tomllib
from pathlib import Path

import platformdirs

FILE = "COORDINATOR_CONFIG"


def changed_keys() -> dict[str, str]:
    """Action: key, as the configuration file has it. Raises ValueError with a sentence."""
    path = Path(os.environ.get(FILE) or Path(platformdirs.user_config_dir("coordinator")) / "config.toml")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise ValueError(f"{path} cannot be read: {wrong}") from None
    keys = found.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise ValueError(f'{path}: [keys] has lines such as acknowledge = "a"')
    return {str(action): str(key) for action, key in keys.items()}

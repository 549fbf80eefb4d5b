"""Keys as the hub needs them: told apart by OpenSSH's fingerprint. What a key can do is OpenSSH's to say."""

import base64
import binascii
import hashlib
from collections.abc import Iterable

from coordinator.incident.roster import Operator


def fingerprint(line: str) -> str:
    """`SHA256:…` of a public key line, as `ssh-keygen -l` prints it; empty for what is no key."""
    try:
        raw = base64.b64decode(line.split()[1], validate=True)
    except (IndexError, binascii.Error, ValueError):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def fingerprints(lines: Iterable[str]) -> frozenset[str]:
    """Those of all the keys."""
    return frozenset(found for line in lines if (found := fingerprint(line)))


def holds_key(operator: Operator | None, key: str) -> bool:
    """Whether that operator is on the roster and the key is theirs now; without a key (keyless), the former."""
    return operator is not None and (not key or key in fingerprints(operator.keys))

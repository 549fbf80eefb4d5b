"""Signatures by stock OpenSSH: `ssh-keygen -Y` with the SSH key of whoever exports. No cryptography of our own.

A signature says who vouches for an export; that the key is theirs, its reader knows from elsewhere.
"""

import subprocess
from pathlib import Path
from typing import IO

NAMESPACE = "coordinator-export"
"""What the signatures are for, so that one made for another purpose does not count here."""
SIGNATURE = ".sig"
SIGNERS = "allowed_signers"
"""In the export: the key that signed, in the form that `ssh-keygen -Y verify` reads."""


class CannotSign(Exception):
    """No signature was made: why, and what to do."""


def public_key(key: Path) -> str:
    """The public half of a private key, as one line. Asks for a passphrase where the key has one."""
    beside = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    if beside.is_file():
        return beside.read_text(encoding="utf-8").strip()
    return _run(["-y", "-f", str(key)], f"{key} is no private SSH key that can be read").strip()


def signers(identity: str, key: Path) -> str:
    """The line of an allowed_signers file for this key."""
    kind, blob, *_ = public_key(key).split()
    return f'{identity} namespaces="{NAMESPACE}" {kind} {blob}\n'


def sign(file: Path, key: Path) -> None:
    """Write the signature of a file beside it."""
    _run(["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(file)], f"{key} signs nothing")


def sound(file: Path) -> bool:
    """Whether the signature beside a file is one of it, whoever made it."""
    return _says(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", f"{file}{SIGNATURE}"], file)


def vouched(file: Path, allowed: Path, identity: str) -> bool:
    """Whether the signature beside a file is of it, and by that identity's key in an allowed_signers file."""
    return _says(
        ["-Y", "verify", "-f", str(allowed), "-I", identity, "-n", NAMESPACE, "-s", f"{file}{SIGNATURE}"], file
    )


def _says(words: list[str], file: Path) -> bool:
    with file.open("rb") as data:
        return _keygen(words, data).returncode == 0


def _run(words: list[str], wrong: str) -> str:
    try:
        done = _keygen(words, None)
    except OSError as error:
        raise CannotSign(f"ssh-keygen cannot be run: {error.strerror}; install OpenSSH's client") from None
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise CannotSign(f"{wrong}: {said}; name a private SSH key that is yours")
    return done.stdout.decode("utf-8", "replace")


def _keygen(words: list[str], data: IO[bytes] | None) -> "subprocess.CompletedProcess[bytes]":
    """The system's own; it asks at the terminal for a passphrase, where there is one."""
    command = ["ssh-keygen", *words]
    return subprocess.run(command, stdin=data, capture_output=True, check=False)  # noqa: S603 - no shell, our own words

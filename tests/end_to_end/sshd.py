"""A real OpenSSH server on a loopback port, as the current user, with keys that were made for the test."""

import fcntl
import getpass
import os
import pty
import shutil
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.end_to_end.running import ROSTER

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
WHY_NOT = "no sshd is installed here; the doors can only be tried against a real one (Debian: openssh-server)"
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""Where an sshd that root runs insists on a folder."""

ALIAS = "hub-under-test"

CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PermitUserEnvironment no
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
AllowAgentForwarding yes
PermitTunnel yes
Subsystem sftp internal-sftp
SetEnv COORDINATOR_FOLDER={folder}/kept LANG=C.UTF-8
LogLevel VERBOSE
"""
"""Everything that a key might want is on, so that what is refused is refused by the key's own line."""

CLIENT = """
Host key-*
    HostName 127.0.0.1
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    HostKeyAlias {alias}
    PreferredAuthentications publickey
"""
"""Each key has a host name of its own, so that one configuration serves them all."""
KEY = """
Host {name}
    IdentityFile {key}
"""


class Sshd:
    """The server, and what its clients need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authorized_keys = folder / "authorized_keys"
        self.user = getpass.getuser()
        self.log = folder / "sshd.log"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        host = make_key(folder / "host")
        (folder / "known_hosts").write_text(f"{ALIAS} {host}\n")
        (folder / "ssh_config").write_text(CLIENT.format(folder=folder, alias=ALIAS))

    def make_key(self, name: str) -> str:
        """A new key, and the host name under which it is used; its public line comes back."""
        path = self.folder / f"key-{name}"
        with (self.folder / "ssh_config").open("a") as config:
            config.write(KEY.format(name=path.name, key=path))
        return make_key(path)

    def address(self, name: str, port: int | None = None) -> str:
        """Where a session comes in with that key."""
        return f"ssh://{self.user}@key-{name}:{port or self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        assert SSHD is not None
        if os.geteuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text(CONFIG.format(port=self.port, folder=self.folder))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        ends = time.monotonic() + 10
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < ends, self.log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Take no more connections; those that are open have an sshd of their own."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def ssh(self) -> list[str]:
        """The ssh that knows those keys, and no others."""
        return ["ssh", "-F", str(self.folder / "ssh_config")]

    def words(self, name: str, *options: str) -> list[str]:
        """A whole ssh with that key."""
        return [*self.ssh(), "-p", str(self.port), *options, f"{self.user}@key-{name}"]

    def run(
        self, name: str, *words: str, options: Sequence[str] = (), sent: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """One ssh, from its start to its end."""
        command = [*self.words(name, "-o", "BatchMode=yes", *options), *words]
        return subprocess.run(command, input=sent, capture_output=True, timeout=20, check=False)

    def terminal(self, name: str, columns: int = 80, rows: int = 24) -> "tuple[int, subprocess.Popen[bytes]]":
        """`ssh user@host` at a terminal of that size: its other end, and the process."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            self.words(name, "-t"), stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(theirs)
        return ours, process

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


def make_key(path: Path) -> str:
    """A new key; its public line."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text().strip()


def roster_with(folder: Path, keys: dict[str, list[str]]) -> Path:
    """The minimal roster, with these operators' keys."""
    document = msgspec.json.decode(ROSTER.read_bytes())
    for operator in document["operators"]:
        operator["keys"] = keys.get(operator["id"], [])
    path = folder / "roster.json"
    path.write_bytes(msgspec.json.encode(document))
    return path

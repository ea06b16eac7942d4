"""sshd with keys of its own, and a home folder of a user who is let in."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.programs.daemons import LOOPBACK, Daemons, FreePorts, program

CONFIGURATION = """\
ListenAddress {address}
Port {port}
HostKey {here}/host_key
AuthorizedKeysFile {here}/authorized_keys
PidFile {here}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
# Bash then does not read the profile of whoever runs the tests, which may take its time.
SetEnv SHLVL=2
"""


@dataclass(frozen=True)
class Sshd:
    """A running one."""

    port: int
    home: Path
    """Its .ssh holds the key that is let in, and the host's key among the known ones."""
    address: str = LOOPBACK

    @property
    def reach(self) -> str:
        """As mailtrust.toml says it."""
        return f"ssh://root@{self.address}:{self.port}"


def start_sshd(
    daemons: Daemons, here: Path, free_port: FreePorts, address: str = LOOPBACK, within: Sequence[str] = ()
) -> Sshd:
    """Start it. Raises NotInstalledError, DidNotStartError.

    `within`: the command that brings it to where its address is.
    """
    binary, keygen = program("sshd", "openssh-server"), program("ssh-keygen", "openssh-client")
    own = here / "home" / ".ssh"
    own.mkdir(parents=True, mode=0o700)
    for path in (here / "host_key", own / "id_ed25519"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    (here / "authorized_keys").write_bytes((own / "id_ed25519.pub").read_bytes())
    port = free_port()
    (own / "known_hosts").write_text(f"[{address}]:{port} {(here / 'host_key.pub').read_text()}")
    (here / "sshd_config").write_text(CONFIGURATION.format(address=address, port=port, here=here))
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # where it drops its rights
    daemons.start([*within, binary, "-D", "-e", "-f", here / "sshd_config"], [(address, port)])
    return Sshd(port, here / "home", address)

"""A domain controller (Samba) in a network namespace of its own, for as long as a test needs it."""

import ctypes
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs.daemons import DidNotStartError, program

PASSWORD = "Correct-Horse-7"
ADMINISTRATOR = "Administrator@B.TEST"
BASE = "CN=Configuration,DC=b,DC=test"
CONFIGURATION = """\
[global]
netbios name = DC1
realm = B.TEST
workgroup = B
server role = active directory domain controller
private dir = {here}/private
state directory = {here}/state
cache directory = {here}/cache
lock directory = {here}
pid directory = {here}
ncalrpc dir = {here}/ncalrpc
interfaces = lo
bind interfaces only = yes
server services = {services}
tls certfile = {here}/dc.pem
tls keyfile = {here}/dc.key
tls cafile = {here}/roots.pem
logging = file
log file = {here}/log.%m
[sysvol]
path = {here}/state/sysvol
read only = no
"""
DIRECTORY = "ldap"
WITH_FILES = "ldap, cldap, rpc, kdc, s3fs, winbindd"
"""What samba-tool needs that puts a policy into SYSVOL: the directory, and shares with who may write there."""
START_SECONDS = 60
_CLONE_NEWNET = 0x40000000  # setns(2)


@dataclass(frozen=True)
class DomainController:
    """A running one: dc1.b.test on 127.0.0.1 of its namespace."""

    pid: int
    here: Path

    def run(self, command: Sequence[str | Path], **more: object) -> "subprocess.CompletedProcess[str]":
        """Run a program in its namespace."""
        nsenter = program("nsenter", "util-linux")
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [nsenter, "-t", str(self.pid), "-n", "--", *command], check=False, capture_output=True, text=True, **more
        )

    def change(self, ldif: str) -> None:
        """Apply an LDIF as administrators do, over StartTLS. Raises DidNotStartError with what ldapmodify says."""
        done = self.run(
            [program("ldapmodify", "ldap-utils"), "-x", "-ZZ", "-H", "ldap://127.0.0.1", "-D", ADMINISTRATOR,
             "-w", PASSWORD],
            input=ldif, env={**os.environ, "LDAPTLS_CACERT": str(self.here / "roots.pem"),
                             "LDAPTLS_REQCERT": "allow"},
        )  # fmt: skip
        if done.returncode:
            raise DidNotStartError(done.stderr)

    def tool(self, *command: str) -> str:
        """Run samba-tool as the administrator, with the domain's names known; gives what it prints.

        Raises DidNotStartError with what it says when it fails, or while the shares are not served yet.
        """
        (self.here / "hosts").write_text("127.0.0.1 dc1.b.test b.test localhost\n")
        line = [program("samba-tool", "samba-ad-provision"), *command, "-H", "ldap://dc1.b.test",
                "-U", f"Administrator%{PASSWORD}", "-s", str(self.here / "test.conf")]  # fmt: skip
        shell = f"mount --bind {self.here}/hosts /etc/hosts && exec {shlex.join(line)}"
        done = self.run([program("unshare", "util-linux"), "-m", "sh", "-c", shell])
        if done.returncode:
            raise DidNotStartError(done.stdout + done.stderr)
        return done.stdout

    def enter(self) -> None:
        """Bring the thread that calls this into the namespace, for good."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{self.pid}/ns/net", "rb") as place:
            if libc.setns(place.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def domain_controller(here: Path, services: str = DIRECTORY) -> Iterator[DomainController]:
    """Provision and start one; `here` holds dc.pem, dc.key and roots.pem. Raises NotInstalledError."""
    samba, unshare = program("samba", "samba-ad-dc"), program("unshare", "util-linux")
    made = subprocess.run(
        [program("samba-tool", "samba-ad-provision"), "domain", "provision", "--realm=B.TEST", "--domain=B",
         f"--adminpass={PASSWORD}", "--server-role=dc", "--dns-backend=NONE", f"--targetdir={here}",
         "--host-name=dc1", "--host-ip=127.0.0.1", "--option=interfaces=lo", "--option=bind interfaces only=yes"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        raise DidNotStartError(made.stderr)
    (here / "test.conf").write_text(CONFIGURATION.format(here=here, services=services))
    # winbindd's socket has one place on a machine: here it is this one's own.
    start = (
        "ip link set lo up; mkdir -p /run/samba; mount -t tmpfs none /run/samba;"
        f" exec {samba} -i -M single -s {here}/test.conf"
    )
    running = subprocess.Popen(
        [unshare, "-n", "-m", "sh", "-c", start],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        controller = DomainController(running.pid, here)
        _wait(controller, running)
        yield controller
    finally:
        running.terminate()
        running.wait(20)


def _wait(controller: DomainController, running: "subprocess.Popen[bytes]") -> None:
    search = [program("ldapsearch", "ldap-utils"), "-x", "-H", "ldap://127.0.0.1", "-b", "", "-s", "base", "1.1"]
    until = time.monotonic() + START_SECONDS
    while controller.run(search).returncode != 0:
        if running.poll() is not None or time.monotonic() > until:
            raise DidNotStartError("samba does not answer LDAP")
        time.sleep(0.3)


def connection_point(server: str, uri: str, site: str) -> str:
    """What Exchange's setup writes for a server, as an LDIF; containers stand for its own classes."""
    above = f"CN=Services,{BASE}"
    entries = []
    for name in ("Microsoft Exchange", "Organisation", "Servers", server, "Protocols", "Autodiscover"):
        above = f"CN={name},{above}"
        entries.append(f"dn: {above}\nchangetype: add\nobjectClass: container\n")
    entries.append(
        f"dn: CN={server},{above}\nchangetype: add\nobjectClass: serviceConnectionPoint\n"
        f"serviceClassName: ms-Exchange-AutoDiscover-Service\nserviceBindingInformation: {uri}\n"
        "keywords: 77378F46-2C66-4aa9-A6A6-3E7A48B19596\n"
        f"keywords: Site={site}\n"
    )
    return "\n".join(entries)


def internal_uri(server: str, uri: str) -> str:
    """What Set-ClientAccessService -AutoDiscoverServiceInternalUri changes, as an LDIF."""
    return (
        f"dn: CN={server},CN=Autodiscover,CN=Protocols,CN={server},CN=Servers,CN=Organisation,"
        f"CN=Microsoft Exchange,CN=Services,{BASE}\nchangetype: modify\nreplace: serviceBindingInformation\n"
        f"serviceBindingInformation: {uri}\n"
    )

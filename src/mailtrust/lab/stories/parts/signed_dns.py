"""Knot with zones that it signs itself, and Unbound that validates them, on loopback."""

import base64
import contextlib
import secrets
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.lab.daemons import LOOPBACK, Daemons, DidNotStartError, program
from mailtrust.lab.lab_error import LabError

PROGRAMS = (("knotd", "knot"), ("keymgr", "knot"), ("unbound", "unbound"), ("nsupdate", "bind9-dnsutils"))
KEY_NAME = "plan."
PATIENCE = 20.0

_KNOT = """\
server:
    listen: {address}@{port}
    rundir: {folder}
database:
    storage: {folder}/db
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: updates
    address: {address}
    key: {key}
    action: update
policy:
  - id: quick
    algorithm: ECDSAP256SHA256
    single-type-signing: on
template:
  - id: default
    storage: {folder}
    zonefile-sync: -1
    journal-content: changes
    dnssec-signing: on
    dnssec-policy: quick
    acl: updates
zone:
"""
_UNBOUND = """\
server:
    interface: {address}
    port: {port}
    do-daemonize: no
    use-syslog: no
    chroot: ""
    username: ""
    pidfile: ""
    directory: "{folder}"
    do-not-query-localhost: no
    # What was changed is to be seen at once.
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    # Nobody else is asked for anything.
    local-zone: "." static
"""


class SignedDns:
    """The zones, who serves them, and who vouches for them."""

    def __init__(self, daemons: Daemons, folder: Path, zones: Mapping[str, str], ports: tuple[int, int]) -> None:
        """`zones`: each zone's file by its name; `ports`: of the server of the zones, and of the resolver."""
        self._daemons = daemons
        self._folder = folder
        self.zones = zones
        self.port, self._resolver_port = ports
        self.key_file = folder / "update.key"
        """Who holds it may change the zones, by updates to `port`."""

    @property
    def resolver(self) -> tuple[str, int]:
        """Whom to ask."""
        return LOOPBACK, self._resolver_port

    def start(self) -> None:
        """Serve, sign and validate. Blocks until an answer is validated; raises LabError."""
        secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(f'key "{KEY_NAME}" {{ algorithm hmac-sha256; secret "{secret}"; }};\n')
        (self._folder / "db").mkdir()
        configuration = self._folder / "knot.conf"
        configuration.touch(mode=0o600)
        head = _KNOT.format(address=LOOPBACK, port=self.port, folder=self._folder, key=KEY_NAME, secret=secret)
        blocks = []
        for zone, content in self.zones.items():
            (self._folder / f"{zone}.zone").write_text(content)
            blocks.append(f"  - domain: {zone}\n    file: {zone}.zone\n")
        configuration.write_text(head + "".join(blocks))
        self._daemons.start([program("knotd", "knot"), "-c", configuration], [(LOOPBACK, self.port)])
        for zone in self.zones:
            _wait_for(zone, self.port, validated=False)
        anchors = "".join(
            f'    local-zone: "{zone}." transparent\n    trust-anchor: "{self._delegation(zone)}"\n'
            for zone in self.zones
        )
        stubs = "".join(
            f'stub-zone:\n    name: "{zone}"\n    stub-addr: {LOOPBACK}@{self.port}\n' for zone in self.zones
        )
        unbound = self._folder / "unbound.conf"
        served = _UNBOUND.format(address=LOOPBACK, port=self._resolver_port, folder=self._folder)
        unbound.write_text(f"{served}{anchors}remote-control:\n    control-enable: no\n{stubs}")
        self._daemons.start([program("unbound", "unbound"), "-d", "-c", unbound], [(LOOPBACK, self._resolver_port)])
        for zone in self.zones:
            _wait_for(zone, self._resolver_port, validated=True)

    def update(self, command: str) -> None:
        """Do what a plan's `nsupdate -k KEYFILE` says, with our key and at our server (RFC 2136, RFC 8945)."""
        first, *lines = command.splitlines()
        if not first.startswith("nsupdate -k ") or lines[-1] != "END":
            raise LabError(text("This is no update of a zone: {command}", command=clean(command, 300)))
        said = "\n".join((f"server {LOOPBACK} {self.port}", *lines[:-1], ""))
        done = subprocess.run(
            [program("nsupdate", "bind9-dnsutils"), "-k", self.key_file],
            input=said,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise LabError(text("The zone was not changed: {said}", said=clean(done.stderr, 500)))

    def _delegation(self, zone: str) -> str:
        """The DS record by SHA-256, as the parent zone would have it."""
        command = [program("keymgr", "knot"), "-c", str(self._folder / "knot.conf"), zone, "ds"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
        return next(line for line in listed.stdout.splitlines() if " 13 2 " in line)


def _wait_for(zone: str, port: int, *, validated: bool) -> None:
    """Listening is not enough: a zone is loaded and signed a little later."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
            query = dns.message.make_query(zone, "SOA", want_dnssec=True)
            answer = dns.query.tcp(query, LOOPBACK, timeout=2, port=port)
            if len(answer.answer) > 1 and (not validated or answer.flags & dns.flags.AD):
                return
        time.sleep(0.05)
    raise DidNotStartError(text("No signed answer came for {zone} in time.", zone=zone))

"""Knot DNS: a zone that a TSIG key may change, on one address, and a copy of it on another."""

import base64
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.programs.daemons import Daemons, program

SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode("ascii")
PRIMARY, SECONDARY = "127.0.0.1", "127.0.0.2"
CONFIGURATION = """\
server:
    listen: {address}@{port}
    rundir: {here}
database:
    storage: {here}/db
key:
  - id: acme
    algorithm: hmac-sha256
    secret: {secret}
  - id: other
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: acme
    action: update
    key: acme
    update-type: [TXT, A, CNAME, SRV, TLSA]
  - id: copy
    address: 127.0.0.0/8
    action: [transfer, notify]
remote:
  - id: others
    address: {other}@{port}
zone:
  - domain: {zone}
    storage: {here}
    file: zone
    zonefile-sync: -1
    journal-content: all
    acl: [acme, copy]
    {signing}
    {role}
"""
SIGNING = "dnssec-signing: on"


@dataclass(frozen=True, slots=True)
class Knot:
    """A running primary, with or without its secondary."""

    port: int
    zone: str
    folder: Path
    """The primary's."""

    def set_records(self, name: str, kind: str, records: Sequence[str]) -> None:
        """Have these records of one type at a name of the zone, and no others."""
        control = [program("knotc", "knot"), "-s", self.folder / "knot.sock"]
        for _ in range(100):  # It listens before the zone is loaded and signed, and then has no time for others.
            if subprocess.run([*control, "zone-begin", self.zone], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        commands = [["zone-unset", self.zone, name, kind]]
        commands += [["zone-set", self.zone, name, "1", kind, record] for record in records]
        for words in (*commands, ["zone-commit", self.zone]):
            # There may be none to be taken away.
            subprocess.run([*control, *words], capture_output=True, check=words[0] != "zone-unset")

    @property
    def place(self) -> str:
        """As --dns takes it."""
        return f"{PRIMARY}:{self.port}"


def start_knot(
    daemons: Daemons,
    here: Path,
    port: int,
    zone: str,
    records: Sequence[str],
    *,
    secondary: bool = False,
    signed: bool = False,
) -> Knot:
    """Serve a zone. Raises NotInstalledError, DidNotStartError."""
    binary = program("knotd", "knot")
    names = ["@ SOA ns hostmaster 1 3600 600 86400 1", "@ NS ns", f"ns A {PRIMARY}"]
    names += ["@ NS ns2", f"ns2 A {SECONDARY}"] if secondary else []
    for address, other, role in (
        (PRIMARY, SECONDARY, "notify: others" if secondary else ""),
        *([(SECONDARY, PRIMARY, "master: others")] if secondary else []),
    ):
        folder = here / address
        (folder / "db").mkdir(parents=True)
        if address == PRIMARY:
            (folder / "zone").write_text("\n".join((f"$ORIGIN {zone}.", "$TTL 1", *names, *records)) + "\n")
        (folder / "knot.conf").write_text(
            CONFIGURATION.format(
                address=address,
                port=port,
                here=folder,
                secret=SECRET,
                zone=zone,
                other=other,
                role=role,
                signing=SIGNING if signed else "",
            )
        )
        daemons.start([binary, "-c", folder / "knot.conf"], [(address, port)])
    return Knot(port, zone, here / PRIMARY)

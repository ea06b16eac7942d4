"""slapd with the few names of Active Directory that Exchange's service connection points need."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.programs.daemons import LOOPBACK, Daemons, DidNotStartError, FreePorts, program

from mailtrust.core.model.walk import ConnectionPoint

USER = "cn=reader,dc=b,dc=test"
PASSWORD = b"let me in"
CONFIGURATION_CONTEXT = "cn=configuration,dc=b,dc=test"
# The names and numbers are Active Directory's ([MS-ADA1], [MS-ADA3], [MS-ADSC]).
TEXT_VALUE = "EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15"
CONFIGURATION = """\
attributetype ( 1.2.840.113556.1.4.48 NAME 'keywords' {text} )
attributetype ( 1.2.840.113556.1.4.510 NAME 'serviceBindingInformation' {text} )
attributetype ( 1.2.840.113556.1.4.1363 NAME 'configurationNamingContext'
  EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.2.840.113556.1.3.23 NAME 'container' SUP top STRUCTURAL MUST cn )
objectclass ( 1.2.840.113556.1.5.94 NAME 'serviceConnectionPoint' SUP top STRUCTURAL
  MUST cn MAY ( keywords $ serviceBindingInformation ) )
objectclass ( 1.2.840.113556.1.5.94.1 NAME 'adRoot' SUP top AUXILIARY MAY configurationNamingContext )
pidfile {here}/pid
TLSCertificateFile {pem}
TLSCertificateKeyFile {pem}
rootDSE {here}/root.ldif
database ldif
suffix "dc=b,dc=test"
directory {here}/data
rootdn "{user}"
rootpw "{password}"
access to * by {readers} read by anonymous auth
"""


@dataclass(frozen=True)
class Slapd:
    """A running one."""

    plain: int
    secure: int


def start_slapd(
    daemons: Daemons,
    free_port: FreePorts,
    here: Path,
    pem: Path,
    points: tuple[ConnectionPoint, ...],
    *,
    readers: str = "*",
) -> Slapd:
    """Start one that holds these points; `pem` has key and chain. Raises NotInstalledError."""
    slapd = program("slapd", "slapd")
    (here / "data").mkdir(parents=True)
    lines = CONFIGURATION.format(
        here=here, pem=pem, user=USER, password=PASSWORD.decode(), readers=readers, text=TEXT_VALUE
    )
    (here / "slapd.conf").write_text("include /etc/ldap/schema/core.schema\n" + lines)
    (here / "root.ldif").write_text(f"dn:\nobjectClass: adRoot\nconfigurationNamingContext: {CONFIGURATION_CONTEXT}\n")
    (here / "points.ldif").write_text("\n".join(_entries(points)))
    filled = subprocess.run(
        [slapd, "-T", "add", "-f", here / "slapd.conf", "-l", here / "points.ldif"], check=False, capture_output=True
    )
    if filled.returncode:
        raise DidNotStartError(filled.stderr.decode())
    running = Slapd(free_port(), free_port())
    urls = f"ldap://{LOOPBACK}:{running.plain} ldaps://{LOOPBACK}:{running.secure}"
    daemons.start(
        [slapd, "-f", here / "slapd.conf", "-h", urls, "-d", "0"],
        [(LOOPBACK, running.plain), (LOOPBACK, running.secure)],
    )
    return running


def _entries(points: tuple[ConnectionPoint, ...]) -> list[str]:
    made = ["dn: dc=b,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: b\ndc: b\n"]
    made.append(f"dn: {CONFIGURATION_CONTEXT}\nobjectClass: container\ncn: configuration\n")
    for one in points:
        values = [f"keywords: {word}\n" for word in one.keywords]
        values += [f"serviceBindingInformation: {value}\n" for value in one.binding]
        head = f"dn: cn={one.server},{CONFIGURATION_CONTEXT}\nobjectClass: serviceConnectionPoint\ncn: {one.server}\n"
        made.append(head + "".join(values))
    return made

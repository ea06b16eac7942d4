"""A mail domain for `benchmarks.discovery`, at the far end of the line: Knot, Unbound and nginx as Debian packs them.

Run as `python -m benchmarks.far_side FOLDER` inside the far namespace; it says "ready" and stays until its input ends.
One company on an Exchange server: the host for Autodiscover shows a certificate that does not name it, an SRV record is
there, and mail servers find MTA-STS and TLSA records. So there is something to be found, and something to be cured.
"""

import asyncio
import hashlib
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
from benchmarks.delay_line import FAR, FURTHER

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.daemons import LOOPBACK, Daemons, program
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.pki import Issued, Pki

DOMAIN = "post.example"
MAIL = f"webmail.{DOMAIN}"
ADDRESS = f"anna@{DOMAIN}"
KNOT_PORT = 5353
EXCHANGE, SITE, AUTOCONFIG, POLICY_HOST = FURTHER
ZONE = """\
$ORIGIN {domain}.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A {far}
@ A {site}
@ MX 10 webmail
webmail A {exchange}
autodiscover A {exchange}
autoconfig A {autoconfig}
mta-sts A {policy}
_mta-sts TXT "v=STSv1; id=1"
_autodiscover._tcp SRV 0 0 443 webmail
_imaps._tcp SRV 0 0 993 webmail
_submissions._tcp SRV 0 0 465 webmail
_25._tcp.webmail TLSA 3 1 1 {key}
"""
KNOT = """\
server:
    listen: {loopback}@{port}
    rundir: {folder}
database:
    storage: {folder}/db
policy:
  - id: quick
    algorithm: ECDSAP256SHA256
    single-type-signing: on
zone:
  - domain: {domain}
    storage: {folder}
    file: zone
    zonefile-sync: -1
    dnssec-signing: on
    dnssec-policy: quick
"""
UNBOUND = """\
server:
    interface: {far}
    port: 53
    access-control: 0.0.0.0/0 allow
    do-daemonize: no
    use-syslog: no
    chroot: ""
    username: ""
    pidfile: ""
    directory: "{folder}"
    do-not-query-localhost: no
    local-zone: "." static
    local-zone: "{domain}." transparent
    trust-anchor: "{anchor}"
remote-control:
    control-enable: no
stub-zone:
    name: "{domain}"
    stub-addr: {loopback}@{port}
"""
PAGES = {
    "exchange": (EXCHANGE, (MAIL, f"autodiscover.{DOMAIN}"), "location ~* ^/autodiscover/ { return 401; }"),
    "site": (SITE, (DOMAIN,), ""),
    "autoconfig": (AUTOCONFIG, (f"autoconfig.{DOMAIN}",), 'default_type text/xml; location = %s { return 200 "%s"; }'),
    "policy": (POLICY_HOST, (f"mta-sts.{DOMAIN}",), 'location = /.well-known/mta-sts.txt { return 200 "%s"; }'),
}
"""Address, names, and what is served besides 404."""
POLICY = f"version: STSv1\\nmode: enforce\\nmx: {MAIL}\\nmax_age: 86400\\n"
CONFIG = (
    f"<clientConfig version='1.1'><emailProvider id='{DOMAIN}'><domain>{DOMAIN}</domain>"
    f"<incomingServer type='imap'><hostname>{MAIL}</hostname><port>993</port><socketType>SSL</socketType>"
    f"</incomingServer><outgoingServer type='smtp'><hostname>{MAIL}</hostname><port>465</port>"
    "<socketType>SSL</socketType></outgoingServer></emailProvider></clientConfig>"
)
PORTS = (
    (25, Protocol.SMTP, TlsMode.STARTTLS),
    (465, Protocol.SUBMISSION, TlsMode.IMPLICIT),
    (993, Protocol.IMAP, TlsMode.IMPLICIT),
)


async def serve(folder: Path) -> None:
    """Have everything listen, and wait."""
    aia = AiaHost(LOOPBACK)
    pki = Pki(datetime.now(UTC), "Sample Authority", aia)
    aia.close()
    (folder / "root.pem").write_text(to_pem(pki.root.certificate))
    mail = pki.leaf(MAIL)
    _put(folder / "exchange", mail)
    for label in ("site", "autoconfig", "policy"):
        _put(folder / label, pki.leaf(*PAGES[label][1]))
    with Daemons(folder) as daemons:
        _name_servers(daemons, folder, hashlib.sha256(mail.certificate.public_key.spki).hexdigest())
        _web(daemons, folder)
        for port, protocol, mode in PORTS:
            await Listener(MAIL, port, protocol, mode, folder / "exchange", address=EXCHANGE).start(port)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def _put(folder: Path, issued: Issued) -> None:
    folder.mkdir()
    (folder / KEY).write_bytes(issued.key_pem)
    (folder / BUNDLE).write_text("".join(map(to_pem, issued.chain)))


def _name_servers(daemons: Daemons, folder: Path, key: str) -> None:
    filled = {"folder": folder, "domain": DOMAIN, "far": FAR, "loopback": LOOPBACK, "port": KNOT_PORT}
    (folder / "db").mkdir()
    hosts = {"exchange": EXCHANGE, "site": SITE, "autoconfig": AUTOCONFIG, "policy": POLICY_HOST}
    (folder / "zone").write_text(ZONE.format(key=key, **hosts, **filled))
    configuration = folder / "knot.conf"
    configuration.write_text(KNOT.format(**filled))
    daemons.start([program("knotd", "knot"), "-c", configuration], [(LOOPBACK, KNOT_PORT)])
    _wait_for(LOOPBACK, KNOT_PORT, validated=False)
    command = [program("keymgr", "knot"), "-c", str(configuration), DOMAIN, "ds"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    anchor = next(line for line in listed if " 13 2 " in line)
    (folder / "unbound.conf").write_text(UNBOUND.format(anchor=anchor, **filled))
    daemons.start([program("unbound", "unbound"), "-d", "-c", folder / "unbound.conf"], [(FAR, 53)])
    _wait_for(FAR, 53, validated=True)


def _wait_for(address: str, port: int, *, validated: bool) -> None:
    for _ in range(400):
        try:
            query = dns.message.make_query(DOMAIN, "SOA", want_dnssec=True)
            answer = dns.query.tcp(query, address, timeout=2, port=port)
        except (OSError, EOFError, dns.exception.DNSException):
            answer = dns.message.Message()
        if len(answer.sections[1]) > 1 and (not validated or answer.flags & dns.flags.AD):
            return
        time.sleep(0.05)
    raise TimeoutError("no signed answer came")


def _web(daemons: Daemons, folder: Path) -> None:
    filling: dict[str, tuple[str, ...]] = {"autoconfig": ("/mail/config-v1.1.xml", CONFIG), "policy": (POLICY,)}
    blocks = "".join(
        f"server {{ listen {address}:443 ssl; server_name {' '.join(names)};\n"
        f"ssl_certificate {folder}/{label}/{BUNDLE}; ssl_certificate_key {folder}/{label}/{KEY};\n"
        f"{served % filling.get(label, ())} location / {{ return 404; }} }}\n"
        f"server {{ listen {address}:80; return 404; }}\n"
        for label, (address, names, served) in PAGES.items()
    )
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}{blocks} }}\n"
    )
    command = [program("nginx", "nginx"), "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log"]
    daemons.start(command, [(address, port) for address in FURTHER for port in (443, 80)])


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

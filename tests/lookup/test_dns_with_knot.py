"""The resolver against Knot DNS, and against Unbound that validates what Knot signed."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import pytest

from mailtrust.core.formats.srv import SrvRecord
from mailtrust.edge.lookup.dns import DnsResolver
from mailtrust.edge.lookup.dns_answers import Found, NoData, NoSuchName, Patience, ZoneTtl

KNOT = shutil.which("knotd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
KEYMGR = shutil.which("keymgr", path="/usr/sbin:/usr/bin:/usr/local/sbin")
UNBOUND = shutil.which("unbound", path="/usr/sbin:/usr/bin:/usr/local/sbin")
PATIENCE = Patience(one_server=3, in_all=8)

ZONE = """
$ORIGIN example.test.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
@ MX 10 mx
@ MX 5 mail
mail A 192.0.2.1
mail AAAA 2001:db8::1
mx CNAME mail
_imaps._tcp SRV 0 1 993 mail
_imap._tcp SRV 0 0 0 .
null MX 0 .
*.wild A 192.0.2.99
_25._tcp.mail TLSA 3 1 1 00000000000000000000000000000000000000000000000000000000000000ff
_25._tcp.mx CNAME _25._tcp.mail
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            for _ in range(400):
                assert process.poll() is None, (folder / f"{Path(command[0]).name}.log").read_text()
                # Listening is not enough: the zone is loaded and signed a little later.
                with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                    query = dns.message.make_query("example.test.", "SOA", want_dnssec=True)
                    if dns.query.tcp(query, "127.0.0.1", timeout=2, port=port).answer:
                        break
                time.sleep(0.05)
            else:
                pytest.fail((folder / f"{Path(command[0]).name}.log").read_text())
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    if KNOT is None:
        pytest.skip("knotd is not installed: apt install knot")
    folder = tmp_path_factory.mktemp("knot")
    port = free_port()
    many = "".join(f"many MX {number} exchanger-with-a-rather-long-name-{number}\n" for number in range(60))
    (folder / "db").mkdir()
    (folder / "example.test.zone").write_text(ZONE + many)
    (folder / "knot.conf").write_text(
        f"""
server:
    listen: 127.0.0.1@{port}
    rundir: {folder}
database:
    storage: {folder}/db
policy:
  - id: quick
    algorithm: ECDSAP256SHA256
    single-type-signing: on
zone:
  - domain: example.test
    storage: {folder}
    file: example.test.zone
    zonefile-sync: -1
    dnssec-signing: on
    dnssec-policy: quick
"""
    )
    with running([KNOT, "-c", str(folder / "knot.conf")], folder, port):
        yield port, folder


@pytest.fixture
def trust_anchor(knot: tuple[int, Path]) -> str:
    if UNBOUND is None or KEYMGR is None:
        pytest.skip("unbound is not installed: apt install unbound")
    command = [KEYMGR, "-c", str(knot[1] / "knot.conf"), "example.test", "ds"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    return next(line for line in listed.stdout.splitlines() if " 13 2 " in line)


@pytest.mark.real_server
async def test_knots_answers(knot):
    resolver = DnsResolver(("127.0.0.1", knot[0]), PATIENCE)
    exchangers = await resolver.mx("example.test")
    assert [record.exchange for record in exchangers.records] == ["mail.example.test", "mx.example.test"]
    assert (await resolver.mx("null.example.test")).records[0].exchange == "."
    assert (await resolver.srv("_imaps._tcp.example.test")).records == (SrvRecord(0, 1, 993, "mail.example.test"),)
    assert (await resolver.srv("_imap._tcp.example.test")).records[0].target == "."
    alias = await resolver.addresses("mx.example.test")
    assert alias == Found(("192.0.2.1", "2001:db8::1"), aliases=("mail.example.test",), ttl=300, authoritative=True)
    assert (await resolver.addresses("anything.wild.example.test")).records == ("192.0.2.99",)
    assert await resolver.mx("mail.example.test") == NoData("mail.example.test")
    assert await resolver.addresses("nowhere.example.test") == NoSuchName("nowhere.example.test")
    assert len((await resolver.mx("many.example.test")).records) == 60  # By TCP: UDP cannot hold them.


@pytest.mark.real_server
async def test_unbound_says_what_it_has_validated_and_the_zone_the_whole_ttl(knot, trust_anchor, tmp_path, monkeypatch):
    knot_port = knot[0]
    port = free_port()
    (tmp_path / "unbound.conf").write_text(
        f"""
server:
    interface: 127.0.0.1
    port: {port}
    do-daemonize: no
    use-syslog: no
    chroot: ""
    username: ""
    pidfile: ""
    directory: "{tmp_path}"
    do-not-query-localhost: no
    cache-max-ttl: 60
    trust-anchor: "{trust_anchor}"
    local-zone: "test." nodefault
remote-control:
    control-enable: no
stub-zone:
    name: "example.test"
    stub-addr: 127.0.0.1@{knot_port}
"""
    )
    assert UNBOUND is not None
    with running([UNBOUND, "-d", "-c", str(tmp_path / "unbound.conf")], tmp_path, port):
        resolver = DnsResolver(("127.0.0.1", port), PATIENCE)
        answer = await resolver.mx("example.test")
        record = "_25._tcp.mail.example.test"
        tlsa = await resolver.texts(record, "TLSA")
        assert (tlsa.ttl, tlsa.authoritative) == (60, False)
        monkeypatch.setattr("mailtrust.edge.lookup.dns_authority.PORT", knot_port)
        assert await resolver.zone_ttl(record, "TLSA") == ZoneTtl(300, "127.0.0.1")
        assert await resolver.zone_ttl(record, "A") is None
        monkeypatch.setattr("mailtrust.edge.lookup.dns_authority.PORT", port)  # one that is no server of the zone
        assert await resolver.zone_ttl(record, "TLSA") is None
        assert await resolver.zone_ttl("_25._tcp.mail.nowhere.invalid", "TLSA") is None
        assert await resolver.zone_ttl("a" * 64, "TLSA") is None
    assert isinstance(answer, Found), str(answer)
    assert answer.authenticated
    assert not (await DnsResolver(("127.0.0.1", knot_port), PATIENCE).mx("example.test")).authenticated

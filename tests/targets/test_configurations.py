"""What the steps write, read by the products themselves: bundle, directives, and the command that tests them.

Each test also spoils something and sees it refused, so that a program that looks at nothing cannot pass.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.remedy import Human, Remedy, ReplaceCertificate, Run
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.text import text
from mailtrust.core.targets import with_steps
from mailtrust.core.x509.bundles import BundleProblem, write_bundle
from mailtrust.core.x509.pem import find_pem
from mailtrust.lab.aia_host import AiaHost
from mailtrust.lab.pki import Issued, Pki

HOST = "mail.example.com"
SECONDS = 60
UNPACKED = Path(__file__).parents[2] / "build" / "servers"
"""Packages that cannot be installed beside others; the Makefile unpacks them."""


@dataclass(frozen=True)
class World:
    """A server's folder with the files in it, and the lines and commands of a product's steps that name them."""

    folder: Path
    issued: Issued
    other: Issued
    lines: list[str]
    commands: list[str]

    @property
    def chain(self) -> Path:
        return self.folder / f"{HOST}.pem"

    @property
    def key(self) -> Path:
        return self.folder / f"{HOST}.key"

    def directives(self, *words: str) -> str:
        """Those of the lines that begin so, as a piece of configuration."""
        found = [line for line in self.lines if line.startswith(words)]
        assert len(found) == len(words), self.lines
        return "\n".join(found) + "\n"

    def spoil_key(self) -> None:
        """The key of another certificate."""
        self.key.write_bytes(self.other.key_pem)


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, **environment},
    )


def program(name: str, package: str, *folders: str) -> str:
    """Where it is; the test is left out without it, and fails where nothing may be."""
    path = shutil.which(name, path=":".join((os.environ["PATH"], "/usr/sbin", "/sbin", *folders)))
    if path is None:
        leave_out(f"{name} is not installed: make test-servers ({package})")
    return path


def leave_out(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def pairs() -> tuple[Issued, Issued]:
    aia = AiaHost("127.0.0.1")
    pki = Pki(datetime.now(UTC), "Sample Authority", aia)
    made = pki.leaf(HOST), pki.leaf("other.example.com")
    aia.close()
    return made


@pytest.fixture
def world(caseworld: Any, tmp_path: Path, pairs: tuple[Issued, Issued]) -> Callable[[str], World]:
    """The product's steps for a new certificate, its folder moved into the test's own, the files written there."""

    def make(product: str) -> World:
        issued, other = pairs
        tmp_path.chmod(0o755)
        folder = tmp_path / "tls"
        folder.mkdir()
        evidence = caseworld.judge(caseworld.seen(issued.chain, 993, HOST), settings=Settings(product=product))
        goal = ReplaceCertificate(CertificateSpec((HOST,)), issued.certificate.fingerprint)
        ids = tuple(seen.id for seen in evidence.case.observations)
        remedy = Remedy("replace-certificate", goal, text("It."), False, (), ("x",), ids)
        (filled,) = with_steps((remedy,), evidence)
        shell = [step.do.command for step in filled.steps if isinstance(step.do, Run)]
        place = next(re.search(r"install -d -m 0755 (\S+)", one) for one in shell if "install -d" in one)
        assert place is not None
        clicks = [str(one) for step in filled.steps if isinstance(step.do, Human) for one in step.do.path]
        made = World(
            folder,
            issued,
            other,
            [one.replace(place[1], str(folder)) for one in clicks],
            [one.replace(place[1], str(folder)) for one in shell],
        )
        form = next(re.search(r"--for (\S+)( --key)?", one) for one in shell if one.startswith("mailtrust bundle"))
        assert form is not None
        made.chain.write_bytes(
            write_bundle(form[1], issued.certificate, issued.chain[1:], key=issued.key if form[2] else None)
        )
        made.key.write_bytes(issued.key_pem)
        return made

    return make


def test_nginx(world: Callable[[str], World]) -> None:
    nginx = program("nginx", "nginx")
    here = world("nginx")
    configuration = here.folder / "nginx.conf"
    configuration.write_text(
        f"pid {here.folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\nserver {{\n"
        f"listen 127.0.0.1:1 ssl;\n{here.directives('ssl_certificate ', 'ssl_certificate_key ')}}}\n}}\n"
    )
    assert any(command.startswith("nginx -t && ") for command in here.commands)
    test = (nginx, "-t", "-c", configuration, "-p", here.folder, "-e", "stderr")
    good = run(*test)
    assert "syntax is ok" in good.stderr
    assert "SSL" not in good.stderr
    here.spoil_key()
    spoilt = run(*test)
    assert spoilt.returncode != 0
    assert "key values mismatch" in spoilt.stderr


def test_apache(world: Callable[[str], World]) -> None:
    apache = program("apache2", "apache2-bin")
    modules = Path("/usr/lib/apache2/modules")
    here = world("apache")
    configuration = here.folder / "httpd.conf"
    loaded = "".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in ("mpm_event", "authz_core", "ssl")
    )
    configuration.write_text(
        f"ServerName {HOST}\n{loaded}PidFile {here.folder}/pid\nErrorLog {here.folder}/log\nListen 127.0.0.1:1\n"
        f"<VirtualHost *:1>\nSSLEngine on\n{here.directives('SSLCertificateFile', 'SSLCertificateKeyFile')}"
        "</VirtualHost>\n"
    )
    test = (apache, "-t", "-d", here.folder, "-f", configuration)
    assert run(*test).returncode == 0
    # What the product's file warns of: the test does not see a foreign key, so the bundle is written with the key.
    here.spoil_key()
    assert run(*test).returncode == 0
    assert any(f"--for apache --key {HOST}.key" in command for command in here.commands)
    here.key.unlink()
    spoilt = run(*test)
    assert spoilt.returncode != 0
    assert "SSLCertificateKeyFile" in spoilt.stderr


def test_haproxy(world: Callable[[str], World]) -> None:
    haproxy = program("haproxy", "haproxy")
    here = world("haproxy")
    configuration = here.folder / "haproxy.cfg"
    line = here.directives("bind ").replace(":443", "127.0.0.1:1")
    configuration.write_text(
        f"defaults\n mode tcp\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nfrontend f\n {line}"
    )
    test = (haproxy, "-c", "-f", configuration)
    good = run(*test)
    assert good.returncode == 0, good.stderr
    foreign = [block for block in here.chain.read_text().split("-----BEGIN ") if block.startswith("CERT")]
    here.chain.write_text("".join(f"-----BEGIN {block}" for block in foreign) + here.other.key.to_pem())
    assert run(*test).returncode != 0


def test_postfix(world: Callable[[str], World]) -> None:
    postconf = program("postconf", "postfix")
    here = world("postfix")
    (here.folder / "main.cf").write_text("compatibility_level = 3.6\n")
    (here.folder / "master.cf").write_text("")
    for command in here.commands:
        if command.startswith("postconf -e "):
            done = run("sh", "-c", command.replace("postconf -e", f"{postconf} -c {here.folder} -e"))
            assert (done.returncode, done.stderr) == (0, "")
    told = run(postconf, "-c", here.folder, "-n")
    assert told.stderr == ""
    assert f"smtpd_tls_chain_files = {here.key}, {here.chain}" in told.stdout
    assert f"smtpd_tls_cert_file = {here.chain}\nsmtpd_tls_chain_files" in told.stdout
    assert f"smtpd_tls_key_file = {here.key}" in told.stdout
    run(postconf, "-c", here.folder, "-e", "smtpd_tls_chain_fils = x")
    assert "unused parameter: smtpd_tls_chain_fils" in run(postconf, "-c", here.folder, "-n").stderr


def test_dovecot_knows_the_syntax_of_its_version_and_no_other(world: Callable[[str], World]) -> None:
    dovecot, doveconf = program("dovecot", "dovecot-imapd"), program("doveconf", "dovecot-imapd")
    here = world("dovecot")
    version = run(dovecot, "--version").stdout.split()[0]
    syntaxes = {
        "2.3": here.directives("ssl_cert ", "ssl_key "),
        "2.4": here.directives("ssl_server_cert_file ", "ssl_server_key_file "),
    }
    head = f"dovecot_config_version = {version}\ndovecot_storage_version = {version}\n" if version >= "2.4" else ""
    configuration = here.folder / "dovecot.conf"
    results = {}
    for syntax, lines in syntaxes.items():
        configuration.write_text(f"{head}protocols =\nssl = required\n{lines}")
        results[syntax] = run(doveconf, "-c", configuration, "-n").returncode == 0
    assert results == {syntax: version.startswith(syntax) for syntax in syntaxes}


def test_exim(world: Callable[[str], World]) -> None:
    installed = shutil.which("exim4", path=f"{os.environ['PATH']}:/usr/sbin")
    unpacked = UNPACKED / "exim4-daemon-light" / "usr" / "sbin" / "exim4"
    if installed is None and not unpacked.exists():
        leave_out("exim4 is not there: make test-servers (exim4-daemon-light)")
    here = world("exim")
    # Without the bit that makes it another user, so that it takes the user database that it is given.
    exim = here.folder / "exim4"
    shutil.copyfile(installed or unpacked, exim)
    exim.chmod(0o755)
    configuration = here.folder / "exim.conf"
    configuration.write_text(here.directives("tls_certificate ", "tls_privatekey ") + "tls_advertise_hosts = *\n")
    users = exim_user(here.folder)
    good = run(exim, "-C", configuration, "-bV", **users)
    assert good.returncode == 0, good.stderr
    assert f"Configuration file is {configuration}" in good.stdout
    told = run(exim, "-C", configuration, "-bP", "tls_certificate", "tls_privatekey", **users)
    assert told.stdout == f"tls_certificate = {here.chain}\ntls_privatekey = {here.key}\n"
    configuration.write_text(configuration.read_text() + "tls_certifcate = x\n")
    assert run(exim, "-C", configuration, "-bV", **users).returncode != 0


def exim_user(folder: Path) -> dict[str, str]:
    """Debian's Exim wants its own user, whom only the package's installation makes."""
    library = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
    if library is None:
        leave_out("libnss_wrapper.so is not there: make test-servers (libnss-wrapper)")
    users, groups = folder / "passwd", folder / "group"
    users.write_text("root:x:0:0::/:/bin/sh\nmail:x:8:8::/:/bin/false\nDebian-exim:x:65533:65533::/:/bin/false\n")
    groups.write_text("root:x:0:\nmail:x:8:\nDebian-exim:x:65533:\n")
    return {"LD_PRELOAD": str(library), "NSS_WRAPPER_PASSWD": str(users), "NSS_WRAPPER_GROUP": str(groups)}


def test_cyrus(world: Callable[[str], World]) -> None:
    information = program("cyr_info", "cyrus-common", "/usr/lib/cyrus/bin")
    here = world("cyrus")
    configuration = here.folder / "imapd.conf"
    configuration.write_text(
        f"configdirectory: {here.folder}\ndefaultpartition: default\npartition-default: {here.folder}\n"
        f"{here.directives('tls_server_cert:', 'tls_server_key:')}tls_versions: tls1_2 tls1_3\n"
    )
    assert any("cyr_info conf-lint -C /etc/imapd.conf && " in command for command in here.commands)
    good = run(information, "conf-lint", "-C", configuration)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    configuration.write_text(configuration.read_text() + f"tls_server_crt: {here.chain}\n")
    assert "tls_server_crt" in run(information, "conf-lint", "-C", configuration).stdout


def test_courier_presents_what_is_in_the_file(world: Callable[[str], World]) -> None:
    couriertls = program("couriertls", "courier-base")
    here = world("courier")
    name, _, value = here.directives("TLS_CERTFILE=").strip().partition("=")
    assert name == "TLS_CERTFILE"
    assert courier_presents(couriertls, value) == [certificate.der for certificate in here.issued.chain]
    here.chain.write_bytes(here.chain.read_bytes().replace(b"PRIVATE", b"PUBLIC"))
    with pytest.raises(ssl.SSLError):
        courier_presents(couriertls, value)


def courier_presents(couriertls: str, file: str) -> list[bytes]:
    """What it shows on one connection, over a pair of sockets."""
    client, server = socket.socketpair()
    with client, server:
        process = subprocess.Popen(
            [couriertls, "-server", "-tcpd", "/bin/cat"],
            stdin=server.fileno(),
            stdout=server.fileno(),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TLS_CERTFILE": file, "TLS_VERIFYPEER": "NONE"},
        )
        server.close()
        client.settimeout(SECONDS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # So that the certificates come readable, before the handshake is encrypted.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        seen, records = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(seen, records)
        received = b""
        try:
            while True:
                try:
                    tls.do_handshake()
                except ssl.SSLWantReadError:
                    client.sendall(records.read())
                    data = client.recv(65536)
                    received += data
                    if data:
                        seen.write(data)
                    else:
                        seen.write_eof()
                else:
                    client.sendall(records.read())
                    return certificates_in(received)
        finally:
            process.kill()
            process.wait()


def certificates_in(records: bytes) -> list[bytes]:
    """The Certificate message of a TLS 1.2 server's first flight (RFC 5246 7.4.2, historic)."""
    messages = b""
    while len(records) >= 5 and records[0] == 22:
        length = int.from_bytes(records[3:5])
        messages, records = messages + records[5 : 5 + length], records[5 + length :]
    while messages[0] != 11:
        messages = messages[4 + int.from_bytes(messages[1:4]) :]
    body, found = messages[7 : 4 + int.from_bytes(messages[1:4])], []
    while body:
        length = int.from_bytes(body[:3])
        found.append(body[3 : 3 + length])
        body = body[3 + length :]
    return found


def test_slapd(world: Callable[[str], World]) -> None:
    slaptest, slapmodify = program("slaptest", "slapd"), program("slapmodify", "slapd")
    here = world("slapd")
    configuration = here.folder / "slapd.conf"
    lines = here.directives("TLSCertificateFile", "TLSCACertificateFile", "TLSCertificateKeyFile")
    configuration.write_text(lines)
    assert run(slaptest, "-u", "-f", configuration).returncode == 0
    # The change of cn=config, made without a running server.
    database = here.folder / "slapd.d"
    database.mkdir()
    (here.folder / "empty.conf").write_text("database config\n")
    assert run(slaptest, "-f", here.folder / "empty.conf", "-F", database).returncode == 0
    (change,) = (command for command in here.commands if "ldapmodify" in command)
    change = change.replace(
        "ldapmodify -Q -Y EXTERNAL -H ldapi:///", f"{slapmodify} -F {database} -b cn=config -l /dev/stdin"
    )
    done = run("bash", "-o", "pipefail", "-c", change)
    assert done.returncode == 0, done.stderr
    written = (database / "cn=config.ldif").read_text().replace("\n ", "")
    assert f"olcTLSCertificateFile: {here.chain}\n" in written
    assert f"olcTLSCertificateKeyFile: {here.key}\n" in written
    assert f"olcTLSCACertificateFile: {here.folder}/{HOST}-issuers.pem\n" in written
    configuration.write_text(lines.replace("TLSCertificateFile", "TLSCertificatFile"))
    assert run(slaptest, "-u", "-f", configuration).returncode != 0


def test_stalwart_is_told_in_toml(world: Callable[[str], World]) -> None:
    here = world("stalwart")
    told = tomllib.loads(here.directives("[certificate.default]", "cert ", "private-key ", "default "))
    assert told["certificate"]["default"] == {
        "cert": f"%{{file:{here.chain}}}%",
        "private-key": f"%{{file:{here.key}}}%",
        "default": True,
    }
    assert len(find_pem(here.chain.read_bytes())) == len(here.issued.chain)


def test_a_foreign_key_is_found_before_anything_is_written(world: Callable[[str], World]) -> None:
    here = world("apache")
    with pytest.raises(BundleProblem, match="belongs to another certificate"):
        write_bundle("apache", here.issued.certificate, here.issued.chain[1:], key=here.other.key)


@pytest.mark.parametrize("product", ["nginx", "haproxy"])
def test_the_copy_brings_back_what_was(world: Callable[[str], World], product: str, tmp_path: Path) -> None:
    """Keep, install and undo as they stand in the steps, with another folder in the place of the machine's root."""
    here = world(product)
    root = tmp_path / "machine"
    (root / "root").mkdir(parents=True)
    configuration = root / "etc" / product
    configuration.mkdir(parents=True)
    (configuration / "main").write_text("former")
    keep, install = (
        next(command for command in here.commands if word in command).replace("/root/", f"{root}/root/")
        for word in ("tar -czpf", "install -d")
    )
    assert f" -C / etc/{product} " in keep
    assert run("sh", "-c", keep.replace(" -C / ", f" -C {root} ")).returncode == 0
    (copy,) = (root / "root").iterdir()
    assert copy.stat().st_mode & 0o077 == 0
    (configuration / "main").write_text("new")
    place = configuration / "tls"
    chain, key = here.chain.read_bytes(), here.key.read_bytes()
    done = run("sh", "-c", f"cd {here.folder} && {install.replace(f'{here.folder}', str(place))}")
    assert done.returncode == 0, done.stderr
    assert (place / here.chain.name).read_bytes() == chain
    holder = place / (here.chain.name if product == "haproxy" else here.key.name)
    assert holder.stat().st_mode & 0o077 == 0
    assert key in holder.read_bytes()
    assert run("tar", "-xzpf", copy, "-C", root).returncode == 0
    assert (configuration / "main").read_text() == "former"

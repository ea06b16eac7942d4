"""nginx, Postfix and Dovecot of one mailtrust.toml: what each is told to present, and a reload that was forgotten."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate
from tests.programs.daemons import LOOPBACK, Daemons
from tests.programs.dovecot import ANYBODY, IMAPS_ALONE
from tests.programs.postfix import MAIN, SERVICES
from tests.real_servers.applying import CONF
from tests.real_servers.mending import HOST, authority, write_pair

from mailtrust.core.report.schemas import schemas
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.lab.pki import Issued, Pki

pytestmark = pytest.mark.real_server

DOVECOT = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{here}/tls/mail.pem
ssl_key = <{here}/tls/mail.key
"""
TOML = """\
[[server]]
name = "webmail"
product = "nginx"
reach = "local"
endpoints = ["https://{host}:{https}"]
configuration = "{here}/web/nginx.conf"

[[server]]
name = "mx"
product = "postfix"
reach = "local"
endpoints = ["smtp://{host}:{smtp}"]
configuration = "{here}/mx/conf"

[[server]]
name = "imap"
product = "dovecot"
reach = "local"
endpoints = ["imaps://{host}:{imaps}"]
configuration = "{here}/imap/dovecot.conf"
"""


class House:
    """Three servers that run, and the command that looks at them."""

    def __init__(self, here: Path, ports: dict[str, int], pki: Pki) -> None:
        self.here, self.ports, self.pki = here, ports, pki
        self.old = {name: pki.leaf(HOST, key="ec-p256", days=(-60, 30)) for name in ("web", "mx", "imap")}

    @property
    def main(self) -> str:
        """Where Postfix's certificate is named."""
        lines = (self.here / "mx/conf/main.cf").read_text().splitlines()
        (line,) = (number for number, one in enumerate(lines, 1) if one.startswith("smtpd_tls_cert_file"))
        return f"{self.here}/mx/conf/main.cf:{line}"

    def put(self, server: str, issued: Issued) -> None:
        """Where its configuration names it."""
        write_pair(self.here / server / "tls", "mail", issued)

    def listed(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Exit status, the answer, what was said besides."""
        done = self.run(*arguments, "--format", "json")
        read = json.loads(done.stdout)
        validate(read, json.loads(schemas()["assigned-1.json"]))
        return done.returncode, read, done.stderr

    def run(self, *arguments: str, subcommand: str = "list") -> subprocess.CompletedProcess[str]:
        resolve = [word for port in self.ports.values() for word in ("--resolve", f"{HOST}:{port}:{LOOPBACK}")]
        return subprocess.run(
            [sys.executable, "-m", "mailtrust", "services", subcommand, *arguments, *resolve],
            cwd=self.here, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture(scope="module")
def house(
    server_folder: Path,
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
    as_root: None,
) -> House:
    nginx, dovecot = installed("nginx", "nginx"), installed("dovecot", "dovecot-imapd")
    master, postfix = installed("master", "postfix"), installed("postfix", "postfix")
    here = server_folder / "assigned"
    for name in ("web", "imap", "mx/conf", "mx/queue", "mx/data"):
        (here / name).mkdir(parents=True)
    made = House(
        here,
        {"https": free_port(), "smtp": free_port(), "imaps": free_port()},
        authority(),
    )
    for server, issued in made.old.items():
        made.put(server, issued)
    (here / "mailtrust.toml").write_text(TOML.format(here=here, host=HOST, **made.ports))

    temporary = "\n".join(
        f"  {name}_temp_path {here}/web/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (here / "web/nginx.conf").write_text(
        CONF.format(here=here / "web", address=LOOPBACK, port=made.ports["https"], host=HOST, temporary=temporary)
    )
    command = [nginx, "-c", here / "web/nginx.conf", "-e", here / "web/error.log", "-g", "daemon off;"]
    daemons.start(command, [(LOOPBACK, made.ports["https"])])

    (here / "imap/dovecot.conf").write_text((DOVECOT + ANYBODY + IMAPS_ALONE).format(here=here / "imap", **made.ports))
    daemons.start([dovecot, "-F", "-c", here / "imap/dovecot.conf"], [(LOOPBACK, made.ports["imaps"])])

    shutil.chown(here / "mx/data", "postfix")
    files = f"smtpd_tls_cert_file = {here}/mx/tls/mail.pem\nsmtpd_tls_key_file = {here}/mx/tls/mail.key\n"
    (here / "mx/conf/main.cf").write_text(MAIN.format(here=here / "mx", openssl="/nowhere") + files)
    line = f"{LOOPBACK}:{made.ports['smtp']} inet n - n - - smtpd\n"
    (here / "mx/conf/master.cf").write_text(line + SERVICES)
    subprocess.run([postfix, "-c", here / "mx/conf", "check"], check=True, capture_output=True)
    daemons.start(
        [master, "-c", here / "mx/conf", "-d"],
        [(LOOPBACK, made.ports["smtp"])],
        MAIL_CONFIG=str(here / "mx/conf"),
    )
    return made


def test_what_is_configured_is_what_is_served(house: House) -> None:
    status, answer, _ = house.listed("--served")
    assert (status, answer["findings"], answer["notes"]) == (0, [], [])
    told = {one["server"]: one for one in answer["certificates"]}
    assert {name: one["thumbprint"] for name, one in told.items()} == {
        "webmail": thumbprint(house.old["web"].certificate),
        "mx": thumbprint(house.old["mx"].certificate),
        "imap": thumbprint(house.old["imap"].certificate),
    }
    assert told["webmail"]["services"] == [f"http server {HOST}"]
    assert told["mx"]["named_in"] == [house.main]
    assert {name: one["served_at"] for name, one in told.items()} == {
        "webmail": [f"https://{HOST}:{house.ports['https']}@{LOOPBACK}"],
        "mx": [f"smtp://{HOST}:{house.ports['smtp']}@{LOOPBACK}"],
        "imap": [f"imaps://{HOST}:{house.ports['imaps']}@{LOOPBACK}"],
    }


def test_the_list_is_laid_out_as_exchange_lays_it_out(house: House) -> None:
    shown = house.run("mx").stdout
    assert shown == (
        "FriendlyName       :\n"
        f"Subject            : CN={HOST}\n"
        f"CertificateDomains : {{{HOST}}}\n"
        f"Thumbprint         : {thumbprint(house.old['mx'].certificate)}\n"
        "Services           : smtpd\n"
        f"NamedIn            : {{{house.main}}}\n"
    )
    unknown = house.run("mx2")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "There are: webmail, mx, imap." in unknown.stderr


def test_a_forgotten_reload_is_found_and_is_no_more_after_it(house: House) -> None:
    new = house.pki.leaf(HOST, key="ec-p256")
    assert new.certificate.not_after > house.old["web"].certificate.not_after + timedelta(days=1)
    house.put("web", new)
    house.put("imap", new)
    status, answer, _ = house.listed("--served")
    assert status == 1
    found = {one["facts"]["server"]: one for one in answer["findings"]}
    reload = {"webmail": "nginx -c", "imap": "doveadm -c"}
    assert set(found) == {"webmail", "imap"}
    for server, name in (("webmail", "web"), ("imap", "imap")):
        assert found[server]["rule"] == "served-not-assigned"
        assert found[server]["facts"]["served"] == thumbprint(house.old[name].certificate)
        assert found[server]["facts"]["thumbprints"] == [thumbprint(new.certificate)]
        assert f"reload it ({reload[server]}" in found[server]["explanation"]["admin"]
    checked = house.run("--served", subcommand="check")
    assert "presents another certificate than it is told to" in checked.stdout
    assert "reload it" in " ".join(checked.stdout.split())
    subprocess.run(["nginx", "-c", house.here / "web/nginx.conf", "-s", "reload"], check=True, capture_output=True)
    subprocess.run(["doveadm", "-c", house.here / "imap/dovecot.conf", "reload"], check=True, capture_output=True)
    for _ in range(50):  # a reload tells nobody when it is done
        status, answer, _ = house.listed("--served")
        if status == 0:
            break
    assert (status, answer["findings"]) == (0, [])
    shown = house.run("--served", "--table").stdout
    assert shown.count(thumbprint(new.certificate)) == 2

"""slapd, surveyed, changed and taken back: cn=config with a client connected all the time, slapd.conf by a restart."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.programs.daemons import LOOPBACK, Daemons
from tests.real_servers.mending import MACHINE, Patient, Searcher, Ward, look, told, write_pair

from mailtrust.core.model.configured import Act, Cannot, Files
from mailtrust.core.model.observation import Handshake, ProbeFailure
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.targets.configured import slapd
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.lab.pki import Issued

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

NAME = "mail.post.example"
MAIN = """\
pidfile {here}/pid
TLSCertificateFile {files.chain}
TLSCertificateKeyFile {files.key}
TLSCACertificateFile {here}/clients.pem
"""
ROOT_MAY = """\
database config
access to * by dn.exact=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth manage by * none
"""


RESTART = """\
#!/bin/sh
before=$(cat {here}/pid)
kill $before
until [ -s {here}/pid ] && [ "$(cat {here}/pid)" != "$before" ]; do sleep 0.05; done
until ldapwhoami -x -H ldap://{host}:{port} >/dev/null 2>&1; do sleep 0.05; done
"""


class Directory(Ward):
    """One that runs, and its folder."""

    def __init__(self, here: Path, ports: dict[str, int], configuration: str, take_up: tuple[str, ...] = ()) -> None:
        self.here = here
        places = tuple(Place(f"{scheme}://{NAME}:{port}", NAME, port) for scheme, port in ports.items())
        server = Server("directory", places, "slapd", "local", configuration=configuration, take_up=take_up)
        super().__init__(Patient(slapd, server), ports)

    def write(self, name: str, issued: Issued, count: int = 2) -> Files:
        return write_pair(self.here / "tls", name, issued, issued.chain[:count])


@pytest.fixture(scope="module")
def tree(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str], daemons: Daemons
) -> Directory:
    """Configured by cn=config."""
    program, slaptest = installed("slapd", "slapd"), installed("slaptest", "slapd")
    installed("ldapmodify", "ldap-utils")
    here = server_folder / "mending-slapd"
    (here / "slapd.d").mkdir(parents=True)
    url = f"ldapi://{quote(f'{here}/ldapi', safe='')}"
    made = Directory(here, {"ldap": free_port(), "ldaps": free_port()}, url)
    (here / "clients.pem").write_text(to_pem_chain((made.pki.root.certificate,)))
    files = made.write("first", made.leaf())
    (here / "first.conf").write_text(MAIN.format(here=here, files=files) + ROOT_MAY)
    subprocess.run([slaptest, "-f", here / "first.conf", "-F", here / "slapd.d"], check=True, capture_output=True)
    urls = f"{url} ldap://{LOOPBACK}:{made.ports['ldap']} ldaps://{LOOPBACK}:{made.ports['ldaps']}"
    daemons.start(
        [program, "-F", here / "slapd.d", "-h", urls, "-d", "0"], [(LOOPBACK, port) for port in made.ports.values()]
    )
    return made


async def test_cn_config_takes_up_without_a_cut(tree: Directory) -> None:
    one, other = tree.leaf(), tree.leaf()
    place = await tree.patient.place()
    bare, whole = tree.write("bare", one, 1), tree.write("whole", one)
    with Searcher(tree.ports["ldap"]) as client:
        await tree.patient.point({place: bare})
        # slapd looks for what its file lacks among the CAs of clients, where only the root is.
        assert await tree.shown() == [told(one, 1)] * 2
        place = await tree.patient.place()
        changes = await tree.patient.point({place: whole})
        assert await tree.shown() == [told(one)] * 2
        await tree.patient.take_back(changes, {})
        assert await tree.shown() == [told(one, 1)] * 2
        # No value changes, only what the file holds.
        tree.write("bare", one)
        assert await tree.patient.point({place: bare}) == ()
        assert await tree.shown() == [told(one)] * 2
        await tree.patient.point({place: tree.write("another", other)})
        assert await tree.shown() == [told(other)] * 2
        assert client.is_served()


async def test_key_and_certificate_must_belong_together(tree: Directory) -> None:
    """slapd refuses the whole change; a mismatch comes by files that change."""
    one, other = tree.leaf(), tree.leaf()
    files, others = tree.write("mine", one), tree.write("theirs", other)
    place = await tree.patient.place()
    facts = (await tree.patient.surveyed()).facts
    changes = slapd.point_to(tree.patient.server, facts, {place: Files(files.chain, others.key)})
    assert not isinstance(changes, Cannot)
    (act,) = (change for change in changes if isinstance(change, Act))
    before = await tree.shown()
    assert (await MACHINE.run(act.command, act.input)).status == 80
    # What it then says of itself is what it said before; but it offers nobody TLS until it is told again.
    assert (await tree.patient.surveyed()).facts == facts
    assert isinstance((await look("ldaps", tree.ports["ldaps"])).result, ProbeFailure)
    await tree.patient.take_back((), {})
    assert await tree.shown() == before
    await tree.patient.point({place: files})
    shutil.copyfile(others.key, files.key)
    (tree.here / "tls" / "mine.pem").write_text(to_pem_chain(one.chain) + one.key_pem.decode())
    await tree.patient.set_up("matching-key", await tree.patient.place(), ports=(tree.ports["ldaps"],))
    assert await tree.shown() == [told(one)] * 2


async def test_old_versions_go(tree: Directory) -> None:
    await tree.patient.point({await tree.patient.place(): tree.write("versions", tree.leaf())})
    changes = await tree.patient.set_up("tls-version", await tree.patient.place(), ports=(tree.ports["ldaps"],))
    seen = await look("ldaps", tree.ports["ldaps"])
    assert isinstance(seen.result, Handshake)
    assert seen.result.tls_version == "TLSv1.3"
    assert refuses_1_1(tree.ports["ldaps"])
    await tree.patient.take_back(changes, {})
    assert not refuses_1_1(tree.ports["ldaps"])


def refuses_1_1(port: int) -> bool:
    """Whether GnuTLS, which still speaks it, is refused."""
    done = subprocess.run(
        [
            "gnutls-cli",
            "--insecure",
            "--priority",
            "NORMAL:-VERS-ALL:+VERS-TLS1.1:+SIGN-ALL",
            "-p",
            str(port),
            LOOPBACK,
        ],
        input=b"",
        capture_output=True,
        check=False,
        timeout=20,
    )
    return done.returncode != 0


async def test_a_file_is_taken_up_by_a_restart(
    server_folder: Path,
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
) -> None:
    program = installed("slapd", "slapd")
    here = server_folder / "mending-slapd-conf"
    here.mkdir()
    ports = {"ldap": free_port(), "ldaps": free_port()}
    urls = f"ldap://{LOOPBACK}:{ports['ldap']} ldaps://{LOOPBACK}:{ports['ldaps']}"
    keeper, restart = here / "keeper", here / "restart"
    # What a service manager does: it starts slapd again when it has ended.
    keeper.write_text(f"#!/bin/sh\nwhile :; do {program} -f {here}/slapd.conf -h '{urls}' -d 0; done\n")
    restart.write_text(RESTART.format(here=here, host=LOOPBACK, port=ports["ldap"]))
    for one in (keeper, restart):
        one.chmod(0o755)
    made = Directory(here, ports, f"{here}/slapd.conf", (str(restart),))
    one = made.leaf()
    bare, whole = made.write("bare", one, 1), made.write("whole", one)
    (here / "clients.pem").write_text(to_pem_chain((made.pki.root.certificate,)))
    (here / "slapd.conf").write_text(MAIN.format(here=here, files=bare))
    daemons.start([keeper], [(LOOPBACK, port) for port in ports.values()])
    former = {f"{here}/slapd.conf": (here / "slapd.conf").read_bytes()}
    with Searcher(ports["ldap"]) as client:
        changes = await made.patient.point({await made.patient.place(): whole})
        assert not client.is_served()
    assert await made.shown() == [told(one)] * 2
    assert await made.patient.is_sound()
    await made.patient.take_back(changes, former)
    assert await made.shown() == [told(one, 1)] * 2

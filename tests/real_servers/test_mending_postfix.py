"""Postfix, surveyed, changed, taken up and taken back, with a client connected all the time."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons
from tests.programs.postfix import MAIN, SERVICES
from tests.real_servers.mending import Mailer, Patient, Ward, done, look, presented, told, write_pair

from mailtrust.core.model.configured import Files
from mailtrust.core.model.observation import Handshake, ProbeFailure
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import postfix

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

MASTER = """\
# what this machine offers
{address}:{smtp} inet n - n - - smtpd
{address}:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
{address}:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
"""
SNI = "tls_server_sni_maps = hash:{here}/conf/sni\n"


class Postfix(Ward):
    """One that runs, and its folder."""

    def __init__(self, here: Path, ports: dict[str, int]) -> None:
        self.here = here
        self.main, self.master, self.sni = (here / "conf" / name for name in ("main.cf", "master.cf", "sni"))
        server = Server("mail", (), "postfix", "local", configuration=str(here / "conf"))
        super().__init__(Patient(postfix, server), ports)

    @property
    def tls(self) -> Path:
        return self.here / "tls"

    async def configure(self, main: str, master: str = "") -> None:
        """Write the configuration, and let it be taken up."""
        head = MAIN.format(here=self.here, openssl="/nowhere").replace("smtpd_tls_security_level = may\n", "")
        self.main.write_text(head + main)
        self.master.write_text((master or MASTER).format(address=LOOPBACK, **self.ports) + SERVICES)
        await done(postfix.take_up(self.patient.server))


@pytest.fixture(scope="module")
def mail(
    server_folder: Path,
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
    as_root: None,
) -> Postfix:
    master, program = installed("master", "postfix"), installed("postfix", "postfix")
    here = server_folder / "mending-postfix"
    for name in ("conf", "queue", "data", "tls"):
        (here / name).mkdir(parents=True)
    shutil.chown(here / "data", "postfix")
    made = Postfix(here, {scheme: free_port() for scheme in ("smtp", "submission", "smtps")})
    made.main.write_text(MAIN.format(here=here, openssl="/nowhere"))
    made.master.write_text(MASTER.format(address=LOOPBACK, **made.ports) + SERVICES)
    subprocess.run([program, "-c", here / "conf", "check"], check=True, capture_output=True)
    daemons.start(
        [master, "-c", here / "conf", "-d"],
        [(LOOPBACK, port) for port in made.ports.values()],
        MAIL_CONFIG=str(here / "conf"),
    )
    return made


async def test_a_chain_that_lacks_its_issuer_and_back(mail: Postfix) -> None:
    one = mail.leaf()
    bare = write_pair(mail.tls, "bare", one, one.chain[:1])
    whole = Files(write_pair(mail.tls, "whole", one).chain, bare.key)
    main = f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {bare.chain}\nsmtpd_tls_key_file = {bare.key}\n"
    await mail.configure(main)
    assert await mail.shown() == [told(one, 1)] * 3
    former = {str(path): path.read_bytes() for path in (mail.main, mail.master)}
    place = await mail.patient.place()
    assert [listening.port for listening in place.listens] == list(mail.ports.values())
    with Mailer(mail.ports["smtp"]) as client:
        changes = await mail.patient.point({place: whole})
        assert await mail.shown() == [told(one, 2)] * 3
        assert client.is_served()
        assert mail.main.read_bytes() == former[str(mail.main)].replace(bare.chain.encode(), whole.chain.encode())
        await mail.patient.take_back(changes, former)
        assert await mail.shown() == [told(one, 1)] * 3
        # No line changes, only what the file holds.
        write_pair(mail.tls, "bare", one)
        assert await mail.patient.point({place: bare}) == ()
        assert await mail.shown() == [told(one, 2)] * 3
        assert client.is_served()


async def test_key_and_chain_in_the_wrong_order(mail: Postfix) -> None:
    one = mail.leaf()
    files = write_pair(mail.tls, "order", one)
    await mail.configure(f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {files.chain}, {files.key}\n")
    broken = await look("smtps", mail.ports["smtps"])
    assert isinstance(broken.result, ProbeFailure)
    await mail.patient.set_up("matching-key", await mail.patient.place(), ports=tuple(mail.ports.values()))
    assert await mail.shown() == [told(one)] * 3


async def test_one_port_has_kept_the_old_certificate(mail: Postfix) -> None:
    new, old = mail.leaf(), mail.leaf()
    files, former = write_pair(mail.tls, "new", new), write_pair(mail.tls, "old", old)
    await mail.configure(
        f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {files.key},\n  {files.chain}\n",
        MASTER + f" -o smtpd_tls_chain_files={former.key},{former.chain}\n",
    )
    text = mail.master.read_text()
    assert await mail.shown() == [told(new), told(new), told(old)]
    place = await mail.patient.place(chain_file=former.chain)
    await mail.patient.point({place: files})
    assert await mail.shown() == [told(new)] * 3
    assert mail.master.read_text() == text.replace(former.key, files.key).replace(former.chain, files.chain)


async def test_names_in_an_index(mail: Postfix) -> None:
    """The index holds copies: what a file holds now counts once postmap has read it."""
    one, other = mail.leaf(), mail.leaf("other.post.example")
    files, others = write_pair(mail.tls, "named", one, one.chain[:1]), write_pair(mail.tls, "default", other)
    mail.sni.write_text(f"mail.post.example {files.key}, {files.chain}\n")
    await done(RunCommand(("postmap", "-F", f"hash:{mail.sni}")))
    await mail.configure(
        "smtpd_tls_security_level = may\n" + SNI.format(here=mail.here)
        + f"smtpd_tls_chain_files = {others.key}, {others.chain}\n"
    )  # fmt: skip
    assert await mail.shown() == [told(one, 1)] * 3
    assert (await presented("smtps", mail.ports["smtps"], None))[0] == other.certificate
    former = {str(path): path.read_bytes() for path in (mail.main, mail.master, mail.sni)}
    place = await mail.patient.place(names=("mail.post.example",))
    write_pair(mail.tls, "named", one)
    await mail.patient.point({place: files})
    assert await mail.shown() == [told(one)] * 3
    # Those who say no name get it, too, and the former default keeps its own.
    changes = await mail.patient.set_up("send-sni-certificate", place, ports=tuple(mail.ports.values()))
    for name, expected in ((None, one), ("mail.post.example", one), ("other.post.example", other)):
        assert (await presented("smtps", mail.ports["smtps"], name))[0] == expected.certificate
    await mail.patient.take_back(changes, former)
    assert (await presented("smtps", mail.ports["smtps"], None))[0] == other.certificate


async def test_tls_is_offered_where_it_was_not_and_old_versions_go(mail: Postfix) -> None:
    one = mail.leaf()
    files = write_pair(mail.tls, "silent", one)
    await mail.configure(
        "smtpd_tls_security_level = none\nsmtpd_tls_protocols = TLSv1, TLSv1.1\n"
        f"smtpd_tls_chain_files = {files.key}, {files.chain}\n"
    )
    port = mail.ports["smtp"]
    assert isinstance((await look("smtp", port)).result, ProbeFailure)
    await mail.patient.set_up("offer-tls", ports=(port,))
    before = await look("smtp", port)
    assert isinstance(before.result, Handshake)
    assert before.result.tls_version == "TLSv1.1"
    await mail.patient.set_up("tls-version", ports=(port,))
    after = await look("smtp", port)
    assert isinstance(after.result, Handshake)
    assert after.result.tls_version == "TLSv1.3"
    assert await mail.patient.is_sound()
    mail.main.write_text(mail.main.read_text() + "nonsense\n")
    assert not await mail.patient.is_sound()

"""Dovecot, surveyed, changed, taken up and taken back, with a client connected all the time."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons
from tests.programs.dovecot import ANYBODY
from tests.real_servers.mending import MACHINE, Patient, Reader, Ward, done, look, presented, told, write_pair

from mailtrust.core.model.configured import Files
from mailtrust.core.model.observation import Handshake, ProbeFailure
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import dovecot

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

MAIN = """\
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
protocols = imap pop3
listen = 127.0.0.1
mail_max_userip_connections = 100
mail_location = maildir:~/Maildir
# Otherwise it ends who is connected some seconds after a reload.
shutdown_clients = no
{anybody}service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
!include conf.d/*.conf
"""


class Dovecot(Ward):
    """One that runs, and its folder."""

    def __init__(self, here: Path, ports: dict[str, int]) -> None:
        self.here = here
        self.main, self.ssl = here / "dovecot.conf", here / "conf.d" / "10-ssl.conf"
        server = Server("mail", (), "dovecot", "local", configuration=str(self.main))
        super().__init__(Patient(dovecot, server), ports)

    @property
    def tls(self) -> Path:
        return self.here / "tls"

    async def configure(self, settings: str) -> None:
        """Write the file about TLS, and let it be taken up."""
        self.ssl.write_text(settings)
        await done(dovecot.take_up(self.patient.server))


@pytest.fixture(scope="module")
def mail(
    server_folder: Path,
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
    as_root: None,
) -> Dovecot:
    program = installed("dovecot", "dovecot-imapd dovecot-pop3d")
    here = server_folder / "mending-dovecot"
    for name in ("conf.d", "tls", "home"):
        (here / name).mkdir(parents=True)
    (here / "home").chmod(0o777)
    made = Dovecot(here, {scheme: free_port() for scheme in ("imap", "imaps", "pop3s")})
    made.main.write_text(MAIN.format(here=here, anybody=ANYBODY.format(here=here), **made.ports))
    files = write_pair(made.tls, "first", made.leaf())
    made.ssl.write_text(f"ssl_cert = <{files.chain}\nssl_key = <{files.key}\n")
    daemons.start([program, "-F", "-c", made.main], [(LOOPBACK, port) for port in made.ports.values()])
    return made


class LoggedIn(Reader):
    """A reader inside TLS, logged in."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket.sendall(b"a STARTTLS\r\n")
        assert b"a OK" in self._socket.recv(4096)
        self._socket = context.wrap_socket(self._socket)
        self._socket.sendall(b"a LOGIN reader secret\r\n")
        assert b"a OK" in self._socket.recv(4096)


async def test_a_chain_that_lacks_its_issuer_and_back(mail: Dovecot) -> None:
    one = mail.leaf()
    bare = write_pair(mail.tls, "bare", one, one.chain[:1])
    whole = Files(write_pair(mail.tls, "whole", one).chain, bare.key)
    await mail.configure(f"ssl = yes\nssl_cert = <{bare.chain} # today\nssl_key = <{bare.key}\n")
    assert await mail.shown() == [told(one, 1)] * 3
    former = {str(mail.ssl): mail.ssl.read_bytes()}
    place = await mail.patient.place()
    assert [listening.port for listening in place.listens] == list(mail.ports.values())
    with Reader(mail.ports["imap"]) as stranger, LoggedIn(mail.ports["imap"]) as user:
        changes = await mail.patient.point({place: whole})
        assert await mail.shown() == [told(one, 2)] * 3
        assert stranger.is_served()
        assert user.is_served()
        assert mail.ssl.read_bytes() == former[str(mail.ssl)].replace(bare.chain.encode(), whole.chain.encode())
        await mail.patient.take_back(changes, former)
        assert await mail.shown() == [told(one, 1)] * 3
        # No line changes, only what the file holds.
        write_pair(mail.tls, "bare", one)
        assert await mail.patient.point({place: bare}) == ()
        assert await mail.shown() == [told(one, 2)] * 3
        assert stranger.is_served()
        assert user.is_served()


async def test_a_chain_in_the_wrong_order(mail: Dovecot) -> None:
    """Dovecot refuses a file whose first certificate is not the key's: nobody is served before it is mended."""
    one = mail.leaf()
    files = write_pair(mail.tls, "jumbled", one, tuple(reversed(one.chain)))
    await mail.configure(f"ssl_cert = <{files.chain}\nssl_key = <{files.key}\n")
    assert isinstance((await look("imaps", mail.ports["imaps"])).result, ProbeFailure)
    write_pair(mail.tls, "jumbled", one)
    await mail.patient.point({await mail.patient.place(): files})
    assert await mail.shown() == [told(one)] * 3


async def test_one_protocol_has_kept_the_old_certificate(mail: Dovecot) -> None:
    new, old = mail.leaf(), mail.leaf()
    files, former = write_pair(mail.tls, "new", new), write_pair(mail.tls, "old", old)
    await mail.configure(
        f"ssl_cert = <{files.chain}\nssl_key = <{files.key}\n"
        f"protocol pop3 {{\n  ssl_cert = <{former.chain}\n  ssl_key = <{former.key}\n}}\n"
    )
    assert await mail.shown() == [told(new), told(new), told(old)]
    general = await mail.patient.place(service="dovecot")
    assert [listening.port for listening in general.listens] == [mail.ports["imap"], mail.ports["imaps"]]
    await mail.patient.point({await mail.patient.place(service="protocol pop3"): files})
    assert await mail.shown() == [told(new)] * 3


async def test_the_key_of_another_certificate(mail: Dovecot) -> None:
    one, other = mail.leaf(), mail.leaf("other.post.example")
    files, others = write_pair(mail.tls, "mine", one), write_pair(mail.tls, "theirs", other)
    await mail.configure(
        f"ssl_cert = <{files.chain}\nssl_key = <{others.key}\n"
        f"local_name x.example {{\n  ssl_cert = <{files.chain}\n  ssl_key = <{files.key}\n}}\n"
    )
    assert isinstance((await look("imaps", mail.ports["imaps"])).result, ProbeFailure)
    place = await mail.patient.place(service="dovecot")
    await mail.patient.set_up("matching-key", place, ports=(mail.ports["imaps"],))
    assert await mail.shown() == [told(one)] * 3


async def test_the_name_that_clients_use_becomes_everybodys(mail: Dovecot) -> None:
    one, other = mail.leaf(), mail.leaf("other.post.example")
    files, others = write_pair(mail.tls, "named", one), write_pair(mail.tls, "default", other)
    await mail.configure(
        f"ssl_cert = <{others.chain}\nssl_key = <{others.key}\n"
        f"local_name mail.post.example {{\n  ssl_cert = <{files.chain}\n  ssl_key = <{files.key}\n}}\n"
    )
    port = mail.ports["imaps"]
    assert (await presented("imaps", port, None))[0] == other.certificate
    place = await mail.patient.place(names=("mail.post.example",))
    await mail.patient.set_up("send-sni-certificate", place, ports=(port,))
    for name, expected in ((None, one), ("mail.post.example", one), ("other.post.example", other)):
        assert (await presented("imaps", port, name))[0] == expected.certificate


async def test_tls_is_offered_where_it_was_not_and_old_versions_go(mail: Dovecot) -> None:
    files = write_pair(mail.tls, "silent", mail.leaf())
    await mail.configure(f"ssl = no\nssl_min_protocol = ANY\nssl_cert = <{files.chain}\nssl_key = <{files.key}\n")
    port = mail.ports["imap"]
    assert isinstance((await look("imap", port)).result, ProbeFailure)
    place = await mail.patient.place()
    await mail.patient.set_up("offer-tls", place, ports=(port,))
    assert isinstance((await look("imap", port)).result, Handshake)
    await mail.patient.set_up("tls-version", place, ports=(port,))
    assert mail.ssl.read_text().startswith("ssl = yes\nssl_min_protocol = TLSv1.2\n")
    after = await look("imap", port)
    assert isinstance(after.result, Handshake)


async def test_its_own_test_misses_a_file(mail: Dovecot) -> None:
    files = write_pair(mail.tls, "there", mail.leaf())
    mail.ssl.write_text(f"ssl_cert = <{files.chain}\nssl_key = <{files.key}\n")
    assert await mail.patient.is_sound()
    await MACHINE.remove(files.chain)
    assert not await mail.patient.is_sound()


@pytest.mark.long
async def test_by_itself_it_ends_who_is_connected_some_seconds_after_a_reload(mail: Dovecot) -> None:
    """What `disruption` says: 2.3.19 sends SIGTERM after six seconds, unless `shutdown_clients = no`."""
    files = write_pair(mail.tls, "usual", mail.leaf())
    for said, kept in (("no", True), ("yes", False)):
        await mail.configure(f"ssl_cert = <{files.chain}\nssl_key = <{files.key}\nshutdown_clients = {said}\n")
        await asyncio.sleep(1)
        with LoggedIn(mail.ports["imap"]) as user:
            await done(dovecot.take_up(mail.patient.server))
            await asyncio.sleep(10)
            assert user.is_served() is kept

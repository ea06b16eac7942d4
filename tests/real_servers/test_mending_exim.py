"""Exim, surveyed, changed, taken up and taken back, with a client connected all the time."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from tests.configured.world import World
from tests.programs.daemons import Daemons, NotInstalledError
from tests.programs.exim import Exim
from tests.real_servers.mending import MACHINE, Mailer, Patient, Ward, done, look, told, write_pair

from mailtrust.core.model.configured import Files
from mailtrust.core.model.observation import Handshake, ProbeFailure
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import exim
from mailtrust.lab.pki import Issued

DEBIANS = """\
dc_eximconfig_configtype='internet'
dc_other_hostnames='mail.post.example'
dc_local_interfaces='127.0.0.1 ; ::1'
dc_use_split_config='{split}'
CFILEMODE='644'
dc_localdelivery='mail_spool'
"""

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]


class Mail(Ward):
    """One that runs, and its folder."""

    def __init__(self, program: Exim, ports: dict[str, int]) -> None:
        self.program = program
        server = Server(
            "mail",
            (),
            "exim",
            "local",
            configuration=str(program.configuration),
            program=str(program.program),
            take_up=(str(program.take_up),),
        )
        super().__init__(Patient(exim, server), ports)

    def write(self, name: str, issued: Issued, count: int = 2) -> Files:
        files = write_pair(self.program.here / "tls", name, issued, issued.chain[:count])
        shutil.chown(files.key, 65533)
        return files

    async def configure(self, main: str) -> None:
        """Write the configuration, and let it be taken up."""
        self.program.configure(self.ports, main)
        await done(exim.take_up(self.patient.server))


@pytest.fixture(scope="module")
def mail(
    server_folder: Path,
    free_port: Callable[[], int],
    daemons: Daemons,
    as_root: None,
    left_out: Callable[[str], NoReturn],
) -> Mail:
    try:
        program = Exim(server_folder / "mending-exim")
    except NotInstalledError as missing:
        left_out(str(missing))
    made = Mail(program, {"smtp": free_port(), "smtps": free_port()})
    files = made.write("first", made.leaf())
    program.configure(made.ports, f"tls_certificate = {files.chain}\ntls_privatekey = {files.key}\n")
    program.start(daemons, made.ports)
    return made


async def test_a_chain_that_lacks_its_issuer_and_back(mail: Mail) -> None:
    one = mail.leaf()
    bare = mail.write("bare", one, 1)
    whole = Files(mail.write("whole", one).chain, bare.key)
    await mail.configure(
        f"FILES = {Path(bare.chain).parent}\ntls_certificate = FILES/bare.pem\ntls_privatekey = {bare.key}\n"
    )
    assert await mail.shown() == [told(one, 1)] * 2
    former = {str(mail.program.configuration): mail.program.configuration.read_bytes()}
    place = await mail.patient.place()
    assert [listening.port for listening in place.listens] == list(mail.ports.values())
    with Mailer(mail.ports["smtp"]) as client:
        changes = await mail.patient.point({place: whole})
        assert await mail.shown() == [told(one, 2)] * 2
        assert client.is_served()
        await mail.patient.take_back(changes, former)
        assert await mail.shown() == [told(one, 1)] * 2
        # No line changes, only what the file holds.
        mail.write("bare", one)
        assert await mail.patient.point({place: bare}) == ()
        assert await mail.shown() == [told(one, 2)] * 2
        assert client.is_served()


async def test_a_chain_in_the_wrong_order(mail: Mail) -> None:
    one = mail.leaf()
    files = mail.write("jumbled", one)
    write_pair(Path(files.chain).parent, "jumbled", one, tuple(reversed(one.chain)))
    shutil.chown(files.key, 65533)
    await mail.configure(f"tls_certificate = {files.chain}\ntls_privatekey = {files.key}\n")
    assert isinstance((await look("smtps", mail.ports["smtps"])).result, ProbeFailure)
    mail.write("jumbled", one)
    await mail.patient.point({await mail.patient.place(): files})
    assert await mail.shown() == [told(one)] * 2


async def test_the_key_of_another_certificate(mail: Mail) -> None:
    one, other = mail.pki.leaf("mail.post.example"), mail.leaf()
    files, others = mail.write("mine", one), mail.write("theirs", other)
    await mail.configure(
        f"tls_certificate = {files.chain} : {others.chain}\ntls_privatekey = {others.key} : {files.key}\n"
    )
    assert isinstance((await look("smtps", mail.ports["smtps"])).result, ProbeFailure)
    places = (await mail.patient.surveyed()).places
    await mail.patient.set_up("matching-key", *places, ports=(mail.ports["smtps"],))
    assert set(await mail.shown()) <= {told(one), told(other)}


async def test_tls_is_offered_where_it_was_not_and_old_versions_go(mail: Mail) -> None:
    files = mail.write("silent", mail.leaf())
    await mail.configure(
        f"tls_advertise_hosts =\ntls_certificate = {files.chain}\ntls_privatekey = {files.key}\n"
        "tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT\n"
    )
    port = mail.ports["smtp"]
    assert isinstance((await look("smtp", port)).result, ProbeFailure)
    place = await mail.patient.place()
    await mail.patient.set_up("offer-tls", place, ports=(port,))
    before = await look("smtp", port)
    assert isinstance(before.result, Handshake)
    assert before.result.tls_version == "TLSv1.1"
    await mail.patient.set_up("tls-version", place, ports=(port,))
    after = await look("smtp", port)
    assert isinstance(after.result, Handshake)
    assert after.result.tls_version == "TLSv1.3"


async def test_its_own_test_refuses_nonsense(mail: Mail) -> None:
    files = mail.write("there", mail.leaf())
    await mail.configure(f"tls_certificate = {files.chain}\ntls_privatekey = {files.key}\n")
    assert await mail.patient.is_sound()
    text = mail.program.configuration.read_text()
    mail.program.configuration.write_text(text.replace("tls_certificate", "tls_certifcate"))
    assert not await mail.patient.is_sound()


@pytest.mark.parametrize("split", ["true", "false"])
async def test_debians_own_files(mail: Mail, split: str, tmp_path: Path) -> None:
    """What is read of Debian's pieces is what Exim reads of the file that Debian's own program makes of them."""
    folder, made = tmp_path / "exim4", tmp_path / "made.conf"
    shutil.copytree(mail.program.debians, folder)
    (folder / "update-exim4.conf.conf").write_text(DEBIANS.format(split=split))
    first = folder / ("conf.d/main/000_localmacros" if split == "true" else "exim4.conf.template")
    first.write_text("MAIN_TLS_ENABLE = true\n" + (first.read_text() if split == "false" else ""))
    tls = {"exim.crt": "good", "exim.key": "key"}
    names = {
        f"/etc/exim4/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    world = World(exim, {**names, **{f"/etc/exim4/{name}": text.encode() for name, text in tls.items()}})
    (place,) = world.places
    for wanted in (Files(place.chain_file, place.key_file), Files("/etc/tls/mail.pem", "/etc/tls/mail.key")):
        world.point({place: wanted})
        for path in names:
            (folder / path.removeprefix("/etc/exim4/")).write_bytes(world.files[path])
        await done(RunCommand((str(mail.program.maker), "-d", str(folder), "-o", str(made))))
        told = await MACHINE.run(
            (str(mail.program.program), "-C", str(made), "-bP", "tls_certificate", "tls_privatekey")
        )
        assert told.output == f"tls_certificate = {wanted.chain}\ntls_privatekey = {wanted.key}\n", told
    assert world.files[f"/etc/exim4/{first.relative_to(folder)}"] != names[f"/etc/exim4/{first.relative_to(folder)}"]


@pytest.mark.long
async def test_it_sees_by_itself_that_a_file_has_changed(mail: Mail) -> None:
    """Without a HUP: the daemon watches its files, and waits some seconds until they are at rest."""
    one, other = mail.leaf(), mail.leaf()
    files = mail.write("watched", one)
    await mail.configure(f"tls_certificate = {files.chain}\ntls_privatekey = {files.key}\n")
    mail.write("watched", other)
    assert await mail.shown() == [told(one)] * 2
    await asyncio.sleep(12)
    assert await mail.shown() == [told(other)] * 2

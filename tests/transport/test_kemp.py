"""A LoadMaster by both versions of its interface: what is done twice is done once, and nobody is trusted blindly."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from tests.programs.kemp import LoadMaster, admin
from tests.programs.kemp_keeping import CERTIFICATE_CREATION, LOOPBACK, Kept, Service
from tests.programs.sample_pki import pki

from mailtrust.core.formats.kemp_place import LoadMasterPlace
from mailtrust.core.formats.kemp_services import read_services
from mailtrust.core.issuance.recipe import CLIENT_AUTH, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.load_master import Asked, Login
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.settings import Server
from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.edge.transport.kemp import KempMachine
from mailtrust.edge.transport.kemp_page import AdminPage
from mailtrust.edge.transport.machine import Failed, NotAllowed, NotThere, Overtaken, Unreachable
from mailtrust.edge.transport.reaching import machine_for
from mailtrust.lab.pki import Issued

HOST = "mail.post.example"


@cache
def mail(number: int = 0) -> Issued:
    return pki().leaf(HOST, f"{number}.post.example", key="ec-p256")


@pytest.fixture
def master(tmp_path: Path) -> Iterator[LoadMaster]:
    with LoadMaster(tmp_path, clients=pki().root.certificate) as running:
        running.certificates["mail"] = Kept(mail().chain[:1], mail().key)
        yield running


@pytest.fixture(params=[2, 1], ids=["v2", "v1"])
def spoken(request: pytest.FixtureRequest, master: LoadMaster) -> LoadMaster:
    master.trouble.without_v2 = request.param == 1
    return master


def reach(
    master: LoadMaster,
    login: Login | None = None,
    *,
    roots: tuple[Certificate, ...] | None = None,
    fingerprint: str = "",
    client_certificate: str = "",
) -> KempMachine:
    """Its own root is believed, unless others are given."""
    place = LoadMasterPlace("localhost", master.port, "admin")
    believed = (pki("LoadMaster").root.certificate,) if roots is None else roots
    page = AdminPage(place, roots=believed, fingerprint=fingerprint, client_certificate=client_certificate)
    return KempMachine(place, page, login or Login(master.user, master.password))


def both(issued: Issued, key: bytes | None = None) -> str:
    return to_pem_chain(issued.chain) + (key or issued.key_pem).decode()


async def test_what_is_there_is_read(spoken: LoadMaster) -> None:
    machine = reach(spoken)
    spoken.intermediates["Sample CA"] = Kept((pki().intermediate.certificate,))
    assert await machine.names("/certificates/*") == ("/certificates/mail.pem",)
    assert await machine.names("/intermediates/*") == ("/intermediates/Sample%20CA.pem",)
    assert await machine.names("/etc/*") == ()
    assert (await machine.read("/certificates/mail.pem")).octets == to_pem(mail().certificate).encode()
    held = await machine.read("/intermediates/Sample%20CA.pem")
    assert held.octets == to_pem(pki().intermediate.certificate).encode()
    for nothing in ("/certificates/mai.pem", "/certificates/MAIL.pem", "/etc/passwd"):
        with pytest.raises(NotThere):
            await machine.read(nothing)
    assert {version for version, _, _ in spoken.calls} == {1 if spoken.trouble.without_v2 else 2}


async def test_virtual_services_are_listed(spoken: LoadMaster) -> None:
    service = spoken.add_service(Service(0, ["mail"], name="Exchange"))
    through = spoken.add_service(Service(0, ends_tls=False))
    printed = await reach(spoken).run(("listvs",))
    assert printed.status == 0
    services = read_services(printed.output)
    assert services is not None
    first, second = services
    assert (first.address, first.ports, first.name) == (LOOPBACK, (service.port,), "Exchange")
    assert (first.ends_tls, first.certificates) == (True, ("mail",))
    assert (second.ports, second.ends_tls, second.certificates) == ((through.port,), False, ())


async def test_intermediates_come_and_go(spoken: LoadMaster) -> None:
    machine, one = reach(spoken), pki().intermediate.certificate
    add, gone = ("addintermediate", "cert=CA"), ("delintermediate", "cert=CA", f"if={one.fingerprint}")
    for _ in range(2):
        assert (await machine.run(add, to_pem(one))).status == 0
    assert spoken.intermediates["CA"].chain == (one,)
    for command in (add, (*gone[:2], f"if={mail().certificate.fingerprint}")):
        with pytest.raises(Overtaken, match="that of another certificate"):
            await machine.run(command, to_pem(mail().certificate))
    for _ in range(2):
        assert (await machine.run(gone)).status == 0
    assert spoken.intermediates == {}
    assert [command for command, _ in spoken.changes] == ["addintermediate", "delintermediate"]


async def test_a_certificate_is_uploaded_with_its_chain_and_its_key(spoken: LoadMaster) -> None:
    machine, new = reach(spoken), mail(1)
    for _ in range(2):
        assert (await machine.run(("addcert", "cert=new"), both(new))).status == 0
    assert spoken.certificates["new"].chain == new.chain
    assert spoken.certificates["new"].key == new.key
    assert [parameters for _, parameters in spoken.changes] == [{"cert": "new", "replace": "0"}]
    assert (await machine.run(("delcert", "cert=new", f"if={new.certificate.fingerprint}"))).status == 0
    assert list(spoken.certificates) == ["mail"]


async def test_the_loadmasters_own_words_come_through(spoken: LoadMaster) -> None:
    machine = reach(spoken)
    spoken.add_service(Service(0, ["mail"]))
    for command, said, words in (
        (("addcert", "cert=x"), both(mail(1), mail(2).key_pem), "Key does not match"),
        (("addcert", "cert=x"), "-----BEGIN NOTHING-----", "Invalid certificate data"),
        (("addintermediate", "cert=x"), "nothing", "Invalid certificate data"),
        (("delcert", "cert=mail", f"if={mail().certificate.fingerprint}"), "", "Certificate in use"),
        (("modvs", "vs=10.9.9.9", "port=443", "prot=tcp", "CertFile=mail", "was="), "", "Unknown VS"),
    ):
        printed = await machine.run(command, said)
        assert printed == Printed(422, "", printed.errors)
        assert words in printed.errors
    assert list(spoken.certificates) == ["mail"]


async def test_a_name_is_refused_before_the_call(spoken: LoadMaster) -> None:
    with pytest.raises(Failed, match=r"Write Go_Daddy_G2 instead\."):
        await reach(spoken).run(("addintermediate", "cert=Go Daddy G2"), to_pem(pki().intermediate.certificate))
    assert spoken.changes == []


async def test_a_service_is_changed_only_while_it_is_as_it_was(spoken: LoadMaster) -> None:
    machine, service = reach(spoken), spoken.add_service(Service(0, ["mail"], tls_type=24))
    spoken.certificates["new"] = Kept(mail(1).chain, mail(1).key)
    which = ("modvs", f"vs={LOOPBACK}", f"port={service.port}", "prot=tcp")
    for _ in range(2):
        assert (await machine.run((*which, "CertFile=new mail", "was=mail"))).status == 0
    assert service.certificates == ["new", "mail"]
    with pytest.raises(Overtaken, match="it is “new mail” by now"):
        await machine.run((*which, "CertFile=mail", "was=new"))
    assert (await machine.run((*which, "TLSType=7", "was=24"))).status == 0
    assert service.tls_type == 7
    assert [command for command, _ in spoken.changes] == ["modvs", "modvs"]


async def test_nobody_else_is_let_in(spoken: LoadMaster) -> None:
    for login in (Login("admin", "wrong"), Login(api_key="wrong")):
        with pytest.raises(NotAllowed, match="lets nobody in"):
            await reach(spoken, login).run(("listvs",))
    assert (await reach(spoken, Login(api_key=spoken.api_keys[0])).run(("listvs",))).status == 0


async def test_a_right_that_is_missing_is_named(spoken: LoadMaster) -> None:
    spoken.trouble.rights.remove(CERTIFICATE_CREATION)
    with pytest.raises(NotAllowed, match="Certificate Creation"):
        await reach(spoken).run(("addcert", "cert=x"), both(mail(1)))


async def test_an_interface_that_is_off_is_told_how_to_enable(master: LoadMaster) -> None:
    master.trouble.api_disabled = True
    with pytest.raises(NotAllowed, match="Enable API Interface"):
        await reach(master).run(("listvs",))


@pytest.mark.parametrize("said", [b"<html>Login</html>", b" ", b"\x00" * 1000, b"[[[", b"<a>" * 50, b"7"])
async def test_garbage_is_no_answer(spoken: LoadMaster, said: bytes) -> None:
    machine = reach(spoken)
    await machine.names("/certificates/*")
    spoken.trouble.garbage = said
    with pytest.raises(Failed, match="and something else"):
        await machine.run(("listvs",))


async def test_services_that_are_none_are_none(master: LoadMaster) -> None:
    master.trouble.garbage = b'{"code": 200, "VS": [7, {"VSAddress": []}, null], "cert": 7}'
    assert await reach(master).run(("listvs",)) == Printed(0, "[]")


async def test_who_is_silent_is_given_up(master: LoadMaster) -> None:
    machine = reach(master)
    await machine.names("/certificates/*")
    master.trouble.silent_at.add("listvs")
    with pytest.raises(Unreachable, match=r"within 1 seconds\. It was not asked to change anything"):
        await machine.run(("listvs",), seconds=1)


async def test_where_nobody_answers_nothing_was_asked(unused_tcp_port: int) -> None:
    page = AdminPage(LoadMasterPlace(LOOPBACK, unused_tcp_port))
    with pytest.raises(Unreachable, match="It was not asked to change anything"):
        await page.ask(Asked("/accessv2", b"{}"), changing=True, most=1000, seconds=5)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_that_breaks_leaves_it_open_what_was_done(master: LoadMaster, when: str) -> None:
    machine = reach(master)
    master.trouble.hangs_up = {"addintermediate": when}
    command, pem = ("addintermediate", "cert=CA"), to_pem(pki().intermediate.certificate)
    with pytest.raises(Unreachable, match="Nobody knows whether"):
        await machine.run(command, pem)
    assert ("CA" in master.intermediates) is (when == "after")
    master.trouble.hangs_up = {}
    assert (await machine.run(command, pem)).status == 0


async def test_a_page_that_nobody_vouches_for_is_told_nothing(master: LoadMaster) -> None:
    shown = f"sha256:{admin().certificate.fingerprint}"
    machine = reach(master, roots=(pki().root.certificate,))
    with pytest.raises(NotAllowed, match="cannot be verified") as refused:
        await machine.run(("listvs",))
    assert shown in str(refused.value)
    assert 'fingerprint = "sha256:' in str(refused.value)
    assert master.calls == []


async def test_another_fingerprint_is_refused_and_both_are_shown(master: LoadMaster) -> None:
    expected, shown = f"sha256:{'ab' * 32}", f"sha256:{admin().certificate.fingerprint}"
    # The root would vouch for it: a pin says more.
    machine = reach(master, fingerprint=expected)
    with pytest.raises(NotAllowed, match="somebody stands between") as refused:
        await machine.run(("listvs",))
    assert expected in str(refused.value)
    assert shown in str(refused.value)
    assert master.calls == []
    assert (await reach(master, roots=(), fingerprint=shown).run(("listvs",))).status == 0


async def test_a_name_that_is_not_in_its_certificate_is_refused(master: LoadMaster) -> None:
    place = LoadMasterPlace(LOOPBACK, master.port)
    page = AdminPage(place, roots=(pki("LoadMaster").root.certificate,))
    with pytest.raises(NotAllowed, match="cannot be verified"):
        await KempMachine(place, page, Login(api_key=master.api_keys[0])).run(("listvs",))


async def test_a_client_certificate_opens_the_first_version(master: LoadMaster, tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    recipe = replace(server_recipe("admin.example"), extended_key_usage=(CLIENT_AUTH,))
    file.write_text(both(pki().leaf("admin.example", key="ec-p256", recipe=recipe)))
    assert (await reach(master, Login(), client_certificate=str(file)).run(("listvs",))).status == 0
    assert {version for version, _, _ in master.calls} == {1}
    with pytest.raises(NotAllowed, match="Expected a certificate and its key"):
        reach(master, Login(), client_certificate=str(tmp_path / "nothing.pem"))


async def test_nothing_is_written_there(master: LoadMaster) -> None:
    machine = reach(master)
    for attempt in (
        machine.write("/certificates/x.pem", b"", mode=0o600, owner=None),
        machine.keep("/certificates/mail.pem", "/x"),
        machine.remove("/certificates/mail.pem"),
        machine.talk("/run/x", b"show"),
    ):
        with pytest.raises(Failed, match="no files"):
            await attempt
    with pytest.raises(NotThere):
        await machine.run(("rm", "-rf", "/"))
    assert master.calls == []


async def test_what_mailtrust_toml_says_opens_it(master: LoadMaster, tmp_path: Path) -> None:
    roots: tuple[Certificate, ...] = (pki("LoadMaster").root.certificate,)
    place = f"localhost:{master.port}"
    (tmp_path / "password").write_text(f"{master.password}\r\nmore\n")
    (tmp_path / "key").write_text(f"{master.api_keys[0]}\n")
    for reach_, file in ((f"kemp://admin@{place}", "password"), (f"kemp://{place}", "key")):
        server = Server("lm", (), "kemp", reach_, password_file=str(tmp_path / file))
        machine = machine_for(server, roots)
        assert (await machine.run(("listvs",))).status == 0
        await machine.close()
    with pytest.raises(UserProblem, match="password_file"):
        machine_for(Server("lm", (), "kemp", f"kemp://admin@{place}"))
    for file in ("nothing", "empty"):
        (tmp_path / "empty").write_text("\n")
        with pytest.raises(UserProblem, match=file):
            machine_for(Server("lm", (), "kemp", f"kemp://{place}", password_file=str(tmp_path / file)))


async def test_calls_at_once_find_out_once(master: LoadMaster) -> None:
    machine = reach(master)
    await asyncio.gather(*(machine.run(("listvs",)) for _ in range(4)))
    assert [command for _, command, _ in master.calls].count("listcert") == 1

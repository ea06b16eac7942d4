"""What former renewals have left goes once its certificate has ended, and nothing else does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.flows.test_plan import CONF, Shelf, nginx, pem
from tests.programs.kemp import LoadMaster, admin
from tests.programs.kemp_keeping import CERTIFICATE_CREATION, Kept, Service
from tests.programs.sample_pki import pki

from mailtrust.core.model.settings import Place, Server
from mailtrust.core.targets.configured import kemp
from mailtrust.edge.transport.reaching import machines_for
from mailtrust.flows.renewal_clearing import clear_away
from mailtrust.lab.pki import Issued

HOST = "mail.example.com"
TLS = "/etc/nginx/tls"


def ended(*names: str, days: tuple[int, int] = (-90, -1)) -> Issued:
    return pki().leaf(*(names or (HOST,)), days=days, key="ec-p256")


def tag(issued: Issued) -> str:
    return issued.certificate.fingerprint[:8]


class Disk(Shelf):
    """One from which files can be removed."""

    async def remove(self, path: str) -> None:
        del self.files[path]


def pair(issued: Issued, name: str = "", key: bytes = b"") -> dict[str, bytes]:
    called = name or tag(issued)
    return {f"{TLS}/cert-{called}.pem": pem(*issued.chain), f"{TLS}/key-{called}.pem": key or issued.key_pem}


async def cleared(disk: Shelf, *servers: Server, only_tell: bool = False) -> list[str]:
    """What is said of it."""
    said: list[str] = []
    known = servers or (nginx(),)
    await clear_away(
        known[:1], known, {"local": disk}, datetime.now(UTC), lambda one: said.append(str(one)), only_tell=only_tell
    )
    return said


@pytest.fixture
def former() -> Issued:
    return ended()


@pytest.fixture
def disk(former: Issued) -> Disk:
    present = ended(days=(-1, 89))
    conf = CONF.replace("cert.pem", f"cert-{tag(present)}.pem").replace("key.pem", f"key-{tag(present)}.pem")
    return Disk({"/etc/nginx/nginx.conf": conf.encode(), **pair(present), **pair(former)})


async def test_a_pair_goes_when_its_certificate_has_ended(disk: Disk, former: Issued) -> None:
    (said,) = await cleared(disk)
    assert said.startswith(f"web: removed {TLS}/key-{tag(former)}.pem, {TLS}/cert-{tag(former)}.pem: nothing names")
    assert len(disk.files) == 3
    assert not set(disk.files) & set(pair(former))
    assert await cleared(disk) == []


async def test_what_is_not_ours_or_of_use_to_somebody_stays(disk: Disk, former: Issued) -> None:
    valid, other, keyless = ended(days=(-60, 1)), ended(), ended()
    await cleared(disk)
    disk.files |= pair(valid)  # it can be gone back to
    disk.files |= pair(other, "former")  # a person has called it so
    disk.files |= pair(other, "0123abcd")  # not its digest
    disk.files |= pair(keyless, key=other.key_pem)
    disk.files |= {f"{TLS}/other-{tag(other)}.pem": pem(other.certificate)}
    before = dict(disk.files)
    assert await cleared(disk) == []
    assert disk.files == before


async def test_what_another_server_of_that_machine_names_stays(disk: Disk, former: Issued) -> None:
    elsewhere = Server("old", (Place(HOST, HOST, 8443),), "nginx", "local", configuration="/etc/old.conf")
    chain, key = pair(former)
    disk.files |= {"/etc/copy.pem": pem(*former.chain), "/etc/other.pem": pem(*ended().chain)}
    # The chain itself, a copy of it, its key beside another one's chain.
    for names in ((chain, "/etc/key.pem"), ("/etc/copy.pem", "/etc/key.pem"), ("/etc/other.pem", key)):
        named = CONF.replace("tls/cert.pem", names[0]).replace("tls/key.pem", names[1])
        disk.files["/etc/old.conf"] = named.encode()
        assert await cleared(disk, nginx(), elsewhere) == []
    disk.files["/etc/old.conf"] = b"http { server {"
    assert await cleared(disk, nginx(), elsewhere) == []  # it may name anything
    assert set(pair(former)) <= set(disk.files)


async def test_where_others_have_to_approve_it_is_only_told(disk: Disk, former: Issued) -> None:
    (said,) = await cleared(disk, only_tell=True)
    assert "can be removed" in said
    assert set(pair(former)) <= set(disk.files)


@pytest.fixture
def master(tmp_path: Path) -> LoadMaster:
    return LoadMaster(tmp_path)


async def test_a_loadmaster_too(tmp_path: Path, master: LoadMaster) -> None:
    def kept(issued: Issued, path: str = "") -> str:
        name = (path or kemp.own_path(issued.certificate)).rpartition("/")[2].removesuffix(".pem")
        master.certificates[name] = Kept(issued.chain, issued.key)
        return name

    (tmp_path / "password").write_text(f"{master.password}\n")
    server = Server(
        "balancer",
        (Place(HOST, HOST, 443),),
        "kemp",
        f"kemp://admin@localhost:{master.port}",
        password_file=str(tmp_path / "password"),
        fingerprint=f"sha256:{admin().certificate.fingerprint}",
    )
    said: list[str] = []

    async def clear() -> None:
        async with machines_for((server,)) as machines:
            await clear_away((server,), (server,), machines, datetime.now(UTC), lambda one: said.append(str(one)))

    with master:
        present, assigned, gone = kept(ended(days=(-1, 89))), kept(ended()), kept(ended())
        others = kept(ended(), "mail-0123abcd"), kept(ended(), "own-name"), kept(ended(days=(-60, 1)))
        master.add_service(Service(0, [present]))
        master.add_service(Service(0, [assigned]))
        master.trouble.rights.remove(CERTIFICATE_CREATION)
        await clear()
        assert "could not be removed" in said.pop()
        master.trouble.rights.add(CERTIFICATE_CREATION)
        await clear()
        assert set(master.certificates) == {present, assigned, *others}
        assert gone in said.pop()
        assert not said

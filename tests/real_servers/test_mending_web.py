"""nginx, Apache and HAProxy, surveyed, changed, taken up and taken back, with a client connected all the time."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons
from tests.programs.web import WEB_PRODUCTS, Site
from tests.real_servers.mending import HOST, SECONDS, Browser
from tests.real_servers.webs import OTHER, Web, started

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Edit, Files
from mailtrust.core.targets.configured import ConfiguredProduct
from mailtrust.lab.pki import Issued

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]


def both(web: Web, chain: Sequence[Certificate], issued: Issued, tls: str = "TLSv1.2 TLSv1.3") -> tuple[Site, Site]:
    """Two sites, the second with a chain of one's choice."""
    other = web.pki.leaf(OTHER, key="ec-p256")
    return Site(OTHER, web.pair("other", other), tls), Site(HOST, web.pair("old", issued, chain), tls)


@pytest.fixture(scope="module", params=WEB_PRODUCTS, ids=lambda product: product.ID)
def web(
    request: pytest.FixtureRequest,
    server_folder: Path,
    free_port: Callable[[], int],
    installed: Callable[[str, str], str],
    daemons: Daemons,
) -> Web:
    product: ConfiguredProduct = request.param
    installed({"apache": "apache2"}.get(product.ID, product.ID), product.ID)
    return started(daemons, product, server_folder / f"mending-{product.ID}", free_port())


@pytest.mark.parametrize("broken", ["leaf alone", "wrong order"])
async def test_a_chain_is_mended_and_taken_back(web: Web, broken: str) -> None:
    issued = web.pki.leaf(HOST, key="ec-p256")
    leaf, issuer = issued.chain
    faulty = (leaf,) if broken == "leaf alone" else (leaf, web.pki.root.certificate, issuer)
    other, faulted = both(web, faulty, issued)
    whole = web.pair("whole", issued)
    await web.configure(other, faulted)
    await web.presents(HOST, faulty)
    former = {str(web.web.configuration): web.web.configuration.read_bytes()}
    place = await web.patient.place(chain_file=faulted.files.chain)
    assert [listening.port for listening in place.listens] == [web.web.port]
    assert HOST in place.names
    with Browser(web.web.port) as client:
        changes = await web.patient.point({place: whole})
        assert await web.patient.is_sound()
        await web.presents(HOST, issued.chain)
        await web.shows(OTHER, other)
        assert client.is_served()
    with Browser(web.web.port) as client:
        await web.patient.take_back(changes, former)
        await web.presents(HOST, faulty)
        assert client.is_served()


async def test_a_new_certificate_with_a_new_key(web: Web) -> None:
    old, new = (web.pki.leaf(HOST, key="ec-p256") for _ in range(2))
    other, site = both(web, old.chain, old)
    await web.configure(other, site)
    place = await web.patient.place(chain_file=site.files.chain)
    with Browser(web.web.port) as client:
        (edit,) = await web.patient.point({place: web.pair("new", new)})
        await web.presents(HOST, new.chain)
        assert client.is_served()
    assert await web.patient.place(chain_file=web.pair("new", new).chain)
    assert "becomes" in str(edit.say)


async def test_the_right_certificate_for_who_gives_no_name(web: Web) -> None:
    issued = web.pki.leaf(HOST, key="ec-p256")
    other, site = both(web, issued.chain, issued)
    await web.configure(other, site)
    await web.shows(None, other)
    place = await web.patient.place(chain_file=site.files.chain)
    assert not place.is_default
    with Browser(web.web.port) as client:
        await web.patient.set_up("send-sni-certificate", place, ports=(web.web.port,))
        assert await web.patient.is_sound()
        await web.presents(None, issued.chain)
        await web.shows(OTHER, other)
        assert client.is_served()
    again = await web.patient.place(chain_file=site.files.chain)
    assert again.is_default
    assert await web.patient.set_up("send-sni-certificate", again, ports=(web.web.port,)) == ()


async def test_old_versions_of_tls_give_way(web: Web) -> None:
    issued = web.pki.leaf(HOST, key="ec-p256")
    other, site = both(web, issued.chain, issued, "TLSv1 TLSv1.1")
    await web.configure(other, site)
    assert _speaks(web.web.port, ssl.TLSVersion.TLSv1_1)
    assert not _speaks(web.web.port, ssl.TLSVersion.TLSv1_2)
    place = await web.patient.place(chain_file=site.files.chain)
    with Browser(web.web.port) as client:
        await web.patient.set_up("tls-version", place, ports=(web.web.port,))
        assert await web.patient.is_sound()
        loop = asyncio.get_running_loop()
        until = loop.time() + SECONDS
        while not _speaks(web.web.port, ssl.TLSVersion.TLSv1_3):
            assert loop.time() < until
            await asyncio.sleep(0.05)
        assert client.is_served()
    assert not _speaks(web.web.port, ssl.TLSVersion.TLSv1_1)
    assert _speaks(web.web.port, ssl.TLSVersion.TLSv1_2)


async def test_its_own_test_sees_what_is_missing(web: Web) -> None:
    issued = web.pki.leaf(HOST, key="ec-p256")
    other, site = both(web, issued.chain, issued)
    await web.configure(other, site)
    place = await web.patient.place(chain_file=site.files.chain)
    nowhere = str(web.web.here / "tls" / "nowhere.pem")
    facts = (await web.patient.surveyed()).facts
    changes = web.web.product.point_to(web.web.server, facts, {place: Files(nowhere, nowhere)})
    assert isinstance(changes, tuple)
    (edit,) = changes
    assert isinstance(edit, Edit)
    former = web.web.configuration.read_bytes()
    web.web.configuration.write_bytes(edit.content)
    assert not await web.patient.is_sound()
    web.web.configuration.write_bytes(former)
    assert await web.patient.is_sound()


def _speaks(port: int, version: ssl.TLSVersion) -> bool:
    """Whether a handshake of just this version comes about."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection((LOOPBACK, port), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as inside,
        ):
            return inside.version() is not None
    except OSError:
        return False

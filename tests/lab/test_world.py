"""A world tells how to reach it, and keeps whoever looks for more out of the machine's own services."""

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.formats.connect_to import parse_connect_to
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.x509.signatures import SignatureResult, signed_by
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.world import OTHER_LOOPBACK, World


async def test_a_url_is_reached_by_one_detour(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "imaps", "https", chain=leaf.chain, by=leaf)
    world.target = world.url("mail", "imaps")
    async with world:
        real = world.listener("mail", "imaps").real_port
        assert world.target == "imaps://mail.post.example"
        assert world.flags() == (
            "--dns", f"127.0.0.1:{world.dns.port}", "--allow-private-aia",
            "--connect-to", f"mail.post.example:993:127.0.0.1:{real}",
        )  # fmt: skip


async def test_a_host_is_reached_on_its_ports_and_refused_on_all_others(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "imaps", "https", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")
    async with world:
        detours = world.detours()
        assert detours.destination("mail.post.example", 443) == (
            "127.0.0.1",
            world.listener("mail", "https").real_port,
        )
        address, port = detours.destination("mail.post.example", 25)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address, port)
        given = [flag for flag in world.flags() if flag.count(":") == 3]
        assert tuple(parse_connect_to(flag) for flag in given) == detours.connect_to
        assert world.flags()[-2:] == ("--roots", "root.pem")


async def test_ports_can_be_others(tmp_path: Path) -> None:
    world = World(tmp_path, now=datetime.now(UTC), ports={"https": 8443, "tls": 5061})
    try:
        assert world.url("mail", "https") == "https://mail.example.test:8443"
        assert world.url("mail", "tls") == "tls://mail.example.test:5061"
        assert world.url("", "imaps") == "imaps://example.test"
    finally:
        await world.stop()


async def test_a_protocol_without_a_port_must_be_given_one(world: World) -> None:
    with pytest.raises(LabError, match="tls has no port"):
        world.port("tls")


async def test_the_aia_host_gives_what_certificates_name(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    (url,) = leaf.certificate.ca_issuers
    async with world:
        status, body = await fetch(url)
        assert (status, body) == ("HTTP/1.1 200 OK", world.pki.intermediate.certificate.der)
        (above,) = world.pki.intermediate.certificate.ca_issuers
        assert (await fetch(above))[1] == world.pki.root.certificate.der
        assert (await fetch(f"{world.aia.base}/nothing"))[0].startswith("HTTP/1.1 404")
        assert world.aia.asked == ["/issuing-ca.crt", "/root.crt", "/nothing"]


async def fetch(url: str) -> tuple[str, bytes]:
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /{url.split('/', 3)[3]} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head.decode().splitlines()[0], body


async def test_whole_names_and_addresses_stay_as_they_are(world: World) -> None:
    assert world.name("exchange.firm.local.") == "exchange.firm.local"
    assert world.name("192.0.2.25") == "192.0.2.25"
    assert world.name("mail.eu") == "mail.eu.post.example"
    leaf = world.pki.leaf("192.0.2.25")
    world.serve("192.0.2.25", "https", chain=leaf.chain, by=leaf)
    assert not list(world.zone.lines())


async def test_a_machine_behind_another_is_named_by_its_address(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "imaps", chain=leaf.chain, by=leaf)
    world.serve("mail", "imaps", chain=leaf.chain, by=leaf, address=OTHER_LOOPBACK, published=False)
    world.target = world.url("mail", "imaps")
    async with world:
        behind = world.listener("mail", "imaps", OTHER_LOOPBACK)
        assert world.also() == ((OTHER_LOOPBACK, behind.real_port),)
        assert ("--also", f"{OTHER_LOOPBACK}:{behind.real_port}") == world.flags()[-2:]
        assert OTHER_LOOPBACK not in "".join(world.zone.lines())


async def test_nothing_gets_through_to_a_blocked_port(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imaps", chain=leaf.chain, by=leaf)
    world.blocked.add(25)
    world.target = world.name("mail")
    async with world:
        hole = world.detours().destination(world.name("mail"), 25)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await asyncio.open_connection(*hole)
        world.blocked.clear()
        assert world.detours().destination(world.name("mail"), 25)[1] == world.listener("mail", "smtp").real_port


async def test_the_aia_host_is_a_proxy_too(world: World) -> None:
    async with world:
        host, port = world.aia.base.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET http://pki.example.org/root.crt HTTP/1.1\r\nHost: pki.example.org\r\n\r\n")
        assert (await reader.read()).endswith(world.pki.root.certificate.der)
        writer.close()
        assert world.aia.asked == ["http://pki.example.org/root.crt"]


async def test_the_aia_host_survives_clients_without_manners(world: World) -> None:
    async with world:
        host, port = world.aia.base.removeprefix("http://").split(":")
        for rudeness in (b"", b"\r\n\r\n", b"GET /" + b"x" * 200_000 + b"\r\n\r\n", b"\xff\n" * 200):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(rudeness)
            writer.write_eof()
            with contextlib.suppress(ConnectionError):
                assert b"200 OK" not in await reader.read()
            writer.close()
        assert (await fetch(f"{world.aia.base}/root.crt"))[1] == world.pki.root.certificate.der


async def test_certificates_are_made_for_the_worlds_time(tmp_path: Path) -> None:
    moment = datetime(2041, 5, 4, 12, 0, tzinfo=UTC)
    world = World(tmp_path, now=moment)
    try:
        leaf = world.pki.leaf(world.name("mail"), days=(-1, 2))
        assert (leaf.certificate.not_before.day, leaf.certificate.not_after.day) == (3, 6)
        assert leaf.certificate.not_before.year == 2041
        assert signed_by(leaf.certificate, world.pki.intermediate.certificate.public_key) is SignatureResult.VALID
        bare = world.pki.leaf(recipe=server_recipe())
        assert bare.certificate.subject_alt_names is None
        assert set(world.pki.issued) == {world.name("mail")}
    finally:
        await world.stop()

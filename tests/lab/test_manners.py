"""Servers that misbehave on purpose, as a client without opinions meets them; and that they can be made to behave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.model.certificate import UnreadableCertificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.edge.probe.prober import probe
from mailtrust.edge.probe.timeouts import Timeouts
from mailtrust.lab.flight import first_flight
from mailtrust.lab.listener import NAMELESS, SECOND, Listener
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.pki import Issued
from mailtrust.lab.world import OTHER_LOOPBACK, World

ALL_UPGRADES = ("smtp", "submission", "lmtp", "imap", "pop3", "sieve", "ldap")
PORTS = {"lmtp": 24}
SHORT = Timeouts(connect=5, greeting=0.3, reply=5, handshake=5, leave=0.2, busy_pause=0.01)


async def see(listener: Listener, offer: Offer = Offer.DEFAULT, *, name: bool = True) -> Observation:
    endpoint = Endpoint(
        listener.host,
        listener.port,
        listener.protocol,
        listener.tls_mode,
        listener.address,
        listener.host if name else None,
        "given",
        connect_port=listener.real_port,
    )
    return await probe(endpoint, offer, timeouts=SHORT, now=lambda: datetime.now(UTC))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path, now=datetime.now(UTC), domain="post.example", ca_name="Sample Authority", ports=PORTS)
    yield made
    await made.stop()


@pytest.fixture
async def leaf(world: World) -> AsyncIterator[Issued]:
    made = world.pki.leaf(world.name("mail"))
    world.serve("mail", *ALL_UPGRADES, "imaps", chain=made.chain, by=made)
    async with world:
        yield made


@pytest.mark.parametrize("scheme", ALL_UPGRADES)
async def test_an_upgrade_can_be_refused_and_done_again(world: World, leaf: Issued, scheme: str) -> None:
    world.behave("mail", scheme, manners=Manners(upgrade="refused"))
    listener = world.listener("mail", scheme)
    refused = (await see(listener)).result
    assert isinstance(refused, ProbeFailure)
    assert refused.kind is FailureKind.TLS_REFUSED
    world.behave("mail", scheme, manners=GOOD_MANNERS)
    assert (await see(listener)).presented_chain == leaf.chain


@pytest.mark.parametrize("scheme", [scheme for scheme in ALL_UPGRADES if scheme != "ldap"])
async def test_an_upgrade_can_be_left_out(world: World, leaf: Issued, scheme: str) -> None:
    world.behave("mail", scheme, manners=Manners(upgrade="absent"))
    absent = (await see(world.listener("mail", scheme))).result
    assert isinstance(absent, ProbeFailure)
    assert absent.kind is FailureKind.TLS_NOT_OFFERED


@pytest.mark.parametrize(
    ("greeting", "kind"), [("421 4.3.2 Busy", FailureKind.BUSY), ("450 4.7.1 Later", FailureKind.GREYLISTED)]
)
async def test_strangers_are_turned_away(world: World, leaf: Issued, greeting: str, kind: FailureKind) -> None:
    world.behave("mail", "smtp", manners=Manners(greeting=greeting))
    away = (await see(world.listener("mail", "smtp"))).result
    assert isinstance(away, ProbeFailure)
    assert (away.stage, away.kind) == (Stage.GREETING, kind)
    assert greeting in away.detail


async def test_a_tarpit_says_one_octet_after_the_other(world: World, leaf: Issued) -> None:
    world.behave("mail", "imap", manners=Manners(octet_pause=0.05))
    reader, writer = await asyncio.open_connection("127.0.0.1", world.listener("mail", "imap").real_port)
    assert await reader.read(100) == b"*"
    writer.close()
    world.behave("mail", "imap", manners=Manners(octet_pause=30))
    stuck = (await see(world.listener("mail", "imap"))).result
    assert isinstance(stuck, ProbeFailure)
    assert (stuck.stage, stuck.kind) == (Stage.GREETING, FailureKind.TIMEOUT)


async def test_what_is_injected_arrives_before_tls(world: World, leaf: Issued) -> None:
    world.behave("mail", "pop3", manners=Manners(injected=b"+OK injected\r\n"))
    seen = await see(world.listener("mail", "pop3"))
    assert seen.bytes_before_tls == b"+OK injected\r\n"
    assert seen.presented_chain == leaf.chain


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
async def test_nothing_newer_is_spoken(world: World, leaf: Issued, version: ssl.TLSVersion) -> None:
    world.behave("mail", "imaps", manners=Manners(newest_tls=version))
    result = (await see(world.listener("mail", "imaps"))).result
    assert isinstance(result, Handshake)
    assert result.completed
    assert result.tls_version.replace(".", "_") == version.name


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256"])
async def test_a_flight_by_hand_shows_a_chain_without_its_key(
    world: World, leaf: Issued, scheme: str, key: KeyKind
) -> None:
    shown, stranger = (world.pki.leaf(world.name(label), key=key) for label in ("mail", "stranger"))
    world.listener("mail", scheme).manners = Manners(handshake="by-hand")
    world.present("mail", scheme, chain=shown.chain, by=stranger)
    result = (await see(world.listener("mail", scheme))).result
    assert isinstance(result, Handshake)
    assert result.presented_chain == shown.chain
    assert not result.key_proven
    # With the right key the signature holds, so it is the key that was missed.
    world.present("mail", scheme, chain=shown.chain, by=shown)
    result = (await see(world.listener("mail", scheme))).result
    assert isinstance(result, Handshake)
    assert result.key_proven


async def test_a_flight_by_hand_carries_anything(world: World, leaf: Issued) -> None:
    world.listener("mail", "imaps").manners = Manners(handshake="by-hand")
    junk = (b"\x30\x82\x7f\xff nonsense", b"\0" * 40_000)
    world.present("mail", "imaps", chain=junk, by=leaf)
    seen = await see(world.listener("mail", "imaps"))
    assert tuple(one.der for one in seen.presented_chain) == junk
    assert all(isinstance(one, UnreadableCertificate) for one in seen.presented_chain)


def test_a_flight_is_cut_into_records() -> None:
    flight = first_flight(bytes(32), (bytes(40_000),), make_key("ec-p256"))
    lengths = []
    while flight:
        assert flight[:3] == b"\x16\x03\x03"
        length = int.from_bytes(flight[3:5])
        lengths.append(length)
        flight = flight[5 + length :]
    assert lengths[:2] == [16384, 16384]
    assert max(lengths) <= 16384


async def test_a_client_that_speaks_no_tls_does_not_upset_it(world: World, leaf: Issued) -> None:
    world.behave("mail", "imaps", manners=Manners(handshake="by-hand"))
    for words in (b"", b"\x16\x03", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x02ab"):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.listener("mail", "imaps").real_port)
        writer.write(words)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
    assert (await see(world.listener("mail", "imaps"))).presented_chain == leaf.chain


async def test_each_kind_of_key_gets_its_chain(world: World, leaf: Issued) -> None:
    second = world.pki.leaf(world.name("mail"), key="ec-p256")
    world.present("mail", "imap", "imaps", chain=second.chain, by=second, place=SECOND)
    for scheme in ("imap", "imaps"):
        listener = world.listener("mail", scheme)
        assert (await see(listener, Offer.RSA)).presented_chain == leaf.chain
        assert (await see(listener, Offer.ECDSA)).presented_chain == second.chain


async def test_who_names_no_server_gets_the_default(world: World, leaf: Issued) -> None:
    default = world.pki.leaf("hoster.example")
    world.present("mail", "smtp", "imaps", chain=default.chain, by=default, place=NAMELESS)
    for scheme in ("smtp", "imaps"):
        listener = world.listener("mail", scheme)
        assert (await see(listener)).presented_chain == leaf.chain
        assert (await see(listener, name=False)).presented_chain == default.chain


async def test_machines_of_one_name_share_their_port(world: World) -> None:
    old, new = world.pki.leaf(world.name("mail")), world.pki.leaf(world.name("mail"))
    world.serve("mail", "imaps", chain=old.chain, by=old)
    world.serve("mail", "imaps", chain=new.chain, by=new, address=OTHER_LOOPBACK)
    async with world:
        first, second = world.listener("mail", "imaps"), world.listener("mail", "imaps", OTHER_LOOPBACK)
        assert first.real_port == second.real_port
        assert (await see(first)).presented_chain == old.chain
        assert (await see(second)).presented_chain == new.chain
        world.target = world.url("mail", "imaps")
        assert world.zone.values(world.name("mail"), "A") == ("127.0.0.1", OTHER_LOOPBACK)
        assert f"{world.name('mail')}:993::{first.real_port}" in world.flags()

"""What the server presents is read although OpenSSL can't parse it, in TLS 1.2 and in TLS 1.3.

No TLS library serves such certificates, so the servers here are made by hand: just enough to reach the Certificate.
"""

import asyncio
import hashlib
import os
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailtrust.core.model.certificate import UnreadableCertificate
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.edge.probe import tls_session

GARBAGE = (b"\x30\x82\x01\x00no certificate at all", b"\x00", b"\x30\x03\x02\x01\x00")
X25519 = 0x001D
AES_128_GCM_SHA256 = 0x1301
ECDHE_RSA_AES128_GCM_SHA256 = 0xC02F


def vector(octets, data):
    return len(data).to_bytes(octets, "big") + data


def message(kind, body):
    return bytes((kind,)) + vector(3, body)


def record(kind, data):
    return bytes((kind, 3, 3)) + vector(2, data)


def extension(kind, data):
    return struct.pack("!H", kind) + vector(2, data)


async def client_hello(reader):
    head = await reader.readexactly(5)
    return await reader.readexactly(int.from_bytes(head[3:], "big"))


def session_id_and_share(hello):
    """The legacy session id and the X25519 share of a ClientHello (RFC 8446 4.1.2, 4.2.8); None: TLS 1.2 at most."""
    at = 4 + 2 + 32
    session_id = hello[at + 1 : at + 1 + hello[at]]
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 1 + hello[at]
    extensions = hello[at + 2 :]
    while extensions:
        kind, size = struct.unpack("!HH", extensions[:4])
        data, extensions = extensions[4 : 4 + size], extensions[4 + size :]
        if kind != 51:
            continue
        shares = data[2:]
        while shares:
            group, size = struct.unpack("!HH", shares[:4])
            if group == X25519:
                return session_id, shares[4 : 4 + size]
            shares = shares[4 + size :]
    return None


def expand(secret, label, context, length):
    """RFC 8446 7.1."""
    info = struct.pack("!H", length) + vector(1, b"tls13 " + label) + vector(1, context)
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)


def extract(salt, material):
    mac = HMAC(salt, hashes.SHA256())
    mac.update(material)
    return mac.finalize()


def tls12_flight(certificates):
    hello = message(
        2, b"\x03\x03" + os.urandom(32) + vector(1, b"") + struct.pack("!HB", ECDHE_RSA_AES128_GCM_SHA256, 0)
    )
    listed = vector(3, b"".join(vector(3, each) for each in certificates))
    return record(22, hello) + record(22, message(11, listed)) + record(22, message(14, b""))


def tls13_flight(hello, certificates):
    """ServerHello, and under the handshake key EncryptedExtensions and Certificate (RFC 8446 7)."""
    offered = session_id_and_share(hello)
    if offered is None:
        return record(21, b"\x02\x46")  # alert protocol_version
    session_id, share = offered
    key = X25519PrivateKey.generate()
    ours = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    extensions = extension(43, b"\x03\x04") + extension(51, struct.pack("!H", X25519) + vector(2, ours))
    body = b"\x03\x03" + os.urandom(32) + vector(1, session_id) + struct.pack("!HB", AES_128_GCM_SHA256, 0)
    server_hello = message(2, body + vector(2, extensions))
    empty = hashlib.sha256(b"").digest()
    derived = expand(extract(bytes(32), bytes(32)), b"derived", empty, 32)
    secret = extract(derived, key.exchange(X25519PublicKey.from_public_bytes(share)))
    traffic = expand(secret, b"s hs traffic", hashlib.sha256(hello + server_hello).digest(), 32)
    cipher, iv = AESGCM(expand(traffic, b"key", b"", 16)), expand(traffic, b"iv", b"", 12)
    listed = vector(3, b"".join(vector(3, each) + vector(2, b"") for each in certificates))
    inner = message(8, vector(2, b"")) + message(11, vector(1, b"") + listed) + b"\x16"
    head = b"\x17\x03\x03" + struct.pack("!H", len(inner) + 16)
    return record(22, server_hello) + head + cipher.encrypt(iv, inner, head)


def presenting(certificates, version, *, hang_up=False):
    async def handler(reader, writer, heard):
        hello = await client_hello(reader)
        writer.write(tls13_flight(hello, certificates) if version == "TLSv1.3" else tls12_flight(certificates))
        if hang_up:
            writer.write_eof()
        while data := await reader.read(4096):
            heard.clear += data
        heard.end = "fin"

    return handler


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("certificates", [GARBAGE, GARBAGE[:1]], ids=["several", "one"])
async def test_garbage_is_kept_as_it_was_sent(serve, look, version, certificates):
    async with serve(presenting(certificates, version)) as (port, heard):
        seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert tuple(each.der for each in seen.presented_chain) == certificates
    assert isinstance(seen.presented_chain[0], UnreadableCertificate)
    assert seen.result.tls_version == version
    assert not seen.result.completed
    assert not seen.result.key_proven
    assert seen.result.note
    assert heard.end == "fin"
    assert heard.connections == 1, "asking again would change nothing"


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
async def test_a_real_chain_without_proof_of_its_key(serve, look, chain, version):
    """Anybody can send somebody's certificates."""
    async with serve(presenting(chain.ders, version, hang_up=True)) as (port, _):
        seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert tuple(each.der for each in seen.presented_chain) == chain.ders
    assert not seen.result.key_proven
    assert not seen.result.completed


async def test_in_tls_12_the_records_are_enough(serve, look, monkeypatch):
    monkeypatch.setattr(tls_session, "watch_server", lambda context, hear: None)
    async with serve(presenting(GARBAGE, "TLSv1.2")) as (port, _):
        seen = await look(port)
    assert tuple(each.der for each in seen.presented_chain) == GARBAGE


async def test_in_tls_13_the_second_connection_makes_up_for_it(serve, look, monkeypatch):
    """Where nobody can look behind the encryption, TLS 1.2 is in clear."""
    monkeypatch.setattr(tls_session, "watch_server", lambda context, hear: None)
    calls = []

    async def handler(reader, writer, heard):
        calls.append(1)
        await presenting(GARBAGE, "TLSv1.3" if len(calls) == 1 else "TLSv1.2")(reader, writer, heard)

    async with serve(handler) as (port, _):
        seen = await look(port)
    assert tuple(each.der for each in seen.presented_chain) == GARBAGE
    assert len(calls) == 2


async def test_an_empty_list_is_a_failure(serve, look):
    async with serve(presenting((), "TLSv1.2")) as (port, _):
        seen = await look(port)
    assert isinstance(seen.result, ProbeFailure)
    assert (seen.result.stage, seen.result.kind) == (Stage.HANDSHAKE, FailureKind.PROTOCOL_ERROR)


async def test_a_server_that_chose_ssl_3(serve, look):
    """OpenSSL ends it; what was sent is seen."""

    async def handler(reader, writer, heard):
        await client_hello(reader)
        flight = tls12_flight(GARBAGE).replace(b"\x02\x00\x00\x26\x03\x03", b"\x02\x00\x00\x26\x03\x00", 1)
        writer.write(flight)
        await reader.read()

    async with serve(handler) as (port, _):
        seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert seen.result.tls_version == "SSLv3"
    assert "SSLv3" in seen.result.note


async def test_a_tls_13_hello_that_is_not_answered(serve, look, quick, chain):
    """Old firewalls swallow it; the second, smaller hello is answered."""
    from dataclasses import replace

    async def handler(reader, writer, heard):
        if session_id_and_share(await client_hello(reader)) is not None:
            await asyncio.sleep(60)
        writer.write(tls12_flight(chain.ders))
        await reader.read()

    async with serve(handler) as (port, _):
        seen = await look(port, timeouts=replace(quick, handshake=0.2, leave=0.1))
    assert isinstance(seen.result, Handshake)
    assert seen.result.note.startswith("TLS 1.3 in the hello met timeout: no answer; read up to TLS 1.2")

"""Files of any form in which certificates and keys come."""

import io
import struct
import zipfile
from collections.abc import Sequence
from functools import cache
from random import Random

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from tests.fuzz import seeds
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.target import Target

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.pem import find_pem, to_pem, to_pem_chain
from mailtrust.core.x509.pkcs7 import certificates_in, write_pkcs7
from mailtrust.core.x509.pkcs12 import write_pkcs12
from mailtrust.core.x509.private_key import read_private_key

PASSWORD = b"secret"


@cache
def _files() -> tuple[bytes, ...]:
    """One of each form; what is encrypted differs from process to process in its salt, so it is not among these."""
    pki = seeds.world().pki
    leaf, issuing, root = (one.certificate for one in (pki.leaf, pki.issuing, pki.root))
    chain = to_pem_chain((leaf, issuing, root)).encode()
    key = pki.leaf.key.opened()
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return (
        leaf.der,
        chain,
        chain.decode().encode("utf-16"),
        b"Bag Attributes\n" + chain + plain,
        pki.leaf.key.pkcs8,
        plain,
        write_pkcs7((leaf, issuing)),
        to_pem(write_pkcs7((leaf,)), "PKCS7").encode(),
        chain.split(b"-----")[2],
        _key_store(leaf.der, issuing.der),
        _archive(("a/leaf.crt", leaf.der), ("b.pem", chain), ("\x1b[2J<zq>.txt", b"hello"), ("in.zip", b"PK\x03\x04")),
        seeds.world().crls[0],
        seeds.world().ocsp[0],
    )


def _archive(*members: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in members:
            archive.writestr(zipfile.ZipInfo(name), octets)
    return written.getvalue()


def _key_store(*certificates: bytes) -> bytes:
    sealed = der.encode(
        0x30, der.encode(0x30, der.encode_oid("1.3.6.1.4.1.42.2.17.1.1"), b"\x05\0"), der.encode(4, bytes(60))
    )
    chain = b"".join(b"\0\5X.509" + struct.pack(">I", len(one)) + one for one in certificates)
    entry = struct.pack(">IH", 1, 1) + b"a" + bytes(8) + struct.pack(">I", len(sealed)) + sealed
    trusted = struct.pack(">IH", 2, 1) + b"b" + bytes(8) + b"\0\5X.509" + struct.pack(">I", len(certificates[0]))
    return (
        struct.pack(">4sII", b"\xfe\xed\xfe\xed", 2, 2)
        + entry
        + struct.pack(">I", len(certificates))
        + chain
        + trusted
        + certificates[0]
        + bytes(20)
    )


def _mutate(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    return (mutate_der if seed[:1] == b"0" else mutate_octets)(chance, seed, others)


def _try_container(octets: bytes) -> bytes:
    told = []
    for password in (None, PASSWORD):
        contents = read_container(octets, "\x1b[2Jfile", password)
        words = [str(one) for one in (*contents.problems, *(it.role for it in (*contents.items, *contents.others)))]
        assert all(one.isprintable() for one in words), ascii(words)
        assert contents.items or contents.others or contents.problems
        assert all(isinstance(one, Certificate) for one in contents.certificates)
        told.append(repr((contents.form, words, [one.fingerprint for one in contents.certificates])))
    find_pem(octets)
    read_private_key(octets)
    try:
        certificates_in(octets)
    except der.DerError as error:
        told.append(str(error))
    return "\n".join(told).encode()


@cache
def _sealed() -> tuple[bytes, ...]:
    """Encrypted things; their salts are drawn by chance, so that a kept input is what makes a failure again."""
    pki = seeds.world().pki
    key = pki.leaf.key.opened()
    seal = BestAvailableEncryption(PASSWORD)
    return (
        write_pkcs12(
            pki.leaf.certificate, (pki.issuing.certificate,), pki.leaf.key, friendly_name="x", password=PASSWORD
        ),
        write_pkcs12(pki.leaf.certificate, (), pki.leaf.key, friendly_name="", password=None),
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, seal),
        pki.leaf.key.to_pem(PASSWORD).encode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, seal),
    )


CONTAINER = Target("container", _files, _mutate, _try_container, inputs=40_000, bounded=200)
SEALED = Target("sealed-container", _sealed, _mutate, _try_container, inputs=2_000, bounded=20)

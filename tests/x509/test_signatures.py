"""Signatures of every algorithm, also where the crypto library declines: openssl is the second opinion."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import Authority, Issued, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import Certificate, PublicKey, SignatureAlgorithm
from mailtrust.core.x509 import der, signatures
from mailtrust.core.x509.algorithms import read_public_key, rsa_numbers
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.signatures import SignatureResult, pkcs1_v1_5_encoding, signed_by
from mailtrust.core.x509.strict import encoding_problems

ODD_PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:7", "-sigopt", "rsa_mgf1_md:sha1")


def made_by_openssl(folder: Path, *key_arguments: str, options: tuple[str, ...] = ()) -> Certificate:
    """A self-signed certificate that nothing of ours had a hand in."""
    key = folder / "key.pem"
    command, *rest = key_arguments
    subprocess.run(["openssl", command, "-out", str(key), *rest], check=True, capture_output=True)
    arguments = ["openssl", "req", "-x509", "-key", str(key), "-subj", "/CN=mail.example.org", *options]
    pem = subprocess.run(arguments, check=True, capture_output=True).stdout
    certificate = read_certificate(find_pem(pem)[0].data)
    assert isinstance(certificate, Certificate)
    return certificate


def flipped(certificate: Certificate) -> Certificate:
    """The same with one bit of its signature turned."""
    octets = bytearray(certificate.der)
    octets[-3] ^= 1
    turned = read_certificate(bytes(octets))
    assert isinstance(turned, Certificate)
    return turned


@pytest.mark.parametrize(
    ("key_arguments", "options", "kind"),
    [
        (("genrsa", "512"), ("-sha256",), "rsa-pkcs1"),
        (("genrsa", "1024"), ("-md5",), "rsa-pkcs1"),
        (("genrsa", "1024"), ("-sha1",), "rsa-pkcs1"),
        (("genrsa", "2048"), ("-sha224",), "rsa-pkcs1"),
        (("genrsa", "2048"), ("-sha256", "-sigopt", "rsa_padding_mode:pss"), "rsa-pss"),
        (("genrsa", "2048"), ("-sha512", *ODD_PSS), "rsa-pss"),
        (("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"), ("-sha256",), "rsa-pss"),
        (("ecparam", "-genkey", "-name", "prime256v1"), ("-sha1",), "ecdsa"),
        (("ecparam", "-genkey", "-name", "secp521r1"), ("-sha512",), "ecdsa"),
        (("ecparam", "-genkey", "-name", "brainpoolP256r1"), ("-sha256",), "ecdsa"),
        (("genpkey", "-algorithm", "ed25519"), (), "ed25519"),
        (("genpkey", "-algorithm", "ed448"), (), "ed448"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)  # fmt: skip
def test_signatures_of_openssl(tmp_path: Path, key_arguments: tuple[str, ...], options: tuple[str, ...],
                               kind: str) -> None:  # fmt: skip
    certificate = made_by_openssl(tmp_path, *key_arguments, options=options)
    assert certificate.signature_algorithm.kind == kind
    assert encoding_problems(certificate) == ()
    assert signed_by(certificate, certificate.public_key) is SignatureResult.VALID
    assert signed_by(flipped(certificate), certificate.public_key) is SignatureResult.INVALID
    for other in ("rsa-1024", "ec-p256", "ed25519"):
        assert signed_by(certificate, make_key(other).public_key) is SignatureResult.INVALID  # type: ignore[arg-type]


def test_dsa(tmp_path: Path) -> None:
    parameters = tmp_path / "parameters.pem"
    subprocess.run(["openssl", "dsaparam", "-out", str(parameters), "2048"], check=True, capture_output=True)
    certificate = made_by_openssl(tmp_path, "gendsa", str(parameters), options=("-sha256",))
    assert (certificate.public_key.algorithm, certificate.public_key.bits) == ("dsa", 2048)
    assert signed_by(certificate, certificate.public_key) is SignatureResult.VALID
    assert signed_by(flipped(certificate), certificate.public_key) is SignatureResult.INVALID


def test_what_cannot_be_computed_is_neither_valid_nor_invalid(server: Issued, intermediate: Authority) -> None:
    unknown = replace(server.certificate, signature_algorithm=SignatureAlgorithm("1.2.3", "unknown", None))
    assert signatures._verify(unknown, intermediate.key.public_key) is SignatureResult.UNSUPPORTED
    old = replace(
        server.certificate, signature_algorithm=SignatureAlgorithm("1.2.840.113549.1.1.2", "rsa-pkcs1", "md2")
    )
    assert signatures._verify(old, server.key.public_key) is SignatureResult.UNSUPPORTED
    point = der.encode(der.BIT_STRING, b"\0\4" + bytes(64))
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.10045.2.1"), der.encode_oid("1.2.3.4"))
    strange, _ = read_public_key(der.encode(der.SEQUENCE, algorithm, point))
    assert signatures._verify(server.certificate, strange) is SignatureResult.UNSUPPORTED


@pytest.mark.parametrize("salt", [-1, 2**40, 2**4000], ids=["negative", "large", "absurd"])
def test_absurd_salts_are_not_computed(server: Issued, salt: int) -> None:
    oid = der.encode_oid("1.2.840.113549.1.1.10")
    parameters = der.encode(der.SEQUENCE, der.encode(0xA2, der.encode_integer(salt)))
    algorithm = der.encode(der.SEQUENCE, oid, parameters)
    body, _, signature = (whole for _, _, whole in der.whole_children(der.read(server.certificate.der)[1]))
    odd = read_certificate(der.encode(der.SEQUENCE, body, algorithm, signature))
    assert isinstance(odd, Certificate)
    assert odd.signature_algorithm.kind == "rsa-pss"
    assert signed_by(odd, server.key.public_key) is SignatureResult.UNSUPPORTED


def test_a_certificate_without_signature_is_signed_by_nobody(server: Issued, intermediate: Authority) -> None:
    bare = replace(server.certificate, signature=b"", fingerprint="bare")
    assert signed_by(bare, intermediate.key.public_key) is SignatureResult.INVALID


def rsa_key(modulus: int, exponent: int) -> PublicKey:
    numbers = der.encode(der.SEQUENCE, der.encode_integer(modulus), der.encode_integer(exponent))
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.1.1"), der.encode(der.NULL))
    return read_public_key(der.encode(der.SEQUENCE, algorithm, der.encode(der.BIT_STRING, b"\0", numbers)))[0]


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [(2**20_000 + 1, 3), (2**2047 + 1, 2**100 + 1), (0, 3), (-5, 3), (2**2047 + 1, -3)],
    ids=["huge modulus", "huge exponent", "no modulus", "negative modulus", "negative exponent"],
)
def test_absurd_keys_cost_no_time(server: Issued, modulus: int, exponent: int) -> None:
    assert signed_by(server.certificate, rsa_key(modulus, exponent)) is SignatureResult.UNSUPPORTED


def small_rsa_certificate(modulus_bits: int) -> tuple[Certificate, PublicKey]:
    """Signed by hand with an exponent of 1, which the crypto library declines: the signature is its own encoding."""
    modulus = 2**modulus_bits - 1
    key = rsa_key(modulus, 1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    signer = make_key("rsa-1024")
    recipe = server_recipe("a.example")
    made = self_signed(recipe, signer, serial=1, not_before=start, not_after=start + timedelta(days=1)).certificate
    encoding = pkcs1_v1_5_encoding("sha256", made.tbs_der, modulus_bits // 8)
    assert encoding is not None
    octets = made.der[: -len(made.signature)]
    assert len(encoding) == len(made.signature)
    read = read_certificate(octets + encoding)
    assert isinstance(read, Certificate)
    return read, key


def test_keys_that_the_library_declines_are_verified_by_hand() -> None:
    certificate, key = small_rsa_certificate(1024)
    assert signed_by(certificate, key) is SignatureResult.VALID
    assert signed_by(flipped(certificate), key) is SignatureResult.INVALID


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [(2**1024 - 1, -1), (2**1024 - 2, -65537), (2**1024 - 1, 0), (-(2**1024) + 1, 1), (0, 1)],
    ids=["negative exponent", "without inverse", "no exponent", "negative modulus", "no modulus"],
)
def test_numbers_that_are_no_key_verify_nothing(modulus: int, exponent: int) -> None:
    """The signature is one of RSA, so that nothing but the numbers keeps it from being computed."""
    certificate, _ = small_rsa_certificate(1024)
    assert signed_by(certificate, rsa_key(modulus, exponent)) is SignatureResult.UNSUPPORTED


def test_the_two_ways_agree(server: Issued, tmp_path: Path) -> None:
    for options in (("-sha256",), ("-sha1",), ("-md5",), ("-sha512",)):
        certificate = made_by_openssl(tmp_path, "genrsa", "1024", options=options)
        by_hand = signatures._verify_by_hand(certificate, certificate.public_key)
        assert by_hand is signed_by(certificate, certificate.public_key) is SignatureResult.VALID
        assert signatures._verify_by_hand(flipped(certificate), certificate.public_key) is SignatureResult.INVALID
        assert signatures._verify_by_hand(certificate, server.key.public_key) is SignatureResult.INVALID


@settings(max_examples=30)
@given(data=st.data())
def test_any_change_of_the_body_or_signature_invalidates(
    server: Issued, intermediate: Authority, data: st.DataObject
) -> None:
    octets = bytearray(server.certificate.der)
    at = data.draw(st.integers(len(octets) - len(server.certificate.signature) - 300, len(octets) - 1))
    octets[at] ^= 1 << data.draw(st.integers(0, 7))
    changed = read_certificate(bytes(octets))
    if isinstance(changed, Certificate):
        assert signed_by(changed, intermediate.key.public_key) is not SignatureResult.VALID


def test_answers_are_remembered_within_bounds(
    server: Issued, intermediate: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "_MAX_REMEMBERED", 10)
    signatures._remembered.clear()
    for number in range(25):
        named = replace(server.certificate, fingerprint=hashlib.sha256(bytes((number,))).hexdigest())
        assert signed_by(named, intermediate.key.public_key) is SignatureResult.VALID
    assert len(signatures._remembered) == 10
    monkeypatch.setattr(signatures, "_verify", lambda *_: pytest.fail("asked again"))
    assert signed_by(named, intermediate.key.public_key) is SignatureResult.VALID


def test_cryptography_agrees_about_a_chain(server: Issued, intermediate: Authority) -> None:
    child = x509.load_der_x509_certificate(server.certificate.der)
    issuer = x509.load_der_x509_certificate(intermediate.certificate.der)
    child.verify_directly_issued_by(issuer)
    assert child.public_bytes(Encoding.DER) == server.certificate.der
    assert rsa_numbers(server.certificate.public_key.spki)[1] == 65537

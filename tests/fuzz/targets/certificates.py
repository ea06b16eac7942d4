"""Certificates alone: read, named, compared, verified with keys of strangers."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from tests.fuzz import seeds
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.target import Target

from mailtrust.core.model.certificate import AnyCertificate, Certificate, UnreadableCertificate
from mailtrust.core.x509 import der
from mailtrust.core.x509.distribution_points import distribution_points
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.roles import role_of
from mailtrust.core.x509.signatures import signed_by
from mailtrust.core.x509.strict import encoding_problems
from mailtrust.core.x509.times import read_time


def read(octets: bytes) -> AnyCertificate:
    """What every reading promises: the octets are kept, what is wrong is told, and every value has its type."""
    certificate = read_certificate(octets)
    assert certificate.der == octets
    if isinstance(certificate, UnreadableCertificate):
        assert certificate.problems[0].detail
        return certificate
    assert isinstance(certificate, Certificate)
    assert certificate.version in (1, 2, 3)
    for moment in (certificate.not_before, certificate.not_after):
        assert moment.utcoffset() is not None
        assert moment.isoformat()
    assert str(certificate.serial)
    assert certificate.subject.text.isprintable()
    assert certificate.issuer.text.isprintable()
    hash(certificate.subject.match_key)
    return certificate


def _try_certificate(octets: bytes) -> bytes:
    certificate = read(octets)
    str(role_of(certificate, (), ()))
    if isinstance(certificate, Certificate):
        for point in distribution_points(certificate):
            assert point is not None
        for key in (certificate.public_key, seeds.world().pki.root.certificate.public_key):
            signed_by(certificate, key)
        signed_by(seeds.world().leaf.certificate, certificate.public_key)
    return repr((certificate.fingerprint, encoding_problems(certificate))).encode()


def _try_elements(octets: bytes) -> bytes:
    """The small readers by themselves, on whatever there is."""
    der.irregularities(octets)
    read_name(octets)
    try:
        elements = der.whole_children(octets)
        again = b"".join(whole for _, _, whole in elements)
    except der.DerError:
        return b""
    assert again == octets
    for tag, content, _ in elements:
        for reader in (
            der.integer,
            der.small_integer,
            der.boolean,
            der.bits,
            der.oid,
            lambda it, kind=tag: read_time(kind, it),
        ):
            try:
                reader(content)
            except der.DerError:
                continue
    return again


def _mutate_elements(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    octets = mutate_der(chance, seed, others)
    cuts = sorted(chance.randrange(len(octets) + 1) for _ in range(2))
    return mutate_octets(chance, octets[slice(*next(pairwise(cuts)))], others)


CERTIFICATE = Target("certificate", seeds.certificates, mutate_der, _try_certificate, inputs=60_000, bounded=100)
ELEMENTS = Target("elements", seeds.certificates, _mutate_elements, _try_elements, inputs=20_000, bounded=150)

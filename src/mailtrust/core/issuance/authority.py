"""Certificates made: roots, intermediates, servers' own, self-signed and cross-signed.

Pure but for the crypto library's randomness in signatures: keys, serial numbers and moments are arguments.
"""

from dataclasses import replace
from datetime import datetime

from mailtrust.core.issuance.body import Issuing, key_identifier, write_body, write_subject
from mailtrust.core.issuance.recipe import Recipe, recipe_for
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.certificate import Certificate, CertificateSpec, PublicKey
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.private_key import PrivateKey


@frozen
class Issued:
    """A certificate and the private key of its subject."""

    certificate: Certificate
    key: PrivateKey


@frozen
class Authority(Issued):
    """A certificate and key that issue others."""


def make_root(recipe: Recipe, key: PrivateKey, *, serial: int, not_before: datetime, not_after: datetime) -> Authority:
    """Make a root: self-signed, and able to issue."""
    made = self_signed(recipe, key, serial=serial, not_before=not_before, not_after=not_after)
    return Authority(made.certificate, made.key)


def make_intermediate(
    issuer: Issued, recipe: Recipe, key: PrivateKey, *, serial: int, not_before: datetime, not_after: datetime
) -> Authority:
    """Make an authority below another."""
    made = issue(issuer, recipe, key, serial=serial, not_before=not_before, not_after=not_after)
    return Authority(made.certificate, made.key)


def issue(
    issuer: Issued,
    spec: Recipe | CertificateSpec,
    key: PrivateKey,
    *,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    ca_issuers: tuple[str, ...] = (),
    ocsp_urls: tuple[str, ...] = (),
    crl_urls: tuple[str, ...] = (),
    signing_key: PrivateKey | None = None,
) -> Issued:
    """Issue a certificate for `key`. The URLs are added to the recipe's.

    Nothing is checked: whether issuer, recipe and lifetime go together is for the judge to say. With another
    `signing_key` the signature does not verify with the issuer's certificate.
    """
    recipe = _with_urls(_recipe(spec), ca_issuers, ocsp_urls, crl_urls)
    certificate = issue_for(
        issuer,
        recipe,
        key.public_key,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
        signing_key=signing_key,
    )
    return Issued(certificate, key)


def issue_for(
    issuer: Issued,
    recipe: Recipe,
    key: PublicKey,
    *,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    signing_key: PrivateKey | None = None,
) -> Certificate:
    """Issue a certificate for a key of which only the public half is here, as a CA does. Nothing is checked."""
    return _make(
        recipe,
        key,
        issuer_name=issuer.certificate.subject.der,
        issuer_key_id=issuer.certificate.subject_key_identifier or key_identifier(issuer.certificate.public_key),
        signing_key=signing_key or issuer.key,
        serial=serial,
        lifetime=(not_before, not_after),
    )


def self_signed(
    spec: Recipe | CertificateSpec,
    key: PrivateKey,
    *,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    signing_key: PrivateKey | None = None,
) -> Issued:
    """Make a certificate whose subject issued it to itself."""
    recipe = _recipe(spec)
    own = recipe.subject_key_identifier
    certificate = _make(
        recipe,
        key.public_key,
        issuer_name=write_subject(recipe),
        issuer_key_id=own if isinstance(own, bytes) else key_identifier(key.public_key),
        signing_key=signing_key or key,
        serial=serial,
        lifetime=(not_before, not_after),
    )
    return Issued(certificate, key)


def cross_sign(
    issuer: Issued,
    subject: Authority,
    recipe: Recipe,
    *,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> Authority:
    """Make a second certificate for an existing authority's name and key (RFC 4158 1.5.2); the rest is the recipe's."""
    known = subject.certificate
    same = replace(
        recipe,
        subject=known.subject.der,
        subject_key_identifier=known.subject_key_identifier or recipe.subject_key_identifier,
    )
    return make_intermediate(issuer, same, subject.key, serial=serial, not_before=not_before, not_after=not_after)


def _recipe(spec: Recipe | CertificateSpec) -> Recipe:
    return recipe_for(spec) if isinstance(spec, CertificateSpec) else spec


def _with_urls(
    recipe: Recipe, ca_issuers: tuple[str, ...], ocsp_urls: tuple[str, ...], crl_urls: tuple[str, ...]
) -> Recipe:
    return replace(
        recipe,
        ca_issuers=recipe.ca_issuers + ca_issuers,
        ocsp_urls=recipe.ocsp_urls + ocsp_urls,
        crl_urls=recipe.crl_urls + crl_urls,
    )


def _make(
    recipe: Recipe,
    key: PublicKey,
    *,
    issuer_name: bytes,
    issuer_key_id: bytes,
    signing_key: PrivateKey,
    serial: int,
    lifetime: tuple[datetime, datetime],
) -> Certificate:
    algorithm = algorithm_identifier(signing_key, recipe.signature_hash, pss=recipe.pss)
    body = write_body(recipe, key, Issuing(issuer_name, issuer_key_id, serial, *lifetime, algorithm))
    signature = sign(body, signing_key, recipe.signature_hash, pss=recipe.pss)
    octets = der.encode(der.SEQUENCE, body, algorithm, der.encode(der.BIT_STRING, b"\0", signature))
    certificate = read_certificate(octets)
    if not isinstance(certificate, Certificate):
        raise ValueError(f"the recipe makes no certificate: {certificate.problems[0].detail}")  # noqa: TRY004
    return certificate

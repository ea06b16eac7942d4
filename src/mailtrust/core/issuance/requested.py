"""What a request file asks for, made: a self-signed certificate, or a PKCS#10 request.

A request carries the extensions that Windows would put into it. What Windows tells of itself beside them (its
version, the program, the user, the provider: [MS-WCCE] 3.1.1.4.3.1.1, all SHOULD) is left out: none of it would be true
here, and no CA needs it.
"""

from dataclasses import replace
from datetime import datetime

from mailtrust.core.issuance.authority import Issued, self_signed
from mailtrust.core.issuance.body import key_identifier
from mailtrust.core.issuance.keys import make_key, make_rsa_key
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.core.x509 import der
from mailtrust.core.x509 import extensions as ext
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.written_names import write_name

TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
"""[MS-WCCE] 2.2.2.7.7.1, szOID_ENROLL_CERTTYPE: the template by its name, as BMPString."""


def make_requested_key(asked: RequestedCertificate) -> PrivateKey:
    """A key of the kind and length asked for; long RSA keys take their time."""
    return make_rsa_key(asked.key_bits) if asked.key == "rsa" else make_key(asked.key)


def requested_certificate(
    asked: RequestedCertificate, key: PrivateKey, *, serial: int, not_before: datetime, not_after: datetime
) -> Issued:
    """The self-signed certificate asked for."""
    return self_signed(recipe_of(asked), key, serial=serial, not_before=not_before, not_after=not_after)


def requested_request(asked: RequestedCertificate, key: PrivateKey) -> bytes:
    """DER of the PKCS#10 request asked for; with the key identifier, which Windows puts into requests."""
    recipe = recipe_of(asked)
    if asked.subject_key_identifier:
        identifier = der.encode(der.OCTET_STRING, key_identifier(key.public_key))
        recipe = _with(recipe, ext.SUBJECT_KEY_IDENTIFIER, identifier)
    if asked.template:
        recipe = _with(recipe, TEMPLATE_NAME, der.encode(der.BMP_STRING, asked.template.encode("utf-16-be", "replace")))
    return make_request(recipe, key)


def recipe_of(asked: RequestedCertificate) -> Recipe:
    """What the certificate itself shall say."""
    return Recipe(
        subject=write_name(asked.subject),
        raw_names=tuple(name.general_name for name in asked.names),
        alt_names_critical=asked.names_critical,
        basic_constraints=asked.basic_constraints,
        key_usage=asked.key_usage,
        extended_key_usage=asked.extended_key_usage,
        extended_key_usage_critical=asked.extended_key_usage_critical,
        subject_key_identifier="right" if asked.subject_key_identifier else None,
        authority_key_identifier=None,  # Windows writes none into what vouches for itself
        extensions=asked.extensions,
        signature_hash=asked.hash,
        pss=asked.pss,
    )


def _with(recipe: Recipe, oid: str, value: bytes) -> Recipe:
    return replace(recipe, extensions=(*recipe.extensions, (oid, False, value)))

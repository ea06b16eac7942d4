"""StatusFetching of clients: where they ask by themselves whether the certificates of a path were revoked."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.status import StatusQuestion
from mailtrust.core.validation.paths import leaf_is_anchor

SHORT_LIFE_MOZILLA = timedelta(days=10)
"""security.pki.cert_short_lifetime_in_days: a shorter-lived certificate ends before a revocation would be heard of."""


def fetches_mozilla(path: CandidatePath, /) -> Iterator[StatusQuestion]:
    """Gecko: the first OCSP address of the leaf, below a root that somebody added.

    mozilla-firefox/firefox security/certverifier/NSSCertDBTrustDomain.cpp (ca36c95), CheckRevocationByOCSP; asked of
    Firefox and Thunderbird 153. Below its own roots it goes by CRLite, a list that it is shipped.
    """
    if path.anchor is not None and path.anchor.locally_added:
        yield from fetches_mozilla_141(path)


def fetches_mozilla_141(path: CandidatePath, /) -> Iterator[StatusQuestion]:
    """Gecko up to 141: below every root, unless CRLite speaks of the certificate, which cannot be seen from outside.

    hacks.mozilla.org 2025-08, CRLite; mozilla/gecko-dev security/certverifier/NSSCertDBTrustDomain.cpp (258754e).
    """
    if path.anchor is None or leaf_is_anchor(path):
        return
    leaf, issuer = path.with_anchor[:2]
    # RFC 5280 4.1.2.5: both ends count; the engine takes the difference.
    if leaf.ocsp_urls and leaf.not_after - leaf.not_before >= SHORT_LIFE_MOZILLA:
        yield StatusQuestion("ocsp", leaf.ocsp_urls[0], leaf, issuer)


def fetches_whole_path(path: CandidatePath, /) -> Iterator[StatusQuestion]:
    """Every address of every certificate below the anchor: Windows, for a caller that has the whole chain asked about.

    It tries OCSP first, and a list where that gave nothing (MicrosoftDocs/sdk-api nf-wincrypt-certgetcertificatechain).
    """
    if path.anchor is None or leaf_is_anchor(path):
        return
    chain = path.with_anchor
    for certificate, issuer in pairwise(chain):
        yield from questions_about(certificate, issuer)


def questions_about(certificate: Certificate, issuer: Certificate) -> Iterator[StatusQuestion]:
    """Every place at which the certificate itself says that one may ask."""
    for url in dict.fromkeys(certificate.ocsp_urls):
        yield StatusQuestion("ocsp", url, certificate, issuer)
    for url in dict.fromkeys(certificate.crl_urls):
        yield StatusQuestion("crl", url, certificate, issuer)

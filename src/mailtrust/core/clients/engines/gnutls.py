"""GnuTLS with its default priority and name check: gnutls-cli, msmtp, Exim on Debian, some mutt.

`gnutls-cli` prints every sentence that applies, one after the other; the profile gives the one that says most.
"""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import says
from mailtrust.core.model.client import Citation, ClientProfile, Limits, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_GNUTLS
from mailtrust.core.validation.handshake import key_proven, key_usage_for_key_exchange, staple_when_demanded
from mailtrust.core.validation.names.gnutls import names_gnutls
from mailtrust.core.validation.search.gnutls import search_gnutls
from mailtrust.core.validation.staples import STAPLE_GNUTLS

TEXTS = "gnutls/gnutls:lib/cert-cred.c (f897129, 2026-08); as gnutls-cli 3.7.9 prints it"
NOT_TRUSTED = "The certificate is NOT trusted. "

WORDS = (
    says(codes.KEY_USE, TEXTS, en="Key usage violation in certificate has been detected."),
    says(codes.REVOKED, TEXTS, en=NOT_TRUSTED + "The certificate chain is revoked."),
    says(codes.NO_PATH, TEXTS, en=NOT_TRUSTED + "The certificate issuer is unknown."),
    says(codes.NO_CA, TEXTS, en=NOT_TRUSTED + "The certificate issuer is not a CA."),
    says(codes.FORGED, TEXTS, en=NOT_TRUSTED + "The signature in the certificate is invalid."),
    says(
        codes.CRITICAL | codes.POLICY,
        TEXTS,
        en=NOT_TRUSTED + "The certificate contains an unknown critical extension.",
    ),
    says(
        codes.PATH_LENGTH | codes.CONSTRAINED,
        TEXTS,
        en=NOT_TRUSTED + "The certificate chain violates the signer's constraints.",
    ),
    says(codes.WEAK_KEY | codes.WEAK_HASH, TEXTS, en=NOT_TRUSTED + "The certificate chain uses insecure algorithm."),
    says(codes.USE, TEXTS, en=NOT_TRUSTED + "The certificate chain does not match the intended purpose."),
    says(codes.NOT_YET_VALID, TEXTS, en=NOT_TRUSTED + "The certificate chain uses not yet valid certificate."),
    says(
        codes.EXPIRED | codes.ISSUER_EXPIRED, TEXTS, en=NOT_TRUSTED + "The certificate chain uses expired certificate."
    ),
    says(codes.NAME, TEXTS, en=NOT_TRUSTED + "The name in the certificate does not match the expected."),
    says(
        codes.STAPLE,
        TEXTS,
        en=NOT_TRUSTED + "The certificate requires the server to include an OCSP status in its response, "
        "but the OCSP status is missing.",
    ),
    says(
        codes.STAPLE_BAD,
        TEXTS + "; of an outdated answer it says: The revocation or OCSP data are old and have been superseded.",
        en=NOT_TRUSTED + "The received OCSP status response is invalid.",
    ),
    says(codes.ANY, TEXTS, en=NOT_TRUSTED.strip()),
)

GNUTLS = ClientProfile(
    id="gnutls-engine",
    title="GnuTLS",
    versions="3.6 to 3.7, default priority (NORMAL), name check on",
    speaks=frozenset(Protocol),
    anchor_store="system",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE}),
    path_search=search_gnutls,
    path_checks=CHECKS_GNUTLS,
    name_rules=names_gnutls,
    handshake_checks=(key_proven, key_usage_for_key_exchange, staple_when_demanded),
    on_failure=OnFailure(Outcome.REFUSED),
    words=WORDS,
    citations=(
        Citation("gnutls-cli 3.7.9 (Debian 12), tests/oracles", "asked about every case of the matrix"),
        Citation("gnutls/gnutls:lib/x509/hostname-verify.c, lib/str.c (f897129, 2026-08)", "names"),
        Citation("gnutls/gnutls:lib/x509/verify.c (f897129, 2026-08)", "purposes, constraints"),
        Citation("gnutls/gnutls:lib/algorithms/secparams.c, NEWS of 3.6.0 (f897129, 2026-08)", "RSA 1024, no SHA-1"),
        Citation("gnutls/gnutls:lib/cert-cred.c, src/cli.c (f897129, 2026-08)", "texts, must-staple, no caIssuers"),
        Citation("Netflix/bettertls:docs/results/dec_2021", "names, measured for 3.6.13 and 3.7.2"),
    ),
    basis=Basis.ENGINE,
    revocation=STAPLE_GNUTLS,
    limits=Limits(max_certificates=17),
    reached_by=frozenset({"linux"}),
)

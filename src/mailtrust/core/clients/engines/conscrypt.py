"""Android's trust manager (Conscrypt on BoringSSL) with the platform's host name verifier."""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_CONSCRYPT
from mailtrust.core.validation.handshake import BORINGSSL_CURVES, key_proven, key_usage_for_key_exchange, leaf_curves
from mailtrust.core.validation.names.android import names_android
from mailtrust.core.validation.search.conscrypt import search_conscrypt
from mailtrust.core.validation.staples import STAPLE_CONSCRYPT

CONSCRYPT = ClientProfile(
    id="conscrypt-engine",
    title="Android",
    versions="Android 10 and later",
    speaks=frozenset({Protocol.HTTPS, Protocol.IMAP, Protocol.POP3, Protocol.SUBMISSION}),
    anchor_store="android",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE}),
    path_search=search_conscrypt,
    path_checks=CHECKS_CONSCRYPT,
    name_rules=names_android,
    handshake_checks=(key_proven, key_usage_for_key_exchange, leaf_curves(BORINGSSL_CURVES)),
    revocation=STAPLE_CONSCRYPT,
    on_failure=OnFailure(Outcome.REFUSED),
    words=(),
    citations=(
        Citation("Conscrypt 2.6.3 on OpenJDK 17, tests/oracles/recorded", "asked about every case; it is not a phone"),
        Citation(
            "google/conscrypt:common/src/main/java/org/conscrypt/TrustManagerImpl.java (3869db7, 2026-08)",
            "path building, no caIssuers, extended key usage of the leaf only, stapled answers",
        ),
        Citation(
            "google/conscrypt:common/src/main/java/org/conscrypt/OkHostnameVerifier.java (3869db7, 2026-08)",
            "subjectAltName only, addresses compared as text",
        ),
        Citation(
            "google/conscrypt:common/src/main/java/org/conscrypt/ChainStrengthAnalyzer.java (3869db7, 2026-08)",
            "RSA from 1024, no SHA-1; SHA-1 since 1d6a0b84 (2018-04-13)",
        ),
        Citation("google/boringssl:ssl/handshake_client.cc, KEY_USAGE_BIT_INCORRECT (a0689af, 2026-08)", "key usage"),
    ),
    basis=Basis.SOURCE,
    basis_of=grounds((codes.KEY_USE | codes.STAPLE_BAD, Basis.RECALLED)),
    reached_by=frozenset({"android"}),
)

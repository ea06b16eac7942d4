"""OpenSSL's libcrypto at security level 2 with its name check: `openssl`, and many programs on Linux.

The words are X509_V_ERR's, in the order in which X509_verify_cert() looks: the path, extensions, strength, names,
signatures and dates, name constraints; the first fault ends the connection.
"""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds, says
from mailtrust.core.model.client import Citation, ClientProfile, Limits, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_OPENSSL
from mailtrust.core.validation.handshake import key_proven, tls_at_least
from mailtrust.core.validation.names.openssl import names_openssl
from mailtrust.core.validation.search.first_issuer import search_first_issuer

TEXTS = "openssl/openssl:crypto/x509/x509_txt.c (0223dfc); as `openssl s_client` 3.0.22 prints it"

WORDS = (
    says(codes.SELF_SIGNED, TEXTS, en="verify error:num=18:self-signed certificate"),
    says(codes.ROOT, TEXTS, en="verify error:num=19:self-signed certificate in certificate chain"),
    says(codes.GAP, TEXTS, en="verify error:num=20:unable to get local issuer certificate"),
    says(codes.CRITICAL, TEXTS, en="verify error:num=34:unhandled critical extension"),
    says(codes.NO_CA, TEXTS, en="verify error:num=79:invalid CA certificate"),
    says(codes.USE | codes.KEY_USE, TEXTS, en="verify error:num=26:unsuitable certificate purpose"),
    says(codes.PATH_LENGTH, TEXTS, en="verify error:num=25:path length constraint exceeded"),
    says(codes.WEAK_KEY, TEXTS, en="verify error:num=66:EE certificate key too weak"),
    says(codes.WEAK_HASH, TEXTS, en="verify error:num=68:CA signature digest algorithm too weak"),
    says({"name-ip-as-dns"}, TEXTS, en="verify error:num=64:IP address mismatch"),
    says(codes.NAME, TEXTS, en="verify error:num=62:hostname mismatch"),
    says(codes.FORGED, TEXTS, en="verify error:num=7:certificate signature failure"),
    says(codes.NOT_YET_VALID, TEXTS, en="verify error:num=9:certificate is not yet valid"),
    says(codes.EXPIRED | codes.ISSUER_EXPIRED, TEXTS, en="verify error:num=10:certificate has expired"),
    says(codes.CONSTRAINED, TEXTS, en="verify error:num=47:permitted subtree violation"),
    says(codes.REVOKED, TEXTS, en="verify error:num=23:certificate revoked"),
)

OPENSSL = ClientProfile(
    id="openssl-engine",
    title="OpenSSL",
    versions="3.0, security level 2, name check on, no partial chains",
    speaks=frozenset(Protocol),
    anchor_store="system",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE}),
    path_search=search_first_issuer,
    path_checks=CHECKS_OPENSSL,
    name_rules=names_openssl,
    handshake_checks=(key_proven, tls_at_least("TLSv1.2")),
    on_failure=OnFailure(Outcome.REFUSED),
    words=WORDS,
    citations=(
        Citation("openssl s_client 3.0.22 (Debian 12), tests/oracles", "asked about every case of the matrix"),
        Citation(
            "openssl/openssl:doc/man1/openssl-verification-options.pod (02c7b2e)", "search order, purposes, trust"
        ),
        Citation("openssl/openssl:doc/man3/X509_check_host.pod (09794ea)", "common name, wildcards, addresses"),
        Citation("openssl/openssl:crypto/x509/x509_txt.c (0223dfc)", "the texts"),
        Citation(
            "Debian wiki ContinuousIntegration/TriagingTips/openssl-1.1.1", "level 2 refuses RSA below 2048 and SHA-1"
        ),
        Citation("Netflix/bettertls:docs/results/dec_2021", "names, measured for 1.1.1 and 3.0.1"),
    ),
    basis=Basis.ENGINE,
    basis_of=grounds((codes.REVOKED, Basis.RECALLED)),
    limits=Limits(max_certificates=100),
    reached_by=frozenset({"linux"}),
)

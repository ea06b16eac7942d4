"""mozilla::pkix with NSS' roots, as Thunderbird and Firefox use it.

One error is reported: a fault of the path first, then a wrong name, then the dates of the leaf
(mozilla/gecko-dev:security/certverifier/CertVerifier.cpp, 12f78bd).
"""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.checks import transparency
from mailtrust.core.validation.engines import CHECKS_MOZILLA
from mailtrust.core.validation.fetching import fetches_mozilla
from mailtrust.core.validation.gecko_status import status_mozilla
from mailtrust.core.validation.handshake import key_proven, staple_when_demanded, tls_at_least
from mailtrust.core.validation.names.browsers import names_mozilla
from mailtrust.core.validation.search.mozilla import search_mozilla

OVERRIDABLE = (
    codes.NO_PATH
    | codes.NO_CA
    | codes.WEAK_HASH
    | codes.WEAK_KEY
    | codes.TIME
    | codes.NAME
    | codes.LEAF_IS_CA
    | codes.TRANSPARENCY
)
"""What an exception can be stored for (SSLServerCertVerification.cpp, see the citations)."""

NO_RESPONDERS = Since(
    "142",
    "below its own roots no responder is asked any more: CRLite stands for them",
    "hacks.mozilla.org 2025-08, CRLite; mozilla-firefox/firefox NSSCertDBTrustDomain.cpp (ca36c95)",
)

MOZILLA = ClientProfile(
    id="mozilla-engine",
    title="Mozilla",
    versions="Gecko 128 and later, desktop",
    speaks=frozenset({Protocol.HTTPS}),
    anchor_store="mozilla",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE}),
    path_search=search_mozilla,
    # Transparency is enforced by Gecko's own default on the desktop (StaticPrefList.yaml, mode 2).
    path_checks=(*CHECKS_MOZILLA, transparency()),
    name_rules=names_mozilla,
    handshake_checks=(key_proven, tls_at_least("TLSv1.2"), staple_when_demanded),
    revocation=status_mozilla,
    fetches=fetches_mozilla,
    on_failure=OnFailure(Outcome.REFUSED, overridable=OVERRIDABLE),
    words=(),
    citations=(
        Citation(
            "Firefox ESR and Thunderbird 153 (Debian 12), tests/oracles/recorded",
            "asked about every case, with an added root",
        ),
        Citation("nss-dev/nss:lib/mozpkix/lib/pkixbuild.cpp (9d75dfd, 2026-05)", "eight certificates, equal names"),
        Citation(
            "mozilla/gecko-dev:security/certverifier/NSSCertDBTrustDomain.cpp (258754e)",
            "candidate issuers: roots, handshake, enterprise roots, preloaded, profile; no caIssuers; stapled answers",
        ),
        Citation(
            "mozilla/gecko-dev:security/manager/ssl/SSLServerCertVerification.cpp (258754e)", "what can be overridden"
        ),
        Citation(
            "mozilla-firefox/firefox:security/certverifier/NSSCertDBTrustDomain.cpp (ca36c95)",
            "OCSP is fetched for leaves below added roots alone, and silence is let be (142 and later; before that, "
            "below its own roots too)",
        ),
        Citation(
            "Firefox ESR 153 (Debian 12), asked by tests/real_servers/test_revocation.py; Thunderbird 153 about some",
            "stapled and fetched OCSP answers",
        ),
        Citation("mozilla/gecko-dev:security/nss/lib/mozpkix/lib/pkixnames.cpp (4a62ca7)", "names and addresses"),
        Citation(
            "mozilla/gecko-dev:security/certverifier/CertVerifier.cpp (12f78bd)",
            "key sizes, key usage, order of errors",
        ),
        Citation(
            "mozilla/gecko-dev:modules/libpref/init/StaticPrefList.yaml (00695fe)", "enterprise roots, transparency"
        ),
        Citation(
            "nss-dev/nss:lib/ckfw/builtins/certdata.txt (9d75dfd, 2026-05)", "roots and their distrust-after dates"
        ),
    ),
    basis=Basis.ENGINE,
    # Rules for public roots can't be asked of it with a root of our own.
    basis_of=grounds((codes.TRANSPARENCY | codes.DISTRUSTED, Basis.SOURCE)),
)

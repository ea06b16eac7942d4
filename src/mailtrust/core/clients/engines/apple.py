"""Apple's Security framework (trustd), as Mail on iPhone, iPad and Mac uses it, and Outlook for Mac."""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds, says
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_APPLE
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.names.browsers import names_apple
from mailtrust.core.validation.search.all_paths import search_all_paths
from mailtrust.core.validation.staples import STAPLE_REVOKED_ONLY

TRUST = "apple-oss-distributions/Security:resources/en.lproj/Trust.strings"

DETAILS = (
    says(codes.REVOKED, TRUST, en="Certificate has been revoked"),
    says(codes.GAP, TRUST, en="Unable to build chain to root (possible missing intermediate)"),
    says(codes.ROOT | codes.SELF_SIGNED | codes.DISTRUSTED, TRUST, en="Root is not trusted"),
    says(codes.NAME, TRUST, en="SSL hostname does not match name(s) in certificate"),
    says(codes.TIME, TRUST, en="Certificate is not temporally valid"),
    says(codes.LONG_LIFE, TRUST, en="Certificate exceeds maximum temporal validity period"),
    says(codes.WEAK_KEY, TRUST, en="Key size is not permitted for this use"),
    says(codes.WEAK_HASH, TRUST, en="Signature hash algorithm is not permitted for this use"),
    says(codes.USE, TRUST, en="Extended key usage does not match certificate usage"),
    says(codes.TRANSPARENCY, TRUST, en="Certificate Transparency validation required for this use"),
)
"""What trust evaluation finds, as it stands in logs; the dialog of the program comes before it."""

APPLE = ClientProfile(
    id="apple-engine",
    title="Apple",
    versions="iOS and iPadOS 13, macOS 10.15 and later",
    speaks=frozenset({Protocol.HTTPS, Protocol.IMAP, Protocol.POP3, Protocol.SUBMISSION}),
    anchor_store="apple",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE, Source.AIA}),
    path_search=search_all_paths,
    path_checks=CHECKS_APPLE,
    name_rules=names_apple,
    handshake_checks=(key_proven,),
    revocation=STAPLE_REVOKED_ONLY,
    on_failure=OnFailure(Outcome.WARNED, overridable=frozenset({"*"}), never=codes.REVOKED | codes.NO_WAY_PAST),
    words=DETAILS,
    citations=(
        Citation("Apple Support 103769", "requirements for trusted certificates in iOS 13 and macOS 10.15"),
        Citation(
            "apple-oss-distributions/Security:trust/trustd/SecPolicyServer.c (db15acb, 2025-10)",
            "lifetimes, extended key usage and transparency by who added the root",
        ),
        Citation(
            "apple-oss-distributions/Security:trust/trustd/SecRevocationServer.c",
            "OCSP is fetched for EV, or where Apple's own list, a policy or a profile asks for it: not for others",
        ),
        Citation(
            "apple-oss-distributions/Security:trust/trustd/SecCAIssuerRequest.m (db15acb, 2025-10)",
            "caIssuers over http, three URLs a certificate",
        ),
        Citation(
            "apple-oss-distributions/Security:OSX/sec/Security/SecPolicyLeafCallbacks.c (db15acb, 2025-10)", "names"
        ),
        Citation(
            "apple-oss-distributions/Security:OSX/sec/Security/SecPolicyChecks.list (db15acb, 2025-10)",
            "what a user may go past",
        ),
    ),
    basis=Basis.SOURCE,
    basis_of=grounds((codes.GAP, Basis.DOCUMENT), (codes.REVOKED, Basis.RECALLED)),
    reached_by=frozenset({"apple"}),
)

DATED = "apple-oss-distributions/Security:trust/trustd/SecPolicyServer.c (db15acb, 2025-10)"

SINCE = (
    Since("iOS 13, macOS 10.15", "RSA from 2048, no SHA-1, the name in the subjectAltName", "Apple Support 103769"),
    Since("public certificates from 2018-10-16 on", "they must be in transparency logs", DATED),
    Since("certificates issued after 2019-07-01", "825 days at most, below an added root too", DATED),
    Since("public certificates from 2020-09-01 on", "398 days at most", DATED),
)

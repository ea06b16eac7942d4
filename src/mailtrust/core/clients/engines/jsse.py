"""Java's TLS (JSSE, PKIX trust manager) as mail libraries use it.

A name is compared only when the program asks for it: Angus Mail does since 1.0, with the algorithm `LDAPS`.
"""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds, says
from mailtrust.core.model.client import Citation, ClientProfile, Limits, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_JAVA
from mailtrust.core.validation.handshake import key_proven, key_usage_for_key_exchange, tls_at_least
from mailtrust.core.validation.names.java import names_java_ldaps
from mailtrust.core.validation.search.java import search_java

RUN = "OpenJDK 17.0.21, tests/oracles"
CHECKER = "openjdk/jdk:src/java.base/share/classes/sun/security/util/HostnameChecker.java (046262a)"
END_ENTITY = "openjdk/jdk:src/java.base/share/classes/sun/security/validator/EndEntityChecker.java (59dc384)"
VALIDATION = "PKIX path validation failed: java.security.cert.CertPathValidatorException: "

WORDS = (
    says(codes.KEY_USE, END_ENTITY, en="KeyUsage does not allow digital signatures"),
    says(
        codes.NO_PATH,
        RUN,
        en="PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
        "unable to find valid certification path to requested target",
    ),
    says(codes.FORGED, RUN, en=VALIDATION + "signature check failed"),
    says(codes.EXPIRED | codes.NOT_YET_VALID | codes.ISSUER_EXPIRED, RUN, en=VALIDATION + "validity check failed"),
    says(codes.NO_CA, RUN, en=VALIDATION + "basic constraints check failed: this is not a CA certificate"),
    says(codes.PATH_LENGTH, RUN, en=VALIDATION + "basic constraints check failed: pathLenConstraint violated"),
    says(codes.CONSTRAINED, RUN, en=VALIDATION + "name constraints check failed"),
    says(codes.CRITICAL, RUN, en=VALIDATION + "unrecognized critical extension(s)"),
    says(codes.WEAK_KEY | codes.WEAK_HASH, RUN, en=VALIDATION + "Algorithm constraints check failed"),
    says(codes.USE, END_ENTITY, en="Extended key usage does not permit use for TLS server authentication"),
    says({"name-ip-as-dns"}, CHECKER, en="No subject alternative names matching IP address {host} found"),
    says(codes.NAME, CHECKER, en="No subject alternative DNS name matching {host} found."),
)

JSSE = ClientProfile(
    id="jsse-engine",
    title="Java",
    versions="JDK 17 with the identity check on (Angus Mail since 1.0), caIssuers off",
    speaks=frozenset({Protocol.IMAP, Protocol.POP3, Protocol.SUBMISSION, Protocol.SMTP, Protocol.LDAP, Protocol.HTTPS}),
    anchor_store="java",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE}),
    path_search=search_java,
    path_checks=CHECKS_JAVA,
    name_rules=names_java_ldaps,
    handshake_checks=(key_proven, tls_at_least("TLSv1.2"), key_usage_for_key_exchange),
    on_failure=OnFailure(Outcome.REFUSED),
    words=WORDS,
    citations=(
        Citation(RUN, "asked about every case of the matrix"),
        Citation(CHECKER, "names; `LDAPS` expands the left-most label only"),
        Citation(END_ENTITY, "key usage and extended key usage of the leaf"),
        Citation(
            "openjdk/jdk:src/java.base/share/classes/sun/security/provider/certpath/Builder.java (0827b24)",
            "caIssuers is off by default for compatibility",
        ),
        Citation("JDK java.security, jdk.certpath.disabledAlgorithms, JDK 8 to 21", "RSA 1024, no MD5, SHA-1 by root"),
        Citation(
            "eclipse-ee4j/angus-mail:doc/release/CHANGES.txt (29c2825), core/.../util/SocketFetcher.java (029ef50)",
            "1.0.0 checks the server's identity by default, with the algorithm LDAPS",
        ),
        Citation("Netflix/bettertls:docs/results/dec_2021", "names, measured for 8u292, 11.0.11 and 17.0.1"),
    ),
    basis=Basis.ENGINE,
    basis_of=grounds((codes.DISTRUSTED, Basis.SOURCE)),
    limits=Limits(max_certificates=11),
    reached_by=frozenset({"java"}),
)

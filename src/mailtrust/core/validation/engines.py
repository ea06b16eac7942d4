"""What each engine asks of a path, as tuples of PathCheck. A profile takes one, and may add to it.

Where a statement rests on less than the engine's source or a run of it, the comment says so.
"""

from datetime import UTC, datetime

from mailtrust.core.model.client import PathCheck
from mailtrust.core.validation.checks import (
    anchor_limits,
    anchor_selected,
    by_anchor,
    constrained_dns_names_are_valid,
    critical_extensions,
    dates,
    dates_openssl,
    dates_with_anchor,
    explicit_policy,
    issuer_key_usage,
    issuers_are_cas,
    issuers_are_cas_openssl,
    leaf_is_no_ca,
    leaf_key_usage,
    lifetime_398_public,
    lifetime_apple,
    minimum_keys,
    name_constraints,
    names_without_subject_are_critical,
    no_empty_dns_constrained,
    no_empty_names,
    path_lengths,
    readable,
    refuse_hashes,
    server_auth,
    server_auth_apple,
    transparency,
)
from mailtrust.core.validation.checks.extensions import POLICY_CONSTRAINTS
from mailtrust.core.validation.checks.keys import NIST_CURVES
from mailtrust.core.validation.purposes import (
    ANY_TLS_BIT,
    GNUTLS_ISSUERS,
    SERVER,
    SERVER_ANY_OR_SGC,
    SERVER_OR_ANY,
    SERVER_OR_SGC,
)

_OLD_HASHES = frozenset({"md2", "md4", "md5"})
_WEAK_HASHES = _OLD_HASHES | {"sha1"}

CHECKS_RFC5280: tuple[PathCheck, ...] = (
    readable,
    dates,
    issuers_are_cas(),
    issuer_key_usage(),
    path_lengths(),
    critical_extensions(),
    name_constraints(),
    explicit_policy,
    server_auth(),
    anchor_limits,
)
"""RFC 5280 6.1 with a TLS server's purpose (4.2.1.12) and what the store says; no opinion on keys and hashes."""


def _checks_openssl(strength: PathCheck) -> tuple[PathCheck, ...]:
    """OpenSSL 3.0.22, x509_vfy.c and v3_purp.c, compared with `openssl verify` and s_client."""
    return (
        readable,
        dates_openssl,
        issuers_are_cas_openssl,
        issuer_key_usage(anchor=True),
        path_lengths(anchor=True),
        critical_extensions(anchor=True),
        name_constraints(anchor=True, common_name="any"),
        server_auth(SERVER_OR_SGC, issuers=SERVER_OR_SGC, anchor=True),
        leaf_key_usage(ANY_TLS_BIT),
        strength,
        refuse_hashes(_WEAK_HASHES),
        anchor_limits,
    )


CHECKS_OPENSSL = _checks_openssl(minimum_keys(rsa=2048, ec=224, dsa=2048, anchor=True))
"""Security level 2, Debian's default: 112 bits."""

CHECKS_OPENSSL_LEVEL_1 = _checks_openssl(minimum_keys(rsa=1024, ec=160, dsa=1024, anchor=True))
"""Security level 1, OpenSSL's own default, and Postfix' wherever it judges: 80 bits. SHA-1 is too weak here too."""

CHECKS_GNUTLS: tuple[PathCheck, ...] = (
    # GnuTLS 3.7.9, lib/x509/verify.c, profile LOW, compared with libgnutls
    readable,
    no_empty_names,
    dates_with_anchor,
    issuers_are_cas(anchor=True, silent_root=True),
    issuer_key_usage(anchor=True),
    path_lengths(anchor=True, count_self_issued=True),
    critical_extensions(anchor=True, also_unknown=frozenset({POLICY_CONSTRAINTS})),
    name_constraints(anchor=True, leaf_only=True, common_name="every"),
    server_auth(SERVER_OR_ANY, issuers=GNUTLS_ISSUERS, empty_ok=True),
    minimum_keys(rsa=1024, ec=160, dsa=1024, anchor=True),
    refuse_hashes(_WEAK_HASHES),
    anchor_limits,
)

CHECKS_JAVA: tuple[PathCheck, ...] = (
    # OpenJDK 17.0.21, JSSE, compared with it. The anchor is name and key; it must be a CA all the same
    # (PKIXValidator.verifyTrustAnchor), and its own dates, constraints and extensions are not read. Name constraints
    # hold for the last common name where there is no such name (NameConstraintsExtension.java, 05f129b), and a wildcard
    # violates what is excluded below it.
    readable,
    names_without_subject_are_critical,
    dates,
    issuers_are_cas(anchor=True),
    issuer_key_usage(anchor=True),
    path_lengths(),
    critical_extensions(),
    name_constraints(common_name="last", wildcards_reach=True, final_dots=True),
    no_empty_dns_constrained,
    explicit_policy,
    server_auth(SERVER_ANY_OR_SGC),
    minimum_keys(rsa=1024, dsa=1024, curves=NIST_CURVES, anchor=True),
    refuse_hashes(_OLD_HASHES),
    refuse_hashes(frozenset({"sha1"}), public_only=True),
    anchor_limits,
)


def checks_conscrypt(hashes: frozenset[str]) -> tuple[PathCheck, ...]:
    """google/conscrypt TrustManagerImpl, ChainStrengthAnalyzer (3869db7), and below it the platform's path validator.

    Sizes and hashes are those of what is not an anchor. Android's validator is OpenJDK's, with name and key as anchor,
    and without the limits of a JDK's java.security. Compared with Conscrypt 2.6.3 on OpenJDK 17.
    """
    return (
        readable,
        names_without_subject_are_critical,
        dates,
        issuers_are_cas(),
        issuer_key_usage(),
        path_lengths(),
        critical_extensions(),
        name_constraints(common_name="last", wildcards_reach=True, final_dots=True),
        no_empty_dns_constrained,
        explicit_policy,
        server_auth(SERVER_ANY_OR_SGC),
        minimum_keys(rsa=1024, ec=160, dsa=1024, algorithms=frozenset({"rsa", "ec", "dsa"})),
        refuse_hashes(hashes),
        anchor_selected,
        anchor_limits,
    )


CHECKS_CONSCRYPT = checks_conscrypt(_WEAK_HASHES)

CHECKS_MOZILLA: tuple[PathCheck, ...] = (
    # mozpkix pkixcheck.cpp CheckIssuerIndependentProperties runs for the root too (nss-dev/nss 16490b6): dates, keys,
    # CA, path length (self-issued counted), purposes. RSA 1024 is accepted in the end (CertVerifier.cpp 12f78bd).
    # A wildcard violates what is excluded below it (pkixnames.cpp 9d75dfd). Seen in Firefox and Thunderbird 153.
    readable,
    dates_with_anchor,
    issuers_are_cas(anchor=True),
    issuer_key_usage(anchor=True),
    leaf_is_no_ca,
    path_lengths(anchor=True, count_self_issued=True),
    critical_extensions(anchor=True),
    name_constraints(anchor=True, common_name="last-resort", wildcards_reach=True),
    constrained_dns_names_are_valid,
    server_auth(SERVER, issuers=SERVER, anchor=True),
    leaf_key_usage(ANY_TLS_BIT),
    minimum_keys(rsa=1024, curves=NIST_CURVES, algorithms=frozenset({"rsa", "ec"}), anchor=True),
    refuse_hashes(_WEAK_HASHES),
    anchor_limits,
)

CHECKS_CHROMIUM: tuple[PathCheck, ...] = (
    # BoringSSL pki/verify_certificate_chain.cc and net/cert/cert_verify_proc*.cc. Roots of the Chrome store are name
    # and key; an added one must be in its time, and its constraints hold (ProcessRootCertificate with
    # enforce_anchor_expiry, ApplyTrustAnchorConstraints, a0689af; seen in Chromium 156).
    readable,
    by_anchor(added=dates_with_anchor, own=dates),
    by_anchor(added=issuers_are_cas(anchor=True, silent_root=True), own=issuers_are_cas()),
    by_anchor(added=issuer_key_usage(anchor=True), own=issuer_key_usage()),
    by_anchor(added=path_lengths(anchor=True), own=path_lengths()),
    by_anchor(added=critical_extensions(anchor=True), own=critical_extensions()),
    by_anchor(added=name_constraints(anchor=True, wildcards_reach=True), own=name_constraints(wildcards_reach=True)),
    explicit_policy,
    by_anchor(
        added=server_auth(SERVER_OR_ANY, issuers=SERVER_OR_ANY, anchor=True),
        own=server_auth(SERVER_OR_ANY, issuers=SERVER_OR_ANY),
    ),
    minimum_keys(rsa=1024, curves=NIST_CURVES, algorithms=frozenset({"rsa", "ec"}), anchor=True),
    refuse_hashes(_WEAK_HASHES),
    lifetime_398_public,
    transparency(),
    anchor_limits,
)

CHECKS_APPLE: tuple[PathCheck, ...] = (
    # apple-oss-distributions/Security (db15acb): SecPolicy.c, SecPolicyServer.c
    readable,
    dates_with_anchor,
    issuers_are_cas(anchor=True),
    issuer_key_usage(anchor=True),
    leaf_is_no_ca,
    path_lengths(),
    critical_extensions(),
    name_constraints(),
    server_auth_apple,
    minimum_keys(rsa=2048, ec=256, algorithms=frozenset({"rsa", "ec"}), anchor=True),
    refuse_hashes(_WEAK_HASHES),
    lifetime_apple,
    transparency(datetime(2018, 10, 16, tzinfo=UTC)),
    anchor_limits,
)

CHECKS_WINDOWS: tuple[PathCheck, ...] = (
    # CertGetCertificateChain and the SSL policy: documents and SDK constants only; weak hashes are opt-in
    # (learn.microsoft.com disable-weak-cryptographic-algorithms). Dates of the root and nested purposes: recalled.
    readable,
    dates_with_anchor,
    issuers_are_cas(anchor=True),
    issuer_key_usage(anchor=True),
    path_lengths(anchor=True),
    critical_extensions(anchor=True),
    name_constraints(anchor=True),
    explicit_policy,
    server_auth(SERVER_ANY_OR_SGC, issuers=SERVER_ANY_OR_SGC),
    minimum_keys(rsa=1023, anchor=True),
    anchor_limits,
)

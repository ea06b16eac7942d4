"""Reasons in the contract's vocabulary, and how they are made."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Fact, Reason, ReasonSeverity

CODES = frozenset(
    {
        # chain
        "chain-incomplete",
        "chain-expired-issuer",
        # path
        "signature-invalid",
        "issuer-not-ca",
        "path-length-exceeded",
        "name-constraint-violated",
        "critical-extension-unknown",
        "policy-violated",
        "profile-violated",
        "certificate-unparsable",
        "path-budget-exceeded",
        # anchor
        "anchor-unknown",
        "anchor-distrusted",
        "self-signed",
        "ct-missing",
        # name
        "name-mismatch",
        "name-only-in-common-name",
        "name-ip-as-dns",
        "name-wildcard-depth",
        # time
        "expired",
        "not-yet-valid",
        "validity-too-long",
        # key and use
        "key-weak",
        "signature-weak",
        "key-usage-wrong",
        "eku-no-server-auth",
        "eku-no-email-protection",
        "client-auth-missing",
        "leaf-is-ca",
        "key-not-proven",
        # revocation
        "revoked",
        "revocation-unreachable",
        "staple-bad",
        "must-staple-without-staple",
        # transport
        "tls-version-old",
        "network-blocked",
        "tls-not-offered",
        # what DNS says of the certificate
        "dane-mismatch",
        "dane-unusable",
        # nobody outside can know
        "client-unknowable",
    }
)
"""Every code this room gives."""


def error(code: str, about: Certificate | None = None, **facts: Fact) -> Reason:
    """Make a reason that stops a client; `about` is the certificate it speaks of."""
    return Reason(code, ReasonSeverity.ERROR, None if about is None else about.fingerprint, tuple(facts.items()))


def is_error(reason: Reason) -> bool:
    """Whether the reason stops the client."""
    return reason.severity is ReasonSeverity.ERROR

"""Certificate policies, as far as a client that asks for none must look at them (RFC 5280 6.1.3 d, 6.1.4, 6.1.5)."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.extensions import POLICY_CONSTRAINTS
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509 import der

ANY_POLICY = "2.5.29.32.0"
INHIBIT_ANY_POLICY = "2.5.29.54"


def explicit_policy(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Where a CA demands an explicit policy, one policy runs through the whole path: `policy-violated`.

    Conservative: mappings are not followed, so a path that holds only by a mapping is refused, and inhibitAnyPolicy
    takes effect from the certificate below at once.
    """
    demanded_by: Certificate | None = None
    countdown: int | None = None
    common: frozenset[str] = frozenset({ANY_POLICY})
    any_policy_counts = True
    for certificate in reversed(certificates(path, anchor=False)):
        common = _narrowed(common, certificate, any_policy_counts=any_policy_counts)
        if countdown is not None and countdown > 0 and not certificate.self_issued:
            countdown -= 1
        demand = require_explicit_policy(certificate)
        if demand is not None and (countdown is None or demand < countdown):
            countdown, demanded_by = demand, certificate
        if any(oid == INHIBIT_ANY_POLICY for oid, _, _ in certificate.extensions):
            any_policy_counts = False
    if demanded_by is not None and countdown == 0 and not common:
        yield error("policy-violated", demanded_by, subject=demanded_by.subject.text)


def _narrowed(common: frozenset[str], certificate: Certificate, *, any_policy_counts: bool) -> frozenset[str]:
    """The policies that still hold after this certificate; without the extension none does (RFC 5280 6.1.3 e)."""
    asserted = frozenset(certificate.policies)
    if ANY_POLICY in asserted and any_policy_counts:
        return common
    asserted -= {ANY_POLICY}
    return asserted if ANY_POLICY in common else common & asserted


def require_explicit_policy(certificate: Certificate) -> int | None:
    """SkipCerts of requireExplicitPolicy in policyConstraints (RFC 5280 4.2.1.11); 0 when it can't be read."""
    for oid, _, value in certificate.extensions:
        if oid == POLICY_CONSTRAINTS:
            try:
                for tag, content in der.children(der.expect(value, der.SEQUENCE, "PolicyConstraints")):
                    if tag == 0x80:
                        return max(der.integer(content), 0)
            except der.DerError:
                return 0
    return None

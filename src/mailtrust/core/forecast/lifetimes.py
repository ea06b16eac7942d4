"""How long a new certificate may be: what CAs may issue, and apart from it what clients refuse.

The two are not the same. A certificate that was issued for longer than CAs may issue today lives on, and no client
looks at it; the 398 and 825 days that some clients count stand in `core/validation/checks/lifetimes.py`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import ceil

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.frozen import frozen
from mailtrust.core.validation.checks import lifetime_398_public, lifetime_apple

DAY = timedelta(days=1)
SHORT = timedelta(days=10)
"""A certificate that lives less than this is renewed at half of its life."""


@frozen
class IssuanceLimit:
    """From a day on, public CAs (or one of them) issue no longer certificates than this."""

    since: datetime
    """Certificates issued at or after it."""
    most_days: int
    reuse_days: int | None
    """How long a proof of control over a domain may be used again; None: not this rule's business."""
    owner: str
    """The organisation in the issuer's name whose own rule it is; empty: it binds every public CA."""
    source: Citation


_BR = Citation(
    "cabforum/servercert:docs/BR.md 2.2.6 (f884280, 2026-05), 6.3.2 and 4.2.1: ballot SC-081v3",
    "validity and reuse of domain validation",
)
_LETS_ENCRYPT = Citation(
    "letsencrypt/website:content/en/post/2025-12-02-from-90-to-45.md (b89871e, 2026-08)",
    "the default profile; the tlsserver profile has 45 days since 2026-05-13",
)

LIMITS: tuple[IssuanceLimit, ...] = (
    IssuanceLimit(datetime(2020, 9, 1, tzinfo=UTC), 398, 398, "", _BR),
    IssuanceLimit(
        datetime(2026, 2, 24, tzinfo=UTC), 199, None, "DigiCert", Citation("dev.digicert.com order pages (2026)")
    ),
    IssuanceLimit(datetime(2026, 3, 15, tzinfo=UTC), 200, 200, "", _BR),
    IssuanceLimit(datetime(2027, 2, 10, tzinfo=UTC), 64, None, "Let's Encrypt", _LETS_ENCRYPT),
    IssuanceLimit(datetime(2027, 3, 15, tzinfo=UTC), 100, 100, "", _BR),
    IssuanceLimit(datetime(2028, 2, 16, tzinfo=UTC), 45, None, "Let's Encrypt", _LETS_ENCRYPT),
    IssuanceLimit(datetime(2029, 3, 15, tzinfo=UTC), 47, 10, "", _BR),
)
"""In the order of their days."""


def limits_for(certificate: Certificate) -> tuple[IssuanceLimit, ...]:
    """The limits of every public CA, and those of the CA that issued this certificate."""
    owner = (certificate.issuer.organisation or "").casefold()
    return tuple(limit for limit in LIMITS if not limit.owner or owner.startswith(limit.owner.casefold()))


def most_days(certificate: Certificate, at: datetime) -> IssuanceLimit | None:
    """The tightest limit for a certificate like this that is issued at `at`; None: before there was one."""
    return min((limit for limit in limits_for(certificate) if limit.since <= at), key=_days, default=None)


def _days(limit: IssuanceLimit) -> int:
    return limit.most_days


def lifetime(certificate: Certificate) -> timedelta:
    """From notBefore to notAfter, both included (RFC 5280 4.1.2.5); a second where they stand the wrong way round."""
    return max(certificate.not_after - certificate.not_before, timedelta()) + timedelta(seconds=1)


def lifetime_days(certificate: Certificate) -> int:
    """As CAs count it (BR 6.3.2): every begun day counts whole."""
    return ceil(lifetime(certificate) / DAY)


def next_lifetime(certificate: Certificate, at: datetime, *, public: bool) -> timedelta:
    """How long a certificate like this one lasts if it is issued at `at`: as this one, or as long as is allowed."""
    limit = most_days(certificate, at) if public else None
    wanted = lifetime(certificate)
    return wanted if limit is None else min(wanted, limit.most_days * DAY)


def interval(whole: timedelta) -> timedelta:
    """How long after its issue a certificate is best renewed: at two thirds, below ten days at half of its life.

    letsencrypt/website:content/en/docs/integration-guide.md, "When to Renew"; ACME Renewal Information (RFC 9773),
    where CA and program know it, is better than any reckoning.
    """
    return whole / 2 if whole < SHORT else whole * 2 / 3


@frozen
class EnforcedLimit:
    """How long a certificate some clients accept."""

    most_days: int
    public: bool
    """Below roots that the client's own store brings; False: below roots that somebody added."""
    clients: tuple[str, ...]
    """Ids."""


def enforced_limits(clients: Iterable[ClientProfile]) -> tuple[EnforcedLimit, ...]:
    """Which of these clients look at the length of a certificate's life, read from what they check."""
    asked = tuple(clients)
    apple = tuple(client.id for client in asked if lifetime_apple in client.path_checks)
    public = tuple(
        client.id
        for client in asked
        if lifetime_398_public in client.path_checks or lifetime_apple in client.path_checks
    )
    found = (EnforcedLimit(398, True, public), EnforcedLimit(825, False, apple))
    return tuple(limit for limit in found if limit.clients)

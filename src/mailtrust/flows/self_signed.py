"""A certificate of one's own for a server, and what every client will say to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.authority import issue, make_root, self_signed
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.own_root import own_root_recipe, under_constraints
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.verify import StoreNamed, verify

LONGEST_DAYS = 825
"""Apple's clients take no longer lifetime, under a private root either (support.apple.com/103769)."""

CLOCK_SLACK = timedelta(hours=1)
"""Clocks of clients may be behind: the lifetime begins so much earlier."""

_MAILSTORE_YEARS = 20


@frozen
class SelfMade:
    """A certificate, its key, and what clients must trust for it."""

    leaf: Certificate
    key: PrivateKey
    root: Certificate | None
    """None: the certificate vouches for itself."""

    @property
    def anchor(self) -> Certificate:
        """What has to be brought to clients."""
        return self.root or self.leaf


def make_with_own_root(spec: CertificateSpec, now: datetime) -> SelfMade:
    """A certificate and a root that vouched for it and never will again: its key is gone when this returns."""
    first, last = lifetime(now, spec.lifetime_days)
    name = (*spec.dns_names, *spec.ip_addresses)[0]
    recipe = own_root_recipe(spec, f"{name[:40]} root {now:%Y-%m-%d}")  # X.520's 64 characters are kept
    root = make_root(recipe, make_key(spec.key), serial=make_serial(), not_before=first, not_after=last)
    fitting = under_constraints(spec)
    made = issue(root, fitting, make_key(spec.key), serial=make_serial(), not_before=first, not_after=last)
    return SelfMade(made.certificate, made.key, root.certificate)


def make_single(spec: CertificateSpec, now: datetime) -> SelfMade:
    """One certificate that vouches for itself, as most tools make them."""
    first, last = lifetime(now, spec.lifetime_days)
    made = self_signed(spec, make_key(spec.key), serial=make_serial(), not_before=first, not_after=last)
    return SelfMade(made.certificate, made.key, None)


def make_like_mailstore(name: str, now: datetime) -> SelfMade:
    """What MailStore's own dialogue makes: the name as commonName alone, 20 years, SHA-256."""
    start = now.replace(microsecond=0)
    try:
        last = start.replace(year=start.year + _MAILSTORE_YEARS)
    except ValueError:  # from a leap day to a year without one
        last = start.replace(year=start.year + _MAILSTORE_YEARS, day=28)
    recipe = Recipe(common_name=name)
    made = self_signed(recipe, make_key("rsa-2048"), serial=make_serial(), not_before=start, not_after=last)
    return SelfMade(made.certificate, made.key, None)


def lifetime(now: datetime, days: int) -> tuple[datetime, datetime]:
    """First and last moment of a lifetime of so many days; both belong to it (RFC 5280 4.1.2.5)."""
    first = now.replace(microsecond=0) - CLOCK_SLACK
    return first, first + timedelta(days=days, seconds=-1)


def judged(
    chain: Sequence[Certificate],
    anchor: Certificate,
    names: Sequence[str],
    *,
    clients: Sequence[str] | None,
    store_named: StoreNamed,
    now: datetime,
) -> tuple[ChainVerdict, ...]:
    """What clients that trust this anchor say to the chain under all of these names; of a wildcard: under one."""
    asked = tuple(name.replace("*", "any", 1) for name in names)
    request = VerifyRequest(
        chain=tuple(chain), roots=(anchor,), names=asked, clients=None if clients is None else tuple(clients)
    )
    return verify(request, store_named=store_named, now=now)

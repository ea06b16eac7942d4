"""Which certificates that are there can be used again, instead of ordering one."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation
from mailtrust.core.model.kept import Holdings
from mailtrust.core.model.settings import Threshold
from mailtrust.core.services.exchange.certificates import from_a_ca, usable
from mailtrust.core.services.least_set import Ca, Candidate
from mailtrust.core.x509.roles import is_authority
from mailtrust.core.x509.thumbprint import thumbprint

UNKNOWN_LIFETIME = timedelta(days=30)
"""What must be left where the export does not hold the certificate itself."""


def candidates_of(
    organisation: ExchangeOrganisation | None,
    configured: Iterable[Assigned],
    holdings: Holdings,
    *,
    ca_of: Callable[[Certificate], Ca],
    warn: Threshold,
    now: datetime,
) -> tuple[Candidate, ...]:
    """Each once, with all servers that have it. Not those that are self-signed, end soon, or have no key here."""
    found: list[Candidate] = []
    for server in organisation.servers if organisation is not None else ():
        for one in server.certificates:
            if usable(one, now) and from_a_ca(one) and _lasts(one, warn, now):
                names = tuple(map(str.lower, one.domains))
                servers = None if one.exportable else frozenset({server.name})
                found.append(Candidate(one.thumbprint, names, _ca(one, ca_of), servers, _rsa(one), one.not_after))
    mine = [one.certificate for one in configured if one.certificate is not None and one.named_in]
    mine += [one.certificate for one in holdings.certificates if one.has_key]
    found += [
        Candidate(
            thumbprint(one),
            tuple(name.lower() for name in (*one.dns_names, *one.ip_addresses)),
            ca_of(one),
            None,
            one.public_key.algorithm == "rsa",
            one.not_after,
        )
        for one in mine
        if one.not_before <= now < one.not_after - warn.before_expiry(one)
        if not one.self_issued and not is_authority(one)
    ]
    together: dict[str, Candidate] = {}
    for candidate in found:
        known = together.setdefault(candidate.thumbprint, candidate)
        if known is not candidate:
            anywhere = known.servers is None or candidate.servers is None
            servers = None if anywhere else (known.servers or frozenset()) | (candidate.servers or frozenset())
            together[candidate.thumbprint] = replace(known, servers=servers)
    return tuple(together.values())


def _lasts(one: ExchangeCertificate, warn: Threshold, now: datetime) -> bool:
    if one.not_after is None:
        return False
    before = UNKNOWN_LIFETIME if one.certificate is None else warn.before_expiry(one.certificate)
    return now < one.not_after - before


def _ca(one: ExchangeCertificate, ca_of: Callable[[Certificate], Ca]) -> Ca:
    if one.root_ca_type in ("ThirdParty", "Enterprise", "GroupPolicy", "Registry"):
        return "public" if one.root_ca_type == "ThirdParty" else "own"
    return ca_of(one.certificate) if one.certificate is not None else "own"


def _rsa(one: ExchangeCertificate) -> bool:
    return one.certificate is None or one.certificate.public_key.algorithm == "rsa"

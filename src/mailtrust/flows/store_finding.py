"""Finding things in a store: by thumbprint, by name, by when they end."""

from collections.abc import Sequence
from datetime import datetime

from mailtrust.core.formats.thumbprint_text import hex_digits
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.kept import Holdings, KeptCertificate, KeptRequest
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.text import Text, text
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.x509.thumbprint import thumbprint

SHORTEST_THUMBPRINT = 6
MOST_NAMED = 6


def listed(
    holdings: Holdings, now: datetime, *, host: str | None = None, expiring: Threshold | None = None
) -> tuple[KeptCertificate, ...]:
    """Those that name a host, and that end soon or have ended; the first to end first."""
    chosen = [
        one
        for one in holdings.certificates
        if (host is None or is_named(one.certificate, host))
        and (expiring is None or one.certificate.not_after - expiring.before_expiry(one.certificate) <= now)
    ]
    return tuple(sorted(chosen, key=lambda one: (one.certificate.not_after, one.certificate.fingerprint)))


def matching(holdings: Holdings, wanted: str) -> tuple[KeptCertificate | KeptRequest, ...]:
    """What a thumbprint's beginning (SHA-256, SHA-1) or a name means. Raises UserProblem where nothing is."""
    begin = hex_digits(wanted) or ""
    found: list[KeptCertificate | KeptRequest] = []
    if len(begin) >= SHORTEST_THUMBPRINT:
        found += [one for one in holdings.certificates if any(it.startswith(begin) for it in _prints(one.certificate))]
        found += [one for one in holdings.requests if one.request.fingerprint.startswith(begin)]
    if not found:
        found += [one for one in holdings.certificates if is_named(one.certificate, wanted)]
    if not found:
        raise UserProblem(
            text(
                "The store holds nothing that is called {wanted}. Give a name, or {least} or more digits of a "
                "thumbprint (SHA-256 or SHA-1); `mailtrust store list` shows all.",
                wanted=clean(wanted, 100),
                least=SHORTEST_THUMBPRINT,
            )
        )
    return tuple(found)


def the_one(holdings: Holdings, wanted: str) -> KeptCertificate:
    """The certificate that is meant. Raises UserProblem for several."""
    one = the_only(matching(holdings, wanted), wanted)
    if isinstance(one, KeptRequest):
        raise UserProblem(text("{wanted} is a request: a certificate is needed here.", wanted=clean(wanted, 100)))
    return one


def the_only(found: Sequence[KeptCertificate | KeptRequest], wanted: str) -> KeptCertificate | KeptRequest:
    """The only one of these. Raises UserProblem for several, and names them."""
    if len(found) > 1:
        raise UserProblem(
            text(
                "{wanted} means {count} entries of the store: {entries}. Give more of the thumbprint of one.",
                wanted=clean(wanted, 100),
                count=len(found),
                entries=tuple(_entry(one) for one in found[:MOST_NAMED]),
            )
        )
    return found[0]


def _entry(one: KeptCertificate | KeptRequest) -> Text:
    if isinstance(one, KeptRequest):
        return text("{thumbprint} (a request)", thumbprint=one.request.fingerprint[:16])
    it = one.certificate
    return text("{thumbprint} (until {date})", thumbprint=it.fingerprint[:16], date=it.not_after.date())


def is_named(certificate: Certificate, host: str) -> bool:
    """Whether it is for a host, by its names or, as people call CAs and old certificates, by its commonName."""
    return not tuple(names_rfc9525(certificate, host, None)) or host.lower() in (
        *(name.lower() for name in certificate.subject.common_names),
        *(name.lower() for name in certificate.dns_names),
    )


def _prints(certificate: Certificate) -> tuple[str, str]:
    return certificate.fingerprint, thumbprint(certificate).lower()

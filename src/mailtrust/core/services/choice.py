"""Which of the certificates kept serves a name best, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.kept import KeptCertificate, Service
from mailtrust.core.model.text import Text, text
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.purposes import SERVER_OR_ANY
from mailtrust.core.x509.roles import is_authority, shown
from mailtrust.core.x509.signatures import SignatureResult, signed_by

WARY_OF_WILDCARDS: frozenset[Service] = frozenset({"imap", "pop"})
"""Exchange's Enable-ExchangeCertificate refuses a wildcard for these; the names go into Set-ImapSettings and
Set-PopSettings instead (Microsoft, Set-ImapSettings: -X509CertificateName)."""


@frozen
class Candidate:
    """A certificate for the name."""

    kept: KeptCertificate
    merits: tuple[Text, ...]
    drawbacks: tuple[Text, ...]
    """What makes another one better where there is one."""
    faults: tuple[Text, ...]
    """What makes it of no use."""


@frozen
class Choice:
    """The certificates for a name, the best first."""

    host: str
    service: Service | None
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The one to take; None: none can serve."""
        return self.candidates[0] if self.candidates and not self.candidates[0].faults else None


def choose(
    host: str,
    service: Service | None,
    kept: Iterable[KeptCertificate],
    *,
    stores: Sequence[AnchorStore],
    now: datetime,
) -> Choice:
    """Weigh what is kept for a name (RFC 9525 6.3, 6.4): what can serve, with the fewest drawbacks, for longest.

    `stores` tell which roots need not be kept here for a chain to be whole.
    """
    fitting = [one for one in kept if not tuple(names_rfc9525(one.certificate, host, None))]
    candidates = [_weighed(one, host, service, stores, now) for one in fitting]
    # What was added last comes first among equals: it is what somebody has brought to replace the other.
    candidates.sort(key=lambda it: it.kept.added, reverse=True)
    candidates.sort(key=lambda it: it.kept.certificate.not_after, reverse=True)
    candidates.sort(key=lambda it: (len(it.faults), len(it.drawbacks)))
    return Choice(host, service, tuple(candidates))


def whole(one: KeptCertificate, stores: Sequence[AnchorStore]) -> bool:
    """Whether the chain leads to a root: one that is kept, or one that a store has."""
    last = one.chain[-1]
    return last.self_issued or any(
        signed_by(last, anchor.certificate.public_key) is SignatureResult.VALID
        for store in stores
        for anchor in store.named(last.issuer)
    )


def _weighed(
    one: KeptCertificate, host: str, service: Service | None, stores: Sequence[AnchorStore], now: datetime
) -> Candidate:
    it = one.certificate
    merits, drawbacks, faults = [text("lasts until {date}", date=it.not_after.date())], [], []
    wildcard = _by_wildcard(it, host)
    if not wildcard:
        merits.append(text("names {host} itself", host=host))
    elif service in WARY_OF_WILDCARDS:
        drawbacks.append(
            text(
                "names {host} by a wildcard, which Exchange takes for IMAP and POP only with Set-ImapSettings or "
                "Set-PopSettings -X509CertificateName {host}",
                host=host,
            )
        )
    else:
        merits.append(text("names {host} by a wildcard", host=host))
    if whole(one, stores):
        merits.append(text("the chain is complete"))
    else:
        drawbacks.append(
            text("the chain is not complete: the certificate of {issuer} is missing; import it",
                 issuer=shown(one.chain[-1].issuer))
        )  # fmt: skip
    if is_authority(it):
        drawbacks.append(text("says of itself that it is a CA's, which some clients refuse for a server"))
    if one.has_key:
        merits.append(text("the private key is here"))
    else:
        faults.append(text("the private key is not here"))
    if it.not_after < now:
        faults.append(text("expired"))
    elif it.not_before > now:
        faults.append(text("not valid before {date}", date=it.not_before.date()))
    if it.extended_key_usage is not None and not SERVER_OR_ANY.intersection(it.extended_key_usage):
        faults.append(text("not for servers: extended key usage lacks serverAuth"))  # RFC 5280 4.2.1.12
    return Candidate(one, tuple(merits), tuple(drawbacks), tuple(faults))


def _by_wildcard(certificate: Certificate, host: str) -> bool:
    """Whether it is only a wildcard that names the host; it is known to be named."""
    wanted = host.lower().removesuffix(".")
    under = wanted.partition(".")[2]
    names = [name.lower() for name in certificate.dns_names]
    return f"*.{under}" in names and wanted not in names

"""TlsCertificateName, `<I>issuer<S>subject`: how connectors name a certificate."""

import re

from mailtrust.core.model.exchange import ExchangeCertificate
from mailtrust.core.model.frozen import frozen

LONGEST_ON_EDGE = 256
"""rangeUpper of ms-Exch-Smtp-TLS-Certificate in AD LDS: a longer value makes EdgeSync fail (KB 4052493)."""

# Articles write the markers in either case.
_WRITTEN = re.compile(r"\s*<I>(?P<issuer>.*?)<S>(?P<subject>.*)", re.IGNORECASE | re.DOTALL)


@frozen
class TlsCertificateName:
    """A certificate named by its issuer and its subject, as Exchange writes both."""

    issuer: str
    subject: str

    def __str__(self) -> str:
        return f"<I>{self.issuer}<S>{self.subject}"

    @property
    def key(self) -> tuple[str, str]:
        """Equal for what Exchange takes for the same name: it compares the texts, whatever the case of letters."""
        return _folded(self.issuer), _folded(self.subject)


def read_tls_certificate_name(given: str) -> TlsCertificateName | None:
    """The name; None where the text is none."""
    found = _WRITTEN.fullmatch(given)
    return None if found is None else TlsCertificateName(found["issuer"].strip(), found["subject"].strip())


def name_of(certificate: ExchangeCertificate) -> TlsCertificateName:
    """How a connector names this certificate."""
    return TlsCertificateName(certificate.issuer, certificate.subject)


def names(given: str, certificate: ExchangeCertificate) -> bool:
    """Whether a connector's TlsCertificateName means this certificate."""
    name = read_tls_certificate_name(given)
    return name is not None and name.key == name_of(certificate).key


def _folded(name: str) -> str:
    return " ".join(name.lower().split())

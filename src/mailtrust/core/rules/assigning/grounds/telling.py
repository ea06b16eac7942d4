"""How certificates are called in findings about assignments, and how such a finding is put together."""

from collections.abc import Iterable

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import ExchangeCertificate
from mailtrust.core.model.finding import Explanation, Finding, Severity
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Fact

_LONGEST = 120


def called(certificate: ExchangeCertificate) -> str:
    """By what an administrator finds it again: its first name, and its thumbprint."""
    name = certificate.friendly_name or certificate.subject
    for part in certificate.subject.split(", "):
        if part.upper().startswith("CN="):
            name = part[3:]
            break
    else:
        name = certificate.domains[0] if certificate.domains else name
    return f"{clean(name, _LONGEST) or '?'} ({certificate.thumbprint})"


def found(
    rule: str,
    severity: Severity,
    title: Text,
    explanation: Explanation,
    *,
    subject: str,
    server: str = "",
    certificates: Iterable[ExchangeCertificate] = (),
    facts: tuple[tuple[str, Fact], ...] = (),
    observations: tuple[str, ...] = (),
) -> Finding:
    """A finding about what a server is told; its certificates are known to Exchange by their thumbprints."""
    about = tuple(certificates)
    known: list[tuple[str, Fact]] = []
    if server:
        known.append(("server", server))
    if about:
        known.append(("thumbprints", tuple(dict.fromkeys(one.thumbprint for one in about))))
    return Finding(
        rule=rule,
        severity=severity,
        observations=observations,
        certificates=tuple(dict.fromkeys(one.certificate.fingerprint for one in about if one.certificate is not None)),
        clients=(),
        facts=(*known, *facts),
        title=title,
        explanation=explanation,
        subject=subject,
    )

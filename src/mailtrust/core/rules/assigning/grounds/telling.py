"""How a finding about assignments is put together."""

from collections.abc import Iterable

from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text
from mailtrust.core.model.verdict import Fact


@frozen
class Fault:
    """What is the matter with a certificate."""

    code: str
    severity: Severity
    why: Text
    """The end of a sentence."""


def found_in_one(
    rule: str,
    fault: Fault,
    title: Text,
    explanation: Explanation,
    *,
    server: ExchangeServer,
    certificate: ExchangeCertificate | None,
) -> Finding:
    """A finding about what a server has one certificate for, at the most."""
    return found(
        rule,
        fault.severity,
        title,
        explanation,
        subject=server.name,
        server=server.name,
        certificates=(certificate,) if certificate is not None else (),
        facts=(("problem", fault.code), ("not_after", certificate.not_after if certificate is not None else None)),
    )


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

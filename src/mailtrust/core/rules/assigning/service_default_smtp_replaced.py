"""The internal transport certificate is one of a CA: it hurts at each renewal, and gains nothing.

"Assign certificates to Exchange Server services": typically the default SMTP certificate need not be replaced;
"Selection of Outbound Anonymous TLS Certificates" prefers the self-signed one, which lasts five years.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.internal import another_internal
from mailtrust.core.rules.assigning.grounds.lasting import has_ended, soon
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called, from_a_ca

ID = "service-default-smtp-replaced"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each server's internal transport certificate."""
    nothing = text("No server has an internal transport certificate.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if server.internal_transport is None:
        yield not_exported(ID, organisation, server.name, "Get-TransportService")
        return
    certificate = server.certificate(server.internal_transport)
    if certificate is None:
        # That there is none, or that it is not in the store, is another rule's.
        return
    yield _finding(evidence, server, certificate) if from_a_ca(certificate) else Passed(ID, server.name)


def _finding(evidence: AssignmentEvidence, server: ExchangeServer, certificate: ExchangeCertificate) -> Finding:
    pressing = soon(evidence, certificate) is not None or has_ended(evidence, certificate)
    end = certificate.not_after
    return found(
        ID,
        Severity.WARNING if pressing else Severity.INFO,
        text("{server} shows other Exchange servers a CA's certificate", server=server.name),
        Explanation(
            text(
                "{certificate} is the internal transport certificate of {server}: somebody answered Yes to “Overwrite "
                "the existing default SMTP certificate?”. Servers among each other look at no name, issuer or trust, "
                "so it gains nothing; but it {ends}, it cannot be removed while it stands there, and each renewal must "
                "take its place on every server. {cure} Restart-Service MSExchangeTransport afterwards. The CA's "
                "certificate keeps its SMTP service for everybody else.",
                certificate=called(certificate),
                server=server.name,
                ends=text("ends on {day}", day=end.date()) if end is not None else text("ends with the next renewal"),
                cure=another_internal(evidence, server),
            ),
            text("An inner setting makes each renewal of the certificate harder than need be. It is changed once."),
            NOTHING_TO_DO,
        ),
        subject=server.name,
        server=server.name,
        certificates=(certificate,),
        facts=(("not_after", end),),
    )

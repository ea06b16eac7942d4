r"""The internal transport certificate is missing, not in the store, or has ended: mail among own servers suffers.

Microsoft, "Selection of Inbound Anonymous TLS Certificates": without one X-ANONYMOUSTLS is not offered (event 12012);
one that is not in LocalMachine\My likewise (12013); one that has ended is used all the same (12015).
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.rules.assigning.grounds.internal import another_internal
from mailtrust.core.rules.assigning.grounds.lasting import has_ended, soon
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers
from mailtrust.core.rules.assigning.grounds.telling import Fault, found_in_one
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called

ID = "exchange-transport-certificate"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each server's."""
    nothing = text("No server tells of an internal transport certificate.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if server.internal_transport is None:
        yield not_exported(ID, organisation, server.name, "Get-TransportService")
        return
    if not server.internal_transport:
        yield _finding(evidence, server, None, Fault("none", Severity.ERROR, text("it has none (event 12012)")))
        return
    certificate = server.certificate(server.internal_transport)
    if certificate is None:
        if not server.certificates:
            yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate")
            return
        why = text("{print} is not in the computer's own store (event 12013)", print=server.internal_transport)
        yield _finding(evidence, server, None, Fault("not-in-store", Severity.ERROR, why))
        return
    end = certificate.not_after
    if certificate.has_private_key is False:
        why = text("{certificate} has no private key there", certificate=called(certificate))
        yield _finding(evidence, server, certificate, Fault("no-key", Severity.ERROR, why))
    elif has_ended(evidence, certificate):
        why = text("{certificate} has ended (event 12015)", certificate=called(certificate))
        yield _finding(evidence, server, certificate, Fault("expired", Severity.WARNING, why))
    elif end is None:
        yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate")
    elif (weight := soon(evidence, certificate)) is not None:
        why = text("{certificate} ends on {day}", certificate=called(certificate), day=end.date())
        # It is used after its end too.
        fault = Fault("expiring", min(weight, Severity.WARNING, key=lambda one: one.rank), why)
        yield _finding(evidence, server, certificate, fault)
    else:
        yield Passed(ID, server.name)


def _finding(
    evidence: AssignmentEvidence, server: ExchangeServer, certificate: ExchangeCertificate | None, fault: Fault
) -> Finding:
    broken = fault.severity is Severity.ERROR
    return found_in_one(
        ID,
        fault,
        text("The internal transport certificate of {server}: {why}", server=server.name, why=fault.why),
        Explanation(
            in_a_row(_for_the_administrator(evidence, server, fault)),
            text("Mail between the organisation's own servers may not flow. One command mends it.")
            if broken
            else text("An inner certificate of the mail server wants to be renewed. Nobody outside meets it."),
            text("Mail to colleagues may be late.") if broken else NOTHING_TO_DO,
        ),
        server=server,
        certificate=certificate,
    )


def _for_the_administrator(evidence: AssignmentEvidence, server: ExchangeServer, fault: Fault) -> Iterator[Text]:
    yield text(
        "What {server} shows other Exchange and Edge servers of the organisation: {why}.",
        server=server.name,
        why=fault.why,
    )
    if fault.severity is Severity.ERROR:
        # CSS-Exchange, InternalTransportCertificateCheck.md: "a broken MailFlow on or with the affected machine".
        yield text(
            "X-ANONYMOUSTLS is not offered, which can break mail flow with the organisation's other servers, and on "
            "{server} itself between front end and back end.",
            server=server.name,
        )
    else:
        yield text("It is used after its end too, with an event in the log.")
    yield another_internal(evidence, server)
    yield text("Then Restart-Service MSExchangeTransport.")
    subscribed = evidence.organisation is None or evidence.organisation.edge_subscriptions != ()
    if server.edge or subscribed:
        # An Edge server knows the others by its subscription (edge-subscriptions.md).
        yield text(
            "On an Edge server, and where an Edge server is subscribed, renew the subscription afterwards "
            "(New-EdgeSubscription)."
        )

"""An Edge server has got another certificate since it was subscribed: EdgeSync and its mail trust the old one.

"Edge Subscriptions in Exchange Server": the subscription file carries the public key of the Edge server's self-signed
certificate; "Renew an Exchange Server certificate": on a subscribed Edge server the subscription is made anew.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import within_quotes
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import EdgeSubscription, ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.servers import NO_EXCHANGE, not_exported, refusal
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called

ID = "edge-subscription-stale"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each subscription beside the certificates of its Edge server."""
    organisation = evidence.organisation
    if organisation is None:
        yield NotApplicable(ID, NO_EXCHANGE)
    elif organisation.edge_subscriptions is None:
        edge = any(one.edge for one in organisation.servers)
        if edge or refusal(organisation, "", "Get-EdgeSubscription") is not None:
            yield not_exported(ID, organisation, "", "Get-EdgeSubscription", "Get-EdgeSubscription")
        else:
            yield NotApplicable(ID, text("No Edge server is known here."))
    elif not organisation.edge_subscriptions:
        yield NotApplicable(ID, text("No Edge server is subscribed."))
    else:
        for subscription in organisation.edge_subscriptions:
            yield from _look(organisation, subscription)


def _look(organisation: ExchangeOrganisation, subscription: EdgeSubscription) -> Iterator[RuleResult]:
    server = organisation.server(subscription.name)
    if server is None or not server.certificates:
        why = text(
            "Nothing was exported from the Edge server {server}: run the export there too.", server=subscription.name
        )
        yield Unknown(ID, why, subscription.name)
        return
    created = subscription.created
    if created is None:
        why = text("The export does not say when {server} was subscribed.", server=subscription.name)
        yield Unknown(ID, why, subscription.name)
        return
    shown = server.certificate(server.internal_transport) if server.internal_transport else None
    watched = [shown] if shown is not None else [one for one in server.certificates if "SMTP" in (one.services or ())]
    newer = [one for one in watched if (begin := one.not_before) is not None and begin > created]
    if newer:
        yield _finding(server, subscription, newer)
    elif watched and all(one.not_before is not None for one in watched):
        yield Passed(ID, subscription.name)
    else:
        yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate", subscription.name)


def _finding(server: ExchangeServer, subscription: EdgeSubscription, newer: list[ExchangeCertificate]) -> Finding:
    return found(
        ID,
        Severity.WARNING,
        text("{server} has a newer certificate than its Edge subscription", server=server.name),
        Explanation(
            text(
                "The subscription of {server} was made on {created} and carries the certificate of that day; "
                "{certificates} came after it. EdgeSync (TCP 50636) and mail between Edge and Mailbox servers are "
                "authenticated by it. Subscribe again, which overwrites the old subscription: on {server} "
                "New-EdgeSubscription -FileName C:\\Edge.xml; on a Mailbox server, within 24 hours, "
                "New-EdgeSubscription -FileData ([System.IO.File]::ReadAllBytes('C:\\Edge.xml')) -Site '{site}'; then "
                "Start-EdgeSynchronization, and Test-EdgeSynchronization.",
                server=server.name,
                created=subscription.created or "",
                certificates=tuple(map(called, newer)),
                site=within_quotes(subscription.site),
            ),
            text(
                "The mail server at the border and those inside may stop to know each other, and mail from outside "
                "then waits. Making their subscription anew takes ten minutes."
            ),
            NOTHING_TO_DO,
        ),
        subject=subscription.name,
        server=server.name,
        certificates=newer,
        facts=(("created", subscription.created), ("site", subscription.site)),
    )

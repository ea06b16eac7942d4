"""A connector names a certificate by TlsCertificateName, and what it names is not there, or not alone.

Set-SendConnector and Set-ReceiveConnector, -TlsCertificateName: `<I>issuer<S>subject`. A renewal by another
intermediate changes the issuer, and the name leads nowhere: `454 4.7.5 The certificate specified in TlsCertificateName
of the SendConnector could not be found.`
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from mailtrust.core.formats.exchange.tls_certificate_name import (
    LONGEST_ON_EDGE,
    name_of,
    read_tls_certificate_name,
)
from mailtrust.core.formats.powershell import within_quotes
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.removing import how_to_remove
from mailtrust.core.rules.assigning.grounds.servers import NO_EXCHANGE, not_exported, or_nothing
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called, usable
from mailtrust.core.services.exchange.serving import named_by
from mailtrust.core.services.exchange.versions import at_server

ID = "connector-name-stale"


@frozen
class _Named:
    """A connector that names a certificate."""

    kind: str
    """`Send` or `Receive`, as in the cmdlets' names."""
    identity: str
    name: str
    servers: tuple[str, ...]

    @property
    def cmdlet(self) -> str:
        """What sets its name."""
        return f"Set-{self.kind}Connector"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at every connector with a name."""
    organisation = evidence.organisation
    if organisation is None:
        yield NotApplicable(ID, NO_EXCHANGE)
        return
    yield from or_nothing(ID, _look(evidence, organisation), text("No connector names a certificate."))


def _look(evidence: AssignmentEvidence, organisation: ExchangeOrganisation) -> Iterator[RuleResult]:
    if organisation.send_connectors is None:
        yield not_exported(ID, organisation, "", "Get-SendConnector", "Get-SendConnector")
    with_edge = bool(
        organisation.edge_subscriptions
        or any(one.edge for one in organisation.servers)
        or (organisation.hybrid is not None and organisation.hybrid.edge_servers)
    )
    for connector in _connectors(organisation):
        answers = list(_connector(evidence, organisation, connector))
        if with_edge and connector.kind == "Send" and len(connector.name) > LONGEST_ON_EDGE:
            answers.append(_too_long(connector))
        yield from answers or [Passed(ID, connector.identity)]


def _connectors(organisation: ExchangeOrganisation) -> Iterator[_Named]:
    for send in organisation.send_connectors or ():
        if send.tls_certificate_name and send.enabled:
            yield _Named("Send", send.name, send.tls_certificate_name, send.source_servers)
    for server in organisation.servers:
        for receive in server.receive_connectors:
            if receive.tls_certificate_name and receive.enabled:
                yield _Named("Receive", receive.identity, receive.tls_certificate_name, (server.name,))


def _connector(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, connector: _Named
) -> Iterator[RuleResult]:
    if read_tls_certificate_name(connector.name) is None:
        yield _unreadable(connector)
        return
    if not connector.servers:
        yield Unknown(ID, text("The export does not say from which servers it sends."), connector.identity)
    for name in connector.servers:
        server = organisation.server(name)
        if server is None or not server.certificates:
            yield not_exported(ID, organisation, name, "Get-ExchangeCertificate", f"{connector.identity}@{name}")
            continue
        meant = named_by(server, connector.name)
        if not meant:
            yield _gone(evidence, organisation, connector, server)
        elif len(meant) > 1:
            yield _twins(evidence, organisation, connector, server, meant)


def _gone(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, connector: _Named, server: ExchangeServer
) -> Finding:
    successor = _successor(evidence, connector, server)
    have = tuple(
        one.name
        for one in map(organisation.server, connector.servers)
        if one is not None and named_by(one, connector.name)
    )
    send = connector.kind == "Send"
    return found(
        ID,
        Severity.ERROR,
        text(
            "{connector} names a certificate that {server} does not have",
            connector=connector.identity,
            server=server.name,
        ),
        Explanation(
            text(
                "TlsCertificateName is {name}, and no certificate on {server} has this issuer and this subject: most "
                "likely it was renewed, and another intermediate has signed it. {follows} {cure}",
                name=connector.name,
                server=server.name,
                follows=text("Mail over this connector stays in the queue (454 4.7.5, NoCredentials).")
                if send
                else text("STARTTLS is not offered there (event 12014)."),
                cure=_spread(server, have) if have else _set(connector, server, successor),
            ),
            text("Mail to or from partners over this connector does not flow. One command per connector mends it.")
            if send
            else text("Mail from partners to this server comes unencrypted, or not at all. One command mends it."),
            NOTHING_TO_DO,
        ),
        subject=f"{connector.identity}@{server.name}",
        server=server.name,
        certificates=(successor,) if successor is not None else (),
        facts=(("connector", connector.identity), ("name", connector.name), ("problem", "gone")),
    )


def _successor(evidence: AssignmentEvidence, connector: _Named, server: ExchangeServer) -> ExchangeCertificate | None:
    wanted = read_tls_certificate_name(connector.name)
    same = [
        one
        for one in server.certificates
        if wanted is not None and usable(one, evidence.now) and name_of(one).key[1] == wanted.key[1]
    ]
    return max(same, key=lambda one: one.not_after or evidence.now, default=None)


def _spread(server: ExchangeServer, have: tuple[str, ...]) -> Text:
    """A name counts on every source server, so another one for this server would break the others."""
    return text(
        "It is on {have}, and one name counts for all source servers: give all of them one certificate. Either export "
        "it there with its key (Export-ExchangeCertificate -BinaryEncoded) and import it on {server} with the service "
        "SMTP; or import the new one on all of them, assign SMTP, and name that: mailtrust services enable does it in "
        "the right order.",
        have=have,
        server=server.name,
    )


def _set(connector: _Named, server: ExchangeServer, successor: ExchangeCertificate | None) -> Text:
    told = text(
        "$c = Get-ExchangeCertificate{at} -Thumbprint {print}; {cmdlet} '{identity}' "
        "-TlsCertificateName ('<I>' + $c.Issuer + '<S>' + $c.Subject)",
        at=at_server(server),
        print=successor.thumbprint if successor is not None else "<thumbprint>",
        cmdlet=connector.cmdlet,
        identity=within_quotes(connector.identity),
    )
    if successor is None:
        return text(
            "Choose the certificate that it is to present, with the service SMTP, and name it: {told}.", told=told
        )
    return text("{successor} has the same subject. Name it: {told}.", successor=called(successor), told=told)


def _twins(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    connector: _Named,
    server: ExchangeServer,
    meant: tuple[ExchangeCertificate, ...],
) -> Finding:
    newest = max(meant, key=lambda one: one.not_after or datetime.min.replace(tzinfo=UTC))
    old = [one for one in meant if one is not newest]
    return found(
        ID,
        Severity.INFO,
        text(
            "{connector} names {count} certificates of {server} at once",
            connector=connector.identity,
            count=len(meant),
            server=server.name,
        ),
        Explanation(
            text(
                "{certificates} have the same issuer and subject, so the connector needs no new name after this "
                "renewal. {stays} {how}",
                certificates=tuple(map(called, meant)),
                # "Can't remove a certificate that's installed in Exchange Server" speaks of Send connectors alone.
                stays=text(
                    "But Remove-ExchangeCertificate refuses all of them while the connector names them (“These "
                    "certificates are tagged with following Send Connectors”)."
                )
                if connector.kind == "Send"
                else text("It presents the newest."),
                how=how_to_remove(evidence, organisation, server, old[0]),
            ),
            text("Two certificates of the mail server look alike. Nothing is broken; tidying up needs a short stop."),
            NOTHING_TO_DO,
        ),
        subject=f"{connector.identity}@{server.name}",
        server=server.name,
        certificates=meant,
        facts=(("connector", connector.identity), ("name", connector.name), ("problem", "twins")),
    )


def _too_long(connector: _Named) -> Finding:
    # KB 4052493: rangeUpper of ms-Exch-Smtp-TLS-Certificate in AD LDS.
    return found(
        ID,
        Severity.WARNING,
        text("The name in {connector} is too long for Edge servers", connector=connector.identity),
        Explanation(
            text(
                "TlsCertificateName has {length} characters, and AD LDS on an Edge server takes {most}: EdgeSync of "
                "this connector fails (“A value in the request is invalid”), and hybrid mail looks as if it came from "
                "outside. Either raise rangeUpper of ms-Exch-Smtp-TLS-Certificate to 1024 in AD LDS on each Edge "
                "server (localhost:50389) and run Start-EdgeSynchronization; or clear the name ({cmdlet} '{identity}' "
                "-TlsCertificateName $null) and set -Fqdn to a name of the certificate; or take a certificate whose "
                "issuer and subject are shorter, and run the Hybrid Configuration Wizard.",
                length=len(connector.name),
                most=LONGEST_ON_EDGE,
                cmdlet=connector.cmdlet,
                identity=within_quotes(connector.identity),
            ),
            text("A setting does not reach the mail servers at the border, so mail to partners may be held for spam."),
            NOTHING_TO_DO,
        ),
        subject=f"{connector.identity}#length",
        facts=(("connector", connector.identity), ("length", len(connector.name)), ("problem", "too-long")),
    )


def _unreadable(connector: _Named) -> Finding:
    return found(
        ID,
        Severity.ERROR,
        text("{connector} has a TlsCertificateName that names nothing", connector=connector.identity),
        Explanation(
            text(
                "Expected <I>issuer<S>subject, as $c.Issuer and $c.Subject of Get-ExchangeCertificate have them, got "
                "{name}. Set it: $c = Get-ExchangeCertificate -Thumbprint <thumbprint>; {cmdlet} '{identity}' "
                "-TlsCertificateName ('<I>' + $c.Issuer + '<S>' + $c.Subject).",
                name=connector.name,
                cmdlet=connector.cmdlet,
                identity=within_quotes(connector.identity),
            ),
            text("Mail over this connector does not flow as it should. One command mends it."),
            NOTHING_TO_DO,
        ),
        subject=connector.identity,
        facts=(("connector", connector.identity), ("name", connector.name), ("problem", "unreadable")),
    )

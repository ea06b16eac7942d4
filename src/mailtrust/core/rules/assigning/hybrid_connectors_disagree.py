"""The connectors of hybrid mail do not all name one certificate that all their servers have.

Exchange Team Blog, "TLS Certificates in Exchange Hybrid" (June 2025); CSS-Exchange, Invoke-AnalyzerHybridInformation:
a cloud connector without TlsCertificateName, or with another one than the hybrid configuration's, or without
CloudServicesMailEnabled, makes hybrid mail look foreign or stop.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.exchange.tls_certificate_name import read_tls_certificate_name
from mailtrust.core.formats.powershell import within_quotes
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.hybrid import HybridMail, over_hybrid_mail, successors
from mailtrust.core.rules.assigning.grounds.servers import not_exported
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called
from mailtrust.core.services.exchange.serving import named_by

ID = "hybrid-connectors-disagree"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at all connectors of hybrid mail beside each other."""
    return over_hybrid_mail(evidence, ID, _look)


def _look(evidence: AssignmentEvidence, organisation: ExchangeOrganisation, mail: HybridMail) -> Iterator[RuleResult]:
    if organisation.send_connectors is None:
        yield not_exported(ID, organisation, "", "Get-SendConnector", "hybrid")
        return
    faults = list(_faults(evidence, organisation, mail))
    for fault in faults:
        yield _finding(fault)
    if mail.unread:
        why = text("Nothing was exported from {servers}, which hybrid mail needs.", servers=mail.unread)
        yield Unknown(ID, why, "hybrid")
    elif not faults:
        yield Passed(ID, "hybrid")


def _faults(evidence: AssignmentEvidence, organisation: ExchangeOrganisation, mail: HybridMail) -> Iterator[Fault]:
    told = _told(organisation, mail)
    for send in mail.sending:
        if not send.tls_certificate_name:
            yield Fault(
                f"unnamed:{send.name}",
                Severity.ERROR,
                text("the Send connector {connector} names no certificate. {cure}", connector=send.name, cure=_cure()),
            )
        if send.cloud_services_mail is False:
            yield Fault(
                f"not-cloud:{send.name}",
                Severity.WARNING,
                text(
                    "CloudServicesMailEnabled of {connector} is off, so the headers that make mail internal are left "
                    "out: Set-SendConnector '{connector}' -CloudServicesMailEnabled $true",
                    connector=within_quotes(send.name),
                ),
            )
    for receive in mail.receiving:
        if not receive.tls_certificate_name:
            yield Fault(
                f"unnamed:{receive.identity}",
                Severity.WARNING,
                text(
                    "the Receive connector {connector} names no certificate, and shows whichever its Fqdn leads to. "
                    "{cure}",
                    connector=receive.identity,
                    cure=_cure(),
                ),
            )
    if len({key for _, key in told.values()}) > 1:
        each = tuple(text("{who}: {name}", who=who, name=name) for who, (name, _) in told.items())
        yield Fault(
            "differ",
            Severity.WARNING,
            text("they do not name the same certificate ({each}). {cure}", each=each, cure=_cure()),
        )
    exported = [one for one in mail.servers if one.certificates]
    for name, _ in dict.fromkeys(told.values()):
        lacking = tuple(one.name for one in exported if not named_by(one, name))
        if lacking and len(lacking) < len(exported):
            yield Fault(
                f"not-on-all:{name}",
                Severity.ERROR,
                text(
                    "{servers} do not have the certificate {name}, and send or receive too: import it there with its "
                    "key, and assign SMTP to it",
                    servers=lacking,
                    name=name,
                ),
            )
    renewed = next((one for _, one in successors(organisation, mail, evidence.now)), None)
    if renewed is not None:
        yield Fault(
            f"renewed:{renewed.thumbprint}",
            Severity.WARNING,
            text(
                "its successor {certificate} is there, and no connector names it: before the old one ends, {cure}",
                certificate=called(renewed),
                cure=_cure(renewed),
            ),
        )


def _told(organisation: ExchangeOrganisation, mail: HybridMail) -> dict[str, tuple[str, tuple[str, str]]]:
    """Who names which certificate, as it is written and as it is compared."""
    each = [(one.name, one.tls_certificate_name) for one in mail.sending]
    each += [(one.identity, one.tls_certificate_name) for one in mail.receiving]
    if organisation.hybrid is not None:
        each.append(("Get-HybridConfiguration", organisation.hybrid.tls_certificate_name))
    return {who: (name, read.key) for who, name in each if (read := read_tls_certificate_name(name)) is not None}


def _cure(certificate: ExchangeCertificate | None = None) -> Text:
    return text(
        "Name the same on all: $c = Get-ExchangeCertificate -Thumbprint {print}; $n = '<I>' + $c.Issuer + '<S>' + "
        "$c.Subject; Set-SendConnector <name> -TlsCertificateName $n; Set-ReceiveConnector '<server>\\Default Frontend "
        "<server>' -TlsCertificateName $n; or run the Hybrid Configuration Wizard again, which does all of it",
        print=certificate.thumbprint if certificate is not None else "<thumbprint>",
    )


_TITLES = {
    "renewed": text("The renewed certificate of hybrid mail is named by no connector"),
    "unnamed": text("A connector of hybrid mail names no certificate"),
    "not-cloud": text("A connector of hybrid mail leaves out what makes it internal"),
}


def _finding(fault: Fault) -> Finding:
    code, _, about = fault.code.partition(":")
    return found(
        ID,
        fault.severity,
        _TITLES.get(code, text("The connectors of hybrid mail do not agree on one certificate")),
        Explanation(
            text("Of the connectors to and from Exchange Online: {why}.", why=fault.why),
            text(
                "Mail between the mailboxes here and those in the cloud stops, or arrives as if a stranger had sent "
                "it. The settings of a few connectors mend it."
            ),
            NOTHING_TO_DO,
        ),
        subject=f"hybrid#{fault.code}",
        facts=(("problem", code), ("about", about)),
    )

"""The certificate that hybrid mail shows is not one that Exchange Online and partners go on taking.

ExchangeHybrid, `certificate-requirements.md`: of a public CA, on every server that sends or receives; Exchange
Team Blog, "TLS Certificates in Exchange Hybrid" (June 2025): SMTP assigned, status Valid; message center MC1226222
(February 2026): an inbound connector of type OnPremises is found by the domain in the certificate, which must be an
accepted domain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.hybrid import HybridMail, names_told, over_hybrid_mail, successors
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called, from_a_ca, holds, names_of
from mailtrust.core.validation.purposes import ANY_USAGE, CLIENT_AUTH, SERVER_OR_ANY

ID = "hybrid-certificate-unfit"


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each certificate that a connector of hybrid mail names."""
    return over_hybrid_mail(evidence, ID, _look)


def _look(evidence: AssignmentEvidence, organisation: ExchangeOrganisation, mail: HybridMail) -> Iterator[RuleResult]:
    shown = _shown(organisation, mail)
    if not shown:
        yield Unknown(ID, text("No connector of hybrid mail names a certificate that was exported."))
    coming: dict[str, _Presented] = {}
    for server, one in successors(organisation, mail, evidence.now):
        known = coming.get(one.thumbprint, _Presented(one, (), coming=True))
        coming[one.thumbprint] = replace(known, servers=(*known.servers, server))
    for presented in (*shown, *coming.values()):
        faults = [*_faults(organisation, presented), *_names_missed(mail, presented)]
        for fault in faults:
            yield _finding(presented, fault)
        if not faults:
            yield _whether_known(evidence, presented.certificate)


@frozen
class _Presented:
    """A certificate that hybrid mail shows, or will show."""

    certificate: ExchangeCertificate
    servers: tuple[ExchangeServer, ...]
    """Those that have it."""
    coming: bool = False
    """It lies there to take the place of the one that is named."""


def _shown(organisation: ExchangeOrganisation, mail: HybridMail) -> tuple[_Presented, ...]:
    """The certificates that the connectors name."""
    told = names_told(organisation, mail)
    met: dict[str, _Presented] = {}
    for server in mail.servers:
        for one in server.certificates:
            if any(names(name, one) for name in told):
                known = met.get(one.thumbprint, _Presented(one, ()))
                met[one.thumbprint] = replace(known, servers=(*known.servers, server))
    return tuple(met.values())


def _names_missed(mail: HybridMail, presented: _Presented) -> Iterator[Fault]:
    """Partners who compare names compare with what a connector calls itself: its Fqdn."""
    one = presented.certificate
    connectors = [(each.name, each.fqdn, each.tls_certificate_name) for each in mail.sending]
    connectors += [(each.identity, each.fqdn, each.tls_certificate_name) for each in mail.receiving]
    missed = {
        who: fqdn
        for who, fqdn, named in connectors
        if fqdn and (presented.coming or names(named, one)) and not holds(one, fqdn)
    }
    if missed:
        yield Fault(
            "not-the-fqdn",
            Severity.INFO,
            text(
                "it does not hold the names by which connectors call themselves ({each}). Exchange Online does not "
                "mind, as far as is documented; partners that compare names (DomainValidation, DANE) may",
                each=tuple(f"{who}: {fqdn}" for who, fqdn in missed.items()),
            ),
        )


def _faults(organisation: ExchangeOrganisation, presented: _Presented) -> Iterator[Fault]:
    one = presented.certificate
    if not from_a_ca(one) or one.root_ca_type in ("Enterprise", "Registry", "GroupPolicy", "None"):
        yield Fault(
            "not-public",
            Severity.ERROR,
            text(
                "it is not of a public CA (RootCAType {kind}), and Exchange Online knows no other: get one of a public "
                "CA whose root is in Microsoft's list",
                kind=one.root_ca_type or "self-signed",
            ),
        )
    if one.status not in ("", "Valid"):
        yield Fault(
            "status",
            Severity.ERROR,
            text(
                "its status is {status}, and hybrid mail wants Valid; for RevocationCheckFailure let the server reach "
                "the revocation lists that it names (netsh winhttp show proxy)",
                status=one.status,
            ),
        )
    if one.services is not None and "SMTP" not in one.services:
        yield Fault(
            "no-smtp",
            Severity.ERROR,
            text(
                "SMTP is not assigned to it: Enable-ExchangeCertificate -Thumbprint {print} -Services SMTP, and No to "
                "the question about the default SMTP certificate",
                print=one.thumbprint,
            ),
        )
    purposes = one.certificate.extended_key_usage if one.certificate is not None else None
    if purposes is not None and SERVER_OR_ANY.isdisjoint(purposes):
        yield Fault(
            "no-server-auth",
            Severity.ERROR,
            text("it lacks the purpose serverAuth, so nobody takes it for a server's: have it issued anew"),
        )
    domains = organisation.accepted_domains
    if domains and not any(_within(name, domain) for name in names_of(one) for domain in domains):
        yield Fault(
            "not-accepted-domain",
            Severity.ERROR,
            text(
                "none of its names ({names}) lies in an accepted domain ({domains}): Exchange Online finds the "
                "organisation by the domain in the certificate, and takes the mail for a stranger's, unless the "
                "tenant alone has accepted that domain. Have it issued with such a name, as mail.{domain}",
                names=names_of(one)[:8],
                domains=domains[:8],
                domain=domains[0],
            ),
        )
    if purposes is not None and not {CLIENT_AUTH, ANY_USAGE} & set(purposes):
        yield Fault(
            "no-client-auth",
            Severity.INFO,
            text(
                "it lacks the purpose clientAuth, which public CAs cease to issue (Chrome's root programme), and it "
                "is shown as a client's when mail is sent. Whether Exchange Online minds is not documented "
                "(unconfirmed); partners that verify client certificates may. If mail to them stops, the protocol log "
                "of the Send connector tells why"
            ),
        )


def _within(name: str, domain: str) -> bool:
    bare, wanted = name.lower().removeprefix("*.").rstrip("."), domain.lower().removeprefix("*.").rstrip(".")
    return bare == wanted or bare.endswith(f".{wanted}")


def _whether_known(evidence: AssignmentEvidence, one: ExchangeCertificate) -> RuleResult:
    """What to say where nothing speaks against it."""
    if one.root_ca_type != "ThirdParty":
        store = evidence.stores.get("microsoft")
        if store is None or one.certificate is None or not store.named(one.certificate.issuer):
            why = text(
                "The export does not say by RootCAType whether {certificate} is of a public CA.",
                certificate=called(one),
            )
            return Unknown(ID, why, one.thumbprint)
    if one.status == "" or one.services is None:
        why = text("The export does not say status and services of {certificate}.", certificate=called(one))
        return Unknown(ID, why, one.thumbprint)
    return Passed(ID, one.thumbprint)


def _finding(presented: _Presented, fault: Fault) -> Finding:
    one = presented.certificate
    where = tuple(server.name for server in presented.servers)
    info = fault.severity is Severity.INFO
    # What is not shown yet can be put right in peace.
    severity = Severity.WARNING if presented.coming and not info else fault.severity
    if info:
        title = text(
            "The certificate of hybrid mail may not suit every partner: {certificate}", certificate=called(one)
        )
    elif presented.coming:
        title = text(
            "Exchange Online would not take the renewed certificate of hybrid mail: {certificate}",
            certificate=called(one),
        )
    else:
        title = text(
            "Exchange Online will not take the certificate of hybrid mail: {certificate}", certificate=called(one)
        )
    shown = text("lies on {servers} to take the place of the one that is shown", servers=where)
    if not presented.coming:
        shown = text("is shown by connectors of {servers} to Exchange Online and to partners", servers=where)
    return found(
        ID,
        severity,
        title,
        Explanation(
            text("{certificate} {shown}, and {why}.", certificate=called(one), shown=shown, why=fault.why),
            text("Certificates of this kind are changing everywhere. Nothing is known to be broken.")
            if info
            else text(
                "Mail between the mailboxes here and those in the cloud does not flow, or arrives as if a stranger had "
                "sent it. The certificate must be put right."
            ),
            NOTHING_TO_DO,
        ),
        subject=f"{one.thumbprint}#{fault.code}",
        certificates=(one,),
        facts=(("problem", fault.code), ("servers", where), ("coming", presented.coming)),
    )

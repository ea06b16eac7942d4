"""The certificate that hybrid mail shows is not one that Exchange Online and partners go on taking.

ExchangeHybrid, `certificate-requirements.md`: of a public CA, on every server that sends or receives; Exchange
Team Blog, "TLS Certificates in Exchange Hybrid" (June 2025): SMTP assigned, status Valid; message center MC1226222
(February 2026): an inbound connector of type OnPremises is found by the domain in the certificate, which must be an
accepted domain.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import text
from mailtrust.core.rules.assigning.grounds.hybrid import HybridMail, hybrid_mail
from mailtrust.core.rules.assigning.grounds.servers import NO_EXCHANGE
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.selection import called, common_name, from_a_ca

ID = "hybrid-certificate-unfit"
SERVER_AUTH, CLIENT_AUTH, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"
NO_HYBRID = text("There is no hybrid mail here, as far as was exported.")


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each certificate that a connector of hybrid mail names."""
    organisation = evidence.organisation
    if organisation is None:
        yield NotApplicable(ID, NO_EXCHANGE)
        return
    mail = hybrid_mail(organisation)
    if mail is None:
        yield NotApplicable(ID, NO_HYBRID)
        return
    shown = _shown(organisation, mail)
    if not shown:
        yield Unknown(ID, text("No connector of hybrid mail names a certificate that was exported."))
    for print_, (certificate, servers) in shown.items():
        faults = list(_faults(organisation, certificate))
        for fault in faults:
            yield _finding(certificate, servers, fault)
        if not faults:
            yield _whether_known(evidence, certificate, print_)


def _shown(
    organisation: ExchangeOrganisation, mail: HybridMail
) -> dict[str, tuple[ExchangeCertificate, tuple[ExchangeServer, ...]]]:
    """The certificates that the connectors name, and the servers that have them."""
    told = [one.tls_certificate_name for one in mail.sending]
    told += [one.tls_certificate_name for one in mail.receiving]
    if organisation.hybrid is not None:
        told.append(organisation.hybrid.tls_certificate_name)
    met: dict[str, list[ExchangeServer]] = {}
    known: dict[str, ExchangeCertificate] = {}
    for server in mail.servers:
        for one in server.certificates:
            if any(names(name, one) for name in told if name):
                met.setdefault(one.thumbprint, []).append(server)
                known[one.thumbprint] = one
    return {print_: (known[print_], tuple(servers)) for print_, servers in met.items()}


def _faults(organisation: ExchangeOrganisation, one: ExchangeCertificate) -> Iterator[Fault]:
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
    if purposes is not None and not {SERVER_AUTH, ANY} & set(purposes):
        yield Fault(
            "no-server-auth",
            Severity.ERROR,
            text("it lacks the purpose serverAuth, so nobody takes it for a server's: have it issued anew"),
        )
    domains = organisation.accepted_domains
    if domains and not any(_within(name, domain) for name in _names(one) for domain in domains):
        yield Fault(
            "not-accepted-domain",
            Severity.ERROR,
            text(
                "none of its names ({names}) lies in an accepted domain ({domains}): Exchange Online finds the "
                "organisation by the domain in the certificate, and takes the mail for a stranger's. Have it issued "
                "with such a name, as mail.{domain}",
                names=_names(one)[:8],
                domains=domains[:8],
                domain=domains[0],
            ),
        )
    if purposes is not None and not {CLIENT_AUTH, ANY} & set(purposes):
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


def _names(one: ExchangeCertificate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (*one.domains, common_name(one)) if name))


def _within(name: str, domain: str) -> bool:
    bare, wanted = name.lower().removeprefix("*.").rstrip("."), domain.lower().removeprefix("*.").rstrip(".")
    return bare == wanted or bare.endswith(f".{wanted}")


def _whether_known(evidence: AssignmentEvidence, one: ExchangeCertificate, print_: str) -> RuleResult:
    """What to say where nothing speaks against it."""
    if one.root_ca_type != "ThirdParty":
        store = evidence.stores.get("microsoft")
        if store is None or one.certificate is None or not store.named(one.certificate.issuer):
            why = text(
                "The export does not say by RootCAType whether {certificate} is of a public CA.",
                certificate=called(one),
            )
            return Unknown(ID, why, print_)
    if one.status == "" or one.services is None:
        why = text("The export does not say status and services of {certificate}.", certificate=called(one))
        return Unknown(ID, why, print_)
    return Passed(ID, print_)


def _finding(one: ExchangeCertificate, servers: tuple[ExchangeServer, ...], fault: Fault) -> Finding:
    where = tuple(server.name for server in servers)
    info = fault.severity is Severity.INFO
    return found(
        ID,
        fault.severity,
        text("The certificate of hybrid mail may not suit every partner: {certificate}", certificate=called(one))
        if info
        else text(
            "Exchange Online will not take the certificate of hybrid mail: {certificate}", certificate=called(one)
        ),
        Explanation(
            text(
                "Connectors of {servers} show {certificate} to Exchange Online and to partners, and {why}.",
                servers=where,
                certificate=called(one),
                why=fault.why,
            ),
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
        facts=(("problem", fault.code), ("servers", where)),
    )

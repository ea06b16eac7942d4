"""A certificate is assigned to a service and cannot serve: ended, revoked, not trusted, without its key, or soon so.

The words are those of Get-ExchangeCertificate's Status ("Assign certificates to Exchange Server services": the status
must be Valid). What weighs how much follows CSS-Exchange's HealthChecker: Revoked, DateInvalid and Invalid are red,
Unknown, Untrusted, RevocationCheckFailure and PendingRequest yellow.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.lasting import has_ended, soon
from mailtrust.core.rules.assigning.grounds.removing import how_to_remove
from mailtrust.core.rules.assigning.grounds.replacing import assigned_by, enable_command, replacement, superseded, uses
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers, services_not_said
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING, NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called, import_command
from mailtrust.core.services.exchange.versions import at_server

ID = "service-certificate-not-valid"
_OF_ITS_CHAIN = text("it, or a certificate of its chain, has ended")
_BY_STATUS = {
    # Windows judges the whole chain: a root that has ended is enough.
    "DateInvalid": Fault("chain-ended", Severity.ERROR, _OF_ITS_CHAIN),
    "Invalid": Fault("invalid", Severity.ERROR, text("Windows finds it invalid")),
    "Untrusted": Fault("untrusted", Severity.WARNING, text("this server does not trust its issuer")),
    "RevocationCheckFailure": Fault(
        "revocation-unknown", Severity.WARNING, text("this server cannot find out whether it was revoked")
    ),
    "Unknown": Fault("unknown", Severity.WARNING, text("Exchange could not judge it")),
}


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at every certificate of every server that is assigned to something."""
    nothing = text("No certificate of a server was exported.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if not server.certificates:
        yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate")
        return
    # The certificates of OAuth and of the transport among servers have rules of their own.
    auth = organisation.auth
    apart = {auth.current, auth.next, auth.previous} if auth is not None else set()
    findings = []
    unjudged = []
    for certificate in server.certificates:
        if certificate.thumbprint in apart:
            continue
        used = uses(organisation, server, certificate)
        if server.internal_transport == certificate.thumbprint and used <= {"SMTP"}:
            continue
        problem = _problem(evidence, certificate) if used else None
        if problem is not None:
            findings.append(_finding(evidence, organisation, server, certificate, problem))
        elif used and not certificate.status:
            unjudged.append(certificate)
    yield from findings
    silent = [one for one in server.certificates if one.services is None or one.not_after is None]
    if silent:
        yield services_not_said(ID, server)
    elif unjudged:
        why = text(
            "The export does not say the Status of {certificates} on {server}: whether it is trusted, or was revoked, "
            "only that tells.",
            certificates=tuple(map(called, unjudged)),
            server=server.name,
        )
        yield Unknown(ID, why, server.name)
    elif not findings:
        yield Passed(ID, server.name)


def _problem(evidence: AssignmentEvidence, certificate: ExchangeCertificate) -> Fault | None:
    end, begin = certificate.not_after, certificate.not_before
    if certificate.status == "PendingRequest":
        return Fault("pending", Severity.ERROR, text("it is only a request yet: the CA's answer was not imported"))
    if certificate.status == "Revoked":
        return Fault("revoked", Severity.CRITICAL, text("its CA has revoked it"))
    if has_ended(evidence, certificate):
        over = text("it ended on {day}", day=end.date()) if end is not None else _OF_ITS_CHAIN
        return Fault("expired", Severity.CRITICAL, over)
    if begin is not None and begin > evidence.now:
        return Fault("not-yet-valid", Severity.ERROR, text("it is not valid before {begin}", begin=begin))
    if certificate.has_private_key is False:
        return Fault("no-key", Severity.ERROR, text("its private key is not on this server"))
    if certificate.status in _BY_STATUS:
        return _BY_STATUS[certificate.status]
    weight = soon(evidence, certificate)
    if weight is not None and end is not None:
        return Fault("expiring", weight, text("it ends on {day}", day=end.date()))
    return None


def _finding(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    certificate: ExchangeCertificate,
    problem: Fault,
) -> Finding:
    services = tuple(sorted(uses(organisation, server, certificate)))
    after = superseded(evidence, organisation, server, certificate)
    late = problem.code == "expiring"
    title = text("The certificate for {services} on {server}: {why}",
                 services=services, server=server.name, why=problem.why)  # fmt: skip
    return found(
        ID,
        Severity.INFO if after else problem.severity,
        title,
        Explanation(
            text(
                "{certificate} is assigned to {services} on {server}, and {why}. {cure}",
                certificate=called(certificate),
                services=services,
                server=server.name,
                why=problem.why,
                cure=_superseded_cure(evidence, organisation, server, certificate, after)
                if after
                else _cure(evidence, organisation, server, certificate, problem),
            ),
            _for_the_manager(problem, superseded=bool(after)),
            NOTHING_TO_DO
            if after or late
            else text("Your mail program may warn about the server's certificate. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=f"{server.name}/{certificate.thumbprint}",
        server=server.name,
        certificates=(certificate,),
        facts=(
            ("services", services),
            ("problem", problem.code),
            ("status", certificate.status),
            ("not_after", certificate.not_after),
            ("superseded", bool(after)),
        ),
    )


def _superseded_cure(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    certificate: ExchangeCertificate,
    after: ExchangeCertificate,
) -> Text:
    return text(
        "{after} is newer, carries the same names and serves the same, so clients are shown that one. An assignment "
        "cannot be taken away, only the certificate: {how}",
        after=called(after),
        how=how_to_remove(evidence, organisation, server, certificate),
    )


def _cure(
    evidence: AssignmentEvidence,
    organisation: ExchangeOrganisation,
    server: ExchangeServer,
    certificate: ExchangeCertificate,
    problem: Fault,
) -> Text:
    services = uses(organisation, server, certificate)
    other = replacement(evidence, server, certificate)
    steps = assigned_by(evidence, organisation, server, other, services) if other is not None else None
    if other is not None and steps is not None:
        return text(
            "{other} is valid, has its key and carries the same names. {steps}", other=called(other), steps=steps
        )
    if problem.code == "pending":
        return text(
            "Import the CA's answer on this server: {command}.",
            command=import_command(server, "<file>", password=False),
        )
    if problem.code == "no-key":
        return text(
            "Import it with its key, from a PFX: {command}.",
            command=import_command(server, "<file.pfx>", password=True),
        )
    if problem.code == "chain-ended":
        return text(
            "Its own dates are right. certutil -verify on {server} names the certificate of its chain that has ended: "
            "take that one out of the computer's stores, and put the one that lasts into LocalMachine\\CA "
            "(`mailtrust bundle` finds it).",
            server=server.name,
        )
    if problem.code in ("untrusted", "revocation-unknown"):
        return text(
            "Bring the CA's root and intermediates into the computer's own stores on {server}, let the server reach "
            "the addresses of revocation lists that the certificate names (through its proxy: netsh winhttp show "
            "proxy), and look again: Get-ExchangeCertificate{at} -Thumbprint {print} | Format-List Status.",
            server=server.name,
            at=at_server(server),
            print=certificate.thumbprint,
        )
    return text(
        "Get its successor with the same names, import it with its key, and assign it: {command}. Services are added, "
        "never taken away: the new one takes over.",
        command=enable_command(server, "<new>", services),
    )


def _for_the_manager(problem: Fault, *, superseded: bool) -> Text:
    if superseded:
        return text("A certificate that is used no more still lies on the mail server. It hurts nobody.")
    if problem.code == "expiring":
        return text(
            "A certificate of the mail server must be renewed soon; after its last day mail programs warn or stay "
            "away, and other servers may refuse the mail."
        )
    return text(
        "A service of the mail server has a certificate that cannot serve. Mail programs warn or stay away, and other "
        "servers may refuse the mail. It must be replaced."
    )

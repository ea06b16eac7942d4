"""A service runs, or a connector is to offer TLS, and the server has no certificate that it could present.

The search is Exchange's own, replayed: `core.services.exchange.selecting`, where its sources stand. A connector that
names a certificate which is not there is `connector-name-stale`'s, the back end `exchange-backend-binding`'s.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import within_quotes
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.rules.assigning.grounds.replacing import enable_command
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers, refusal
from mailtrust.core.rules.assigning.grounds.telling import found
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.services.exchange.client_access import settings_cmdlet
from mailtrust.core.services.exchange.selecting.select import select_on
from mailtrust.core.services.exchange.selecting.selection import (
    Chosen,
    NoneEligible,
    NotOffered,
    Selection,
    SelectionKind,
    SelectionUnknown,
)
from mailtrust.core.services.exchange.serving import FRONT_SITE as FRONT
from mailtrust.core.services.exchange.versions import has_back_end, is_before_2013, release

ID = "service-absent"
RECEIVE = "Get-ReceiveConnector"
_SERVICES: dict[SelectionKind, str] = {
    "receive": "SMTP",
    "imap": "IMAP",
    "pop": "POP",
    "iis": "IIS",
    "um": "UM",
    "um-call-router": "UMCallRouter",
}


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at every place of every server where TLS is to be offered."""
    nothing = text("No service here is to offer TLS, as far as was exported.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if not server.certificates:
        yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate")
        return
    named = {one.identity for one in server.receive_connectors if one.tls_certificate_name}
    answers: dict[str, RuleResult] = {}
    for one in select_on(server, organisation, evidence.now):
        asked = one.kind in _SERVICES and (one.kind != "iis" or one.name.startswith(f"{FRONT}:"))
        answer = _answer(server, one) if asked and one.name not in named else None
        # Sites are bound to all addresses and to 127.0.0.1: one that lacks a certificate is enough.
        if answer is not None and (_place(one) not in answers or isinstance(answer, Finding)):
            answers[_place(one)] = answer
    yield from answers.values()
    # Until 2010 only the roles Hub Transport and Edge Transport had connectors; since then each server has some.
    elsewhere = is_before_2013(server) or refusal(organisation, server.name, RECEIVE) is not None
    if not server.receive_connectors and not elsewhere:
        yield not_exported(ID, organisation, server.name, RECEIVE, f"{server.name}/SMTP")
    bound = server.bindings is None or any(one.site == FRONT for one in server.bindings)
    # In 2013 a server may have the role Mailbox alone, and no front.
    if not bound and has_back_end(server) and (release(server.version) != "2013" or server.directories):
        yield _unbound(server)


def _answer(server: ExchangeServer, one: Selection) -> RuleResult | None:
    """None: there is no TLS there."""
    subject = f"{server.name}/{_place(one)}"
    match one.outcome:
        case NoneEligible(follows=follows):
            return _finding(server, one, follows, subject)
        case Chosen():
            return Passed(ID, subject)
        case SelectionUnknown(reason=reason, candidates=candidates):
            # Which of several it is nobody may know; that there is one is enough here.
            return Passed(ID, subject) if candidates else Unknown(ID, reason, subject)
        case NotOffered():
            return None


def _place(one: Selection) -> str:
    return one.name.partition("\\")[2] or one.name


def _finding(server: ExchangeServer, one: Selection, follows: Text, subject: str) -> Finding:
    service = _SERVICES[one.kind]
    return found(
        ID,
        _severity(server, one),
        text("{place} on {server} has no certificate to present", place=_place(one), server=server.name),
        Explanation(
            text(
                "{follows} How Exchange searches: {why} Assign it one that fits: {command}; {name}",
                follows=follows,
                why=in_a_row(tuple(step.say for step in one.why)),
                command=enable_command(server, "<thumbprint>", (service,)),
                name=_which(one),
            ),
            text(
                "{service} on the mail server cannot be used over an encrypted connection. It must be given a "
                "certificate; the server needs no other change.",
                service=service,
            ),
            text("Your mail program cannot connect, or only without encryption. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=subject,
        server=server.name,
        facts=(("service", service), ("place", _place(one)), ("events", tuple(map(str, one.events)))),
    )


def _severity(server: ExchangeServer, one: Selection) -> Severity:
    # IMAP and POP are disabled until somebody starts them, and not every export says whether they run.
    if one.kind in ("imap", "pop") and not any(
        settings.service == one.name and settings.running for settings in server.client_access
    ):
        return Severity.WARNING
    # Behind the front end only own servers come, and they have X-ANONYMOUSTLS.
    inner = any(each.identity == one.name and each.role == "HubTransport" for each in server.receive_connectors)
    return Severity.WARNING if inner or one.kind in ("um", "um-call-router") else Severity.ERROR


def _which(one: Selection) -> Text:
    if one.kind == "receive":
        return text(
            "its names must hold the connector's Fqdn (Set-ReceiveConnector '{connector}' -Fqdn changes that), and it "
            "must have its private key.",
            connector=within_quotes(one.name),
        )
    if one.kind in ("imap", "pop"):
        return text(
            "its names must hold X509CertificateName ({cmdlet} -X509CertificateName changes that); a wildcard that "
            "holds it need not be assigned, and must not.",
            cmdlet=settings_cmdlet("Set", "IMAP" if one.kind == "imap" else "POP"),
        )
    return text("it must have its private key and be valid.")


def _unbound(server: ExchangeServer) -> Finding:
    return found(
        ID,
        Severity.ERROR,
        text("{site} on {server} has no https binding", site=FRONT, server=server.name),
        Explanation(
            text(
                "Outlook, phones and browsers reach Exchange by {site} on port 443, and no https binding of it was "
                "exported. Make one in IIS Manager (all addresses, port 443), and assign the certificate: {command}.",
                site=FRONT,
                command=enable_command(server, "<thumbprint>", ("IIS",)),
            ),
            text("Nobody can reach his mailbox by Outlook, phone or browser on this server. It must be mended today."),
            text("Outlook, your phone and the browser find no server."),
        ),
        subject=f"{server.name}/{FRONT}:443",
        server=server.name,
        facts=(("service", "IIS"), ("place", FRONT)),
    )

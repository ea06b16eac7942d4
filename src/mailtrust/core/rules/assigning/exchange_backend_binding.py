"""The back end of Exchange, port 444, has no certificate, or the wrong one: blank pages after the login.

Support article "Blank page in EAC or OWA after login" (Exchange security update issues): the https binding of
`Exchange Back End` is installed wrongly, has no certificate or wrong data; choose `Microsoft Exchange`, restart IIS.
"""

from collections.abc import Iterable, Iterator

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.internal import own_of
from mailtrust.core.rules.assigning.grounds.lasting import has_ended, soon
from mailtrust.core.rules.assigning.grounds.servers import not_exported, over_servers
from mailtrust.core.rules.assigning.grounds.telling import Fault, found_in_one
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import called, from_a_ca
from mailtrust.core.services.exchange.serving import BACK_SITE as BACK
from mailtrust.core.services.exchange.versions import has_back_end, release

ID = "exchange-backend-binding"
PORT = 444


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at each server that has a back end: since 2013, and no Edge server."""
    nothing = text("No server here has a back end: it came with Exchange 2013, and Edge servers have none.")
    return over_servers(evidence, ID, _look, nothing)


def _look(
    evidence: AssignmentEvidence, organisation: ExchangeOrganisation, server: ExchangeServer
) -> Iterator[RuleResult]:
    if not has_back_end(server):
        return
    if server.bindings is None:
        yield not_exported(ID, organisation, server.name, "Get-WebBinding")
        return
    bound = next((one for one in server.bindings if one.site == BACK and one.port == PORT), None)
    if bound is None and release(server.version) == "2013":
        why = text(
            "{server} has no site {site}. That is as it should be where an Exchange 2013 has the role Client Access "
            "alone.",
            server=server.name,
            site=BACK,
        )
        yield Unknown(ID, why, server.name)
        return
    if bound is None or not bound.thumbprint:
        yield _finding(evidence, server, None, Fault("unbound", Severity.ERROR, text("nothing is bound to it")))
        return
    certificate = server.certificate(bound.thumbprint)
    if certificate is None and not server.certificates:
        yield not_exported(ID, organisation, server.name, "Get-ExchangeCertificate")
    elif certificate is None and bound.elsewhere:
        why = text(
            "What is bound there, {print}, lies in the computer's store {store}, which Get-ExchangeCertificate does "
            "not list.",
            print=bound.thumbprint,
            store=bound.store,
        )
        yield Unknown(ID, why, server.name)
    elif certificate is None:
        why = text("its certificate {print} is not in the store", print=bound.thumbprint)
        yield _finding(evidence, server, None, Fault("missing", Severity.ERROR, why))
    elif has_ended(evidence, certificate):
        why = text("{certificate} has ended", certificate=called(certificate))
        yield _finding(evidence, server, certificate, Fault("expired", Severity.WARNING, why))
    elif from_a_ca(certificate):
        why = text("{certificate} is a CA's", certificate=called(certificate))
        yield _finding(evidence, server, certificate, Fault("foreign", Severity.WARNING, why))
    elif soon(evidence, certificate) is not None:
        why = text("{certificate} ends soon", certificate=called(certificate))
        yield _finding(evidence, server, certificate, Fault("expiring", Severity.WARNING, why))
    else:
        yield Passed(ID, server.name)


def _finding(
    evidence: AssignmentEvidence, server: ExchangeServer, certificate: ExchangeCertificate | None, fault: Fault
) -> Finding:
    broken = fault.severity is Severity.ERROR
    return found_in_one(
        ID,
        fault,
        text("The back end of {server}, port 444: {why}", server=server.name, why=fault.why),
        Explanation(
            text(
                "The site {site} must present the server's self-signed certificate “Microsoft Exchange” on port 444, "
                "and {why}. {follows} {cure} Then Restart-Service WAS, W3SVC. netsh http show sslcert shows what "
                "Windows really has on 0.0.0.0:444.",
                site=BACK,
                why=fault.why,
                follows=text(
                    "Outlook on the web and the admin center show a blank page after the login, the Exchange "
                    "Management Shell does not connect, and the System log may have HttpEvent 15021."
                )
                if broken
                else text(
                    "A CA's certificate there must be renewed like the one in front, and when it is deleted, Outlook "
                    "on the web and the Exchange Management Shell fail."
                )
                if fault.code == "foreign"
                else text("The front end talks to it all the same, as far as is known."),
                cure=_cure(evidence, server),
            ),
            text("The mailbox pages in the browser, and the administrators' own tools, do not work on this server.")
            if broken
            else text("An inner setting of the mail server deviates. It can fail at the next change of certificates."),
            text("Outlook on the web shows an empty page.") if broken else NOTHING_TO_DO,
        ),
        server=server,
        certificate=certificate,
    )


def _cure(evidence: AssignmentEvidence, server: ExchangeServer) -> Text:
    own = next(own_of(evidence, server), None)
    if own is not None:
        return text(
            "Bind it: Import-Module WebAdministration; (Get-WebBinding -Name '{site}' -Port 444 -Protocol https)"
            ".AddSslCertificate('{print}', 'My') binds {own}.",
            site=BACK,
            print=own.thumbprint,
            own=called(own),
        )
    # Without -Services it would be given IMAP and POP too (New-ExchangeCertificate.md, example 1).
    return text(
        "There is none left: make one by New-ExchangeCertificate -Server {server} -DomainName {fqdn},{server} "
        "-Services SMTP -PrivateKeyExportable $true (answer No to the question about the default SMTP certificate), "
        "and bind it in IIS Manager: {site}, Bindings, https 444.",
        server=argument(server.name),
        fqdn=argument(server.fqdn or server.name),
        site=BACK,
    )

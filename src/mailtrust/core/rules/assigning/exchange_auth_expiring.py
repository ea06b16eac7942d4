"""The certificate of OAuth (`Microsoft Exchange Server Auth Certificate`) ends, has ended, or is missing somewhere.

Microsoft, "Maintain (rotate) the Exchange Server Auth Certificate"; "Maintain the Exchange Server OAuth certificate";
CSS-Exchange, MonitorExchangeAuthCertificate: renewed 60 days before its end, and where it is missing on a server.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import AuthConfig, ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning.grounds.lasting import soon
from mailtrust.core.rules.assigning.grounds.servers import NO_EXCHANGE, not_exported
from mailtrust.core.rules.assigning.grounds.telling import Fault, found
from mailtrust.core.rules.grounds.voices import NOTHING_TO_DO
from mailtrust.core.services.exchange.certificates import AUTH_SUBJECT, called, export_command
from mailtrust.core.services.exchange.versions import has_back_end

ID = "exchange-auth-expiring"
CURRENT, NEXT = "current", "next"
# The AuthAdmin servicelet looks every 12 hours; a day later it has had its chance.
PUBLISHED_BY_NOW = timedelta(hours=24)


def judge(evidence: AssignmentEvidence) -> Iterable[RuleResult]:
    """Look at the current certificate and its successor, on every server that must have them."""
    organisation = evidence.organisation
    if organisation is None:
        yield NotApplicable(ID, NO_EXCHANGE)
        return
    servers = [one for one in organisation.servers if has_back_end(one)]
    if not servers:
        yield NotApplicable(ID, text("OAuth came with Exchange 2013, and Edge servers have no part in it."))
    elif organisation.auth is None:
        yield _not_said(organisation, servers)
    else:
        yield from _look(evidence, organisation.auth, servers)


def _not_said(organisation: ExchangeOrganisation, servers: list[ExchangeServer]) -> Unknown:
    every = [one for server in servers for one in server.certificates]
    if every and all(one.services is None and one.certificate is not None for one in every):
        # CSS-Exchange, Import-ExchangeCertificateFromRawData: so it is where the shell cannot verify what is signed.
        why = text(
            "The export has the bare certificates alone, without services and status. Where serialized data is signed, "
            "the shell shows no more than that when the auth certificate has ended or is missing: see Get-AuthConfig."
        )
        return Unknown(ID, why, CURRENT)
    return not_exported(ID, organisation, "", "Get-AuthConfig", CURRENT)


def _look(evidence: AssignmentEvidence, auth: AuthConfig, servers: list[ExchangeServer]) -> Iterator[RuleResult]:
    if not auth.current:
        yield _finding(CURRENT, Fault("none", Severity.ERROR, text("none is named")), None, servers)
        return
    read = [one for one in servers if one.certificates]
    if not read:
        yield Unknown(ID, text("No certificate of a server was exported."), CURRENT)
        return
    lacking = tuple(one.name for one in read if one.certificate(auth.current) is None)
    known = next((found for one in read if (found := one.certificate(auth.current)) is not None), None)
    if known is None:
        why = text("{print} is on none of the servers", print=auth.current)
        yield _finding(CURRENT, Fault("missing", Severity.CRITICAL, why), None, servers)
        return
    if lacking:
        why = text("{certificate} is missing on {servers}", certificate=called(known), servers=lacking)
        yield _finding(CURRENT, Fault("missing-on-some", Severity.ERROR, why), known, servers)
    successor = next((found for one in read if (found := one.certificate(auth.next)) is not None), None)
    followed = successor is not None and auth.next_effective is not None
    if ended := _end(evidence, known, auth.next_effective if followed else None):
        yield _finding(CURRENT, ended, known, servers)
    elif known.not_after is None:
        yield Unknown(ID, text("The export does not say when {one} ends.", one=called(known)), CURRENT)
    elif not lacking:
        yield Passed(ID, CURRENT)
    if auth.next:
        yield from _successor(evidence, auth, known.not_after, successor, read)


def _end(evidence: AssignmentEvidence, known: ExchangeCertificate, followed: datetime | None) -> Fault | None:
    """`followed`: from when its successor counts, where there is one."""
    end = known.not_after
    if end is None:
        return None
    if end < evidence.now:
        ended = text("{certificate} ended on {day}", certificate=called(known), day=end.date())
        return Fault("expired", Severity.CRITICAL, ended)
    weight = soon(evidence, known)
    if weight is None or (followed is not None and followed < end):
        return None
    return Fault("expiring", weight, text("{certificate} ends on {day}", certificate=called(known), day=end.date()))


def _successor(
    evidence: AssignmentEvidence,
    auth: AuthConfig,
    end: datetime | None,
    successor: ExchangeCertificate | None,
    read: list[ExchangeServer],
) -> Iterator[RuleResult]:
    lacking = tuple(one.name for one in read if one.certificate(auth.next) is None)
    effective = auth.next_effective
    until = successor.not_after if successor is not None else None
    if lacking:
        why = text("its successor {print} is missing on {servers}", print=auth.next, servers=lacking)
        yield _finding(NEXT, Fault("next-missing", Severity.WARNING, why), successor, read)
    elif effective is None:
        why = text("its successor {print} has no day from which it counts", print=auth.next)
        yield _finding(NEXT, Fault("next-undated", Severity.WARNING, why), successor, read)
    elif end is not None and effective > end:
        why = text("it ends on {day}, and its successor counts only from {effective}", day=end, effective=effective)
        yield _finding(NEXT, Fault("next-late", Severity.ERROR, why), successor, read)
    elif until is not None and until < max(effective, evidence.now):
        why = text("its successor itself ended on {day}", day=until.date())
        yield _finding(NEXT, Fault("next-expired", Severity.ERROR, why), successor, read)
    elif auth.next != auth.current and effective + PUBLISHED_BY_NOW < evidence.now:
        why = text("its successor was due on {effective} and has not been published", effective=effective)
        yield _finding(NEXT, Fault("next-unpublished", Severity.WARNING, why), successor, read)
    else:
        yield Passed(ID, NEXT)


def _finding(
    which: str, fault: Fault, certificate: ExchangeCertificate | None, servers: list[ExchangeServer]
) -> Finding:
    broken = fault.code in ("none", "missing", "expired")
    return found(
        ID,
        fault.severity,
        text("The certificate of Exchange's OAuth: {why}", why=fault.why),
        Explanation(
            text(
                "The auth certificate of Get-AuthConfig: {why}. {follows} {cure} Where the organisation is hybrid, run "
                "the Hybrid Configuration Wizard afterwards, so that Exchange Online learns of it.",
                why=fault.why,
                follows=text(
                    "Outlook on the web and the admin center freeze or redirect for ever (event 1003), the application "
                    "pool of EWS crashes (4999, 5011), free/busy with Exchange Online fails, and the Exchange "
                    "Management Shell may not load."
                )
                if broken
                else text("When it is over, Outlook on the web, EWS and the Exchange Management Shell fail."),
                cure=_cure(fault.code, certificate, servers),
            ),
            text("The mailbox pages in the browser and the calendars between systems fail on all mail servers. Today!")
            if broken
            else text(
                "A certificate that the mail servers use among themselves must be exchanged in time; otherwise the "
                "mailbox pages in the browser and shared calendars stop on one day, for everybody."
            ),
            text("Outlook on the web does not open, or turns in circles.") if broken else NOTHING_TO_DO,
        ),
        subject=which,
        certificates=(certificate,) if certificate is not None else (),
        facts=(
            ("problem", fault.code),
            ("servers", tuple(one.name for one in servers)),
            ("not_after", certificate.not_after if certificate is not None else None),
        ),
    )


_NEW = (
    "$n = New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true"
    f" -SubjectName {quoted(f'cn={AUTH_SUBJECT}')} -FriendlyName {quoted(AUTH_SUBJECT)} -DomainName @()"
)


def _cure(problem: str, certificate: ExchangeCertificate | None, servers: list[ExchangeServer]) -> Text:
    if problem in ("missing-on-some", "next-missing") and certificate is not None:
        owner = next(one for one in servers if one.certificate(certificate.thumbprint) is not None)
        return text(
            "Bring it there: {export}, and on the others Import-ExchangeCertificate -FileData "
            "([System.IO.File]::ReadAllBytes('<file.pfx>')) -Password (Read-Host -AsSecureString) "
            "-PrivateKeyExportable $true. Within one site of Active Directory Exchange does that by itself after a "
            "while.",
            export=export_command(owner, certificate.thumbprint),
        )
    if problem == "next-unpublished":
        return text(
            "Publish it: Set-AuthConfig -PublishCertificate; or restart MSExchangeServiceHost, which looks at once, "
            "and wait for event 2014 of MSExchange AuthAdmin."
        )
    if problem in ("none", "missing", "expired"):
        return text(
            "On one server: {new} (answer No to the question about the default SMTP certificate); Set-AuthConfig "
            "-NewCertificateThumbprint $n.Thumbprint -NewCertificateEffectiveDate (Get-Date) -Force; Set-AuthConfig "
            "-PublishCertificate; Set-AuthConfig -ClearPreviousCertificate; then on {servers}: Restart-Service "
            "MSExchangeServiceHost; Restart-WebAppPool MSExchangeOWAAppPool; Restart-WebAppPool MSExchangeECPAppPool.",
            new=_NEW,
            servers=tuple(one.name for one in servers),
        )
    return text(
        "Name its successor two days ahead at least: {new} (answer No to the question about the default SMTP "
        "certificate); Set-AuthConfig -NewCertificateThumbprint $n.Thumbprint -NewCertificateEffectiveDate "
        "(Get-Date).AddHours(49). It is spread and published by itself.",
        new=_NEW,
    )

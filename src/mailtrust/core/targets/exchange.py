"""Exchange Server 2016, 2019 and Subscription Edition.

All steps are for the Exchange Management Shell: since the cumulative updates of 2022 the EAC can no longer request,
complete, import or export a certificate. What is sent comes from the machine's stores (parts/windows.py); which
certificate serves what, Enable-ExchangeCertificate says.
"""

from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.exchange import ExchangeService
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.rights import ADMINISTRATOR, ORGANIZATION_MANAGEMENT
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import NOTHING_CHANGED, human
from mailtrust.core.services.exchange.versions import windows_services_of
from mailtrust.core.targets.parts.context import TargetContext, safe_host
from mailtrust.core.targets.parts.ordering import host_names
from mailtrust.core.targets.parts.steps import check_again, who_ends_tls
from mailtrust.core.targets.parts.windows import (
    allow_versions_of_today,
    export_pair,
    find_the_key,
    look_for_complaints,
    mend_store,
)
from mailtrust.core.x509.thumbprint import thumbprint

ID = "exchange"
TITLE = "Exchange Server"
GREETINGS: tuple[str, ...] = ("microsoft esmtp mail service", "microsoft exchange")

# Get-ExchangeCertificate, Enable-ExchangeCertificate: letters and words of the services, by port.
_SERVICES: dict[int, ExchangeService] = {
    25: "SMTP",
    465: "SMTP",
    587: "SMTP",
    143: "IMAP",
    993: "IMAP",
    110: "POP",
    995: "POP",
    443: "IIS",
}


def steps(remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """Intermediates into the machine's store; a new certificate by the shell, assigned by the cmdlet's own rules."""
    match remedy.goal:
        case ServeChain():
            return (*mend_store(remedy, context), _restart(context), check_again(context))
        case ReplaceCertificate(spec=spec):
            return (
                who_ends_tls(context),
                _extended_protection(),
                *_order(remedy, spec, context),
                *_assign(context, wildcard=any(name.startswith("*.") for name in spec.dns_names)),
                _restart(context),
                check_again(context),
            )
        case ServeSameCertificate():
            leaf = context.leaf
            return (
                who_ends_tls(context),
                *_carry_over(context),
                *_assign(context, wildcard=leaf is not None and any(name.startswith("*.") for name in leaf.dns_names)),
                _restart(context),
                check_again(context),
            )
        case ConfigureServer(setting=setting):
            mending = _setting(setting)
            return (who_ends_tls(context), *mending, _restart(context), check_again(context)) if mending else ()
        case _:
            return ()


def _services(context: TargetContext) -> tuple[ExchangeService, ...]:
    return tuple(dict.fromkeys(_SERVICES[port] for port in context.ports if port in _SERVICES)) or ("IIS", "SMTP")


def _shell(say: Text, command: str, undo: Text) -> Step:
    return Step(say, Run(command, "exchange"), undo, needs=ORGANIZATION_MANAGEMENT)


def _carry_over(context: TargetContext) -> tuple[Step, ...]:
    if context.leaf is None:
        return ()
    return (
        export_pair(context, context.leaf),
        _shell(
            text("Import it on each Exchange server that lacks it, then delete the file everywhere."),
            f'Import-ExchangeCertificate -FileData ([IO.File]::ReadAllBytes("$PWD\\{context.file}.pfx"))'
            " -Password (Read-Host -AsSecureString) -PrivateKeyExportable $true",
            text("Remove-ExchangeCertificate -Thumbprint {print}", print=thumbprint(context.leaf)),
        ),
    )


def _extended_protection() -> Step:
    # Microsoft, Configure Windows Extended Protection in Exchange Server: SSL bridging needs the same certificate.
    return human(
        text(
            "If a load balancer in front of Exchange decrypts and encrypts again, both must change together: with "
            "Extended Protection on, Outlook asks for the password without end while they differ. Switch it off before "
            "(ExchangeExtendedProtectionManagement.ps1 -DisableExtendedProtection), and on again when both are done."
        ),
        undo=text("Run the same script without that option."),
        needs=ORGANIZATION_MANAGEMENT,
    )


def _order(remedy: Remedy, spec: CertificateSpec, context: TargetContext) -> tuple[Step, ...]:
    names = host_names(spec) or (context.host,)
    request = f"{context.file}.req"
    if remedy.safe and context.leaf is not None:
        say = text(
            "Make a request for the same names from the certificate in service. Its answer must come from the same CA."
        )
        source = f"Get-ExchangeCertificate {thumbprint(context.leaf)} | New-ExchangeCertificate"
    else:
        # Only RSA: New-ExchangeCertificate makes no other keys.
        say = text("Make key and request on the server; the key can be exported for the other servers.")
        source = f"New-ExchangeCertificate -SubjectName 'CN={names[0]}' -DomainName {','.join(names)} -KeySize 2048"
    return (
        _shell(
            say,
            f"$request = {source} -GenerateRequest -PrivateKeyExportable $true;"
            f' [IO.File]::WriteAllText("$PWD\\{request}", $request)',
            text("Remove-ExchangeCertificate with the thumbprint of the request, whose Status is PendingRequest."),
        ),
        human(
            text(
                "Give {request} to the CA, and save its answer (zip, p7b or PEM) as {answer}.",
                request=request,
                answer=f"{context.file}.zip",
            )
        ),
        Step(
            text("Put its answer and the chain into one file, in the order that Exchange wants."),
            Run(f"mailtrust bundle {context.file}.zip --for exchange{context.options} -o {context.file}.p7b"),
            text("Delete {file}.", file=f"{context.file}.p7b"),
        ),
        Step(
            text("See beforehand what every client will say to it."),
            Run(f"mailtrust check {context.target} --with {context.file}.p7b{context.options}"),
            NOTHING_CHANGED,
        ),
        _shell(
            text(
                "Complete the request on the server that made it; the EAC has not been able to since 2022. The "
                "intermediates go into the computer's store with it."
            ),
            f'Import-ExchangeCertificate -FileData ([IO.File]::ReadAllBytes("$PWD\\{context.file}.p7b"))',
            text("Remove-ExchangeCertificate with the new thumbprint."),
        ),
    )


def _assign(context: TargetContext, *, wildcard: bool) -> tuple[Step, ...]:
    services = _services(context)
    # A wildcard cannot be given to IMAP and POP: Set-ImapSettings, Set-PopSettings.
    by_name = tuple(one for one in services if wildcard and one in ("IMAP", "POP"))
    by_thumbprint = tuple(one for one in services if one not in by_name)
    found = _shell(
        text(
            "Find the new certificate, see that its Status is Valid, and note its thumbprint. `mailtrust services "
            "enable` writes all that follows as one script, for several servers too."
        ),
        "Get-ExchangeCertificate | Format-List Subject,CertificateDomains,Services,Status,NotAfter,Thumbprint",
        NOTHING_CHANGED,
    )
    assigned = (
        _shell(
            text(
                "Assign it to the services that shall serve it, and no others: {services}. Assignments are only added, "
                "never taken away. When it asks whether to overwrite the default SMTP certificate, answer No: servers "
                "talk to one another with that one.",
                services=by_thumbprint,
            ),
            f"Enable-ExchangeCertificate -Thumbprint THUMBPRINT -Services {','.join(by_thumbprint)}",
            text("Assign the former certificate in the same way; only then can this one be removed."),
        ),
    )
    named = tuple(
        _shell(
            text(
                "{service} does not take a wildcard certificate by assignment: it is told the name, and finds the "
                "certificate that fits.",
                service=service,
            ),
            f"Set-{service.capitalize()}Settings -X509CertificateName {safe_host(context.host)}",
            text("Run it again with the former name; note it first with Get-{s}Settings.", s=service.capitalize()),
        )
        for service in by_name
    )
    return (
        found,
        *(assigned if by_thumbprint else ()),
        *named,
        *((_connectors(),) if "SMTP" in services else ()),
    )


def _connectors() -> Step:
    # Set-SendConnector, Set-ReceiveConnector: TlsCertificateName is <I>issuer<S>subject and goes stale silently.
    return _shell(
        text(
            "Where a connector names a certificate, name the new one when issuer or subject changed. Otherwise mail to "
            "and from partners (Microsoft 365 too) stops. This shows all; set those that are not empty."
        ),
        '$c = Get-ExchangeCertificate THUMBPRINT; "<I>$($c.Issuer)<S>$($c.Subject)";'
        " Get-SendConnector | Format-List Name,TlsCertificateName;"
        " Get-ReceiveConnector | Format-List Identity,TlsCertificateName",
        NOTHING_CHANGED,
    )


def _restart(context: TargetContext) -> Step:
    return Step(
        text("Let the services take it up, on each server; running sessions are cut."),
        Run("; ".join(map(_restarting, _services(context))), "exchange"),
        text("Undo the steps above and run it again."),
        disruption="restart",
        needs=ADMINISTRATOR,
    )


def _restarting(service: ExchangeService) -> str:
    if service == "IIS":
        return "iisreset"
    return f"Restart-Service {','.join(windows_services_of('unknown', service))}"


def _setting(setting: str) -> tuple[Step, ...]:
    mend = human(text("Mend what was seen there."), undo=text("Put it back."), needs=ORGANIZATION_MANAGEMENT)
    match setting:
        case "offer-tls" | "send-sni-certificate":
            return (
                _shell(
                    text(
                        "See which certificate each service has, and what connectors offer. STARTTLS needs TLS in the "
                        "connector's AuthMechanism and a certificate that bears its Fqdn, is valid and has the SMTP "
                        "service; event 12014 tells when there is none."
                    ),
                    "Get-ExchangeCertificate | Format-List Subject,Services,Status,NotAfter,Thumbprint;"
                    " Get-ReceiveConnector | Format-List Identity,Fqdn,AuthMechanism,TlsCertificateName;"
                    " Get-EventLog Application -Source MSExchangeTransport -Newest 20",
                    NOTHING_CHANGED,
                ),
                mend,
            )
        case "tls-version":
            return (allow_versions_of_today(),)
        case "mend-handshake":
            return (look_for_complaints(), mend)
        case "matching-key":
            return (find_the_key(),)
        case "stop-injection":
            return (
                _shell(
                    text("Install Exchange's latest cumulative and security updates; take scanners off the port."),
                    "Get-ExchangeServer | Format-List Name,AdminDisplayVersion",
                    NOTHING_CHANGED,
                ),
                mend,
            )
        case _:
            return ()

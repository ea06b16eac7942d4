"""Whether a certificate can be assigned at all: Status must be Valid, and the key must be there.

"Assign certificates to Exchange Server services": the Status of the certificate must be Valid.
"""

from datetime import datetime

from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_change import Refusal
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, expired, export_command, is_of_oauth, names_of
from mailtrust.core.services.exchange.versions import release

NOT_VALID = "service-certificate-not-valid"
ABSENT = "certificate-absent"
NAMELESS = "certificate-nameless"
OAUTH = "auth-certificate"


def refusal_of(certificate: ExchangeCertificate, server: ExchangeServer, now: datetime) -> Refusal | None:
    """Why it cannot be assigned there; None: nothing known speaks against it."""
    if certificate.status == "PendingRequest":
        return _not_valid(
            server, text("{certificate} is only a request yet.", certificate=called(certificate)), _PENDING
        )
    if certificate.has_private_key is False:
        why = text(
            "{server} has {certificate} without its private key.", server=server.name, certificate=called(certificate)
        )
        return _not_valid(server, why, _no_key(certificate))
    if certificate.status not in ("", "Valid"):
        why = text(
            "The Status of {certificate} on {server} is {status}, and must be Valid.",
            certificate=called(certificate),
            server=server.name,
            status=certificate.status,
        )
        return _not_valid(server, why, _cure(certificate, now))
    if is_of_oauth(certificate):
        why = text(
            "{certificate} signs the tokens of OAuth, and no client trusts it: it is nobody's to present.",
            certificate=called(certificate),
        )
        return Refusal(OAUTH, None, why, text("Take a certificate with the names that clients use."), server.name)
    if not _has_host_name(certificate, server):
        why = text(
            "{certificate} bears the name of no host: no client could accept it, and IMAP, POP and connectors would "
            "not find it.",
            certificate=called(certificate),
        )
        return Refusal(NAMELESS, None, why, text("Take a certificate with the names that clients use."), server.name)
    # The export may be older than today.
    if certificate.not_after is not None and expired(certificate, now):
        why = text("{certificate} expired on {date}.", certificate=called(certificate), date=certificate.not_after)
        return _not_valid(server, why, _RENEW)
    if certificate.not_before is not None and certificate.not_before > now:
        why = text(
            "{certificate} is valid from {date} only.", certificate=called(certificate), date=certificate.not_before
        )
        return _not_valid(server, why, _WAIT)
    return None


def absent(thumbprint: str, server: ExchangeServer, organisation: ExchangeOrganisation) -> Refusal:
    """The server does not have it: which one has, and how it comes over."""
    for unread in organisation.not_read:
        own = unread.server.lower() in (server.name.lower(), server.fqdn.lower())
        if own and unread.part == "Get-ExchangeCertificate":
            said = text("Which certificates {server} has could not be read: {why}", server=server.name, why=unread.why)
            return Refusal(ABSENT, None, said, text("Mend that, and export again."), server.name)
    why = text("{server} has no certificate {print}.", server=server.name, print=thumbprint)
    owners = [
        (other, one)
        for other in organisation.servers
        if (one := other.certificate(thumbprint)) is not None and one.has_private_key is not False
    ]
    if not owners:
        return Refusal(ABSENT, None, why, _NOWHERE, server.name)
    movable = [(owner, one) for owner, one in owners if one.exportable is not False]
    if not movable:
        instead = text(
            "{owner} has it, but its key cannot be exported from there: import the PFX that it came from, or have it "
            "issued again for {server}.",
            owner=owners[0][0].name,
            server=server.name,
        )
        return Refusal(ABSENT, None, why, instead, server.name)
    instead = text(
        "{owner} has it. Export it there: {export}, then say it with --certificate: the script imports it first.",
        owner=movable[0][0].name,
        export=export_command(movable[0][0], thumbprint),
    )
    return Refusal(ABSENT, None, why, instead, server.name)


def _has_host_name(certificate: ExchangeCertificate, server: ExchangeServer) -> bool:
    """What setup makes for a server has at least the server's; the federation's has none."""
    own = (server.name.lower(), server.fqdn.lower())
    return any("." in name or name.lower() in own for name in names_of(certificate))


def doubts_of(certificate: ExchangeCertificate, server: ExchangeServer) -> tuple[Text, ...]:
    """What nothing refuses, and may not work all the same."""
    read = certificate.certificate
    if read is None or read.public_key.algorithm == "rsa":
        return ()
    known = called(certificate)
    if release(server.version) in ("2007", "2010", "2013"):
        # New-ExchangeCertificate.md makes RSA keys only; support for others came in 2024, after these releases.
        said = text("{certificate} has no RSA key, which {server} needs.", certificate=known, server=server.name)
        return (said,)
    # Microsoft, certificates.md, on elliptic curves; CSS-Exchange, HealthChecker: since the update of November 2024.
    return (
        text(
            "{certificate} has no RSA key: {server} takes it only from the security update of November 2024 on, with "
            "{value} in {key}. Other servers and older ones want RSA.",
            certificate=known,
            server=server.name,
            value="EnableEccCertificateSupport = 1 (REG_SZ)",
            key=r"HKLM\SOFTWARE\Microsoft\ExchangeServer\v15\Diagnostics",
        ),
    )


def _not_valid(server: ExchangeServer, why: Text, instead: Text) -> Refusal:
    return Refusal(NOT_VALID, None, why, instead, server.name)


def _cure(certificate: ExchangeCertificate, now: datetime) -> Text:
    match certificate.status:
        case "DateInvalid":
            if certificate.not_before is not None and certificate.not_before > now:
                return _WAIT
            # Windows judges the whole chain (win-acme, issue 2191: R3 below an expired root).
            if expired(certificate, now):
                return _RENEW
            return _RENEW_OR_CHAIN
        case "Untrusted":
            return text(
                "The server cannot build its chain. Put the intermediates into LocalMachine\\CA, and the root, where "
                "it is your own, into LocalMachine\\Root: `mailtrust bundle` finds what lacks, `mailtrust trust "
                "windows` brings in a root."
            )
        case "RevocationCheckFailure":
            return text(
                "The server cannot ask whether it is revoked. Let it reach the addresses that {command} names; behind "
                "a proxy, netsh winhttp set proxy. Microsoft 365 wants a certificate whose Status is Valid.",
                command=f"certutil -verify -urlfetch {certificate.thumbprint}.cer",
            )
        case "Revoked":
            return text("Its CA has revoked it. Have another one issued, with a new key, and remove this one.")
        case "Unknown":
            return text(
                "The server has not judged it. Look with {command}, and export again once Get-ExchangeCertificate "
                "says Valid.",
                command=f"certutil -verify -urlfetch {certificate.thumbprint}.cer",
            )
        case _:
            return text(
                "Look what is wrong with it: `mailtrust cert inspect` on its file, certutil -verify on the server. As "
                "a rule another one must be issued."
            )


def _no_key(certificate: ExchangeCertificate) -> Text:
    if certificate.certificate is None:
        return text(
            "Where its key was made on this server, certutil -repairstore My with its serial number finds it again; "
            "else import the PFX."
        )
    return text(
        "Where its key was made on this server, {command} finds it again; else import the PFX.",
        command=f"certutil -repairstore My {certificate.certificate.serial:x}",
    )


_PENDING = text(
    "Complete it with the CA's answer: Import-ExchangeCertificate -FileData ([IO.File]::ReadAllBytes(path)), on the "
    "server that made the request."
)
_RENEW = text("Have it renewed, and assign the new one.")
_RENEW_OR_CHAIN = text(
    "Where its own dates are over, have it renewed, and assign the new one. Where they are not, a certificate of its "
    "chain has ended: certutil -verify names it; take that one out of the computer's stores, and put the one that "
    "lasts into LocalMachine\\CA (`mailtrust bundle` finds it)."
)
_WAIT = text("Wait until then, or mend the server's clock where that is what is wrong.")
_NOWHERE = text("No server that was exported has it. If it is in a file, say so with --certificate FILE.pfx.")

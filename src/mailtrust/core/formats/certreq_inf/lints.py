"""What a request file asks for and somebody will mind: Exchange, MailStore, a mail client. Nothing here stops anything.

Sources: Microsoft's reference page of certreq; support.microsoft.com/kb/3032024 (Exchange and key storage providers);
cabforum.org "Guidance on IP Addresses in Certificates"; MailStore's own request.inf; what the clients' profiles cite.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailtrust.core.formats.certreq_inf.lifetime import lifetime_of
from mailtrust.core.formats.certreq_inf.meaning import Reading
from mailtrust.core.formats.certreq_inf.remark import Remark, note, warning
from mailtrust.core.formats.host_name import is_address
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.core.model.text import text
from mailtrust.core.x509 import extensions as ext

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
ANY_PURPOSE = "2.5.29.37.0"
LONGEST_FRIENDLY_NAME = 63  # Exchange's New-ExchangeCertificate: fewer than 64 characters
APPLE_DAYS = 825  # support.apple.com/103769
SAFE_BITS = 2048

# the providers of the older interface that keep RSA keys, by type (wincrypt.h PROV_...)
_OLDER_PROVIDERS = {
    SCHANNEL.lower(): 12,
    "microsoft enhanced rsa and aes cryptographic provider": 24,
    "microsoft enhanced cryptographic provider v1.0": 1,
    "microsoft strong cryptographic provider": 1,
    "microsoft base cryptographic provider v1.0": 1,
    "microsoft dh schannel cryptographic provider": 18,
}


def lint(reading: Reading, now: datetime) -> tuple[Remark, ...]:
    """Everything to mind about a file that can be made; nothing about one that cannot."""
    asked = reading.requested
    if asked is None:
        return ()
    serves = _for_server(asked)
    remarks = (
        *(_names(reading, asked) if serves else ()),
        *(_store(reading, asked) if serves else ()),
        *(_usages(reading, asked) if serves else _no_server(reading, asked)),
        *_key(reading, asked),
        *_lifetime(reading, asked, now),
    )
    return tuple(sorted(remarks, key=lambda remark: remark.line))


def _names(reading: Reading, asked: RequestedCertificate) -> Iterator[Remark]:
    line = reading.line_of(ext.SUBJECT_ALT_NAME)
    addresses = {name.value for name in asked.names if name.kind == "ip"}
    hosts = [name.value.lower() for name in asked.names if name.kind == "dns"]
    for name in hosts:
        if not is_address(name):
            continue
        cure = (
            text("They read IPAddress={address}, which stands beside it: take DNS={address} out.", address=name)
            if name in addresses
            else text("Write IPAddress={address} instead.", address=name)
        )
        yield warning(
            line,
            text(
                "DNS={address} is an IP address written as a DNS name. Only Internet Explorer and other programs on "
                "Windows 8.1, Server 2012 R2 and older looked for it there; clients of today do not, and strict ones "
                "mind it. {cure}",
                address=name,
                cure=cure,
            ),
        )
    common = asked.common_name.lower()
    if not asked.names:
        yield warning(
            reading.line_of("Subject"),
            text(
                "There is no subjectAltName: no browser and hardly a mail client looks for a server's name in CN. Add "
                'to [Extensions]: 2.5.29.17 = "{form}", then _continue_ = "DNS=host&".',
                form="{text}",
            ),
        )
    elif common and common not in {*hosts, *addresses} and ("." in common or is_address(common)):
        yield warning(
            line,
            text(
                "CN={name} stands in the Subject and not among the names under 2.5.29.17, where clients look: add it "
                "there.",
                name=clean(asked.common_name, 80),
            ),
        )


def _store(reading: Reading, asked: RequestedCertificate) -> Iterator[Remark]:
    """What matters when Windows itself makes it from this file."""
    keeping = asked.keeping
    provider, shown = keeping.provider.lower(), clean(keeping.provider, 100)
    kind = _OLDER_PROVIDERS.get(provider)
    line = reading.line_of("ProviderName")
    if not keeping.provider:
        yield warning(
            0,
            text(
                "There is no ProviderName, so Windows may keep the key in its Software Key Storage Provider, with "
                "which "
                "Exchange sends users of Outlook on the web back to the logon page. Write "
                '"{provider}".',
                provider=SCHANNEL,
            ),
        )
    elif "key storage provider" in provider or "platform crypto" in provider:
        yield warning(
            line,
            text(
                "Exchange cannot use {provider} for Outlook on the web and its admin center: users come back to the "
                'logon page. Write "{schannel}"; MailStore asks for it too.',
                provider=shown,
                schannel=SCHANNEL,
            ),
        )
    elif kind is None:
        yield note(
            line,
            text("{provider} is not known here; `certutil -csplist` lists yours.", provider=shown),
        )
    elif kind == 18:
        yield warning(line, text('{provider} keeps no RSA keys. Write "{schannel}".',
                                 provider=shown, schannel=SCHANNEL))  # fmt: skip
    if kind is not None and keeping.provider_type not in (None, kind):
        yield warning(
            reading.line_of("ProviderType"),
            text(
                "ProviderType = {given} does not go with {provider}, which has type {kind}: Windows finds none.",
                given=keeping.provider_type or 0,
                provider=shown,
                kind=kind,
            ),
        )
    if asked.key == "rsa" and keeping.key_spec != 1 and "key storage provider" not in provider:
        yield warning(
            reading.line_of("KeySpec"),
            text("KeySpec must be 1 (AT_KEYEXCHANGE) for Schannel, Exchange and MailStore: write KeySpec = 1."),
        )
    if not keeping.machine:
        yield warning(
            reading.line_of("MachineKeySet"),
            text(
                "MachineKeySet is not TRUE, so the key goes to the user who runs certreq, where no service finds it: "
                "write MachineKeySet = TRUE."
            ),
        )
    if keeping.asks_person:
        yield warning(
            reading.line_of("UserProtected"),
            text(
                "UserProtected = TRUE asks a person before the key is used, and a service cannot answer: write FALSE."
            ),
        )
    if not keeping.exportable:
        yield note(
            reading.line_of("Exportable"),
            text(
                "Exportable is not TRUE: from Windows' store the key cannot be taken to a second server or a balancer."
            ),
        )
    if len(keeping.friendly_name) > LONGEST_FRIENDLY_NAME:
        yield warning(
            reading.line_of("FriendlyName"),
            text(
                "FriendlyName has more than {most} characters, the most that Exchange takes.",
                most=LONGEST_FRIENDLY_NAME,
            ),
        )
    if any(oid == "1.2.840.113549.1.9.15" for oid, _, _ in asked.extensions):
        yield warning(
            reading.line_of("SMIME"),
            text("SMIME = TRUE adds what only a person's certificate for mail needs: write FALSE."),
        )
    elif not reading.line_of("SMIME"):
        yield note(
            0,
            text("There is no SMIME = FALSE: some providers of Windows add S/MIME capabilities. None are added here."),
        )


def _key(reading: Reading, asked: RequestedCertificate) -> Iterator[Remark]:
    if not reading.line_of("HashAlgorithm"):
        yield warning(
            0,
            text("There is no HashAlgorithm: older Windows signs with SHA-1. SHA-256 is taken here; write it down."),
        )
    elif asked.hash in ("sha1", "md5"):
        yield warning(
            reading.line_of("HashAlgorithm"),
            text("HashAlgorithm = {name}: clients of today refuse such a signature. Write sha256.", name=asked.hash),
        )
    if asked.key == "rsa" and asked.key_bits < SAFE_BITS:
        yield warning(
            reading.line_of("KeyLength"),
            text("KeyLength = {bits}: clients and CAs want {least} at least.", bits=asked.key_bits, least=SAFE_BITS),
        )
    if asked.key == "rsa" and asked.key_bits > 4096:
        yield warning(
            reading.line_of("KeyLength"),
            text("KeyLength = {bits} slows every handshake down, and some devices refuse it.", bits=asked.key_bits),
        )
    if asked.key != "rsa":
        yield warning(
            reading.line_of("KeyAlgorithm"),
            text(
                "Exchange takes RSA keys, and elliptic ones only from the update of April 2024 on, where an "
                "administrator has turned them on."
            ),
        )
    if asked.pss:
        yield warning(
            reading.line_of("AlternateSignatureAlgorithm"),
            text(
                "AlternateSignatureAlgorithm = TRUE signs with RSASSA-PSS, which many mail clients refuse: write FALSE."
            ),
        )


def _for_server(asked: RequestedCertificate) -> bool:
    """Whether it may be meant for a server: nothing says that it is for something else."""
    purposes = asked.extended_key_usage
    return not _issues(asked) and (purposes is None or SERVER_AUTH in purposes or ANY_PURPOSE in purposes)


def _issues(asked: RequestedCertificate) -> bool:
    constraints = asked.basic_constraints
    return (constraints is not None and constraints.ca) or "keyCertSign" in (asked.key_usage or ())


def _no_server(reading: Reading, asked: RequestedCertificate) -> Iterator[Remark]:
    if _issues(asked):
        yield warning(
            reading.line_of(ext.BASIC_CONSTRAINTS) or reading.line_of("KeyUsage"),
            text("It may issue certificates; Firefox, Thunderbird and others refuse a CA in the place of a server."),
        )
    else:
        yield warning(
            reading.line_of(ext.EXTENDED_KEY_USAGE),
            text(
                "Server authentication, 1.3.6.1.5.5.7.3.1, is not among the purposes: no client takes it for a server."
            ),
        )


def _usages(reading: Reading, asked: RequestedCertificate) -> Iterator[Remark]:
    if asked.extended_key_usage is None:
        yield warning(
            0,
            text(
                "Nothing says that it is for a server, which Apple asks for: add [EnhancedKeyUsageExtension] "
                "with OID = 1.3.6.1.5.5.7.3.1."
            ),
        )
    usage = asked.key_usage
    if usage is not None and "digitalSignature" not in usage:
        yield warning(
            reading.line_of("KeyUsage"),
            text(
                "KeyUsage lacks 0x80, digitalSignature, which TLS signs with (RFC 8446): write 0xa0 for RSA, 0x80 else."
            ),
        )
    if usage is not None and asked.key != "rsa" and "keyEncipherment" in usage:
        yield warning(
            reading.line_of("KeyUsage"),
            text("KeyUsage holds 0x20, keyEncipherment, which elliptic keys cannot do: write 0x80."),
        )


def _lifetime(reading: Reading, asked: RequestedCertificate, now: datetime) -> Iterator[Remark]:
    if asked.form != "certificate":
        return
    line = reading.line_of("ValidityPeriodUnits") or reading.line_of("NotAfter")
    ends = lifetime_of(asked, now)
    if not line:
        yield warning(0, text("Nothing says how long it lasts: one year is taken. Write ValidityPeriod and its units."))
    if ends is None:
        return
    first, last = ends
    if last <= now:
        yield warning(line, text("It ends on {date}, which is past.", date=last.date()))
    elif first > now:
        yield note(reading.line_of("NotBefore"), text("It begins on {date}; until then clients refuse it.", date=first))
    if last - first > timedelta(days=APPLE_DAYS):
        yield warning(
            line,
            text(
                "It lasts longer than {most} days, Apple's limit for servers: iPhone, iPad and Mac take it only where "
                "this very certificate, and no root above it, is installed as trusted.",
                most=APPLE_DAYS,
            ),
        )

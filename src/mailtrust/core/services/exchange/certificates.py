"""A certificate as Exchange sees it: how it is called, which names it holds, and whether it can serve at all."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Literal

from mailtrust.core.formats.powershell import argument, quoted
from mailtrust.core.formats.thumbprint_text import SHOWN
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.versions import at_server, release

AUTH_SUBJECT = "Microsoft Exchange Server Auth Certificate"
"""The CN of what signs the tokens of OAuth, as setup and Microsoft's article on its rotation make it."""
_COMMON_NAME = re.compile(r"(?:^|[,+]\s*)CN=([^,+]*)", re.IGNORECASE)


def called(one: ExchangeCertificate) -> Text:
    """What a person knows it by, and enough of its thumbprint to tell it from its twin."""
    known = common_name(one) or next(iter(one.domains), "") or one.friendly_name or one.subject
    return text("{name} ({print})", name=known, print=one.thumbprint[:SHOWN])


def common_name(one: ExchangeCertificate) -> str:
    """The CN of the subject as Exchange writes it; empty: there is none."""
    found = _COMMON_NAME.search(one.subject)
    return found.group(1).strip().strip('"') if found else ""


def names_of(one: ExchangeCertificate) -> tuple[str, ...]:
    """Its CertificateDomains and the common name, each once."""
    return tuple(dict.fromkeys(name for name in (*one.domains, common_name(one)) if name))


def is_of_oauth(one: ExchangeCertificate) -> bool:
    """Whether it is made to sign the tokens of OAuth, whatever other names somebody has given it."""
    return common_name(one).lower() == AUTH_SUBJECT.lower()


def export_command(server: ExchangeServer, thumbprint: str) -> str:
    """What a person types to have it in a file, with its key: the cmdlet alone only shows it (Export-...md)."""
    if release(server.version) == "2007":
        path = f"{thumbprint[:8]}.pfx"
        return f"Export-ExchangeCertificate -Thumbprint {thumbprint} -BinaryEncoded:$true -Path {path} {_ASKED_2007}"
    return (
        f"$file = Export-ExchangeCertificate{at_server(server)} -Thumbprint {thumbprint} -BinaryEncoded"
        f' -Password (Read-Host -AsSecureString); [IO.File]::WriteAllBytes("$PWD\\{thumbprint[:8]}.pfx",'
        " $file.FileData)"
    )


def exported_there(server: ExchangeServer) -> str:
    """What a person types on Exchange 2007, where the script of `services collect` does not run: dates come along."""
    return f"Get-ExchangeCertificate | Export-Clixml {argument(f'{server.name}.xml')}"


def import_command(server: ExchangeServer, file: str, *, password: bool) -> str:
    """What a person types to have a file in the server's store. 2007 has -Path, in no documentation of today."""
    if release(server.version) == "2007":
        return f"Import-ExchangeCertificate -Path {argument(file)}" + (f" {_ASKED_2007}" if password else "")
    read = f"Import-ExchangeCertificate{at_server(server)} -FileData ([System.IO.File]::ReadAllBytes({quoted(file)}))"
    return read + (" -Password (Read-Host -AsSecureString)" if password else "")


_ASKED_2007 = "-Password (Get-Credential).Password"


def expired(one: ExchangeCertificate, now: datetime) -> bool:
    """Whether its time is over, by its own dates."""
    return one.not_after is not None and one.not_after < now


def from_a_ca(one: ExchangeCertificate) -> bool:
    """Whether somebody else has signed it."""
    return one.subject != one.issuer if one.self_signed is None else not one.self_signed


def holds(one: ExchangeCertificate, host: str) -> Literal["exact", "wildcard", ""]:
    """Whether subject or subject alternative names hold the name; a wildcard stands for one label.

    Microsoft, "Digital certificates and encryption in Exchange Server"; "Configure authenticated SMTP settings" has
    the connector's Fqdn match "exact match or wildcard match".
    """
    wanted = host.lower().removesuffix(".")
    names = _names(one.domains, common_name(one))
    if wanted in names:
        return "exact"
    first, _, under = wanted.partition(".")
    return "wildcard" if first and under and f"*.{under}" in names else ""


@lru_cache(maxsize=4096)
def _names(domains: tuple[str, ...], common: str) -> frozenset[str]:
    """Asked anew for each connector; a certificate has many names, a server many connectors."""
    return frozenset(name.lower().removesuffix(".") for name in (*domains, common) if name)


def usable(certificate: ExchangeCertificate, now: datetime) -> bool:
    """Whether nothing known speaks against it: its status, its dates, its key."""
    if certificate.status not in ("", "Valid") or certificate.has_private_key is False:
        return False
    begun = certificate.not_before is None or certificate.not_before <= now
    return begun and not expired(certificate, now)


def wildcards(certificate: ExchangeCertificate) -> tuple[str, ...]:
    """Its names that begin with `*.`."""
    return tuple(name for name in names_of(certificate) if name.startswith("*."))


def bears(certificate: ExchangeCertificate, name: str) -> bool:
    """Whether it holds the name; a wildcard only where it holds that very wildcard."""
    if name.startswith("*."):
        return name.lower() in {one.lower() for one in wildcards(certificate)}
    return bool(holds(certificate, name))


def bears_all_of(certificate: ExchangeCertificate, other: ExchangeCertificate) -> bool:
    """Whether it holds every name of a host that the other one holds."""
    return all(bears(certificate, name) for name in names_of(other) if "." in name)


def takes_the_place_of(new: ExchangeCertificate, old: ExchangeCertificate, now: datetime) -> bool:
    """Whether `new` can be meant as the successor of `old`: it holds all its names, or some where `old` is useless."""
    some = any(bears(new, name) for name in names_of(old) if "." in name)
    return some and (bears_all_of(new, old) or not usable(old, now))

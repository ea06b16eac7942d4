"""Which release of Exchange a build is, and what it has: Windows services, cmdlets, Unified Messaging, protection."""

import re
from typing import Literal

from mailtrust.core.formats.powershell import argument
from mailtrust.core.model.exchange import ExchangeServer, ExchangeService, UmService

Release = Literal["2007", "2010", "2013", "2016", "2019", "SE", "unknown"]

# Microsoft, "Exchange Server build numbers and release dates". Subscription Edition began with 15.2.2562.
_RELEASES: dict[tuple[int, ...], Release] = {
    (8,): "2007",
    (14,): "2010",
    (15, 0): "2013",
    (15, 1): "2016",
    (15, 2): "2019",
}
_FIRST_OF_SE = (15, 2, 2562)
_EXTENDED_PROTECTION_BY_SETUP = (15, 2, 1544)
"""Exchange 2019 CU14: its setup switches Extended Protection on ("Configure Windows Extended Protection")."""

# CSS-Exchange, Get-ExtendedProtectionConfigurationResult: one security update came for two cumulative updates each of
# 2016 and 2019, and what came later has it.
_EXTENDED_PROTECTION_SINCE = (
    (15, 2, 986, 28),
    (15, 2, 1118, 11),
    (15, 1, 2375, 30),
    (15, 1, 2507, 11),
    (15, 0, 1497, 38),
)

_NUMBER = re.compile(r"[0-9]{1,6}")


def release(version: str) -> Release:
    """The release of a build: `15.2.1544.4`, or as AdminDisplayVersion says it, `Version 15.2 (Build 1544.4)`."""
    numbers = _numbers(version)
    if numbers[:2] == _FIRST_OF_SE[:2] and numbers >= _FIRST_OF_SE:
        return "SE"
    return _RELEASES.get(numbers[:1]) or _RELEASES.get(numbers[:2]) or "unknown"


def is_before_2013(server: ExchangeServer) -> bool:
    """Whether its build is one of 2007 or 2010."""
    return release(server.version) in ("2007", "2010")


def has_back_end(server: ExchangeServer) -> bool:
    """Whether it can have sites in front and behind, and a part in OAuth: since 2013, and no Edge server has."""
    return not server.edge and not is_before_2013(server)


def has_unified_messaging(server: ExchangeServer, service: UmService) -> bool | None:
    """Whether UM or UMCallRouter can exist on it; None: its build is unknown.

    Unified Messaging ended with 2016 ("Discontinued features in Exchange Server 2019"); its call router came with 2013.
    """
    known = release(server.version)
    if known == "unknown":
        return None
    return known in (("2013", "2016") if service == "UMCallRouter" else ("2007", "2010", "2013", "2016"))


def startup_mode_cmdlet(server: ExchangeServer, service: UmService) -> str:
    """What sets how UM or its call router starts, up to the server's name (Set-UMService.md, Set-UMServer.md)."""
    if service == "UMCallRouter":
        return "Set-UMCallRouterSettings -Server"
    return "Set-UMServer -Identity" if is_before_2013(server) else "Set-UMService -Identity"


def takes_extended_protection(server: ExchangeServer) -> bool:
    """Whether its build knows Extended Protection; where the build is not said, it may."""
    numbers = _numbers(server.version)
    if not has_back_end(server):
        return False
    if len(numbers) < 4:
        return True
    family = [one for one in _EXTENDED_PROTECTION_SINCE if one[:2] == numbers[:2]]
    return any(numbers >= one and (one == max(family) or numbers[2] == one[2]) for one in family)


def extended_protection_by_setup(version: str) -> bool:
    """Whether this build's setup switched Extended Protection on."""
    return _numbers(version) >= _EXTENDED_PROTECTION_BY_SETUP


def cmdlets_are_local(server: ExchangeServer) -> bool:
    """Whether its certificate cmdlets work only on the server itself, and know no -Server.

    Enable-ExchangeCertificate.md begins with 2010, which has -Server; nobody manages an Edge server from elsewhere.
    """
    return server.edge or release(server.version) == "2007"


def at_server(server: ExchangeServer) -> str:
    """What a person adds to such a cmdlet's name: the blank and `-Server MAIL1`, or nothing."""
    return "" if cmdlets_are_local(server) else f" -Server {argument(server.name)}"


def windows_services(server: ExchangeServer, service: ExchangeService) -> tuple[str, ...]:
    """The Windows services of this server that take up a certificate of that service when they start."""
    return windows_services_of(release(server.version), service, edge=server.edge)


def windows_services_of(known: Release, service: ExchangeService, *, edge: bool = False) -> tuple[str, ...]:
    """The same for a release, in the order of a restart.

    configure-imap4.md, configure-mailbox-access.md; the halves with BE, and the front end of transport, came in 2013.
    """
    old = known in ("2007", "2010")
    match service:
        case "IMAP":
            return ("MSExchangeIMAP4",) if old else ("MSExchangeIMAP4", "MSExchangeIMAP4BE")
        case "POP":
            return ("MSExchangePOP3",) if old else ("MSExchangePOP3", "MSExchangePOP3BE")
        case "SMTP":
            return ("MSExchangeTransport",) if old or edge else TRANSPORT
        case "IIS":
            return ("W3SVC",)
        case "UM":
            return ("MSExchangeUM",)
        case "UMCallRouter":
            return ("MSExchangeUMCR",)
        case "Federation":
            return ()


TRANSPORT = ("MSExchangeTransport", "MSExchangeFrontEndTransport")
"""What holds mail, and what takes it from outside."""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(version))

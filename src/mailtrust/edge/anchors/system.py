"""The roots that this machine trusts: what its own programs would use."""

import hashlib
import ssl
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.entries import Entry, empty_store, make_store
from mailtrust.edge.anchors.packages import certificates_in

NAME = "system"

# Where distributions keep the bundle that OpenSSL, GnuTLS and others are given; the first that is there counts.
BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Arch, Gentoo
    Path("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),  # Fedora, Red Hat and kin
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # the same, older
    Path("/etc/ssl/ca-bundle.pem"),  # openSUSE, SLES
    Path("/etc/ssl/cert.pem"),  # Alpine, OpenBSD, FreeBSD
    Path("/usr/local/share/certs/ca-root-nss.crt"),  # FreeBSD
)

# Where administrators put roots of their own before the bundle is made anew.
LOCAL_FOLDERS = (
    Path("/usr/local/share/ca-certificates"),
    Path("/etc/pki/ca-trust/source/anchors"),
    Path("/etc/pki/trust/anchors"),
    Path("/etc/ca-certificates/trust-source/anchors"),
)
MOST_LOCAL = 1000

MAC_KEYCHAINS = (
    "/System/Library/Keychains/SystemRootCertificates.keychain",
    "/Library/Keychains/System.keychain",
)


def load() -> AnchorStore:
    """This machine's store."""
    if sys.platform == "win32":
        store = _of_windows()
    elif sys.platform == "darwin":
        store = _of_macos()
    else:
        store = of_bundles(BUNDLES, LOCAL_FOLDERS)
    return store


def of_bundles(bundles: Sequence[Path], local_folders: Iterable[Path] = ()) -> AnchorStore:
    """The first readable bundle; roots that also lie in a local folder count as added by the administrator."""
    for bundle in bundles:
        try:
            data = bundle.read_bytes()
            changed = datetime.fromtimestamp(bundle.stat().st_mtime, UTC)
        except OSError:
            continue
        local = _local(local_folders)
        entries = [
            Entry(der, fingerprint, locally_added=fingerprint in local)
            for fingerprint, der in certificates_in(data).items()
        ]
        own = sum(entry.locally_added for entry in entries)
        provenance = f"This machine's own roots, from {bundle} as changed on {changed:%Y-%m-%d}"
        provenance += f"; {own} of them added by its administrator." if own else "."
        return make_store(NAME, changed, provenance, entries)
    looked = ", ".join(map(str, bundles))
    return empty_store(NAME, f"No bundle of roots was found on this machine ({looked}). Nothing is trusted.")


def _local(folders: Iterable[Path]) -> frozenset[str]:
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".crt", ".pem", ".cer")]
    found: set[str] = set()
    for file in files[:MOST_LOCAL]:
        try:
            data = file.read_bytes()
        except OSError:
            continue
        found.update(certificates_in(data) or {hashlib.sha256(data).hexdigest(): data})
    return frozenset(found)


def _of_windows() -> AnchorStore:
    entries: list[Entry] = []
    if sys.platform == "win32":
        # Certificates, their encoding, and True or the EKUs they are trusted for.
        for der, encoding, trust in ssl.enum_certificates("ROOT"):
            if encoding == "x509_asn":
                purposes = None if trust is True else frozenset(trust or ())
                entries.append(Entry(der, hashlib.sha256(der).hexdigest(), purposes))
    provenance = (
        "This machine's own roots, from the Windows store ROOT; Windows fetches further ones from Microsoft when a "
        "program asks for them."
    )
    return make_store(NAME, datetime.now(UTC), provenance, entries)


def _of_macos() -> AnchorStore:
    command = ["/usr/bin/security", "find-certificate", "-a", "-p", *MAC_KEYCHAINS]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        return empty_store(NAME, f"The keychains of this machine could not be read ({error}). Nothing is trusted.")
    entries = [Entry(der, fingerprint) for fingerprint, der in certificates_in(listed.stdout).items()]
    provenance = (
        "This machine's own roots, from its keychains of system roots and of the system; trust settings of single "
        "certificates are not looked at."
    )
    return make_store(NAME, datetime.now(UTC), provenance, entries)

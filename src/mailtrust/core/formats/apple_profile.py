"""Apple's configuration profile with certificates (`.mobileconfig`), for iPhones, iPads and Macs.

Source: apple/device-management, mdm/profiles: TopLevel.yaml, com.apple.security.root.yaml and .pkcs1.yaml.
"""

import plistlib
import uuid
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate

ROOT, PLAIN = "com.apple.security.root", "com.apple.security.pkcs1"
"""What is trusted, and what is only there for building paths."""


def write_profile(
    identifier: str,
    name: str,
    trusted: Iterable[Certificate],
    known: Iterable[Certificate] = (),
    *,
    description: str = "",
    organisation: str = "",
) -> bytes:
    """The profile, unsigned. `identifier`: reverse DNS; a device replaces the profile that has the same.

    Every UUID follows from what it names, so the same profile is the same octets wherever and whenever it is made.
    """
    payloads = [
        *(_payload(identifier, one, ROOT) for one in trusted),
        *(_payload(identifier, one, PLAIN) for one in known),
    ]
    content = " ".join(str(payload["PayloadUUID"]) for payload in payloads)
    profile: dict[str, object] = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": _uuid(f"{identifier} {content}"),
        "PayloadDisplayName": name,
        # On a Mac for all its users; other devices have no such thing.
        "PayloadScope": "System",
        "PayloadContent": payloads,
    }
    if description:
        profile["PayloadDescription"] = description
    if organisation:
        profile["PayloadOrganization"] = organisation
    return plistlib.dumps(profile)


def _payload(identifier: str, certificate: Certificate, kind: str) -> dict[str, object]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.{certificate.fingerprint[:16]}",
        "PayloadUUID": _uuid(certificate.fingerprint),
        "PayloadDisplayName": certificate.subject.text,
        "PayloadCertificateFileName": f"{certificate.fingerprint[:16]}.cer",
        "PayloadContent": certificate.der,
    }


def _uuid(named: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://mailtrust.invalid/profile/{named}")).upper()

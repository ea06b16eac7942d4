"""What a Group Policy sets in the registry of each computer so that it trusts anchors, and Firefox and Thunderbird too.

Windows adds what stands below these keys to the computer's own stores; Outlook, .NET, Edge and Chrome read them there.
"""

from mailtrust.core.formats.certificate_blob import certificate_blob
from mailtrust.core.formats.preg import Entry, binary, dword, string, strings
from mailtrust.core.model.rollout import Anchors, Wish
from mailtrust.core.x509.thumbprint import thumbprint

STORES = r"Software\Policies\Microsoft\SystemCertificates"
ENROLLMENT = r"Software\Policies\Microsoft\Cryptography\AutoEnrollment"
ROOTS = rf"{STORES}\Root\ProtectedRoots"
MOZILLA = r"Software\Policies\Mozilla"

_AUTO_ENROLLMENT = 7
"""Renew, update pending, remove revoked (4 and 2), and update those that use templates (1)."""
_DISABLE_NOT_DEFINED_NAME_CONSTRAINT = 0x20
"""CERT_PROT_ROOT_..._FLAG, Windows' own setting since Vista. None of the others is set: what users and other CAs bring
is not ignored."""
_PEER_USAGES = ("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.10.3.4")
"""Client authentication, e-mail, EFS: what the dialogue has ticked."""


def policy_entries(wish: Wish) -> tuple[Entry, ...]:
    """All that the policy sets."""
    return (*certificate_entries(wish.anchors, wish.name), *(() if wish.certificates_only else SETTINGS))


def certificate_entries(anchors: Anchors, friendly_name: str) -> tuple[Entry, ...]:
    """The certificates, in the stores of the computer that they belong into."""
    stores = ((anchors.trusted, "Root"), (anchors.intermediates, "CA"))
    return tuple(
        binary(rf"{STORES}\{store}\Certificates\{thumbprint(one)}", "Blob", certificate_blob(one, friendly_name))
        for certificates, store in stores
        for one in certificates
    )


SETTINGS: tuple[Entry, ...] = (
    # As the editor writes them with both boxes ticked: samba python/samba/tests/gpo.py, made on Windows.
    dword(ENROLLMENT, "AEPolicy", _AUTO_ENROLLMENT),
    dword(ENROLLMENT, "OfflineExpirationPercent", 10),
    string(ENROLLMENT, "OfflineExpirationStoreNames", "MY"),
    dword(ROOTS, "Flags", _DISABLE_NOT_DEFINED_NAME_CONSTRAINT),
    strings(ROOTS, "PeerUsages", _PEER_USAGES),
    # mozilla/policy-templates: Certificates, ImportEnterpriseRoots; Thunderbird has the same below its own name.
    dword(rf"{MOZILLA}\Firefox\Certificates", "ImportEnterpriseRoots", 1),
    dword(rf"{MOZILLA}\Thunderbird\Certificates", "ImportEnterpriseRoots", 1),
)
"""Auto-enrolment, path validation, and Mozilla's programs: they stay when the certificates are taken away."""

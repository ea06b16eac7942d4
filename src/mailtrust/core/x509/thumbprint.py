"""The name by which Windows knows a certificate."""

import hashlib

from mailtrust.core.model.certificate import AnyCertificate


def thumbprint(certificate: AnyCertificate) -> str:
    """The SHA-1 of its octets, upper-case hex without colons: Windows' key in a store, and no promise of safety."""
    return hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest().upper()

"""PKCS#7 without a signature, only for the certificates in it (RFC 5652 5; `.p7b`, `.p7c`): read and written."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import der

SIGNED_DATA = "1.2.840.113549.1.7.2"
_DATA = "1.2.840.113549.1.7.1"
_MAX_CERTIFICATES = 1000


def certificates_in(octets: bytes) -> tuple[bytes, ...]:
    """DER of every certificate in a SignedData, in the order of the file; DerError when it is none.

    BER is read too: Windows writes indefinite lengths.
    """
    parts = der.children(der.read(octets)[1])
    if not parts or parts[0][0] != der.OBJECT_IDENTIFIER or der.oid(parts[0][1]) != SIGNED_DATA or len(parts) < 2:
        raise der.DerError("expected a ContentInfo with SignedData")
    signed = der.whole_children(der.expect(parts[1][1], der.SEQUENCE, "SignedData"))
    found: list[bytes] = []
    for tag, content, _ in signed:
        if tag == 0xA0:  # CertificateSet (RFC 5652 10.2.3); its other choices are no X.509 certificates
            found.extend(whole for kind, _, whole in der.whole_children(content) if kind == der.SEQUENCE)
    return tuple(found[:_MAX_CERTIFICATES])


def write_pkcs7(certificates: Iterable[Certificate]) -> bytes:
    """DER SignedData that holds these certificates and no signature, as `certs-only`.

    The set has no order by its standard; it is written as given, for readers that take the first for the leaf.
    """
    signed = der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        der.encode(der.SET),
        der.encode(der.SEQUENCE, der.encode_oid(_DATA)),
        der.encode(0xA0, *(certificate.der for certificate in certificates)),
        der.encode(der.SET),
    )
    return der.encode(der.SEQUENCE, der.encode_oid(SIGNED_DATA), der.encode(0xA0, signed))

"""Distinguished names written (RFC 5280 4.1.2.4): PrintableString where it fits, UTF-8 else."""

from mailtrust.core.model.requested_certificate import Subject
from mailtrust.core.x509 import der

_PRINTABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_IA5_ONLY = frozenset({"1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.25"})  # emailAddress, domainComponent


def write_name(subject: Subject) -> bytes:
    """DER Name with its RDNs in the order given."""
    return der.encode(
        der.SEQUENCE,
        *(
            der.encode(der.SET, *sorted(_attribute(attribute.oid, attribute.value) for attribute in rdn))
            for rdn in subject
        ),
    )


def _attribute(oid: str, value: str) -> bytes:
    if oid in _IA5_ONLY:
        content = der.encode(der.IA5_STRING, value.encode("ascii", "replace"))
    elif _PRINTABLE.issuperset(value):
        content = der.encode(der.PRINTABLE_STRING, value.encode("ascii"))
    else:
        content = der.encode(der.UTF8_STRING, value.encode("utf-8", "replace"))
    return der.encode(der.SEQUENCE, der.encode_oid(oid), content)

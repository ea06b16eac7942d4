"""Distinguished names as Windows writes them: the Subject and Issuer of .NET, PowerShell and Exchange.

Source: CertNameToStr with CERT_X500_NAME_STR and CERT_NAME_STR_REVERSE_FLAG (sdk-api, nf-wincrypt-certnametostra.md).
"""

from mailtrust.core.model.certificate import Name
from mailtrust.core.x509 import der
from mailtrust.core.x509.names import attributes_of

# The keys of wincrypt.h and of Windows' table of OIDs; whatever has none is written `OID.1.2.3=`.
_KEYS = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.13": "Description",
    "2.5.4.17": "PostalCode",
    "2.5.4.18": "POBox",
    "2.5.4.20": "Phone",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
    "2.5.4.46": "dnQualifier",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
_QUOTED = frozenset(',+="\n<>#;')


def windows_name(name: Name) -> str:
    """Most specific first: `CN=mail.example.com, O="Example, Inc.", C=DE`; empty where it cannot be read."""
    try:
        rdns = attributes_of(name.der)
    except der.DerError:
        return ""
    written = [" + ".join(f"{_KEYS.get(oid, f'OID.{oid}')}={_value(value)}" for oid, value in rdn) for rdn in rdns]
    return ", ".join(reversed(written))


def _value(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return f"#{value.hex().upper()}"
    if not value or value[0].isspace() or value[-1].isspace() or _QUOTED.intersection(value):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return value

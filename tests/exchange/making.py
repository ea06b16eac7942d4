"""Exports as Exchange's shell writes them, made of own certificates: CLIXML, BinaryFormatter's records, tables."""

import base64
import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from xml.sax.saxutils import escape

from mailtrust.core.formats.certificate_blob import CERTIFICATE, FRIENDLY_NAME, KEY_PROVIDER
from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.thumbprint import thumbprint

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMESPACE = "http://schemas.microsoft.com/powershell/2004/04"
CLASS = "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"


@cache
def own(*names: str) -> Certificate:
    """A self-signed certificate of these names; the same one each time."""
    begins = NOW - timedelta(days=10)
    made = self_signed(
        server_recipe(*names), make_key("ec-p256"), serial=7, not_before=begins, not_after=begins + timedelta(days=1825)
    )
    return made.certificate


def print_of(certificate: Certificate) -> str:
    return thumbprint(certificate)


def clixml(*objects: str) -> bytes:
    """A document as `Export-Clixml -Encoding utf8` of Windows PowerShell writes it."""
    whole = f'<Objs Version="1.1.0.1" xmlns="{NAMESPACE}">\n  {"".join(objects)}\n</Objs>'
    return b"\xef\xbb\xbf" + whole.encode()


def certificate_xml(
    certificate: Certificate,
    *,
    number: int = 0,
    serialized: bytes | None = None,
    computer: str = "mail1.example.com",
    types: str = f'<TN RefId="0"><T>{CLASS}</T><T>System.Object</T></TN>',
) -> str:
    """One certificate as it comes from a remote shell; `serialized` None: without SerializationData."""
    kept = "" if serialized is None else f'<BA N="SerializationData">{base64.b64encode(serialized).decode()}</BA>'
    return (
        f'<Obj RefId="{number}">{types}<ToString>[Subject]_x000D__x000A_  CN=never read here</ToString>'
        f'<Props><BA N="RawData">{base64.b64encode(certificate.der).decode()}</BA></Props>'
        f'<MS><S N="PSComputerName">{escape(computer)}</S><B N="PSShowComputerName">false</B>{kept}</MS></Obj>'
    )


def text(value: str) -> bytes:
    """2.1.1.6 LengthPrefixedString."""
    octets, length = value.encode(), b""
    count = len(octets)
    while count >= 0x80:
        length, count = length + bytes([count & 0x7F | 0x80]), count >> 7
    return length + bytes([count]) + octets


def store_element(certificate: Certificate, friendly_name: str, *, key: bool) -> bytes:
    """What CertSerializeCertificateStoreElement makes."""
    kept = [(FRIENDLY_NAME, f"{friendly_name}\0".encode("utf-16-le")), (CERTIFICATE, certificate.der)]
    if key:
        kept.insert(0, (KEY_PROVIDER, b"\0" * 48))
    return b"".join(struct.pack("<III", number, 1, len(data)) + data for number, data in kept)


def serialized(
    certificate: Certificate,
    server: str = "mail1.example.com",
    *,
    services: int = 27,
    status: int = 1,
    root_ca_type: int = 3,
    friendly_name: str = "Microsoft Exchange",
    key: bool = True,
) -> bytes:
    """An ExchangeCertificate as BinaryFormatter writes it: the records and members of the class, in its order."""
    enumerations = ("CertificateStatus", "CertificateAuthorityType", "AllowedServices")
    members = (
        "CertData", "SelfSigned", "Status", "RootCAType", "Services", "IISServices", "PrivateKeyExportable", "Identity",
    )  # fmt: skip
    listed = "System.Collections.Generic.List`1[[IisService]]"
    stream = struct.pack("<Biiii", 0, 1, -1, 1, 0)
    stream += struct.pack("<Bi", 12, 2) + text("Microsoft.Exchange.Management, Version=15.0.0.0")
    stream += struct.pack("<Bi", 5, 1) + text(CLASS) + struct.pack("<i", len(members)) + b"".join(map(text, members))
    stream += bytes([7, 0, 4, 4, 4, 3, 0, 1])
    stream += (
        b"\x02\x01" + b"".join(text(name) + struct.pack("<i", 2) for name in enumerations) + text(listed) + b"\x01"
    )
    stream += struct.pack("<i", 2)
    stream += struct.pack("<Bi?", 9, 3, True)
    for number, (name, value) in enumerate(zip(enumerations, (status, root_ca_type, services), strict=True)):
        stream += struct.pack("<Bi", 5, -4 - number) + text(name) + struct.pack("<i", 1) + text("value__")
        stream += b"\x00\x08" + struct.pack("<ii", 2, value)
    stream += struct.pack("<Bi?", 9, 7, key)
    stream += struct.pack("<Bi", 6, 8) + text(f"{server}\\{thumbprint(certificate)}")
    element = store_element(certificate, friendly_name, key=key)
    stream += struct.pack("<BiiB", 15, 3, len(element), 2) + element
    stream += struct.pack("<Bi", 4, 7) + text(listed) + struct.pack("<i", 3)
    stream += text("_items") + text("_size") + text("_version") + b"\x04\x00\x00" + text("IisService[]")
    stream += struct.pack("<i", 2) + b"\x08\x08" + struct.pack("<Biii", 9, 9, 1, 1)
    stream += struct.pack("<BiBii", 7, 9, 0, 1, 4) + b"\x04" + text("IisService") + struct.pack("<i", 2)
    stream += struct.pack("<Bi", 9, 10) + struct.pack("<BB", 13, 3)
    stream += struct.pack("<Bi", 5, 10) + text("IisService") + struct.pack("<i", 1) + text("serviceName") + b"\x01"
    stream += struct.pack("<i", 2) + struct.pack("<Bi", 6, 11) + text("IIS://MAIL1/W3SVC/1")
    return stream + b"\x0b"


def signed(stream: bytes) -> bytes:
    """With the serialized data signed."""
    return b"#sig#" + struct.pack("<i", len(stream)) + stream + b"\x5a" * 32

"""subjectAltName's text form in [Extensions]: `DNS=host&IPAddress=192.0.2.1&...`, each part with its kind.

Source: Microsoft's reference page of certreq, "2.5.29.17"; kinds and encodings: RFC 5280 4.2.1.6.
"""

import base64
import binascii
import re
from collections.abc import Callable
from ipaddress import ip_address
from uuid import UUID

from mailtrust.core.formats.certreq_inf.document import Entry
from mailtrust.core.formats.certreq_inf.remark import Remark, error, note
from mailtrust.core.formats.certreq_inf.scalars import nearest
from mailtrust.core.formats.certreq_inf.subject import is_oid, read_subject
from mailtrust.core.formats.host_name import TargetError, parse_host
from mailtrust.core.model.certificate import IdentifierType
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.requested_certificate import NameKind, RequestedName
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509 import der
from mailtrust.core.x509 import general_names as gn
from mailtrust.core.x509.written_names import write_name

MOST_NAMES = 1000

KINDS = ("DNS", "IPAddress", "EMail", "URL", "UPN", "DirectoryName", "RegisteredId", "GUID")
_ALIASES = {"ip address": "ipaddress", "dn": "directoryname", "oid": "registeredid"}
PART = re.compile(r"\s*(?:DNS|IP ?Address|E-?Mail|URL|UPN|DirectoryName|dn|RegisteredId|oid|GUID)\s*=", re.IGNORECASE)
"""How a part begins, to find a missing ampersand."""

# RFC 1034 3.5's letters with the underscore of Windows hosts; a wildcard stands alone in front (RFC 9525 6.3)
_DNS_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_KINDS: dict[IdentifierType, NameKind] = {
    IdentifierType.DNS: "dns",
    IdentifierType.IP: "ip",
    IdentifierType.EMAIL: "email",
    IdentifierType.URI: "uri",
    IdentifierType.DIRECTORY: "directory",
}
_UPN = "1.3.6.1.4.1.311.20.2.3"
_GUID = "1.3.6.1.4.1.311.25.1"


def read_names(value: str, entry: Entry) -> tuple[tuple[RequestedName, ...], tuple[Remark, ...]]:
    """Read the parts between the ampersands; every fault is told."""
    names: list[RequestedName] = []
    remarks: list[Remark] = []
    for part in value.split("&"):
        if not part.strip():
            continue
        if len(names) >= MOST_NAMES:
            remarks.append(error(entry.line, text("At most {most} names are read.", most=MOST_NAMES)))
            break
        found = _read_name(part, entry, remarks)
        if isinstance(found, Text):
            remarks.append(error(entry.line, found))
        else:
            names.append(found)
    if not names and not remarks:
        remarks.append(error(entry.line, text("Expected names such as DNS=mail.example.com&, got none.")))
    return tuple(names), tuple(remarks)


def dns_name(name: str) -> RequestedName:
    """A DNS name, in ASCII."""
    return RequestedName("dns", name, der.encode(gn.DNS_NAME, name.encode("ascii")))


def ip_name(address: str) -> RequestedName:
    """An IP address, as Python writes it; ValueError when it is none."""
    parsed = ip_address(address)
    return RequestedName("ip", str(parsed), der.encode(gn.IP_ADDRESS, parsed.packed))


def names_of(octets: bytes) -> tuple[RequestedName, ...]:
    """The entries of a DER GeneralNames that can be read."""
    found = []
    for tag, content, whole in der.whole_children(der.expect(octets, der.SEQUENCE, "GeneralNames")):
        presented = gn.read_general_name(tag, content, "subjectAltName", [])
        found.append(RequestedName(_KINDS.get(presented.type, "other"), presented.value, whole))
    return tuple(found)


def _read_name(part: str, entry: Entry, remarks: list[Remark]) -> RequestedName | Text:
    label, equals, value = part.partition("=")
    label, value = label.strip(), value.strip()
    if not equals:
        return text("Expected a name with its kind, such as DNS=mail.example.com, got “{given}”.", given=_shown(part))
    if not value:
        return text("{label}= has no value: write one, or take it out.", label=_shown(label))
    kind = _ALIASES.get(label.lower(), label.lower())
    if kind in ("dns", "directoryname"):
        return _dns(value, entry, remarks) if kind == "dns" else _directory(value, entry, remarks)
    if kind in _READERS:
        return _READERS[kind](value)
    if is_oid(kind):
        content = other_value(value)
        return content if isinstance(content, Text) else _other("other", f"{kind}={value}", kind, content)
    if near := nearest(label, KINDS):
        return text("There is no kind of name “{label}”; {near} is near.", label=_shown(label), near=near)
    return text("Expected one of {known}, or an OID, before the =, got “{label}”.", known=KINDS, label=_shown(label))


def _dns(value: str, entry: Entry, remarks: list[Remark]) -> RequestedName | Text:
    if not value.isascii():
        try:
            ascii_name = parse_host(value)
        except TargetError as problem:
            return problem.message
        remarks.append(
            note(
                entry.line,
                text(
                    "DNS={given} is written as {name}, the form that clients compare.",
                    given=_shown(value),
                    name=ascii_name,
                ),
            )
        )
        value = ascii_name
    if _DNS_NAME.fullmatch(value) and ".." not in value and len(value) <= 253:
        return dns_name(value)
    return text(
        "DNS= needs the name of a host such as mail.example.com, or *.example.com, got “{given}”.", given=_shown(value)
    )


def _directory(value: str, entry: Entry, remarks: list[Remark]) -> RequestedName:
    subject, faults = read_subject(Entry(entry.key, value, entry.line))
    remarks.extend(faults)
    return RequestedName("directory", value, der.encode(gn.DIRECTORY_NAME, write_name(subject)))


def _ip(value: str) -> RequestedName | Text:
    try:
        if "%" not in value:
            return ip_name(value)
    except ValueError:
        pass
    return text("IPAddress= needs an address such as 192.0.2.1 or 2001:db8::1, got “{given}”.", given=_shown(value))


def _email(value: str) -> RequestedName | Text:
    if not value.isascii() or value.count("@") != 1 or not all(value.split("@")):
        return text("EMail= needs an address such as postmaster@example.com, got “{given}”.", given=_shown(value))
    return RequestedName("email", value, der.encode(gn.MAILBOX, value.encode("ascii")))


def _url(value: str) -> RequestedName | Text:
    if not value.isascii() or ":" not in value:
        return text("URL= needs a URL such as https://example.com/, got “{given}”.", given=_shown(value))
    return RequestedName("uri", value, der.encode(gn.URI, value.encode("ascii")))


def _registered_id(value: str) -> RequestedName | Text:
    if not is_oid(value):
        return text("RegisteredId= needs an OID such as 1.2.3.4, got “{given}”.", given=_shown(value))
    return RequestedName("registered-id", value, der.encode(gn.REGISTERED_ID, der.encode_oid(value)[2:]))


def _upn(value: str) -> RequestedName:
    return _other("upn", value, _UPN, _utf8(value))


def _guid(value: str) -> RequestedName | Text:
    try:
        octets = UUID(value).bytes_le
    except ValueError:
        return text("GUID= needs 32 hexadecimal digits, got “{given}”.", given=_shown(value))
    return _other("guid", value, _GUID, der.encode(der.OCTET_STRING, octets))


def _other(kind: NameKind, shown: str, oid: str, content: bytes) -> RequestedName:
    whole = der.encode(gn.OTHER_NAME, der.encode_oid(oid), der.encode(0xA0, content))
    return RequestedName(kind, shown, whole)


def other_value(given: str) -> bytes | Text:
    """DER of `{utf8}text`, `{octet}base64`, `{octet}{hex}00ff`, `{asn}base64`, `{hex}00ff`, or bare Base64."""
    lower = given.lower()
    if lower.startswith("{utf8}"):
        return _utf8(given[6:].strip())
    if lower.startswith("{octet}"):
        octets = _octets(given[7:])
        return octets if isinstance(octets, Text) else der.encode(der.OCTET_STRING, octets)
    if lower.startswith("{asn}"):
        return _whole(_octets(given[5:]))
    return _whole(_octets(given))


def _utf8(value: str) -> bytes:
    return der.encode(der.UTF8_STRING, value.encode("utf-8", "replace"))


def _octets(given: str) -> bytes | Text:
    bare = given.strip()
    try:
        if bare.lower().startswith("{hex}"):
            return bytes.fromhex(bare[5:])
        return base64.b64decode("".join(bare.split()), validate=True)
    except (ValueError, binascii.Error):
        return text("Expected Base64, or {hex} and hexadecimal digits, got “{given}”.", given=_shown(bare), hex="{hex}")


def _whole(octets: bytes | Text) -> bytes | Text:
    """Exactly one ASN.1 element: anything else would break what it is put into."""
    if isinstance(octets, Text):
        return octets
    try:
        if octets and der.read(octets)[2] == len(octets):
            return octets
    except der.DerError:
        pass
    return text("Expected one whole ASN.1 value, got {count} octets that are none.", count=len(octets))


def _shown(given: str) -> str:
    return clean(given.strip(), 80)


_READERS: dict[str, Callable[[str], RequestedName | Text]] = {
    "ipaddress": _ip,
    "email": _email,
    "e-mail": _email,
    "url": _url,
    "upn": _upn,
    "guid": _guid,
    "registeredid": _registered_id,
}

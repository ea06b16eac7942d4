"""GeneralName (RFC 5280 4.2.1.6) to presented identifiers, and the subtrees of name constraints."""

from ipaddress import IPv4Address, IPv6Address

from mailtrust.core.model.certificate import IdentifierType, ParseProblem, PresentedIdentifier
from mailtrust.core.x509 import der
from mailtrust.core.x509.names import read_name

OTHER_NAME = 0xA0
MAILBOX = 0x81
DNS_NAME = 0x82
DIRECTORY_NAME = 0xA4
URI = 0x86
IP_ADDRESS = 0x87
REGISTERED_ID = 0x88

_DNS_SRV = "1.3.6.1.5.5.7.8.7"  # RFC 4985 2
_TEXT_TYPES = {MAILBOX: IdentifierType.EMAIL, DNS_NAME: IdentifierType.DNS, URI: IdentifierType.URI}
_LABELS = {MAILBOX: "rfc822Name", DNS_NAME: "dNSName", URI: "uniformResourceIdentifier"}
_UNTEXTED = {0xA3: "x400Address", 0xA5: "ediPartyName"}


def read_general_names(content: bytes, field: str, problems: list[ParseProblem]) -> tuple[PresentedIdentifier, ...]:
    """Read every entry of a GeneralNames; an entry without its text form becomes type OTHER, never nothing."""
    return tuple(read_general_name(tag, octets, field, problems) for tag, octets in der.children(content))


def read_general_name(tag: int, octets: bytes, field: str, problems: list[ParseProblem]) -> PresentedIdentifier:
    """Read one GeneralName from its context tag and content octets."""
    kind = _TEXT_TYPES.get(tag)
    if kind is not None:
        return PresentedIdentifier(kind, _ia5(octets, _LABELS[tag], field, problems), octets)
    if tag == IP_ADDRESS:
        address = _address(octets)
        if address is None:
            problems.append(ParseProblem(field, f"an iPAddress of {len(octets)} octets instead of 4 or 16"))
            return PresentedIdentifier(IdentifierType.OTHER, f"iPAddress={octets.hex()}", octets)
        return PresentedIdentifier(IdentifierType.IP, address, octets)
    if tag == DIRECTORY_NAME:
        name, met = read_name(octets, field)
        problems.extend(met)
        return PresentedIdentifier(IdentifierType.DIRECTORY, name.text, octets)
    if tag == OTHER_NAME:
        return _other_name(octets, field, problems)
    return _without_text(tag, octets, field, problems)


def read_subtree(tag: int, octets: bytes, field: str, problems: list[ParseProblem]) -> PresentedIdentifier:
    """Read the base of a GeneralSubtree; addresses carry a mask (RFC 5280 4.2.1.10)."""
    if tag != IP_ADDRESS:
        return read_general_name(tag, octets, field, problems)
    half = len(octets) // 2
    address = _address(octets[:half])
    mask = int.from_bytes(octets[half:], "big")
    inverted = ~mask & ((1 << 8 * half) - 1)
    if address is None or len(octets) % 2 or inverted & (inverted + 1):
        problems.append(ParseProblem(field, "an iPAddress subtree that is no address with a mask"))
        return PresentedIdentifier(IdentifierType.OTHER, f"iPAddress={octets.hex()}", octets)
    return PresentedIdentifier(IdentifierType.IP, f"{address}/{mask.bit_count()}", octets)


def uris(content: bytes, field: str, problems: list[ParseProblem]) -> tuple[str, ...]:
    """The URIs of a GeneralNames; entries of other types are no addresses to fetch from and are left out."""
    return tuple(_ia5(octets, _LABELS[URI], field, problems) for tag, octets in der.children(content) if tag == URI)


def _ia5(octets: bytes, label: str, field: str, problems: list[ParseProblem]) -> str:
    if not octets.isascii():
        problems.append(ParseProblem(field, f"a {label} holds octets that are not ASCII; read as Latin-1"))
    elif not octets and label == "dNSName" and field != "nameConstraints":  # as a subtree it stands for every name
        problems.append(ParseProblem(field, "an empty dNSName"))
    return octets.decode("latin-1")


def _address(octets: bytes) -> str | None:
    if len(octets) == 4:
        return str(IPv4Address(octets))
    return str(IPv6Address(octets)) if len(octets) == 16 else None


def _other_name(octets: bytes, field: str, problems: list[ParseProblem]) -> PresentedIdentifier:
    try:
        (type_tag, type_id), (_, value) = der.children(octets)
        if type_tag != der.OBJECT_IDENTIFIER:
            raise der.DerError("an otherName without a type")
        oid = der.oid(type_id)
        if oid == _DNS_SRV:
            service = der.expect(value, der.IA5_STRING, "SRVName")
            return PresentedIdentifier(IdentifierType.SRV, _ia5(service, "SRVName", field, problems), octets)
    except ValueError as error:  # DerError, or not exactly two parts
        problems.append(ParseProblem(field, f"an otherName that cannot be read: {error}"))
        return PresentedIdentifier(IdentifierType.OTHER, f"otherName={octets.hex()}", octets)
    return PresentedIdentifier(IdentifierType.OTHER, f"{oid}={value.hex()}", octets)


def _without_text(tag: int, octets: bytes, field: str, problems: list[ParseProblem]) -> PresentedIdentifier:
    if tag == REGISTERED_ID:
        try:
            return PresentedIdentifier(IdentifierType.OTHER, f"registeredID={der.oid(octets)}", octets)
        except der.DerError as error:
            problems.append(ParseProblem(field, f"a registeredID that cannot be read: {error}"))
            return PresentedIdentifier(IdentifierType.OTHER, f"registeredID={octets.hex()}", octets)
    label = _UNTEXTED.get(tag)
    if label is None:
        problems.append(ParseProblem(field, f"an entry with tag {tag:#04x}, which is no GeneralName"))
        label = f"{tag:#04x}"
    return PresentedIdentifier(IdentifierType.OTHER, f"{label}={octets.hex()}", octets)

"""Distinguished names (RFC 5280 4.1.2.4): octets to the model, comparison key and text for people."""

import re
import unicodedata
from functools import lru_cache

from mailtrust.core.model.certificate import Name, ParseProblem
from mailtrust.core.x509 import der

_COMMON_NAME = "2.5.4.3"
_ORGANISATION = "2.5.4.10"

# RFC 4514 3, and what administrators know from their tools beyond it
_SHORT_NAMES = {
    _COMMON_NAME: "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    _ORGANISATION: "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.42": "GN",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}

# The string types of ASN.1 and how their octets become text. T61String is read as Latin-1, as everybody does.
_ENCODINGS = {
    der.UTF8_STRING: "utf-8",
    0x12: "ascii",  # NumericString
    der.PRINTABLE_STRING: "ascii",
    0x14: "latin-1",  # T61String
    der.IA5_STRING: "ascii",
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    der.BMP_STRING: "utf-16-be",
}
_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")

_PLAIN = re.compile(r"[A-Za-z0-9.*@_-]+")
"""Texts without anything to escape: most host names."""

_MAX_CACHED_OCTETS = 2048

EMPTY_NAME = Name(b"\x30\x00", "", (), ())


def read_name(raw: bytes, field: str = "name") -> tuple[Name, tuple[ParseProblem, ...]]:
    """Read a DER Name. Never raises: what cannot be read is left out and told as a problem of `field`."""
    return _remembered(raw, field) if len(raw) <= _MAX_CACHED_OCTETS else _read(raw, field)


@lru_cache(maxsize=2048)
def _remembered(raw: bytes, field: str) -> tuple[Name, tuple[ParseProblem, ...]]:
    return _read(raw, field)


def _read(raw: bytes, field: str) -> tuple[Name, tuple[ParseProblem, ...]]:
    problems: list[ParseProblem] = []
    shown: list[str] = []
    key: list[tuple[tuple[str, str | bytes], ...]] = []
    common_names: list[str] = []
    organisation: str | None = None
    try:
        for _, rdn in der.children(der.expect(raw, der.SEQUENCE, "Name")):
            attributes: list[tuple[str, str | bytes]] = []
            texts: list[str] = []
            for _, attribute in der.children(rdn):
                oid, tag, octets = _attribute(attribute)
                value = _text(tag, octets, field, problems)
                label = _SHORT_NAMES.get(oid, oid)
                if value is None:
                    attributes.append((oid, octets))
                    texts.append(f"{label}=#{der.encode(tag, octets).hex()}")
                    continue
                attributes.append((oid, fold(value)))
                texts.append(f"{label}={_escape(value)}")
                if oid == _COMMON_NAME:
                    common_names.append(value)
                elif oid == _ORGANISATION and organisation is None:
                    organisation = value
            if not attributes:
                problems.append(ParseProblem(field, "an empty relative distinguished name"))
            # RFC 5280 7.1: the order inside one RDN does not matter, that of the RDNs does
            key.append(tuple(sorted(attributes, key=repr)) if len(attributes) > 1 else tuple(attributes))
            shown.append("+".join(texts))
    except der.DerError as error:
        problems.append(ParseProblem(field, str(error)))
        key.append((("unreadable", raw),))
    # RFC 4514 2.1: the last RDN of the encoding comes first
    name = Name(raw, ",".join(reversed(shown)), tuple(common_names), tuple(key), organisation)
    return name, tuple(problems)


def attributes_of(raw: bytes) -> list[list[tuple[str, str | bytes]]]:
    """OID and value of each attribute of each RDN, as encoded; a value that is no text as its DER. Raises DerError."""
    rdns: list[list[tuple[str, str | bytes]]] = []
    for _, rdn in der.children(der.expect(raw, der.SEQUENCE, "Name")):
        rdns.append([])
        for _, attribute in der.children(rdn):
            oid, tag, octets = _attribute(attribute)
            value = _text(tag, octets, "name", [])
            rdns[-1].append((oid, der.encode(tag, octets) if value is None else value))
    return rdns


def fold(value: str) -> str:
    """Case and runs of white space folded for comparison (RFC 5280 7.1, RFC 4518 2)."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return " ".join(value.lower().split())


def _attribute(content: bytes) -> tuple[str, int, bytes]:
    parts = der.children(content)
    if len(parts) != 2 or parts[0][0] != der.OBJECT_IDENTIFIER:
        raise der.DerError("expected an attribute with a type and one value")
    return der.oid(parts[0][1]), *parts[1]


def _text(tag: int, octets: bytes, field: str, problems: list[ParseProblem]) -> str | None:
    """The text of a string type, None for any other type. Octets that do not fit are read as Latin-1."""
    encoding = _ENCODINGS.get(tag)
    if encoding is None:
        return None
    if tag == der.PRINTABLE_STRING and not _PRINTABLE.issuperset(octets):
        problems.append(ParseProblem(field, "a PrintableString holds characters that it may not hold"))
    try:
        return octets.decode(encoding)
    except UnicodeDecodeError:
        problems.append(ParseProblem(field, f"a text is not the {encoding.upper()} that it claims to be"))
        return octets.decode("latin-1")


def _escape(value: str) -> str:
    """RFC 4514 2.4; control, format and unassigned characters also become hex pairs."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = []
    for character in value:
        if character in '\\,+"<>;':
            escaped.append("\\" + character)
        elif character.isprintable():
            escaped.append(character)
        else:
            escaped.extend(f"\\{octet:02X}" for octet in character.encode("utf-8", "surrogatepass"))
    if escaped and escaped[0] in (" ", "#"):
        escaped[0] = "\\" + escaped[0]
    if len(escaped) > 1 and escaped[-1] == " ":
        escaped[-1] = "\\ "
    return "".join(escaped)

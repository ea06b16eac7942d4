"""LDAPMessages (RFC 4511 4.1.1) as octets: what is asked of a directory, and what it answers."""

from collections.abc import Mapping
from enum import IntEnum

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.protocols.ber import BerError, Element, children, encode, read

START_TLS = b"1.3.6.1.4.1.1466.20037"  # RFC 4511 4.14.1
PAGED_RESULTS = b"1.2.840.113556.1.4.319"  # RFC 2696 2
UNSOLICITED = 0  # RFC 4511 4.4


class Tag(IntEnum):
    """RFC 4511 4.1.1 to 4.12, as they stand in octets."""

    BOOLEAN = 0x01
    INTEGER = 0x02
    OCTETS = 0x04
    ENUMERATED = 0x0A
    SEQUENCE = 0x30
    SET = 0x31
    CONTROLS = 0xA0
    BIND_REQUEST = 0x60
    BIND_RESPONSE = 0x61
    UNBIND_REQUEST = 0x42
    SEARCH_REQUEST = 0x63
    SEARCH_ENTRY = 0x64
    SEARCH_DONE = 0x65
    SEARCH_REFERENCE = 0x73
    EXTENDED_REQUEST = 0x77
    EXTENDED_RESPONSE = 0x78
    REQUEST_NAME = 0x80
    SIMPLE = 0x80
    REFERRAL = 0xA3
    FILTER_AND = 0xA0
    FILTER_OR = 0xA1
    FILTER_EQUALS = 0xA3
    FILTER_PRESENT = 0x87


class Scope(IntEnum):
    """RFC 4511 4.5.1.2."""

    BASE = 0
    SUBTREE = 2


# RFC 4511 Appendix A.2
_RESULT_CODES = {
    0: "success", 1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded",
    7: "authMethodNotSupported", 8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded",
    12: "unavailableCriticalExtension", 13: "confidentialityRequired", 14: "saslBindInProgress", 32: "noSuchObject",
    34: "invalidDNSyntax", 48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights",
    51: "busy", 52: "unavailable", 53: "unwillingToPerform", 54: "loopDetect", 80: "other",
}  # fmt: skip


@frozen
class Result:
    """An LDAPResult (RFC 4511 4.1.9), of a bind, a search or an extended operation."""

    answers: int
    """Its tag: BIND_RESPONSE, SEARCH_DONE or EXTENDED_RESPONSE."""
    code: int
    diagnostic: str = ""
    referral: tuple[str, ...] = ()
    cookie: bytes = b""
    """Where the next page begins (RFC 2696 2); empty: there is none."""

    @property
    def words(self) -> str:
        """The result as one line for people."""
        name = _RESULT_CODES.get(self.code, "unknown")
        return f"resultCode {self.code} ({name}) {self.diagnostic}".rstrip()


@frozen
class Entry:
    """A SearchResultEntry: its name, and its values by the lower-case names of their attributes."""

    name: str
    attributes: Mapping[str, tuple[str, ...]]


@frozen
class Reference:
    """A SearchResultReference: where else entries would be (RFC 4511 4.5.3)."""

    urls: tuple[str, ...]


@frozen
class Strange:
    """A message that answers nothing we ask."""

    tag: int


Operation = Result | Entry | Reference | Strange


def message(number: int, operation: bytes, controls: bytes = b"") -> bytes:
    """One LDAPMessage."""
    return encode(Tag.SEQUENCE, _number(number) + operation + controls)


def extended_request(name: bytes) -> bytes:
    """RFC 4511 4.12."""
    return encode(Tag.EXTENDED_REQUEST, encode(Tag.REQUEST_NAME, name))


def bind_request(name: str, password: bytes) -> bytes:
    """RFC 4511 4.2, by name and password; only ever to be sent within TLS."""
    return encode(
        Tag.BIND_REQUEST, _number(3) + encode(Tag.OCTETS, name.encode("utf-8")) + encode(Tag.SIMPLE, password)
    )


def unbind_request() -> bytes:
    """RFC 4511 4.3."""
    return encode(Tag.UNBIND_REQUEST, b"")


def search_request(base: str, scope: Scope, wanted: bytes, attributes: tuple[str, ...], most: int = 0) -> bytes:
    """RFC 4511 4.5.1: no aliases are followed; `most` entries, 0 for all."""
    names = b"".join(encode(Tag.OCTETS, one.encode("ascii")) for one in attributes)
    return encode(
        Tag.SEARCH_REQUEST,
        encode(Tag.OCTETS, base.encode("utf-8"))
        + encode(Tag.ENUMERATED, bytes((scope,)))
        + encode(Tag.ENUMERATED, b"\0")
        + _number(most)
        + _number(0)
        + encode(Tag.BOOLEAN, b"\0")
        + wanted
        + encode(Tag.SEQUENCE, names),
    )


def present(attribute: str) -> bytes:
    """A filter: the attribute is there."""
    return encode(Tag.FILTER_PRESENT, attribute.encode("ascii"))


def equals(attribute: str, value: str) -> bytes:
    """A filter: one of its values is this."""
    return encode(
        Tag.FILTER_EQUALS,
        encode(Tag.OCTETS, attribute.encode("ascii")) + encode(Tag.OCTETS, value.encode("utf-8")),
    )


def all_of(*filters: bytes) -> bytes:
    """A filter: all of these."""
    return encode(Tag.FILTER_AND, b"".join(filters))


def any_of(*filters: bytes) -> bytes:
    """A filter: one of these."""
    return encode(Tag.FILTER_OR, b"".join(filters))


def page(size: int, cookie: bytes = b"") -> bytes:
    """RFC 2696 2: at most `size` entries from there on. Not critical: a directory without pages answers at once."""
    value = encode(Tag.SEQUENCE, _number(size) + encode(Tag.OCTETS, cookie))
    control = encode(Tag.OCTETS, PAGED_RESULTS) + encode(Tag.OCTETS, value)
    return encode(Tag.CONTROLS, encode(Tag.SEQUENCE, control))


def read_message(data: bytes) -> tuple[int, Element, tuple[Element, ...]]:
    """The number, the operation and the controls of one whole LDAPMessage, unread. Raises BerError."""
    match children(read(data).content):
        case (Element(tag=Tag.INTEGER, content=number), Element() as operation, *controls):
            return integer(number), operation, tuple(controls)
        case _:
            raise BerError("no LDAPMessage")


def read_operation(operation: Element, controls: tuple[Element, ...] = ()) -> Operation:
    """What an operation says. Raises BerError."""
    match operation.tag:
        case Tag.BIND_RESPONSE | Tag.SEARCH_DONE | Tag.EXTENDED_RESPONSE:
            return _result(operation, controls)
        case Tag.SEARCH_ENTRY:
            return _entry(operation.content)
        case Tag.SEARCH_REFERENCE:
            return Reference(_texts(operation.content))
        case _:
            return Strange(operation.tag)


def integer(content: bytes) -> int:
    """RFC 4511 4.1.1.1: up to 2147483647. Raises BerError."""
    if not 1 <= len(content) <= 4:
        raise BerError(f"an integer of {len(content)} octets")
    return int.from_bytes(content, "big", signed=True)


def _result(operation: Element, controls: tuple[Element, ...]) -> Result:
    match children(operation.content):
        case (Element(tag=Tag.ENUMERATED, content=code), Element(), Element(content=diagnostic), *rest):
            referral = tuple(url for one in rest if one.tag == Tag.REFERRAL for url in _texts(one.content))
            return Result(operation.tag, integer(code), _text(diagnostic), referral, _cookie(controls))
        case _:
            raise BerError("an answer without an LDAPResult")


def _entry(content: bytes) -> Entry:
    match children(content):
        case (Element(tag=Tag.OCTETS, content=name), Element(tag=Tag.SEQUENCE, content=attributes), *_):
            return Entry(_text(name), dict(_attribute(one) for one in children(attributes)))
        case _:
            raise BerError("a searchResEntry without name and attributes")


def _attribute(element: Element) -> tuple[str, tuple[str, ...]]:
    match children(element.content):
        case (Element(tag=Tag.OCTETS, content=name), Element(tag=Tag.SET, content=values), *_):
            return _text(name).lower(), _texts(values)
        case _:
            raise BerError("an attribute without a type and a set of values")


def _cookie(among: tuple[Element, ...]) -> bytes:
    for controls in among:
        if controls.tag == Tag.CONTROLS:
            for control in children(controls.content):
                match children(control.content):
                    case (Element(content=kind), *_, Element(tag=Tag.OCTETS, content=value)) if kind == PAGED_RESULTS:
                        return _paged(value)
    return b""


def _paged(value: bytes) -> bytes:
    match children(read(value).content):
        case (Element(tag=Tag.INTEGER), Element(tag=Tag.OCTETS, content=cookie), *_):
            return cookie
        case _:
            raise BerError("a page without size and cookie")


def _texts(content: bytes) -> tuple[str, ...]:
    return tuple(_text(one.content) for one in children(content))


def _text(octets: bytes) -> str:
    """A server's octets as harmless text; values that we read are far shorter than what is cut here."""
    return clean(octets[:8192].decode("utf-8", "replace"), 2048)


def _number(value: int) -> bytes:
    return encode(Tag.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))

"""What a directory says, octet by octet, for those who ask for service connection points."""

from collections.abc import Mapping, Sequence

from mailtrust.core.model.walk import SCP_POINTER, SCP_URL, ConnectionPoint
from mailtrust.core.protocols.ber import encode
from mailtrust.core.protocols.ldap_messages import PAGED_RESULTS, Tag, message

BASE = "CN=Configuration,DC=b,DC=test"
URL_POINT = ConnectionPoint((SCP_URL, "Site=Default"), ("https://ex1.b.test/Autodiscover/Autodiscover.xml",), "EX1")
OTHER_POINT = ConnectionPoint((SCP_POINTER.upper(), "Domain=c.test"), ("LDAP://dc.c.test",), "c.test")


def octets(value: str) -> bytes:
    return encode(Tag.OCTETS, value.encode())


def result(tag: Tag, code: int = 0, diagnostic: str = "", referral: Sequence[str] = ()) -> bytes:
    there = encode(Tag.REFERRAL, b"".join(map(octets, referral))) if referral else b""
    return encode(tag, encode(Tag.ENUMERATED, bytes((code,))) + octets("") + octets(diagnostic) + there)


def entry(name: str, attributes: Mapping[str, Sequence[str]]) -> bytes:
    told = b"".join(
        encode(Tag.SEQUENCE, octets(kind) + encode(Tag.SET, b"".join(map(octets, values))))
        for kind, values in attributes.items()
    )
    return encode(Tag.SEARCH_ENTRY, octets(name) + encode(Tag.SEQUENCE, told))


def point(one: ConnectionPoint) -> bytes:
    attributes = {"cn": (one.server,), "keywords": one.keywords, "serviceBindingInformation": one.binding}
    return entry(f"CN={one.server},CN=Autodiscover,{BASE}", attributes)


def cookie(value: bytes) -> bytes:
    paged = encode(Tag.SEQUENCE, encode(Tag.INTEGER, b"\0") + encode(Tag.OCTETS, value))
    control = encode(Tag.OCTETS, PAGED_RESULTS) + encode(Tag.OCTETS, paged)
    return encode(Tag.CONTROLS, encode(Tag.SEQUENCE, control))


def root(number: int = 1, attributes: Mapping[str, Sequence[str]] | None = None) -> bytes:
    named = {"configurationNamingContext": (BASE,)} if attributes is None else attributes
    return message(number, entry("", named)) + message(number, result(Tag.SEARCH_DONE))


def answers(*pages: Sequence[ConnectionPoint], login: bool = False) -> bytes:
    """All that a directory says in one talk in which nothing fails."""
    said = [message(1, result(Tag.BIND_RESPONSE))] if login else []
    first = len(said) + 1
    said.append(root(first))
    for number, points in enumerate(pages, first + 1):
        said += [message(number, point(one)) for one in points]
        more = b"next" if number < first + len(pages) else b""
        said.append(message(number, result(Tag.SEARCH_DONE), cookie(more)))
    return b"".join(said)


WITHOUT_LOGIN = (
    answers((URL_POINT, OTHER_POINT)),
    answers((URL_POINT,), (OTHER_POINT,), ()),
    root() + message(2, result(Tag.SEARCH_DONE, 1, "000004DC: LdapErr: DSID-0C090A5C")),
    root() + message(2, result(Tag.SEARCH_DONE, 10, "", ("ldap://dc2.b.test",))),
    root()
    + message(2, encode(Tag.SEARCH_REFERENCE, octets("ldap://dc3.b.test")))
    + message(2, result(Tag.SEARCH_DONE)),
    root() + message(2, point(URL_POINT)) + message(2, result(Tag.SEARCH_DONE, 4)),
    root(attributes={}),
    message(1, result(Tag.SEARCH_DONE, 32)),
    message(0, result(Tag.EXTENDED_RESPONSE, 52, "going down")),
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
)

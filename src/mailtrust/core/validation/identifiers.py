"""Reference identifiers (RFC 9525 6.1): what the client was told, as a host name in A-labels or an address."""

import string
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from mailtrust.core.model.frozen import frozen

_LONGEST_NAME = 253  # RFC 1035 2.3.4, without the final dot
_LONGEST_TEXT = 1024
_LABEL_OCTETS = frozenset(string.ascii_letters + string.digits + "-_")
_IDNA_2003_CHANGES = frozenset("ßς\u200c\u200d")
"""Characters that IDNA 2003 replaces and IDNA 2008 keeps (RFC 5894 7.2): they are encoded as they are."""


@frozen
class HostReference:
    """A DNS name, in A-labels and lower case; a final dot is kept, because not every client strips it."""

    name: str


@frozen
class AddressReference:
    """An IP literal; `text` is what was written."""

    address: IPv4Address | IPv6Address
    text: str


Reference = HostReference | AddressReference


def reference_of(text: str) -> Reference:
    """Read a reference identifier; brackets of an IPv6 literal and a zone (RFC 4007 11) are taken off. Never raises."""
    return _read_reference(text.strip()[:_LONGEST_TEXT])


@lru_cache(maxsize=1024)
def _read_reference(bare: str) -> Reference:
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    if ":" not in bare and not bare[-1:].isdigit():  # addresses have a colon, or end in a digit
        return HostReference(to_a_labels(bare).lower())
    try:
        return AddressReference(ip_address(bare.partition("%")[0] if ":" in bare else bare), bare)
    except ValueError:
        return HostReference(to_a_labels(bare).lower())


def to_a_labels(name: str) -> str:
    """The name with every U-label as A-label (RFC 5891 4.4); a label that has none stays and matches nothing."""
    if name.isascii() or len(name) > _LONGEST_NAME:
        return name
    # RFC 3490 3.1 (historic, IDNA 2003): these count as dots between labels of a name that a person typed
    for dot in "\u3002\uff0e\uff61":
        name = name.replace(dot, ".")
    return ".".join(_to_a_label(label) for label in name.split("."))


def _to_a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        if not _IDNA_2003_CHANGES.isdisjoint(label.lower()):
            encoded = "xn--" + label.lower().encode("punycode").decode("ascii")
        else:
            encoded = label.encode("idna").decode("ascii")
    except UnicodeError:
        return label
    return encoded if len(encoded) <= 63 else label


def to_u_labels(name: str) -> str:
    """The name with every A-label of IDNA 2003 as U-label, as Java compares; others stay (RFC 3490 4.2, historic)."""
    if len(name) > _LONGEST_NAME or "xn--" not in name.lower():
        return name
    return ".".join(_to_u_label(label) for label in name.split("."))


def _to_u_label(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna") if label.lower().startswith("xn--") else label
    except UnicodeError:
        return label


def looks_like_host(text: str) -> bool:
    """Whether a text could be a host name: two labels or more of letters, digits, `-` and `_`; `*.` may come first."""
    labels = text.removeprefix("*.").split(".")
    return (
        len(labels) >= 2
        and len(text) <= _LONGEST_NAME
        and all(label and len(label) <= 63 and _LABEL_OCTETS.issuperset(label) for label in labels)
        and not labels[-1].isdigit()
    )


def is_std3_host(name: str) -> bool:
    """Labels of letters, digits and inner hyphens only, no final dot (RFC 1123 2.1): Java's SNIHostName."""
    return len(name) <= _LONGEST_NAME and _has_std3_labels(name)


@lru_cache(maxsize=1024)
def _has_std3_labels(name: str) -> bool:
    return all(
        label
        and len(label) <= 63
        and "_" not in label
        and _LABEL_OCTETS.issuperset(label)
        and not label.startswith("-")
        and not label.endswith("-")
        for label in name.split(".")
    )

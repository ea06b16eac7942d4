"""A host as a person writes it: a DNS name or an IP address, made into the form that goes on the wire."""

import re
from encodings import idna
from ipaddress import IPv6Address, ip_address
from unicodedata import ucd_3_2_0

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

LONGEST_NAME = 253
"""Characters of a DNS name without its final dot (RFC 1035 3.1: 255 octets on the wire)."""

WILDCARD_LABEL = "mailtrust-does-not-exist"
"""No zone holds it: below a domain it has an address only where a wildcard record answers for every name (RFC 4592)."""

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 5895 2: full stops of East Asian keyboards
# RFC 1123 2.1, and the underscore that Windows hosts bear.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# RFC 5894 7.2: the older and the newer standard make different names of these. Better to ask back than a wrong host.
_SPELLED_TWO_WAYS = frozenset("\u00df\u03c2\u200c\u200d")


class TargetError(UserProblem):
    """What was given names no place to look at."""


def is_loopback(address: str) -> bool:
    """Whether an IP literal, with or without a zone (RFC 4007), never leaves this machine."""
    try:
        return ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def is_address(host: str) -> bool:
    """Whether a parsed host is an IP literal and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def parse_address(given: str) -> str:
    """Read an IP address, with or without brackets, into its usual text form; raises TargetError."""
    bare = given[1:-1] if given.startswith("[") and given.endswith("]") else given
    if is_address(bare) and "%" not in bare:
        return str(ip_address(bare))
    raise TargetError(
        text("Expected an IP address such as 192.0.2.1 or [2001:db8::1], got “{given}”.", given=clean(given, 100))
    )


def parse_host(given: str) -> str:
    """Read a DNS name or an IP literal: lower case, A-labels, no final dot. Raises TargetError."""
    if given.startswith("["):
        return _bracketed(given)
    labels = _DOTS.split(given.strip())
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    if labels == [""]:
        raise TargetError(text("Expected the name of a host or mail domain, got nothing."))
    if _NUMBER.fullmatch(labels[-1].lower()):
        return parse_address(".".join(labels))
    if len(given) > LONGEST_NAME + 1:
        raise _too_long(given)
    name = ".".join(_a_label(label, given) for label in labels)
    if len(name) > LONGEST_NAME:
        raise _too_long(given)
    return name


def _bracketed(given: str) -> str:
    try:
        if given.endswith("]") and "%" not in given:
            return str(IPv6Address(given[1:-1]))
    except ValueError:
        pass
    raise TargetError(
        text("Expected an IPv6 address in the brackets, as in [2001:db8::1], got “{given}”.", given=clean(given, 100))
    )


def _a_label(label: str, given: str) -> str:
    """One label in the form that DNS and certificates use (RFC 5890 2.3.2.1)."""
    shown = clean(given, 100)
    if not label:
        raise TargetError(
            text("“{given}” has two dots in a row or begins with one; take the empty part out.", given=shown)
        )
    ascii_label = label.lower() if label.isascii() else _to_ascii(label, given)
    if len(ascii_label) > 63:  # RFC 1035 2.3.4
        raise TargetError(
            text("A part of a name has at most 63 characters, “{label}” has more.", label=clean(ascii_label, 80))
        )
    if ascii_label == "*":
        raise TargetError(
            text("“{given}” is a pattern, not a name; give one of the names that it stands for.", given=shown)
        )
    if not _LABEL.fullmatch(ascii_label):
        raise TargetError(
            text(
                "Expected a name of letters, digits, hyphens and dots, got “{given}”: "
                "“{label}” cannot be part of a name.",
                given=shown,
                label=clean(label, 80),
            )
        )
    return ascii_label


def _to_ascii(label: str, given: str) -> str:
    if len(label) > LONGEST_NAME:
        raise _too_long(given)
    if any(ucd_3_2_0.category(character) == "Cn" for character in label):
        # The standard library knows Unicode 3.2 alone; for younger characters its answer could be another name.
        raise TargetError(
            text(
                "“{given}” holds characters that mailtrust cannot turn into a DNS name with certainty; "
                "give the name in its ASCII form, which begins with xn--.",
                given=clean(given, 100),
            )
        )
    try:
        older = idna.ToASCII(label).decode("ascii").lower()
    except UnicodeError:
        raise TargetError(
            text(
                "“{label}” in “{given}” cannot be part of a DNS name.", label=clean(label, 80), given=clean(given, 100)
            )
        ) from None
    if _SPELLED_TWO_WAYS.isdisjoint(label):
        return older
    raise TargetError(
        text(
            "“{label}” is {today} by today's rules (RFC 5891) and {older} by those before (historic RFC 3490); "
            "give the one that you mean.",
            label=clean(label, 80),
            today=clean(_today(label), 80),
            older=clean(older, 80),
        )
    )


def _today(label: str) -> str:
    kept = (character if character in _SPELLED_TWO_WAYS else idna.nameprep(character) for character in label)
    return "xn--" + "".join(kept).encode("punycode").decode("ascii")


def _too_long(given: str) -> TargetError:
    return TargetError(
        text("A DNS name has at most {most} characters, “{given}” has more.", most=LONGEST_NAME, given=clean(given, 60))
    )

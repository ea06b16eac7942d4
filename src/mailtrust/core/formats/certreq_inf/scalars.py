"""Single values of [NewRequest]: truth, numbers, flags, choices. Each gives the value or a sentence about the line."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeVar

from mailtrust.core.formats.certreq_inf.document import Entry
from mailtrust.core.formats.certreq_inf.remark import Remark, error
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text

T = TypeVar("T")

_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})

# wincrypt.h's CERT_..._KEY_USAGE by RFC 5280 4.2.1.3's names; decipherOnly stands in the second octet
KEY_USAGE_BITS: Mapping[str, int] = MappingProxyType(
    {
        "digitalSignature": 0x80,
        "nonRepudiation": 0x40,
        "keyEncipherment": 0x20,
        "dataEncipherment": 0x10,
        "keyAgreement": 0x08,
        "keyCertSign": 0x04,
        "cRLSign": 0x02,
        "encipherOnly": 0x01,
        "decipherOnly": 0x8000,
    }
)
_KEY_USAGE_NAMES = {
    "CERT_DIGITAL_SIGNATURE_KEY_USAGE": 0x80,
    "CERT_NON_REPUDIATION_KEY_USAGE": 0x40,
    "CERT_KEY_ENCIPHERMENT_KEY_USAGE": 0x20,
    "CERT_DATA_ENCIPHERMENT_KEY_USAGE": 0x10,
    "CERT_KEY_AGREEMENT_KEY_USAGE": 0x08,
    "CERT_KEY_CERT_SIGN_KEY_USAGE": 0x04,
    "CERT_CRL_SIGN_KEY_USAGE": 0x02,
    "CERT_OFFLINE_CRL_SIGN_KEY_USAGE": 0x02,
    "CERT_ENCIPHER_ONLY_KEY_USAGE": 0x01,
    "CERT_DECIPHER_ONLY_KEY_USAGE": 0x8000,
}
X500_FLAGS = MappingProxyType(
    {
        "CERT_NAME_STR_SEMICOLON_FLAG": 0x40000000,
        "CERT_NAME_STR_NO_PLUS_FLAG": 0x20000000,
        "CERT_NAME_STR_NO_QUOTING_FLAG": 0x10000000,
        "CERT_NAME_STR_CRLF_FLAG": 0x08000000,
        "CERT_NAME_STR_COMMA_FLAG": 0x04000000,
        "CERT_NAME_STR_REVERSE_FLAG": 0x02000000,
        "CERT_NAME_STR_FORWARD_FLAG": 0x01000000,
        "CERT_NAME_STR_ENABLE_T61_UNICODE_FLAG": 0x20000,
        "CERT_NAME_STR_ENABLE_UTF8_UNICODE_FLAG": 0x40000,
        "CERT_NAME_STR_FORCE_UTF8_DIR_STR_FLAG": 0x80000,
        "CERT_NAME_STR_DISABLE_UTF8_DIR_STR_FLAG": 0x100000,
        "CERT_NAME_STR_ENABLE_PUNYCODE_FLAG": 0x200000,
    }
)


def boolean(entry: Entry) -> bool | Remark:
    """TRUE or FALSE."""
    given = entry.value.lower()
    if given in _TRUE | _FALSE:
        return given in _TRUE
    return expected(entry, text("TRUE or FALSE"))


def number(entry: Entry, least: int, most: int) -> int | Remark:
    """A decimal or hexadecimal number."""
    found = as_number(entry.value)
    if found is not None and least <= found <= most:
        return found
    return expected(entry, text("a number from {least} to {most}", least=least, most=most))


def choice(entry: Entry, choices: Mapping[str, T]) -> T | Remark:
    """One of several words; the choices' keys are spelled as people write them."""
    wanted = entry.value.lower()
    for name, value in choices.items():
        if name.lower() == wanted:
            return value
    words = tuple(name for name in choices if name.isidentifier())  # the numbers for them are for old files
    return expected(entry, text("one of {known}", known=words), near=nearest(entry.value, words))


def flags(entry: Entry, names: Mapping[str, int], what: Text, *, known: int) -> int | Remark:
    """Numbers and names joined by | ; a bit outside of `known` is a mistake."""
    total = 0
    for part in entry.value.split("|"):
        bare = part.strip()
        found = names.get(bare.upper(), as_number(bare))
        if found is None or found & ~known:
            return expected(entry, what, part=bare, near=nearest(bare.upper(), names))
        total |= found
    return total


def key_usage(entry: Entry) -> frozenset[str] | Remark:
    """KeyUsage as a hexadecimal mask or as names; at least one."""
    what = text("a mask such as 0xa0, or names such as CERT_DIGITAL_SIGNATURE_KEY_USAGE joined by | in quotes")
    mask = flags(entry, _KEY_USAGE_NAMES, what, known=0x80FF)
    if isinstance(mask, Remark):
        return mask
    if not mask:  # RFC 5280 4.2.1.3: at least one bit must be set
        return expected(entry, what)
    return frozenset(name for name, bit in KEY_USAGE_BITS.items() if mask & bit)


def as_number(given: str) -> int | None:
    """A decimal number or one that begins with 0x; None for anything else."""
    bare = given.strip().lower()
    if not bare.isascii() or len(bare) > 12:
        return None
    if re.fullmatch("0x[0-9a-f]+", bare):
        return int(bare, 16)
    return int(bare) if bare.isdigit() else None


def expected(entry: Entry, what: Text, *, part: str | None = None, near: str = "") -> Remark:
    """The sentence about a value that does not fit its key."""
    got = clean(entry.value if part is None else part, 80)
    if near:
        return error(
            entry.line,
            text("{key}: expected {what}, got “{got}”; {near} is near.", key=entry.key, what=what, got=got, near=near),
        )
    return error(entry.line, text("{key}: expected {what}, got “{got}”.", key=entry.key, what=what, got=got))


def nearest(given: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    lower = {word.lower(): word for word in known}
    found = get_close_matches(given.lower()[:80], lower, n=1)
    return lower[found[0]] if found else ""

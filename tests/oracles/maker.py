"""Certificates of any shape for the matrix, in few words: what differs from a decent leaf or a decent CA."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from mailtrust.core.issuance import authority
from mailtrust.core.issuance.body import write_subject
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.issuance.recipe import CLIENT_AUTH, SERVER_AUTH, Recipe
from mailtrust.core.issuance.signing import SignatureHash
from mailtrust.core.model.certificate import BasicConstraints, Certificate, NameConstraints, PresentedIdentifier
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509 import der
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey

ANY_USAGE = "2.5.29.37.0"
OLD_SGC_USAGE = "2.16.840.1.113730.4.1"
Extension = tuple[str, bool, bytes]
UNKNOWN_CRITICAL: Extension = ("1.3.6.1.4.1.32473.1.1", True, bytes.fromhex("0500"))  # RFC 5612: documentation arc
EXPLICIT_POLICY: Extension = ("2.5.29.36", True, bytes.fromhex("3003800100"))  # RFC 5280 4.2.1.11
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"

__all__ = ["ANY_USAGE", "CLIENT_AUTH", "EXPLICIT_POLICY", "OLD_SGC_USAGE", "SERVER_AUTH", "UNKNOWN_CRITICAL"]

_serials = count(0x10000001)
_realm = ContextVar("realm", default="")


@contextmanager
def realm(name: str) -> Iterator[None]:
    """Whatever is made inside has names and EC keys of its own, so that no client can mix it with another realm's."""
    token = _realm.set(name)
    try:
        yield
    finally:
        _realm.reset(token)


def key(label: str, kind: KeyKind = "ec-p256") -> PrivateKey:
    """The key of that label: the same one for the whole run, or for one realm (RSA takes too long for that)."""
    return _key(label, kind, "" if kind.startswith("rsa") else _realm.get())


@cache
def _key(label: str, kind: KeyKind, of: str) -> PrivateKey:
    assert label, of
    return make_key(kind)


def named(*common_names: str, organisation: str = "Oracle Test") -> bytes:
    """A DER Name: organisation (with the realm behind it), then every common name in its own RDN."""
    alone = [write_subject(Recipe(organisation=f"{organisation} {_realm.get()}".strip()))]
    alone += [write_subject(Recipe(common_name=name)) for name in common_names]
    return der.encode(der.SEQUENCE, *(der.expect(name, der.SEQUENCE, "Name") for name in alone))


@frozen
class Issued(authority.Issued):
    """A certificate with its key."""

    @property
    def pem(self) -> str:
        return to_pem(self.certificate)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a certificate looks; the defaults are those of a decent leaf without names."""

    dns: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    days: tuple[float, float] = (-30, 60)
    """notBefore and notAfter, from now."""
    ca: bool | None = False
    """None: no basicConstraints."""
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = ("digitalSignature",)
    usages: tuple[str, ...] | None = (SERVER_AUTH,)
    digest: SignatureHash = "sha256"
    permitted: tuple[PresentedIdentifier, ...] = ()
    excluded: tuple[PresentedIdentifier, ...] = ()
    authority_key_id: bytes | None = None
    """None: the issuer's true one."""
    authority_serial: int | None = None
    """Instead of a key identifier: issuer name and this serial number."""
    must_staple: bool = False
    more: tuple[Extension, ...] = ()
    ca_issuers: tuple[str, ...] = ()
    """Where its issuer can be downloaded."""
    issuer_name: bytes | None = None
    """The issuer as written in the certificate, where it is to differ from the issuer's subject."""
    signing_key: PrivateKey | None = None
    """A key other than the issuer's, for a bad signature."""
    version: int = 3


def ca(**changes: object) -> Shape:
    """The shape of a decent CA certificate, with changes."""
    decent = Shape(ca=True, key_usage=("keyCertSign", "cRLSign"), usages=None, days=(-400, 1000))
    return replace(decent, **changes)  # type: ignore[arg-type]


def issue(subject: bytes, own: PrivateKey, issuer: Issued | None, shape: Shape) -> Issued:
    """Make the certificate; without issuer it signs itself."""
    now = datetime.now(UTC).replace(microsecond=0)
    begin, end = (now + timedelta(days=days) for days in shape.days)
    recipe = _recipe(subject, issuer, shape)
    serial = next(_serials)
    if issuer is None:
        made = authority.self_signed(recipe, own, serial=serial, not_before=begin, not_after=end)
    else:
        made = authority.issue(
            _spelled(issuer, shape.issuer_name),
            recipe,
            own,
            serial=serial,
            not_before=begin,
            not_after=end,
            ca_issuers=shape.ca_issuers,
            signing_key=shape.signing_key,
        )
    return Issued(made.certificate, made.key)


def _spelled(issuer: Issued, name: bytes | None) -> authority.Issued:
    """The issuer, under another spelling of its name."""
    certificate = issuer.certificate
    if name is None:
        return issuer
    return authority.Issued(replace(certificate, subject=replace(certificate.subject, der=name)), issuer.key)


def _recipe(subject: bytes, issuer: Issued | None, shape: Shape) -> Recipe:
    constrained = shape.permitted or shape.excluded
    more = shape.more
    if issuer is not None and shape.authority_serial is not None:
        more = (*more, (AUTHORITY_KEY_IDENTIFIER, False, _by_serial(issuer.certificate, shape.authority_serial)))
    return Recipe(
        subject=subject,
        dns_names=shape.dns,
        ip_addresses=shape.addresses,
        emails=shape.emails,
        uris=shape.uris,
        basic_constraints=None if shape.ca is None else BasicConstraints(shape.ca, shape.path_length),
        key_usage=None if shape.key_usage is None else frozenset(shape.key_usage),
        extended_key_usage=shape.usages,
        authority_key_identifier=None if shape.authority_serial is not None else shape.authority_key_id or "right",
        name_constraints=NameConstraints(shape.permitted, shape.excluded) if constrained else None,
        must_staple=shape.must_staple,
        extensions=more,
        version=shape.version,
        signature_hash=shape.digest,
    )


def _by_serial(issuer: Certificate, serial: int) -> bytes:
    """AuthorityKeyIdentifier by issuer and serial number (RFC 5280 4.2.1.1)."""
    name = der.encode(0xA1, der.encode(0xA4, issuer.subject.der))
    number = bytearray(der.encode_integer(serial))
    number[0] = 0x82
    return der.encode(der.SEQUENCE, name, bytes(number))

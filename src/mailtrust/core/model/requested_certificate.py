"""A certificate as a request file asks for it: names with their kinds, key, usages, lifetime."""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.model.frozen import frozen

Period = Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years"]
AskedHash = Literal["md5", "sha1", "sha256", "sha384", "sha512"]
NameKind = Literal["dns", "ip", "email", "uri", "upn", "guid", "directory", "registered-id", "other"]
KeyAlgorithm = Literal["rsa", "ec-p256", "ec-p384", "ec-p521"]


@frozen
class SubjectAttribute:
    """One attribute of a distinguished name; `label` is how people write its type (CN, OU, ...)."""

    label: str
    oid: str
    value: str


Subject = tuple[tuple[SubjectAttribute, ...], ...]
"""RDNs in the order of the encoding; nearly always one attribute in each."""


@frozen
class RequestedName:
    """One entry for the subjectAltName (RFC 5280 4.2.1.6)."""

    kind: NameKind
    value: str
    """As a person reads it."""
    general_name: bytes
    """DER GeneralName."""


@frozen
class Lasting:
    """A lifetime counted by the calendar."""

    units: int
    period: Period


@frozen
class KeyKeeping:
    """What Windows notes beside the certificate and its key; no part of the certificate."""

    provider: str = ""
    provider_type: int | None = None
    key_spec: int | None = None
    """1 AT_KEYEXCHANGE, 2 AT_SIGNATURE, 0 AT_NONE; None: not said."""
    exportable: bool = False
    machine: bool = False
    """The key belongs to the computer, not to the user who runs the command."""
    asks_person: bool = False
    """Windows asks a person whenever the key is used."""
    friendly_name: str = ""


@frozen
class RequestedCertificate:
    """What a request file means. Issuance makes a self-signed certificate or a PKCS#10 request of it."""

    form: Literal["certificate", "pkcs10"]
    subject: Subject = ()
    names: tuple[RequestedName, ...] = ()
    names_critical: bool = False
    key: KeyAlgorithm = "rsa"
    key_bits: int = 2048
    """Counts for RSA only."""
    hash: AskedHash = "sha256"
    pss: bool = False
    key_usage: frozenset[str] | None = None
    """RFC 5280 4.2.1.3's names; written critical."""
    extended_key_usage: tuple[str, ...] | None = None
    extended_key_usage_critical: bool = False
    basic_constraints: BasicConstraints | None = None
    subject_key_identifier: bool = True
    extensions: tuple[tuple[str, bool, bytes], ...] = ()
    """More extensions as (OID, critical, value octets)."""
    template: str = ""
    """Name of the AD CS template, for requests."""
    not_before: datetime | None = None
    """None: now."""
    lifetime: Lasting | datetime = Lasting(1, "years")
    """How long a self-signed certificate lasts, or until when."""
    keeping: KeyKeeping = KeyKeeping()

    @property
    def common_name(self) -> str:
        """The most specific commonName, empty when there is none."""
        found = [attribute.value for rdn in self.subject for attribute in rdn if attribute.oid == "2.5.4.3"]
        return found[-1] if found else ""

"""mailtrust/inspection/1: what stands in files, or what a server presents. Keys are added, never renamed."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

SCHEMA: Literal["mailtrust/inspection/1"] = "mailtrust/inspection/1"

Fingerprint = Annotated[str, Meta(description="SHA-256, lower-case hex.")]
Thumbprint = Annotated[str, Meta(description="SHA-1 as Windows writes it: upper-case hex without colons.")]
Moment = Annotated[datetime, Meta(description="RFC 3339, UTC.")]


class NameWire(Struct, kw_only=True):
    """One name with its kind."""

    kind: Literal["dns", "ip", "email", "uri", "srv", "directory", "other"]
    value: str


class KeyWire(Struct, kw_only=True):
    """A public key."""

    algorithm: str
    bits: int
    curve: str | None
    sha256: Annotated[str, Meta(description="Of the SubjectPublicKeyInfo: what pins and TLSA 3 1 1 hold.")]


class CertificateWire(Struct, kw_only=True):
    """A certificate."""

    origin: str
    role: str
    sha256: Fingerprint
    sha1: Annotated[str, Meta(description="SHA-1, lower-case hex.")]
    thumbprint: Thumbprint
    subject: str
    issuer: str
    serial: Annotated[str, Meta(description="Hex.")]
    names: list[NameWire]
    not_before: Moment
    not_after: Moment
    key: KeyWire
    signature: str
    version: int
    ca: bool
    path_length: int | None
    key_usage: list[str] | None
    extended_key_usage: list[str] | None
    permitted: list[NameWire]
    excluded: list[NameWire]
    policies: list[str]
    must_staple: bool
    timestamps: int
    subject_key_identifier: str | None
    authority_key_identifier: str | None
    ca_issuers: list[str]
    ocsp_urls: list[str]
    crl_urls: list[str]
    issued_by: Annotated[
        list[Fingerprint], Meta(description="Those seen here that signed it; itself when self-signed.")
    ]
    key_here: Annotated[bool, Meta(description="Its private key was found here too.")]
    problems: list[str]


class RequestWire(Struct, kw_only=True):
    """A request to a CA."""

    origin: str
    sha256: Fingerprint
    subject: str
    names: list[NameWire]
    key: KeyWire
    signature: str
    signed: Annotated[bool | None, Meta(description="By its own key; null where that cannot be computed.")]
    key_usage: list[str] | None
    extended_key_usage: list[str] | None
    extensions: list[str]
    attributes: list[str]
    key_here: bool
    answered_by: list[Fingerprint]
    problems: list[str]


class PrivateKeyWire(Struct, kw_only=True):
    """A private key, of which only the public half is ever shown."""

    key: KeyWire
    belongs_to: list[Fingerprint]


class RevokedWire(Struct, kw_only=True):
    """A certificate that was taken back."""

    serial: str
    at: Moment
    reason: str | None


class RevocationListWire(Struct, kw_only=True):
    """A certificate revocation list."""

    origin: str
    sha256: Fingerprint
    issuer: str
    number: int | None
    this_update: Moment
    next_update: Moment | None
    signature: str
    revoked: int
    entries: Annotated[list[RevokedWire], Meta(description="The first 100.")]
    signed_by: list[Fingerprint]
    problems: list[str]


class StatusWire(Struct, kw_only=True):
    """What an OCSP answer says of one certificate."""

    serial: str
    status: Literal["good", "revoked", "unknown"]
    revoked_at: Moment | None
    reason: str | None
    this_update: Moment
    next_update: Moment | None


class OcspAnswerWire(Struct, kw_only=True):
    """An OCSP answer."""

    origin: str
    sha256: Fingerprint
    responder: str
    produced_at: Moment
    signature: str
    answers: list[StatusWire]
    signed_by: list[Fingerprint]


class OtherWire(Struct, kw_only=True):
    """Something else in a file."""

    origin: str
    role: str


class SpecimenWire(Struct, kw_only=True):
    """One file, or one server."""

    name: str
    form: Literal["pem", "der", "pkcs7", "pkcs12", "jks", "zip", "server", "unknown"]
    certificates: list[CertificateWire]
    requests: list[RequestWire]
    private_keys: list[PrivateKeyWire]
    revocation_lists: list[RevocationListWire]
    ocsp_answers: list[OcspAnswerWire]
    others: list[OtherWire]
    problems: list[str]


class InspectionWire(Struct, kw_only=True):
    """What was inspected."""

    schema: Literal["mailtrust/inspection/1"]
    specimens: list[SpecimenWire]

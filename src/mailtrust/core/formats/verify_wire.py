"""Requests and answers of `verify --batch` as they stand on their lines: what the published schemas are made from."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Texts = str | list[str]
Count = Annotated[int, Meta(ge=0, le=1000)]

Purpose = Literal["tls-server", "tls-client", "email", "any"]
Revocation = Literal["off", "profile", "require"]


class RequestWire(Struct, kw_only=True, forbid_unknown_fields=True):
    """One chain to judge. Keys that begin with `x-` may stand beside these and are ignored."""

    chain: Annotated[
        Texts,
        Meta(
            description="PEM, or DER in Base64, in one text or several: "
            "the server's certificate first, the rest in any order."
        ),
    ]
    id: Annotated[Any, Meta(description="Anything; it comes back with the answer.")] = None
    pool: Annotated[
        Texts | None, Meta(description="Certificates that a client could download: seen by those that do so.")
    ] = None
    roots: Annotated[
        Texts | None,
        Meta(description="Exactly these anchors, by name and key, added locally. Without it each client's own store."),
    ] = None
    name: Annotated[
        Texts | None, Meta(description="DNS name, IP literal or e-mail address; where several stand, all must match.")
    ] = None
    purpose: Annotated[Purpose | None, Meta(description="Default tls-server.")] = None
    at: Annotated[
        str | None,
        Meta(description="RFC 3339, such as 2027-01-31T12:00:00Z. Without it the moment at which the run began."),
    ] = None
    client: Annotated[
        Texts | None,
        Meta(description="Ids of clients, or of the reference profiles rfc5280 and webpki; default all clients."),
    ] = None
    crls: Annotated[Texts | None, Meta(description="Certificate revocation lists, PEM or DER in Base64.")] = None
    ocsp: Annotated[Texts | None, Meta(description="OCSP responses, DER in Base64; the first is the stapled one.")] = (
        None
    )
    revocation: Annotated[
        Revocation | None,
        Meta(
            description="`profile` (default): as far as the client looks. `require`: every certificate "
            "below the anchor must be known not to be revoked. `off`: nobody looks."
        ),
    ] = None
    max_intermediates: Annotated[
        Count | None, Meta(description="So many certificates between leaf and anchor, self-issued ones not counted.")
    ] = None
    policies: Annotated[Texts | None, Meta(description="User-initial-policy-set (RFC 5280 6.1.1 c), dotted OIDs.")] = (
        None
    )
    flags: Annotated[
        Texts | None,
        Meta(description="explicit-policy, inhibit-policy-mapping, inhibit-any-policy (RFC 5280 6.1.1 e, f, g)."),
    ] = None


class ReasonWire(Struct, kw_only=True):
    """Why a client does, or does not, accept the chain."""

    code: str
    severity: Literal["info", "warning", "error"]
    certificate: str | None
    """SHA-256 of the certificate that it is about."""
    facts: dict[str, str | int | bool | list[str] | None]
    message: str


class VerdictWire(Struct, kw_only=True):
    """What one client makes of the chain."""

    client: str
    outcome: Literal["accepted", "warned", "refused", "unknown"]
    valid: bool | None
    path: list[str]
    reasons: list[ReasonWire]
    unsupported: Annotated[list[str], Meta(description="What of the request this client disregards.")]
    basis: Literal["engine", "source", "document", "recalled"]


ErrorCode = Literal["bad-request", "internal"]
BAD_REQUEST: ErrorCode = "bad-request"
INTERNAL: ErrorCode = "internal"


class ErrorWire(Struct, kw_only=True):
    """Why a line got no verdicts."""

    code: ErrorCode
    message: str


class AnswerWire(Struct, kw_only=True):
    """The answer to one line."""

    id: Any
    verdicts: list[VerdictWire]
    error: ErrorWire | UnsetType = UNSET
    at: Annotated[str, Meta(description="The moment that the verdicts hold for.")] | UnsetType = UNSET
    elapsed_ms: Annotated[float, Meta(description="A measurement: the only part that two runs do not share.")] = 0.0

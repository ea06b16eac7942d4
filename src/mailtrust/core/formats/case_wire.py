"""mailtrust/case/1 as it stands in a file: what the published schema is made from."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.endpoint import Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.status import Way

SCHEMA: Literal["mailtrust/case/1"] = "mailtrust/case/1"

Fingerprint = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64, description="SHA-256, lower-case hexadecimal.")
]
Moment = Annotated[datetime, Meta(tz=True)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
Line = Annotated[str, Meta(max_length=65_536)]
Fingerprints = Annotated[list[Fingerprint], Meta(max_length=10_000)]
Lines = Annotated[list[Line], Meta(max_length=100_000)]


class EndpointWire(Struct, kw_only=True):
    """One port of one address, seen by one name."""

    host: Line
    port: Port
    protocol: Protocol
    tls_mode: TlsMode
    address: Line
    server_name: Line | None = None
    found_by: Line
    connect_port: Port | None = None
    connect_address: Line | None = None


class HandshakeWire(Struct, kw_only=True, tag_field="type", tag="handshake"):
    """A handshake; the chain names certificates of the file, in the order in which they were sent."""

    tls_version: Line
    cipher: Line
    presented_chain: Fingerprints
    ocsp_staple: bytes | None = None
    key_proven: bool
    completed: bool
    note: Line = ""


class FailureWire(Struct, kw_only=True, tag_field="type", tag="failure"):
    """Why there was no handshake."""

    stage: Stage
    kind: FailureKind
    detail: Line


class ObservationWire(Struct, kw_only=True):
    """One connection to one endpoint."""

    endpoint: EndpointWire
    offer: Offer
    at: Moment
    result: HandshakeWire | FailureWire
    transcript: Lines = []
    bytes_before_tls: bytes = b""
    duration_ms: Milliseconds = 0


class PoolEntryWire(Struct, kw_only=True):
    """Where a certificate of the file came from."""

    certificate: Fingerprint
    sources: Annotated[list[Source], Meta(max_length=100)]
    origins: Lines = []


class LookupWire(Struct, kw_only=True):
    """A question to DNS, to a caIssuers host or about revocation, and its answer in words."""

    kind: Line
    question: Line
    answer: Lines
    failure: Line = ""


class StoreWire(Struct, kw_only=True):
    """Which anchor store the case was judged with."""

    name: Line
    date: Moment
    provenance: Line
    digest: Line
    anchors: Annotated[int, Meta(ge=0, le=1_000_000)]


class FetchedWire(Struct, kw_only=True):
    """What came when somebody asked about revocation: an OCSP answer, or a list."""

    way: Way
    url: Line
    about: Fingerprint | None = None
    octets: Annotated[bytes, Meta(description="DER in Base64.")]


ObservationId = Annotated[str, Meta(max_length=65_536, description="Id of an observation of the file.")]


class DnsAskedWire(Struct, kw_only=True, tag_field="kind", tag="dns"):
    """Records of one type, and what DNS said."""

    name: Line
    type: Literal["A", "SRV", "MX", "TXT", "TLSA", "CAA"]
    status: Literal["found", "no-data", "no-such-name", "failed"]
    records: Lines = []
    aliases: Lines = []
    ttl: Annotated[int, Meta(ge=0, le=2**32)] | None = None
    secure: bool = False
    why: Line = ""
    claimed: bool = False
    resolver: Line = ""
    ttl_by: Line = ""


class HttpAskedWire(Struct, kw_only=True, tag_field="kind", tag="http"):
    """One request, and its answer."""

    url: Line
    content: Literal["", "pox", "mobilesync"] = ""
    email: Line = ""
    address: Line = ""
    observation: ObservationId | None = None
    failure: FailureWire | None = None
    status: Annotated[int, Meta(ge=100, le=999)] | None = None
    location: Line | None = None
    content_type: Line = ""
    body: Annotated[bytes, Meta(description="In Base64; at most 64 KiB.")] = b""
    ms: Milliseconds = 0


class TlsAskedWire(Struct, kw_only=True, tag_field="kind", tag="tls"):
    """What a port presented."""

    host: Line
    port: Port
    protocol: Protocol
    tls_mode: TlsMode
    observation: ObservationId


class PointWire(Struct, kw_only=True):
    """A service connection point."""

    keywords: Lines
    binding: Lines
    server: Line = ""


class ScpAskedWire(Struct, kw_only=True, tag_field="kind", tag="scp"):
    """What a directory knows of Exchange."""

    server: Line = ""
    points: Annotated[list[PointWire], Meta(max_length=10_000)] = []
    why: Line = ""


AskedWire = DnsAskedWire | HttpAskedWire | TlsAskedWire | ScpAskedWire


class SettingWire(Struct, kw_only=True):
    """A registry value that is 1, or a host that is listed."""

    name: Line
    office: Annotated[Line, Meta(description="The version of Office in whose key it stands; empty: every one.")] = ""


class SituationWire(Struct, kw_only=True):
    """From where clients' ways were walked, and how the clients were set."""

    inside: bool = False
    domain_joined: bool = False
    site: Line | None = None
    registry: Annotated[list[SettingWire], Meta(max_length=1_000)] = []
    redirect_servers: Annotated[list[SettingWire], Meta(max_length=1_000)] = []
    third_parties: bool = False


class CaseWire(Struct, kw_only=True):
    """All that was seen in one run; nothing secret."""

    schema: Literal["mailtrust/case/1"]
    version: Line
    target: Line
    at: Moment
    observations: Annotated[list[ObservationWire], Meta(max_length=50_000)]
    certificates: Annotated[dict[Fingerprint, bytes], Meta(max_length=50_000, description="DER in Base64.")]
    pool: Annotated[list[PoolEntryWire], Meta(max_length=50_000)] = []
    lookups: Annotated[list[LookupWire], Meta(max_length=50_000)] = []
    stores: Annotated[list[StoreWire], Meta(max_length=1_000)] = []
    local_roots: Fingerprints = []
    deployed: Lines = []
    hypothetical: Fingerprints = []
    fetched: Annotated[list[FetchedWire], Meta(max_length=10_000)] = []
    asked: Annotated[list[AskedWire], Meta(max_length=10_000, description="What walks asked, in that order.")] = []
    asked_inside: Annotated[
        list[AskedWire], Meta(max_length=10_000, description="What walks asked inside the organisation's network.")
    ] = []
    situations: Annotated[list[SituationWire], Meta(max_length=10)] = []

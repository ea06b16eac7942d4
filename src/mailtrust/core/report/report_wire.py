"""mailtrust/report/1 as it stands in a file: what the published schema is made from. Keys are added, never renamed."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.formats.certificate_spec import SpecWire
from mailtrust.core.model.acceptance import Standing
from mailtrust.core.model.endpoint import Offer, Protocol, TlsMode
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome, ReasonSeverity
from mailtrust.core.report.outcome import OutcomeWord
from mailtrust.core.validation.kinds import Kind

SCHEMA: Literal["mailtrust/report/1"] = "mailtrust/report/1"

Fingerprint = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64, description="SHA-256, lower-case hexadecimal.")
]
Moment = Annotated[datetime, Meta(tz=True)]
Path = Annotated[list[Fingerprint], Meta(description="Leaf first, anchor last.")]
EndpointId = Annotated[str, Meta(description="The id of an entry of endpoints.")]
FactValue = str | int | bool | list[str] | None
Facts = dict[str, FactValue]


class FailureWire(Struct, kw_only=True):
    """Why there was no handshake."""

    stage: Stage
    kind: FailureKind
    detail: str


class EndpointWire(Struct, kw_only=True):
    """One connection to one port of one address."""

    id: str
    host: str
    port: int
    address: str
    protocol: Protocol
    tls_mode: TlsMode
    server_name: str | None
    offer: Offer
    found_by: str
    at: Moment
    result: Literal["handshake", "failure"]
    tls_version: str | None
    cipher: str | None
    key_proven: bool | None
    presented_chain: Annotated[list[Fingerprint], Meta(description="In the order in which it was sent.")]
    failure: FailureWire | None


class ProblemWire(Struct, kw_only=True):
    """Something in a certificate's encoding that a strict reader refuses."""

    field: str
    detail: str


class CertificateWire(Struct, kw_only=True):
    """A certificate that the report names; what could not be read is null."""

    subject: str | None
    issuer: str | None
    serial: Annotated[str, Meta(description="Hexadecimal, lower case, as large as it is.")] | None
    not_before: Moment | None
    not_after: Moment | None
    dns_names: list[str]
    ip_addresses: list[str]
    kind: Kind
    sources: list[Source]
    origins: Annotated[list[str], Meta(description="URLs, file names or endpoint ids where it was found.")]
    key: Annotated[str, Meta(description="rsa-2048, ec-secp256r1, ed25519, ...")] | None
    ca: bool | None
    problems: list[ProblemWire]


class ReasonWire(Struct, kw_only=True):
    """Why a path or name does not hold."""

    code: str
    severity: ReasonSeverity
    certificate: Fingerprint | None
    facts: Facts


class MessageWire(Struct, kw_only=True):
    """The client's own words to its user."""

    text: str
    lang: str
    source: str


class AttemptWire(Struct, kw_only=True):
    """A path that was tried besides the decisive one."""

    path: Path
    anchored: bool
    reasons: list[ReasonWire]


class VerdictWire(Struct, kw_only=True):
    """One client's judgement of one endpoint."""

    endpoint: EndpointId
    client: str
    reference_identifier: str
    outcome: Outcome
    overridable: bool
    path: Path
    reasons: list[ReasonWire]
    message: MessageWire | None
    basis: Basis
    other_attempts: list[AttemptWire]


class ExplanationWire(Struct, kw_only=True):
    """The same fact in three voices."""

    admin: str
    manager: str
    user: str


class FindingWire(Struct, kw_only=True):
    """Something that is wrong, or soon will be."""

    id: str
    rule: str
    severity: Severity
    endpoints: list[EndpointId]
    certificates: list[Fingerprint]
    clients: list[str]
    facts: Facts
    title: str
    explanation: ExplanationWire
    remedies: Annotated[list[str], Meta(description="Ids of remedies that cure it.")]


class WriteWire(Struct, kw_only=True, tag_field="kind", tag="write"):
    """A file to be written."""

    path: str
    content: str


class RunWire(Struct, kw_only=True, tag_field="kind", tag="run"):
    """A command to be run."""

    command: str
    shell: Literal["sh", "powershell", "cmd", "exchange"]


class HumanWire(Struct, kw_only=True, tag_field="kind", tag="human"):
    """Something that only a person can do."""

    path: list[str]


class StepWire(Struct, kw_only=True):
    """One thing to do, and how to take it back."""

    say: str
    do: WriteWire | RunWire | HumanWire
    undo: str | None
    disruption: Literal["none", "reload", "restart"]
    needs: str


class AcceptanceWire(Struct, kw_only=True):
    """An acceptance of the organisation's file, and what came of it here."""

    rule: str
    endpoint: str
    reason: str
    until: Annotated[date, Meta(description="The last day, in UTC.")]
    line: Annotated[int, Meta(description="Where it stands in the file.")]
    standing: Standing
    findings: Annotated[
        list[str], Meta(description="in-force: ids of accepted findings; ran-out, partly: of findings that count.")
    ]


class WeighingWire(Struct, kw_only=True):
    """Who says how findings weigh."""

    file: Annotated[str, Meta(description="The organisation's file; empty: there is none.")]
    clients: Annotated[list[str], Meta(description="Ids of the clients that matter; none: all do.")]


class RemedyWire(Struct, kw_only=True):
    """One way to cure one or more findings."""

    id: str
    kind: str
    title: str
    safe: bool
    decision: Annotated[str, Meta(description="What has to be decided first.")] | None
    certificate: Annotated[SpecWire, Meta(description="The certificate it asks for: cert request reads it.")] | None
    steps: list[StepWire]
    cures: Annotated[list[str], Meta(description="Ids of findings.")]
    endpoints: list[EndpointId]


class StoreWire(Struct, kw_only=True):
    """An anchor store that verdicts rest on."""

    name: str
    date: Moment
    anchors: int
    provenance: str
    digest: str
    stale: Annotated[bool, Meta(description="Older than 180 days at the time of judgement.")]
    digest_when_recorded: Annotated[str, Meta(description="Where the case was recorded with another state.")] | None


class UnreachedWire(Struct, kw_only=True):
    """Clients to which no anchor comes by the ways that are named, for one and the same reason."""

    clients: Annotated[list[str], Meta(description="Ids of clients.")]
    why: str
    reached_by: Annotated[list[str], Meta(description="The ways that would reach them; empty: none does.")]


class AssumedWire(Struct, kw_only=True):
    """What was supposed rather than seen."""

    local_roots: Annotated[list[Fingerprint], Meta(description="--roots: as if locally trusted.")]
    deployed: Annotated[list[str], Meta(description="--deployed: the ways that bring them; none: to every client.")]
    unreached: list[UnreachedWire]
    hypothetical: Annotated[list[Fingerprint], Meta(description="--with: as if this chain were presented.")]


class CheckWire(Struct, kw_only=True):
    """A rule that found nothing wrong, and why that is so."""

    rule: str
    subject: str
    result: Literal["passed", "not-applicable", "unknown"]
    endpoints: list[EndpointId]
    why: str


class LookupWire(Struct, kw_only=True):
    """A question to DNS or to a caIssuers host."""

    kind: str
    question: str
    answer: list[str]
    failure: str


class ReportWire(Struct, kw_only=True):
    """What is said about one target."""

    schema: Literal["mailtrust/report/1"]
    target: str
    at: Annotated[datetime, Meta(tz=True, description="The moment that was judged.")]
    outcome: OutcomeWord
    lang: Annotated[str, Meta(description="The language of titles, explanations and steps.")]
    version: Annotated[str, Meta(description="The version of mailtrust that judged.")]
    endpoints: list[EndpointWire]
    certificates: dict[Fingerprint, CertificateWire]
    verdicts: list[VerdictWire]
    findings: Annotated[list[FindingWire], Meta(description="Those that count.")]
    accepted: Annotated[list[FindingWire], Meta(description="Those that do not count, for they are accepted.")]
    acceptances: list[AcceptanceWire]
    weighing: WeighingWire
    remedies: list[RemedyWire]
    anchor_stores: list[StoreWire]
    assumed: AssumedWire
    checks: list[CheckWire]
    lookups: list[LookupWire]


def fact_value(value: str | int | bool | date | tuple[str, ...] | None) -> FactValue:
    """A fact as JSON holds it: moments as RFC 3339, tuples as lists."""
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value

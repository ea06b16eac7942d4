"""mailtrust/walk/1 as it stands in a file: its schema is made from this. Keys are added, never renamed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Meets, Method
from mailtrust.core.report.report_wire import FindingWire, StepWire

SCHEMA: Literal["mailtrust/walk/1"] = "mailtrust/walk/1"


class DnsWire(Struct, kw_only=True):
    """What DNS said."""

    status: Literal["found", "no-data", "no-such-name", "failed"]
    records: list[str]
    aliases: Annotated[list[str], Meta(description="CNAMEs on the way; no certificate is compared with them.")]
    ttl: int | None
    secure: Annotated[bool, Meta(description="The resolver says that DNSSEC holds (AD), and its word counts.")]
    why: str
    claimed: Annotated[bool, Meta(description="It says so over a way that anybody could have written on.")] = False
    resolver: Annotated[str, Meta(description="Who was asked.")] = ""
    ttl_by: Annotated[
        str, Meta(description="The zone's own server that said the TTL; empty: it is what the resolver had left.")
    ] = ""


class WalkVerdictWire(Struct, kw_only=True):
    """What the client makes of the certificate."""

    outcome: Outcome
    overridable: bool
    reference_identifier: str
    reasons: list[str]
    message: Annotated[str, Meta(description="What its user reads, where that is known.")]


class AttemptWire(Struct, kw_only=True):
    """One candidate."""

    n: int
    parent: Annotated[int | None, Meta(description="The attempt that sent the client here.")]
    method: Method
    url: str
    asked: Annotated[bool, Meta(description="False: the client does not come here, or nobody was asked.")]
    reached: Annotated[bool, Meta(description="Whether the client comes so far; others are told for completeness.")]
    leads: Annotated[bool, Meta(description="Whether it gets its settings here, if need be past a warning.")]
    dns: DnsWire | None
    endpoint: Annotated[str | None, Meta(description="Id of the endpoint whose certificate was seen.")]
    verdict: WalkVerdictWire | None
    http_status: int | None
    redirect: str | None
    user_meets: Meets
    detail: str
    ms: int


class LeftOutWire(Struct, kw_only=True):
    """A client on its way to one address."""

    address: str
    client: str


class WalkPlanWire(Struct, kw_only=True):
    """A set of changes that was walked in simulation before it is told."""

    changes: Annotated[list[str], Meta(description="Each change in a sentence.")]
    steps: list[StepWire]
    left_out: list[LeftOutWire]
    questions: Annotated[
        int,
        Meta(description="How many clients ask their users whether a server may set the account up, and do not today."),
    ]
    asked: Annotated[list[LeftOutWire], Meta(description="Which these are; twice where both sides are.")] = []
    risk: Annotated[int, Meta(description="How much else the changes may touch; only compared with other plans.")] = 0
    weighed: Annotated[list[str], Meta(description="What speaks for it and against it, beside the first.")] = []


class MailPlanWire(Struct, kw_only=True):
    """Changes that bring the mail of senders back, walked in simulation before they are told."""

    changes: Annotated[list[str], Meta(description="Each change in a sentence.")]
    steps: list[StepWire]
    left_out: Annotated[list[str], Meta(description="Senders that stay away all the same.")]


class WalkWire(Struct, kw_only=True):
    """How one client looks for the server of an address."""

    schema: Literal["mailtrust/walk/1"]
    address: str
    client: str
    title: str
    inside: bool
    at: Annotated[str, Meta(description="RFC 3339")]
    version: str
    lang: str
    headline: str
    well: Annotated[bool | None, Meta(description="Found, and nothing to be seen; null where nobody can know.")]
    attempts: list[AttemptWire]
    found: Annotated[int | None, Meta(description="`n` of the attempt by which the server is found.")]
    findings: Annotated[list[FindingWire], Meta(description="Of this address: those that hurt this client, or nobody.")]
    plans: Annotated[list[WalkPlanWire], Meta(description="For all addresses that were walked together, best first.")]
    mail_plans: Annotated[list[MailPlanWire], Meta(description="Of this address, by TLSA records and the policy.")] = []

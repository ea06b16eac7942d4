"""mailtrust/forecast/1 as it stands in a file: what the published schema is made from. Keys are only added."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.moments import OriginKind
from mailtrust.core.forecast.notices.rule import Binds
from mailtrust.core.forecast.turns import Turn
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.report_wire import AssumedWire, EndpointId, Fingerprint, Moment, Path, StoreWire
from mailtrust.core.validation.kinds import Kind

SCHEMA: Literal["mailtrust/forecast/1"] = "mailtrust/forecast/1"

Device = Annotated[str, Meta(description="The id of an entry of devices.")] | None
Days = Annotated[float, Meta(description="Days of 86,400 seconds, to two places.")]


class CertificateWire(Struct, kw_only=True):
    """A certificate that the forecast names."""

    subject: str
    issuer: str
    serial: Annotated[str, Meta(description="Hexadecimal, lower case, as large as it is.")]
    not_before: Moment
    not_after: Moment


class DeviceWire(Struct, kw_only=True):
    """A generation of devices whose list of roots no longer grows."""

    id: str
    title: str
    store: str
    source: str


class StageWire(Struct, kw_only=True):
    """A time during which a verdict does not change."""

    begins: Moment
    outcome: Outcome
    overridable: bool
    codes: Annotated[list[str], Meta(description="What stops the client.")]
    path: Path


class CourseWire(Struct, kw_only=True):
    """One client's verdicts over time on what some endpoints present alike."""

    client: str
    device: Device
    track: Annotated[Track, Meta(description="Nothing is done, or the certificate is always renewed in time.")]
    certificate: Fingerprint | None
    endpoints: list[EndpointId]
    stages: list[StageWire]


class CauseWire(Struct, kw_only=True):
    """What happens at a moment."""

    kind: OriginKind
    certificate: Fingerprint | None
    store: Annotated[str, Meta(description="The anchor store it happens in.")] | None
    rule: Annotated[str, Meta(description="The id of the announcement it follows from.")] | None
    source: str | None
    certain: Annotated[bool, Meta(description="False: the day is announced as an approximate one.")]


class AffectedWire(Struct, kw_only=True):
    """One client at a change."""

    client: str
    device: Device
    at: Moment
    before: Outcome
    after: Outcome
    new_codes: list[str]
    gone_codes: list[str]
    endpoints: list[EndpointId]


class ChangeWire(Struct, kw_only=True):
    """What happens on a day, and to whom."""

    id: Annotated[str, Meta(description="The same on every run over the same facts.")]
    at: Annotated[Moment, Meta(description="The first second of the new state, for the first client.")]
    already: Annotated[bool, Meta(description="It is so from the beginning on.")]
    turn: Turn
    track: Track
    title: str
    advice: str | None
    causes: list[CauseWire]
    affected: list[AffectedWire]


class NoticeWire(Struct, kw_only=True):
    """A dated event that concerns the case and that no judge can compute."""

    id: str
    on: date
    in_force: bool
    certain: Annotated[bool, Meta(description="False: announced, and such days have been moved before.")]
    binds: Binds
    title: str
    effect: str
    hurts: str
    source: str
    certificates: list[Fingerprint]


class PaceWire(Struct, kw_only=True):
    """From a moment on: how long a certificate lasts, and how often it is renewed."""

    since: Moment
    lifetime_days: Days
    every_days: Days
    a_year: int


class LongestWire(Struct, kw_only=True):
    """The last day on which a longer certificate can be had than afterwards."""

    day: date
    days: int
    ends: date
    then_days: int


class RenewalWire(Struct, kw_only=True):
    """When to renew one server certificate."""

    certificate: Fingerprint
    endpoints: list[EndpointId]
    kind: Kind
    lifetime_days: Annotated[int, Meta(description="As CAs count it: every begun day counts whole.")]
    ends: Moment
    renew_by: Annotated[date, Meta(description="The last whole day (UTC) on which what works today still works.")]
    overdue: bool
    due: Annotated[Moment, Meta(description="When it is best done.")]
    first_break: Annotated[str, Meta(description="The id of the change that comes before it ends.")] | None
    trap: Annotated[str, Meta(description="The id of the change that a renewal from the same CA meets.")] | None
    issuable_days: Annotated[int, Meta(description="What public CAs may issue today.")] | None
    longer_than_issuable: bool
    longest: LongestWire | None
    paces: list[PaceWire]
    advice: str


class IssuanceLimitWire(Struct, kw_only=True):
    """What CAs may issue; no client looks at it."""

    since: Moment
    most_days: int
    reuse_days: int | None
    owner: Annotated[str, Meta(description="The CA whose own rule it is; null: every public CA.")] | None
    source: str


class EnforcedLimitWire(Struct, kw_only=True):
    """What clients refuse, whoever has issued it."""

    most_days: int
    below: Literal["public-roots", "added-roots"]
    clients: list[str]


class LimitsWire(Struct, kw_only=True):
    """How long a certificate may last."""

    issuance: list[IssuanceLimitWire]
    enforced: list[EnforcedLimitWire]


class ForecastWire(Struct, kw_only=True):
    """What will happen to the servers of a case."""

    schema: Literal["mailtrust/forecast/1"]
    target: str
    begins: Annotated[Moment, Meta(description="The moment it is made for.")]
    until: Moment
    complete: Annotated[bool, Meta(description="False: some dates may be missing.")]
    headline: str
    lang: str
    version: Annotated[str, Meta(description="The version of mailtrust that judged.")]
    changes: list[ChangeWire]
    renewals: list[RenewalWire]
    notices: list[NoticeWire]
    limits: LimitsWire
    courses: list[CourseWire]
    certificates: dict[Fingerprint, CertificateWire]
    devices: list[DeviceWire]
    anchor_stores: list[StoreWire]
    assumed: AssumedWire
